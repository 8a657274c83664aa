import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isMemoryStatement } from "../../src/executor-log/memory-statement.ts";
import { decode } from "./decoded.ts";

const LOG = join(import.meta.dirname, "../../../../fixtures/runs/s35-f-base-dbg/executor-0.log");

/** Small and seeded, so that a failure can be seen again. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A line's second piece is told where the record begins. */
const HEAD = /^\d\d\/\d\d\//;

/** Of each line that states memory: a fact, or an oddity that names it. */
function lostWithoutAWord(bytes: Buffer): string[] {
  const told = new Set<number>();
  const { oddities } = decode(bytes, { look: (record) => told.add(record.line) });
  for (const { line } of oddities) told.add(line);
  return bytes
    .toString("latin1")
    .split("\n")
    .flatMap((text, i) => {
      const isTold = told.has(i + 1) || (!HEAD.test(text) && told.has(i));
      return isMemoryStatement(text) && !isTold ? [`${i + 1}: ${text}`] : [];
    });
}

test("a log cut anywhere is read up to the cut", () => {
  const whole = readFileSync(LOG);
  const random = randomFrom(1);
  const all = decode(whole).records.length;
  for (let i = 0; i < 40; i++) {
    const cut = random(whole.length);
    const { records } = decode(whole.subarray(0, cut));
    expect(records.length).toBeLessThanOrEqual(all);
    expect(lostWithoutAWord(whole.subarray(0, cut))).toEqual([]);
  }
});

test("a log that begins anywhere is read from there", () => {
  const whole = readFileSync(LOG);
  const random = randomFrom(2);
  for (let i = 0; i < 40; i++) {
    expect(lostWithoutAWord(whole.subarray(random(whole.length)))).toEqual([]);
  }
});

test("flipped bytes, NULs and lost line ends lose no statement in silence", () => {
  const random = randomFrom(3);
  for (let i = 0; i < 60; i++) {
    const damaged = Buffer.from(readFileSync(LOG));
    for (let k = 0; k < 200; k++) {
      const at = random(damaged.length);
      const what = random(4);
      if (what === 0) damaged[at] = random(256);
      else if (what === 1) damaged.fill(0, at, at + random(40));
      else if (what === 2) damaged[at] = 10;
      else damaged[damaged.indexOf(10, at)] = 32;
    }
    expect(lostWithoutAWord(damaged)).toEqual([]);
  }
});

test("escape sequences, HTML and SQL are text like any other", () => {
  const block = "rdd_0_0\u001b[31m<script>';DROP";
  const { records } = decode(`26/11/21 02:36:35 INFO BlockManager: Found block ${block} locally\n`);
  expect(records[0]?.fact).toEqual({ kind: "block_found", blockId: block, where: "local" });
});

test("names in any alphabet stay what they are", () => {
  const { records } = decode(
    "26/11/21 02:36:35 INFO Executor: Starting executor ID 1 on host häuschen-東京\n",
  );
  expect(records[0]?.fact).toMatchObject({ host: "häuschen-東京" });
});

test("a line of 100 MB is one line, and the ones around it are read", () => {
  const line = "26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared\n";
  const huge = Buffer.alloc(100 * 1024 * 1024, "x");
  huge.write("26/11/21 02:36:35 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)");
  const { records } = decode(Buffer.concat([Buffer.from(line), huge, Buffer.from(`\n${line}`)]));
  expect(records.map(({ fact }) => fact?.kind)).toEqual(["store_cleared", "store_cleared"]);
});

test.each([8100, 80_000, 130_000, 200_000, 3_000_000])(
  "a statement at the end of a line of %i bytes that lost its end is not lost in silence",
  (length) => {
    const statement =
      "26/11/21 02:54:57 INFO MemoryStore: After dropping 1 blocks, free memory is 15.1 MB\n";
    for (const begins of ["", "26/11/21 02:54:56 INFO Utils: "]) {
      const { records, oddities } = decode(
        `26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared\n${begins}${"x".repeat(length)}${statement}`,
      );
      expect(records.length).toBe(1);
      expect(oddities.map(({ code, line }) => [code, line])).toEqual([["unread_statement", 2]]);
    }
  },
);

