/** What one stored line passes on its way from bytes to rows, counted by V8 (`pnpm walk`). */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const program = ["--conditions=@respark/source", "--import", "tsx", "test/work/walk.ts", "--json"];
const walked: {
  readonly functions: number;
  readonly files: number;
  /** `core/src/… name` */
  readonly names: readonly string[];
  readonly rows: readonly string[];
} = JSON.parse(execFileSync(process.execPath, program, { cwd: root, encoding: "utf8" }));

// Figures of now. They may fall; what adds to them says why in its commit.
test("a stored line passes no more functions and files than it did", () => {
  expect(walked.functions).toBeLessThanOrEqual(368);
  expect(walked.files).toBeLessThanOrEqual(97);
});

test("it ends in the rows that ARCHITECTURE.md names", () => {
  for (const table of ["memory_events", "block_events", "memory_timeline", "replay_checks"])
    expect(walked.rows).toContain(table);
});

test("what ARCHITECTURE.md says of its replay is what it passes, in these files", () => {
  const page = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const way = page.slice(page.indexOf("6. **replay.**"), page.indexOf("7. **rows.**"));
  const called = new Set(walked.names.map((key) => key.slice(key.indexOf(" ") + 1)));
  for (const name of ["sizeOfStored", "foreseenFree", "weighFree", "learnFree"]) {
    expect(way).toContain(`\`${name}\``);
    expect(called).toContain(name);
  }
  // It was predicted: no rule of inference is asked.
  expect(called).toContain("accountFor");
  expect(called).not.toContain("applies");
});
