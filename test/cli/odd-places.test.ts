/**
 * What was named is not what it should be: each time one sentence and the code that a script can
 * tell apart.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandLine } from "../tested-bundle.ts";
import { type Ran, replayed, respark } from "./run-respark.ts";

const logs = join(import.meta.dirname, "../../fixtures/runs/s35-f-base-dbg");
const folder = mkdtempSync(join(tmpdir(), "respark-odd-"));
const database = join(folder, "it's.duckdb");
const text = join(folder, "text.duckdb");

beforeAll(async () => {
  writeFileSync(text, "hello");
  mkdirSync(join(folder, "folder"));
  await replayed([logs, "-o", database, "--quiet"]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  { args: ["replay", logs, "-o", ""], code: 2, says: "--output is empty: it names nothing" },
  { args: ["replay", ""], code: 2, says: "<path> is empty: it names nothing" },
  { args: ["query", database, ""], code: 2, says: "<sql> is empty: it names nothing" },
  { args: ["explain", database, "--block", ""], code: 2, says: "--block is empty" },
  {
    args: ["explain", join(folder, "folder")],
    code: 3,
    says: "folder is an empty directory: give the one that holds event logs",
  },
  {
    args: ["query", text, "tasks"],
    code: 3,
    says: "text.duckdb is no database: what is asked is a file that respark replay wrote",
  },
  {
    args: ["query", database, "-f", join(folder, "folder")],
    code: 2,
    says: "folder is a directory: -f names a file with a query in it",
  },
  {
    args: ["export", database, "--format", "csv", "-o", join(text, "below")],
    code: 2,
    says: "a file stands where a folder is due",
  },
  {
    args: ["export", database, "--format", "csv", "-o", "-"],
    code: 2,
    says: "an export is a directory of files: name one with -o, - is none",
  },
])("$args ends with $code: $says", async ({ args, code, says }) => {
  const ran = await respark(args);
  expect([ran.code, ran.stdout]).toEqual([code, ""]);
  expect(ran.stderr).toContain(says);
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
});

// Node 20's own way of making folders never comes back from there.
test.runIf(existsSync("/proc/self"))("a folder that cannot be made is said at once", async () => {
  for (const args of [
    ["export", database, "--format", "csv"],
    ["replay", logs, "--format", "parquet", "--quiet"],
  ]) {
    const ran = await respark([...args, "-o", "/proc/no-such-folder/tables"]);
    expect([ran.code, ran.stdout]).toEqual([2, ""]);
    expect(ran.stderr).toMatch(/^respark: \/proc\/no-such-folder[^\n]*: [^\n]+\n$/);
  }
});

test("a report goes whole into its file, or says in words why not", async () => {
  const good = join(folder, "good.json");
  expect((await respark(["baseline", database, "-o", good])).code).toBe(0);
  const check = (...into: string[]): Promise<Ran> =>
    respark(["check", database, "--baseline", good, ...into]);
  const whole = join(folder, "gate.xml");
  expect((await check("--junit", whole)).code).toBe(0);
  expect(readFileSync(whole, "utf8")).toContain("</testsuites>");
  expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  const intoFolder = await check("--junit", join(folder, "folder"));
  expect([intoFolder.code, intoFolder.stderr]).toEqual([
    2,
    `respark: cannot write ${join(folder, "folder")}: it is a directory, and a file is due\n`,
  ]);
  if (!existsSync("/dev/full")) return;
  const full = await check("--junit", "/dev/full");
  expect([full.code, full.stderr]).toEqual([
    2,
    "respark: cannot write /dev/full: no room left on the disk\n",
  ]);
});

test("a database given for logs is told from a file that is none", async () => {
  const ran = await respark(["replay", database]);
  expect([ran.code, ran.stderr]).toEqual([
    3,
    `respark: ${database} is a database that respark replay wrote: respark query and respark explain read it\n`,
  ]);
  const none = await respark(["replay", text]);
  expect([none.code, none.stderr]).toEqual([
    3,
    `respark: no Spark application in ${text}: neither an event log nor a log of Spark\n`,
  ]);
});

test("where nothing could be read, the reason is said and not a count", async () => {
  const circles = join(folder, "circles");
  mkdirSync(circles);
  symlinkSync("b", join(circles, "a"));
  symlinkSync("a", join(circles, "b"));
  const ran = await respark(["replay", circles]);
  expect([ran.code, ran.stderr]).toEqual([
    3,
    `respark: no Spark application in ${circles}: ${join(circles, "a")} cannot be read: a link to nothing, and 1 more like this\n`,
  ]);
  const hidden = join(folder, "hidden");
  mkdirSync(hidden);
  writeFileSync(join(hidden, ".app-1.crc"), "crc");
  expect((await respark(["inspect", hidden])).stderr).toBe(
    `respark: no Spark application in ${hidden}: it holds no file to read (hidden files and checksums are not)\n`,
  );
});

test("archives in archives beyond the limit are named as the reason", async () => {
  const nested = join(folder, "nested");
  mkdirSync(nested);
  writeFileSync(join(nested, "app-1"), "x");
  for (let inner = "app-1", depth = 0; depth < 5; depth += 1) {
    const outer = `${depth}.tar`;
    spawnSync("tar", ["-cf", outer, inner], { cwd: nested });
    inner = outer;
  }
  const { code, stderr } = await respark(["replay", join(nested, "4.tar")]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/is an archive more than 3 archives deep; it is not read\n$/);
});

/** As whom nothing is denied, nothing can be tried. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const asNobody = (
  args: readonly string[],
): { readonly status: number | null; readonly stderr: string } =>
  spawnSync(process.execPath, [...commandLine(), ...args], {
    cwd: tmpdir(),
    encoding: "utf8",
    ...nobody,
  });
const nobodyCanRun = asNobody(["--version"]).status === 0;

test.runIf(nobodyCanRun)("a file or folder without the right to read it is said to be so", () => {
  const locked = mkdtempSync(join(tmpdir(), "respark-locked-"));
  chmodSync(folder, 0o755);
  chmodSync(locked, 0o755);
  const file = join(locked, "app-1");
  writeFileSync(file, "x");
  chmodSync(file, 0);
  mkdirSync(join(locked, "inner"), { mode: 0 });
  const denied = (args: readonly string[]): string => {
    const { status, stderr } = asNobody(args);
    expect(status).toBe(3);
    return stderr;
  };
  expect(denied(["replay", file])).toBe(
    `respark: no Spark application in ${file}: ${file} cannot be read: permission denied\n`,
  );
  expect(denied(["inspect", join(locked, "inner")])).toContain("permission denied");
  expect(denied(["replay", locked])).toContain("permission denied, and 1 more like this");
  rmSync(locked, { recursive: true });
});

test.runIf(nobodyCanRun)(
  "a folder without the right to write into it is the wrong place for a result",
  () => {
    const readOnly = mkdtempSync(join(tmpdir(), "respark-read-only-"));
    chmodSync(readOnly, 0o555);
    const into = join(readOnly, "run.duckdb");
    for (const how of [[], ["--overwrite"], ["--append"]]) {
      const { status, stderr } = asNobody(["replay", logs, "-o", into, ...how]);
      expect([status, stderr]).toEqual([
        2,
        `respark: cannot write ${into}: no right to write into the directory ${readOnly}: name another place with -o\n`,
      ]);
    }
    rmSync(readOnly, { recursive: true });
  },
);

async function* bytesThenEnd(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

test("standard input is called so in every table and message, and no path of this machine is told", async () => {
  const name = readdirSync(logs).find((file) => file.startsWith("app-")) ?? "";
  const log = readFileSync(join(logs, name));
  const broken = Buffer.concat([log, Buffer.from('{"Event":"SparkListenerTaskEnd","Stage ID":\n')]);
  const into = join(folder, "piped.duckdb");
  const ran = await respark(["replay", "-", "-o", into], { stdin: () => bytesThenEnd(broken) });
  expect([ran.code, ran.stderr]).toEqual([0, ""]);
  const asked = await respark([
    "query",
    into,
    "select path, null as message from source_files union all select null, message from diagnostics",
    "--json",
  ]);
  expect(JSON.parse(asked.stdout)).toContainEqual({ path: "standard input", message: null });
  expect(`${ran.stdout}${asked.stdout}`).not.toMatch(/respark-\w{6}|"-"/);

  const junk = Buffer.from("no log\n");
  const inspected = await respark(["inspect", "-"], { stdin: () => bytesThenEnd(junk) });
  expect(inspected.code).toBe(3);
  expect(inspected.stdout).toContain("standard input: neither an event log nor a log of Spark");
  expect(inspected.stderr).toBe(
    "respark: no Spark application in standard input: neither an event log nor a log of Spark\n",
  );
});

test("a file that may not be read is unreadable input, and no bug of ours", async () => {
  const refused = Object.assign(new Error("EACCES: permission denied, open 'secret.sql'"), {
    code: "EACCES",
    syscall: "open",
    path: "secret.sql",
  });
  const { code, stderr } = await respark(["query", database, "-f", text], {
    readText: () => Promise.reject(refused),
  });
  expect([code, stderr]).toEqual([3, "respark: secret.sql: permission denied\n"]);
});

test("a reader that closes a database's stream early had what it wanted", async () => {
  const closed = Object.assign(new Error("write EPIPE"), { code: "EPIPE", syscall: "write" });
  const { code } = await respark(["replay", logs, "-o", "-", "--quiet"], {
    copyToStdout: () => Promise.reject(closed),
  });
  expect(code).toBe(0);
});

test("the command that reads an export can be copied, whatever its directory is called", async () => {
  const into = join(folder, "o'ut dir");
  const { code, stdout } = await respark(["export", database, "--format", "parquet", "-o", into]);
  expect(code).toBe(0);
  expect(stdout).toContain(`duckdb -c "from '${into.replace("'", "''")}/memory_timeline/`);
});

test.runIf(existsSync("/dev/full"))(
  "a disk that is full where standard output goes is said, and is no failed check",
  () => {
    const full = openSync("/dev/full", "w");
    const ran = spawnSync(process.execPath, [...commandLine(), "query", database, "select 1"], {
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    closeSync(full);
    expect([ran.status, ran.stderr]).toEqual([2, "respark: no room left on the disk\n"]);
  },
);

test.each(["explain", "report", "whatif"])(
  "%s of nothing says what it looked for",
  async (command) => {
    const asked = command === "whatif" ? ["--set", "spark.memory.fraction=0.7"] : [];
    const { code, stderr } = await respark([command, join(folder, "nothing"), ...asked]);
    expect(code).toBe(3);
    expect(stderr).toBe(
      `respark: there is neither a database nor a log at ${join(folder, "nothing")}: name what respark replay wrote, or the logs themselves\n`,
    );
  },
);
