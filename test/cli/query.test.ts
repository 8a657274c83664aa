/**
 * `respark query` and `respark schema`: answers alone on standard output, and one sentence for what
 * cannot be answered.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const runs = join(import.meta.dirname, "../../fixtures/runs");
const scratch = mkdtempSync(join(tmpdir(), "respark-test-"));
const database = join(scratch, "both.duckdb");
beforeAll(async () => {
  const logs = [join(runs, "s35-f-base-dbg"), join(runs, "s41-a2-base-dbg")];
  await replayed([...logs, "-o", database]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const peaks =
  "select executor_id, max(storage_used_bytes) as bytes from memory_timeline where app_id = 'app-20261121023659-0000' group by all order by all";

test("SQL is answered as JSON, alone on standard output, with whole numbers", async () => {
  const { code, stdout, stderr } = await respark(["query", database, peaks, "--format", "json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const rows = JSON.parse(stdout) as { executor_id: string; bytes: number }[];
  expect(rows.map((row) => row.executor_id)).toEqual(["0", "1", "driver"]);
  expect(rows.every(({ bytes }) => Number.isSafeInteger(bytes) && bytes > 0)).toBe(true);
});

test.each([
  { format: "table", begins: "executor_id" },
  { format: "csv", begins: "executor_id,bytes\n0," },
  { format: "ndjson", begins: '{"executor_id": "0", "bytes": ' },
  { format: "markdown", begins: "| executor" },
])("the same answer as $format", async ({ format, begins }) => {
  const { stdout } = await respark(["query", database, peaks, "--format", format]);
  expect(stdout.startsWith(begins)).toBe(true);
});

test("names from logs cannot steer a terminal in any format; into a file they go as they are", async () => {
  const name = "\u001b[31m\u009b2J\u202e\u061c\u2060\u{e0041}\u007f";
  const units = Array.from(name, (character) => `chr(${character.codePointAt(0)})`).join(" || ");
  const ask = async (format: string, isTerminal: boolean): Promise<string> => {
    const shown: string[] = [];
    const write = (text: string | Uint8Array): Promise<void> => {
      shown.push(String(text));
      return Promise.resolve();
    };
    const sql = `select ${units} as "a ${name}"`;
    await respark(["query", database, sql, "--format", format], {
      stdout: { isTerminal, columns: 100, write },
    });
    return shown.join("");
  };
  for (const format of ["table", "csv", "json", "ndjson", "markdown"]) {
    const text = await ask(format, true);
    expect(text).toContain("[31m");
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
  expect(await ask("csv", false)).toBe(`a ${name}\n${name}\n`);
  expect(JSON.parse(await ask("json", false))).toEqual([{ [`a ${name}`]: name }]);
  expect(JSON.parse(await ask("ndjson", true))).toEqual({ [`a ${name}`]: name });
});

test("a table is asked for by its name, and --app narrows it to one application", async () => {
  const all = await respark(["query", database, "executors", "--json"]);
  const one = await respark([
    "query",
    database,
    "executors",
    "--app",
    "app-20261121023659-0000",
    "--json",
  ]);
  expect((JSON.parse(all.stdout) as unknown[]).length).toBe(6);
  expect((JSON.parse(one.stdout) as unknown[]).length).toBe(3);
});

test("a question may stand in a file or come through standard input", async () => {
  const file = join(scratch, "question.sql");
  writeFileSync(file, "-- how many\nselect count(*)::int as n from applications;\n");
  const fromFile = await respark(["query", database, "-f", file, "--json"]);
  const fromStdin = await respark(["query", database, "-", "--json"], {
    readStdin: () => Promise.resolve("select count(*)::int as n from applications"),
  });
  expect(JSON.parse(fromFile.stdout)).toEqual([{ n: 2 }]);
  expect(fromStdin.stdout).toBe(fromFile.stdout);
});

describe("what cannot be answered is one sentence and the right exit code", () => {
  test.each([
    { what: "a column that is not there", sql: "select nothing from executors", says: "nothing" },
    { what: "a table that is not there", sql: "executers", says: "executers" },
    {
      what: "a view that is nearly there",
      sql: "eviction_leger",
      says: "no view or table eviction_leger; the nearest are eviction_ledger, ",
    },
    { what: "no SQL at all", sql: "selec 1", says: "the query failed" },
    { what: "an empty question", sql: " ", says: "empty" },
    { what: "a change to the database", sql: "drop table executors", says: "reading only" },
    { what: "another file", sql: "from read_csv('/etc/passwd')", says: "the query failed" },
  ])("$what", async ({ sql, says }) => {
    const { code, stdout, stderr } = await respark(["query", database, sql, "--json"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^respark: [^\n]+\n$/);
    expect(stderr).toContain(says);
  });

  test("no database there", async () => {
    const { code, stderr } = await respark(["query", join(scratch, "no.duckdb"), "select 1"]);
    expect(code).toBe(3);
    expect(stderr).toContain("no.duckdb");
  });

  test("a file that is no database", async () => {
    const notes = join(scratch, "notes.txt");
    writeFileSync(notes, "not a database\n".repeat(1000));
    const { code, stderr } = await respark(["query", notes, "select 1"]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^respark: [^\n]+\n$/);
  });

  test.each([
    { what: "cut off", damage: (bytes: Buffer) => bytes.subarray(0, 100_000) },
    { what: "overwritten", damage: overwritten },
  ])("a database that is $what", async ({ what, damage }) => {
    const path = join(scratch, `${what}.duckdb`);
    writeFileSync(path, damage(readFileSync(database)));
    const { code, stdout, stderr } = await respark(["query", path, "memory_timeline"]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(/^respark: [^\n]*damaged: replay the logs again[^\n]*\n$/);
  });

  test("nothing asked", async () => {
    const { code, stderr } = await respark(["query", database]);
    expect(code).toBe(2);
    expect(stderr).toContain("give SQL");
  });
});

test("schema shows every table with its columns and their meaning, and needs no database", async () => {
  const { code, stdout } = await respark(["schema", "--json"]);
  expect(code).toBe(0);
  const schema = JSON.parse(stdout) as {
    name: string;
    comment: string;
    columns: { comment: string }[];
  }[];
  expect(schema.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["memory_timeline", "block_events", "replay_checks", "executors"]),
  );
  expect(schema.every(({ comment, columns }) => comment !== "" && columns.length > 0)).toBe(true);
  expect(schema.flatMap(({ columns }) => columns).filter(({ comment }) => comment === "")).toEqual(
    [],
  );
});

test("schema of a table that is not there names those nearest to it", async () => {
  const { code, stderr } = await respark(["schema", "memory_timelines"]);
  expect(code).toBe(2);
  expect(stderr).toContain("the nearest are memory_timeline, task_memory_timeline, ");
});

test("on a terminal what a column means goes on below itself", async () => {
  const lines: string[] = [];
  const columns = 80;
  const { code } = await respark(["schema", "memory_waits"], {
    stdout: {
      isTerminal: true,
      columns,
      write: (text) => {
        lines.push(...String(text).split("\n"));
        return Promise.resolve();
      },
    },
  });
  expect(code).toBe(0);
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  const at = lines.findIndex((line) => line.startsWith("  mode "));
  expect(lines.slice(at, at + 2)).toEqual([
    "  mode             VARCHAR    on_heap (JVM heap) or off_heap",
    "                              (spark.memory.offHeap.size)",
  ]);
});

/** Bytes in the middle of every block: checksums no longer hold. */
function overwritten(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = 1 << 20; at < copy.length - 8192; at += 4096) copy.fill(0xff, at + 100, at + 140);
  return copy;
}
