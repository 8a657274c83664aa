/**
 * What a command may replace, and how it ends where the machine refuses: nothing of anybody else's
 * is destroyed.
 */
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandLine } from "../tested-bundle.ts";
import { replayed, respark } from "./run-respark.ts";

const root = join(import.meta.dirname, "../..");
const log = join(root, "fixtures/event-logs/spark-3.5.6.jsonl");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "app.duckdb");
const at = (name: string): string => join(scratch, name);

beforeAll(() => replayed([log, "-o", database]));
const small = at("small");
const mounted = process.getuid?.() === 0 && mountSmall();

afterAll(() => {
  if (mounted) execFileSync("umount", [small]);
  rmSync(scratch, { recursive: true, force: true });
});

/** Half a megabyte of disk; false where this user may not mount one. */
function mountSmall(): boolean {
  mkdirSync(small);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", small], { stdio: "pipe" });
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

describe("replay refuses to replace", () => {
  test("a pipe or a device, --overwrite or not", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    for (const mode of [[], ["--overwrite"]]) {
      const { code, stderr } = await respark(["replay", log, "-o", at("pipe"), ...mode]);
      expect({ code, stderr }).toMatchObject({ code: 2 });
    }
    expect(statSync(at("pipe")).isFIFO()).toBe(true);
  });

  test("an input, by any of its names", async () => {
    writeFileSync(at("input"), readFileSync(log));
    linkSync(at("input"), at("other-name"));
    for (const output of ["input", "other-name"]) {
      const { code, stderr } = await respark([
        "replay",
        at("input"),
        "-o",
        at(output),
        "--overwrite",
      ]);
      expect(code).toBe(2);
      expect(stderr).toContain("one of the inputs");
    }
    expect(readFileSync(at("input"))).toEqual(readFileSync(log));
  });

  test("a log inside the directory that it reads", async () => {
    mkdirSync(at("logs"));
    writeFileSync(at("logs/app-1"), readFileSync(log));
    const { code } = await respark(["replay", at("logs"), "-o", at("logs/app-1"), "--overwrite"]);
    expect(code).toBe(2);
    expect(readFileSync(at("logs/app-1"))).toEqual(readFileSync(log));
  });

  test("a file that is no database", async () => {
    writeFileSync(at("notes.txt"), "mine");
    const { code, stderr } = await respark(["replay", log, "-o", at("notes.txt"), "--overwrite"]);
    expect(code).toBe(2);
    expect(stderr).toContain("is no database");
    expect(readFileSync(at("notes.txt"), "utf8")).toBe("mine");
  });

  test("somebody else's .partial, file or folder", async () => {
    writeFileSync(at("a.duckdb.partial"), "mine");
    mkdirSync(at("b.duckdb.partial"));
    writeFileSync(at("b.duckdb.partial/file"), "mine");
    mkdirSync(at("c.duckdb.partial.tmp"));
    writeFileSync(at("c.duckdb.partial.tmp/file"), "mine");
    for (const name of ["a", "b", "c"]) {
      const { code, stderr } = await respark(["replay", log, "-o", at(`${name}.duckdb`)]);
      expect(code).toBe(2);
      expect(stderr).toContain("was not written by respark");
    }
    expect(readFileSync(at("a.duckdb.partial"), "utf8")).toBe("mine");
    expect(readFileSync(at("b.duckdb.partial/file"), "utf8")).toBe("mine");
    expect(readFileSync(at("c.duckdb.partial.tmp/file"), "utf8")).toBe("mine");
  });

  test("but takes away what an earlier run of its own left", async () => {
    writeFileSync(at("d.duckdb.partial"), readFileSync(database));
    await replayed([log, "-o", at("d.duckdb")]);
    expect(existsSync(at("d.duckdb.partial"))).toBe(false);
  });
});

