/** What was named is not what it should be: each time one sentence and the code that a script can tell apart. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const logs = join(import.meta.dirname, "../../fixtures/runs/s35-f-base-dbg");
const bin = join(import.meta.dirname, "../../packages/cli/src/bin.ts");
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
    says: "folder is a directory: what is asked is a database, a file that respark replay wrote",
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
    const ran = spawnSync(
      process.execPath,
      ["--conditions=@respark/source", "--import", "tsx", bin, "query", database, "select 1"],
      { stdio: ["ignore", full, "pipe"], encoding: "utf8" },
    );
    closeSync(full);
    expect([ran.status, ran.stderr]).toEqual([2, "respark: no room left on the disk\n"]);
  },
);
