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