describe("a result replaces nothing but an earlier result of its kind", () => {
  const logs = join(root, "fixtures/runs/s35-f-base-dbg");
  const run = at("run.duckdb");
  const good = at("good.json");
  const foreign = {
    "the log": readFileSync(log),
    "a database": "database",
    "another's text": "mine",
    "another's JSON": '{"mine": 1}',
    "another's page": "<!doctype html><title>mine</title>",
    "another's XML": '<?xml version="1.0"?><mine/>',
  };
  const judging = ["check", run, "--baseline", good, "--quiet"];
  const ways: readonly [string, (file: string) => string[]][] = [
    ["report", (file) => ["report", run, "-o", file, "--overwrite"]],
    ["baseline", (file) => ["baseline", run, "-o", file, "--overwrite"]],
    ...["--junit", "--sarif", "--markdown", "--report"].map(
      (option): [string, (file: string) => string[]] => [
        `check ${option}`,
        (file) => [...judging, option, file],
      ],
    ),
  ];

  test.each(ways)("%s", async (_, args) => {
    if (!existsSync(run)) await replayed([logs, "-o", run]);
    if (!existsSync(good)) await respark(["baseline", run, "-o", good]);
    const file = at("result");
    for (const [name, text] of Object.entries(foreign)) {
      writeFileSync(file, text === "database" ? readFileSync(database) : text);
      const before = readFileSync(file);
      const { code, stderr } = await respark(args(file));
      expect({ name, code, stderr }).toMatchObject({ code: 2 });
      expect(stderr).toContain("which alone is replaced");
      expect(readFileSync(file).equals(before)).toBe(true);
    }
    rmSync(file);
    for (const time of ["made", "replaced"]) {
      const { code, stderr } = await respark(args(file));
      expect({ time, code, stderr }).toMatchObject({ code: 0 });
    }
  });
});

describe("a disk that is full", () => {
  const ways = [
    { what: "replay", args: ["replay", log, "-o", join(small, "x.duckdb")] },
    ...["csv", "parquet", "arrow", "perfetto"].map((format) => ({
      what: `export --format ${format}`,
      args: ["export", database, "--format", format, "-o", join(small, "out")],
    })),
  ];
  // Only root can mount a small disk: without it there is nothing to fill.
  test.runIf(mounted).each(ways)(
    "ends $what with a sentence, exit 2, no partial left",
    async ({ args }) => {
      rmSync(join(small, "out"), { recursive: true, force: true });
      writeFileSync(join(small, "fill"), Buffer.alloc(500 << 10));
      const { code, stderr } = await respark(args);
      expect({ code, stderr }).toMatchObject({ code: 2 });
      expect(stderr).toContain("no room left on the disk");
      expect(stderr.trim().split("\n").length).toBe(1);
      const left = readdirSync(small, { recursive: true }).map(String);
      expect(left.filter((name) => name.includes("partial"))).toEqual([]);
    },
  );
});

describe("a signal", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s ends a replay and leaves nothing",
    async (signal) => {
      const output = at(`signal-${signal}.duckdb`);
      const child = spawn(process.execPath, [...commandLine(), "replay", "-", "-o", output], {
        stdio: ["pipe", "pipe", "pipe"],
        env: { ...process.env, RESPARK_COMMAND: "" },
      });
      // Standard input that never ends: once more than a pipe holds is read, it waits in the
      // survey.
      const lines = Buffer.concat(Array.from({ length: 40 }, () => readFileSync(log)));
      await new Promise((resolve) => child.stdin.write(lines, resolve));
      const ended = new Promise((resolve) => child.on("exit", (_, by) => resolve(by)));
      child.kill(signal);
      expect(await ended).toBe(signal);
      child.stdin.destroy();
      expect(readdirSync(scratch).filter((name) => name.startsWith("signal-"))).toEqual([]);
    },
  );
});

test("several statements are refused, since only one can be answered", async () => {
  const { code, stderr } = await respark(["query", database, "select 1; select 2"]);
  expect(code).toBe(2);
  expect(stderr).toContain("several statements");
});
