/** The log of a replaced database goes with it, and stays where it stays. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dropPartial, replaceDatabase } from "../../src/sinks/partial-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "respark-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
function put(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
}
const there = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(at(name), "utf8")]));

const DATABASE = "checksumDUCK";

test("a rename takes the old file's log away", async () => {
  put({ "x.duckdb": "old", "x.duckdb.wal": "log", "x.duckdb.partial": "new" });
  replaceDatabase(at("x.duckdb.partial"), at("x.duckdb"));
  expect(there()).toEqual({ "x.duckdb": "new" });
});

test("a rename that is refused leaves it", async () => {
  put({ "x.duckdb": "old", "x.duckdb.wal": "log" });
  expect(() => replaceDatabase(at("x.duckdb.partial"), at("x.duckdb"))).toThrow("ENOENT");
  expect(there()).toEqual({ "x.duckdb": "old", "x.duckdb.wal": "log" });
});

test("after a kill before the rename the next run puts it back", async () => {
  put({
    "x.duckdb": "old",
    "x.duckdb.partial": DATABASE,
    "x.duckdb.partial.replaced": "log",
  });
  await dropPartial(at("x.duckdb"));
  expect(there()).toEqual({ "x.duckdb": "old", "x.duckdb.wal": "log" });
});

test("after a kill behind the rename the next run removes it", async () => {
  put({ "x.duckdb": "new", "x.duckdb.partial.replaced": "log" });
  await dropPartial(at("x.duckdb"));
  expect(there()).toEqual({ "x.duckdb": "new" });
});
