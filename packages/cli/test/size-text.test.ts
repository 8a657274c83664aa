/** What `size` says of a promise: a size, none that was tried, or that nothing foretells it. */
import type { SizeAnswer } from "@respark/report";
import { expect, test } from "vitest";
import { sizeText } from "../src/whatif/size-text.ts";

const style = { bold: (text: string) => text, dim: (text: string) => text };

function said(
  promises: readonly Partial<SizeAnswer["promises"][number]>[],
  recommended: string | null,
): string {
  const answer: SizeAnswer = {
    schema: "respark.size/1",
    app_id: "app-1",
    attempt_id: "1",
    knob: "spark.executor.memory",
    base: "2048m",
    self_check: { passed: true, outcomes: [] },
    promises: promises.map((promise) => ({
      promise: "no-oom",
      recommended: null,
      p95: null,
      p05: null,
      broken: 0,
      draws: 40,
      grade: "A",
      reason: null,
      ...promise,
    })),
    tried: [],
    recommended,
  };
  return sizeText([answer], style);
}

test("a promise that nothing foretells recommends no size, and says why", () => {
  const text = said([{ grade: "D", reason: "3 tasks died of task memory" }], null);
  expect(text).toMatch(/no-oom\s+not foretold\s+D/);
  expect(text).toContain("Less sure because 3 tasks died of task memory.");
  expect(text).toContain("At least one promise is not foretold: no size is recommended.");
});

test("a promise kept at no size tried is another thing than one that is not foretold", () => {
  const text = said([{}], null);
  expect(text).toMatch(/no-oom\s+none tried\s+A/);
  expect(text).toContain("At least one promise is kept at no size tried.");
});

test("less memory than the run had comes with what it may not hold", () => {
  const warning = "Whether a smaller heap holds the objects of user code is not foretold.";
  expect(said([{ recommended: "1024m" }], "1024m")).toContain(warning);
  expect(said([{ recommended: "4096m" }], "4096m")).not.toContain(warning);
});