test("a statement anywhere in a line that is too long to be a record is not lost in silence", () => {
  const statement = "Memory use = 1.0 KB (blocks) + 0.0 B (scratch space shared across 0 tasks(s))";
  for (const before of [60_000, 65_530, 100_000, 1_048_570, 2_000_000]) {
    const { oddities } = decode(
      `26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared\n${"x".repeat(before)}${statement}${"y".repeat(2_000_000)}\n`,
    );
    expect(oddities.map(({ code, line }) => [code, line])).toEqual([["unread_statement", 2]]);
  }
});

test("a year that no log can be of is no time, and its record is read all the same", () => {
  const line = (year: string): string =>
    `${year}-11-21 02:36:35,123 INFO  [main] MemoryStore: MemoryStore started with capacity 366.3 MiB\n`;
  const times: (number | undefined)[] = [];
  const { records } = decode(["2026", "9999", "0993", "2026"].map(line).join(""), {
    look: (record) => times.push(record.localMicros),
  });
  expect(records.length).toBe(4);
  const at = Date.UTC(2026, 10, 21, 2, 36, 35, 123) * 1000;
  expect(times).toEqual([at, undefined, undefined, at]);
});

test("numbers that no JVM can have are no facts", () => {
  const { records, oddities } = decode(
    [
      "26/11/21 02:36:35 DEBUG MemoryStore: Block rdd_0_0 of size 99999999999999999999 dropped from memory (free 1)",
      "26/11/21 02:36:35 INFO MemoryStore: MemoryStore started with capacity 9000000.0 EiB",
    ].join("\n"),
  );
  expect(records).toEqual([]);
  expect(oddities.map(({ code }) => code)).toEqual(["unread_statement", "unread_statement"]);
});

test("the later part of a statement is missed where a logger of memory says it, and there alone", () => {
  const { oddities } = decode(
    Buffer.from(
      [
        "26/11/21 02:57:05 INFO MemoryStore: MemoryStore started with capacity 69.1 MiB",
        "26/11/21 02:57:06 INFO MemoryStore: 1 blocks se free memory is 69.1 MiB",
        "26/11/21 02:57:07 INFO Mine: free memory is 3 GB",
        "26/11/21 02:57:08 INFO MemoryStore: free disk is 3 GB",
        "26/11/21 02:57:09 INFO Memory\0\0\0: free memory is 1 GB",
        "26/11/21 02:57:09 INFO Memory\0\0\0\0\0 free memory is 1 GB",
      ].join("\n"),
    ),
  );
  expect(oddities.map(({ code, line }) => [code, line])).toEqual([
    ["unread_statement", 2],
    ["unread_statement", 5],
    ["unread_statement", 6],
  ]);
});

test("a statement that damage joined to a line, its clock cut, is missed with a word", () => {
  const { oddities } = decode(
    [
      "26/11/21 02:36:35 INFO Utils: fetched",
      "26/11/21 02:36:35 INFO Utils: fetched26/11/21 02:3O MemoryStore: Block rdd_0_1 stored as values in memory (estimated size 14.0 MiB, free 51.7 MiB)",
      "26/11/21 02:36:35 INFO Utils: fetchedStore: After dropping 1 blocks, free memory is 15.1 MB",
    ].join("\n"),
  );
  expect(oddities.map(({ code, line }) => [code, line])).toEqual([
    ["unread_statement", 2],
    ["unread_statement", 3],
  ]);
});

test("a line that begins like JSON and ends at once is a line", () => {
  for (const text of ["{", '{"log', '{"log":"', '{"ts":', "[", "2026"]) {
    expect(decode(text).records).toEqual([]);
  }
});

test("one line of many records is all of them, each time in it found once", () => {
  const most = 6_000;
  const text = Array.from(
    { length: most },
    (_, i) =>
      `26/11/21 02:36:${String(10 + (i % 50))} INFO MemoryStore: Block broadcast_${i} stored as values in memory (estimated size 5.0 KiB, free 366.3 MiB)`,
  ).join(" ");
  expect(decode(text).records).toHaveLength(most);
});
