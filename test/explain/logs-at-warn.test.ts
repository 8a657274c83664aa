/**
 * Logs of a Spark at WARN: they have refusals and errors, and none of the stores that took the
 * room.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { respark } from "../cli/run-respark.ts";

const folder = mkdtempSync(join(tmpdir(), "respark-warn-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const REFUSED = [
  "24/07/24 04:26:30 WARN MemoryStore: Not enough space to cache rdd_7_3 in memory! (computed 49.4 MiB so far)",
  "24/07/24 04:26:32 WARN BlockManager: Persisting block rdd_7_3 to disk instead.",
];

test.each([
  [
    "1 block of RDD 7 found no room",
    [
      "24/07/24 04:26:30 WARN MemoryStore: Failed to reserve initial memory threshold of 1024.0 KiB for computing block rdd_7_3 in memory.",
    ],
  ],
  [
    "1 block of RDD 7 found no room",
    [...REFUSED, "24/07/24 04:26:33 WARN BlockManager: Putting block rdd_7_3 failed"].slice(1),
  ],
  [
    "rdd_7_3 could not be stored, and why is not logged",
    ["24/07/24 04:26:33 WARN BlockManager: Putting block rdd_7_3 failed"],
  ],
  [
    "Storage has 512.0 KiB, less than the 1024.0 KiB that a block asks for at first",
    [
      "24/07/24 04:26:30 WARN MemoryStore: Max memory 512.0 KiB is less than the initial memory threshold 1024.0 KiB needed to store a block in memory. Please configure Spark with more memory.",
    ],
  ],
  [
    "Blocks were lost: no executor has rdd_7_3 any more",
    ["24/07/24 04:26:30 WARN BlockManagerMasterEndpoint: No more replicas available for rdd_7_3 !"],
  ],
  [
    "an aggregation got no page of 1.0 MiB, and went on without",
    [
      "24/07/24 04:26:30 WARN VariableLengthRowBasedKeyValueBatch: Failed to allocate page (1048576 bytes).",
    ],
  ],
  [
    "and again, 2 times or more in all",
    ["30", "45"].map(
      (second) =>
        `24/07/24 04:26:${second} WARN RowBasedKeyValueBatch: Calling spill() on RowBasedKeyValueBatch. Will not spill but return 0.`,
    ),
  ],
])("a warning alone: %s", async (says, lines) => {
  const log = join(folder, "warnings");
  writeFileSync(log, `${lines.join("\n")}\n`);
  const { stdout, code } = await respark(["explain", log]);
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(says);
  expect(stdout).toMatch(/^1 finding/m);
});

test.each([
  ["alone", REFUSED],
  // The program's own classes print at INFO.
  ["of a program at INFO", ["24/07/24 04:26:28 INFO Components: Preparing", ...REFUSED]],
])("a refused block in a log at WARN %s is told, and not why", async (_, lines) => {
  const log = join(folder, "stderr");
  writeFileSync(log, `${lines.join("\n")}\n`);
  const { stdout, code } = await respark(["explain", log]);
  expect(code).toBe(0);
  expect(stdout).toContain("1 block of RDD 7 found no room");
  expect(stdout).toContain("which rule decided them is not");
  expect(stdout).toContain("Evidence: logs without Spark's lines at INFO");
  // No statement was predicted from a capacity that nothing tells.
  expect(stdout).toContain("No line of these logs states an amount of memory");
  expect(stdout).not.toMatch(/Looked for and not found: [^.]*evictions/);
});
