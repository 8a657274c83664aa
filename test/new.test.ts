/** Skeletons of `pnpm new`: each is named in its folder's index, and nothing is overwritten. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const { makeNew } = (await import(join(root, "scripts/new.mjs"))) as {
  makeNew: (kind: string, name: string, root: string) => { written: string[]; left: string[] };
};

/** What a kind adds to which index: its import, and its entry. */
const named: readonly (readonly [string, string, readonly string[]])[] = [
  ["view", "packages/report/src/sql/views/index.ts", ["longReads", "  longReads,"]],
  ["check", "packages/report/src/checks/index.ts", ["longReads", "  ...longReads,"]],
  ["command", "packages/cli/src/commands/index.ts", ["addLongReads", "  addLongReads,"]],
  ["finding", "packages/report/src/explain/findings/index.ts", ["longReads", "  longReads,"]],
  ["codec", "packages/events/src/bytes/codecs/index.ts", ["longReads", ", longReads];"]],
  [
    "event",
    "packages/events/src/event-log/decoders/index.ts",
    ["longReadsDecoders", "    longReadsDecoders,"],
  ],
  ["table", "packages/core/src/tables/index.ts", ["longReads", "  long_reads: longReads,"]],
  ["table", "packages/core/src/rows.ts", ["LongReadsRow", "  long_reads: LongReadsRow;"]],
  ["chart", "packages/report/src/page/main.ts", ["setUpLongReads", "  setUpLongReads();"]],
];

/** What else a table and a chart are named in, without an import. */
const listed: readonly (readonly [string, string, string])[] = [
  [
    "table",
    "packages/core/src/index.ts",
    'export type { LongReadsRow } from "./tables/long-reads.ts";',
  ],
  ["table", "packages/core/src/tables/index.ts", "  readonly long_reads: typeof longReads;"],
  ["table", "packages/report/src/tables/index.ts", '  long_reads: table("long_reads"),'],
  ["table", "packages/report/src/tables/values.ts", "  long_reads: {},"],
  [
    "table",
    "packages/report/src/sinks/table-writers.ts",
    '    long_reads: await writer("long_reads"),',
  ],
  ["table", "packages/report/test/rows-by-hand.ts", "  long_reads: {"],
  ["table", "packages/core/test/replay/collected-rows.ts", "    long_reads: [],"],
  ["chart", "packages/report/src/page/state.ts", '  | "long-reads"'],
];

const scratch = mkdtempSync(join(tmpdir(), "respark-new-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** A folder with what skeletons are named in. */
function houseNamed(name: string): string {
  const house = join(scratch, name);
  for (const [, path] of [...named, ...listed])
    cpSync(join(root, path), join(house, path), { recursive: true, force: true });
  return house;
}

test.each(named)("a new %s is named in %s", (kind, index, [imported = "", entry = ""]) => {
  const house = houseNamed(`${kind}-${index.replaceAll("/", "-")}`);
  const { written, left } = makeNew(kind, "long-reads", house);
  const text = readFileSync(join(house, index), "utf8");
  expect(text).toMatch(new RegExp(`^import .*\\b${imported}\\b.* from "./[a-z/-]+.ts";$`, "m"));
  expect(text).toContain(entry);
  expect(written).toContain(index);
  expect(left.length).toBeGreaterThan(0);
  for (const path of written) expect(readFileSync(join(house, path), "utf8")).not.toBe("");
  expect(() => makeNew(kind, "long-reads", house)).toThrow(/is there already/);
});

test.each(listed)("a new %s has its line in %s", (kind, path, line) => {
  const house = houseNamed(`${kind}-line-${path.replaceAll("/", "-")}`);
  makeNew(kind, "long-reads", house);
  expect(readFileSync(join(house, path), "utf8")).toContain(`\n${line}`);
});

test("a consumer has a class and a test; no list names consumers", () => {
  const { written } = makeNew("consumer", "long-map", join(scratch, "consumer"));
  expect(written).toEqual([
    "packages/core/src/consumers/long-map.ts",
    "packages/core/test/consumers/long-map.test.ts",
  ]);
});

test("what is no kind and no name is said", () => {
  expect(() => makeNew("toString", "a", root)).toThrow(/no kind toString: view/);
  expect(() => makeNew("view", "../Up", root)).toThrow(/lower-case words/);
});
