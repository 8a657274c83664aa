/**
 * `respark replay`, from a directory of real logs to a database and a summary, and everything that
 * can be wrong with the asking.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { commandLine } from "../tested-bundle.ts";
import { respark } from "./run-respark.ts";

const repository = join(import.meta.dirname, "../..");
const runs = join(repository, "fixtures/runs");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let folder = "";
let count = 0;
beforeEach(() => {
  count += 1;
  folder = join(scratch, String(count));
  mkdirSync(folder);
});

async function asked(database: string, sql: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await respark(["query", database, sql, "--format", "json"]);
  return JSON.parse(stdout) as Record<string, unknown>[];
}

test("of an event log alone the summary says what its tasks spilled, and has dashes for what it does not tell", async () => {
  const log = join(runs, "s35-f-base-dbg/app-20261121023659-0000.lz4");
  const { code, stdout } = await respark(["replay", log, "-o", join(folder, "events.duckdb")]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^0 .* \d+ \(53\.2 MiB\) +– +36\.1 MiB +–$/m);
  expect(stdout).toMatch(/^1 .* \d+ \(54\.8 MiB\) +– +0 +–$/m);
  expect(stdout).toContain("– = these logs do not tell");
  expect(stdout).toContain("Tasks spilled 36.1 MiB of memory, by their own totals.");
});

test("an application whose event log just stops is said to have no end, and what ran then", async () => {
  const logs = join(runs, "s35-o-base-info");
  const { stdout } = await respark(["replay", logs, "-o", join(folder, "crash.duckdb")]);
  expect(stdout).toContain("from 2026-11-21 02:38:06 UTC · no end logged");
  expect(stdout).toContain("The event log ends too early (1 job and 4 tasks were running)");
});

test("a directory of real logs becomes a database, and the summary says how far it can be trusted", async () => {
  const database = join(folder, "app.duckdb");
  const { code, stdout, stderr } = await respark([
    "replay",
    join(runs, "s35-f-base-dbg"),
    "-o",
    database,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("Spark 3.5.6 · unified memory manager");
  expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
    /the replay predicted [\d,]+ \([\d.]+ %\), a known rule of logging accounts for [\d,]+/,
  );
  expect(stdout).toContain("Next\n");
  expect(readdirSync(folder)).toEqual(["app.duckdb"]);
  const executors = await asked(database, "select executor_id from executors order by all");
  expect(executors).toEqual([
    { executor_id: "0" },
    { executor_id: "1" },
    { executor_id: "driver" },
  ]);
});

test("--json gives the summary to machines, alone on standard output", async () => {
  const { code, stdout } = await respark([
    "replay",
    join(runs, "s40-a2-base-dbg"),
    "-o",
    join(folder, "app.duckdb"),
    "--json",
  ]);
  expect(code).toBe(0);
  const summary = JSON.parse(stdout) as { applications: { sparkVersion: string }[] };
  expect(summary.applications.map(({ sparkVersion }) => sparkVersion)).toEqual(["4.0.1"]);
});

test("an application that never said goodbye is replayed as far as its log goes", async () => {
  const database = join(folder, "app.duckdb");
  const { code } = await respark(["replay", join(runs, "s35-o-base-info"), "-o", database]);
  expect(code).toBe(0);
  expect(await asked(database, "select ended_at from applications")).toEqual([{ ended_at: null }]);
});

test("several applications in one directory go into one database", async () => {
  const logs = join(folder, "logs");
  cpSync(join(runs, "s35-f-base-dbg"), join(logs, "one"), { recursive: true });
  cpSync(join(runs, "s41-a2-base-dbg"), join(logs, "two"), { recursive: true });
  const database = join(folder, "both.duckdb");
  expect((await respark(["replay", logs, "-o", database])).code).toBe(0);
  expect(await asked(database, "select spark_version from applications order by all")).toEqual([
    { spark_version: "3.5.6" },
    { spark_version: "4.1.4" },
  ]);
  const view = await respark(["query", database, "executor_memory_layout", "--app", "nobody"]);
  expect(view.code).toBe(2);
  expect(view.stderr).toContain("app-20261121023659-0000");
});

test("the same logs give the same rows", async () => {
  for (const name of ["a.duckdb", "b.duckdb"]) {
    await respark(["replay", join(runs, "s30-f-base-dbg"), "-o", join(folder, name)]);
  }
  const sql = "select * from memory_timeline order by executor_id, mode, seq";
  expect(await asked(join(folder, "a.duckdb"), sql)).toEqual(
    await asked(join(folder, "b.duckdb"), sql),
  );
});

describe("trouble with the input or the output is one sentence and the right exit code", () => {
  test("no such path", async () => {
    const { code, stdout, stderr } = await respark(["replay", join(folder, "nowhere")]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toBe(`respark: no such file or directory: ${join(folder, "nowhere")}\n`);
  });

  test("an empty directory", async () => {
    const { code, stderr } = await respark(["replay", folder]);
    expect(code).toBe(3);
    expect(stderr).toContain("is an empty directory");
  });

  test("a directory without Spark logs", async () => {
    writeFileSync(join(folder, "notes.txt"), "nothing about Spark\n");
    writeFileSync(join(folder, "data.json"), '{"a":1}\n');
    const { code, stderr } = await respark(["replay", folder, "-o", join(folder, "x.duckdb")]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^respark: no Spark application in .*\n$/);
    expect(readdirSync(folder).sort()).toEqual(["data.json", "notes.txt"]);
  });

  test("a database that exists is not touched unless --overwrite says so", async () => {
    const database = join(folder, "app.duckdb");
    writeFileSync(database, "precious");
    const logs = join(runs, "s35-o-base-info");
    const refused = await respark(["replay", logs, "-o", database]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--overwrite");
    expect((await respark(["replay", logs, "-o", database, "--overwrite"])).code).toBe(2);
    expect(readFileSync(database, "utf8")).toBe("precious");
    writeFileSync(database, "checksumDUCK of an earlier replay");
    expect((await respark(["replay", logs, "-o", database, "--overwrite"])).code).toBe(0);
    expect(await asked(database, "select count(*)::int as n from applications")).toEqual([
      { n: 1 },
    ]);
  });

  test("a folder for the output that is not there", async () => {
    const { code, stderr } = await respark([
      "replay",
      join(runs, "s35-o-base-info"),
      "-o",
      join(folder, "no", "such", "x.duckdb"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(join(folder, "no", "such"));
  });

  test("a zone that does not exist", async () => {
    const { code, stderr } = await respark([
      "replay",
      join(runs, "s35-o-base-info"),
      "--time-zone",
      "Mars/Olympus",
      "-o",
      join(folder, "x.duckdb"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("Mars/Olympus");
  });
});

test("the command itself reads standard input and ends with the code of main", () => {
  const log =
    readdirSync(join(runs, "s24-i-legacy-dbg")).find((name) => name.startsWith("app-")) ?? "";
  const words = [process.execPath, ...commandLine(), "replay", "-", "--quiet"].join("' '");
  const command = `'${words}' -o '${join(folder, "x.duckdb")}' < '${join(runs, "s24-i-legacy-dbg", log)}'`;
  const ran = spawnSync("sh", ["-c", command], { cwd: repository, encoding: "utf8" });
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: "" });
  expect(ran.stdout).toContain("Spark 2.4.8");
  expect(existsSync(join(folder, "x.duckdb"))).toBe(true);
});

test("Ctrl-C ends a replay that waits for standard input, and leaves nothing behind", async () => {
  const into = join(folder, "never.duckdb");
  const waiting = spawn(process.execPath, [...commandLine(), "replay", "-", "-o", into], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  const said: string[] = [];
  waiting.stderr.on("data", (text) => said.push(String(text)));
  // The pipe is emptied once the replay reads it.
  await new Promise((resolve) => waiting.stdin.write(Buffer.alloc(1 << 20), resolve));
  waiting.kill("SIGINT");
  const ended = await new Promise((resolve) => waiting.on("close", (_, signal) => resolve(signal)));
  expect([ended, said.join(""), existsSync(into)]).toEqual(["SIGINT", "", false]);
});
