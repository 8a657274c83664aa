/** Two runs side by side, where their numbers are intervals. */
import { diffJson, diffText } from "@respark/report/checks";
import { expect, test } from "vitest";
import { aRun, judged, MIB, type RunByHand } from "./a-run.ts";

const plain = { bold: (text: string) => text, dim: (text: string) => text };

function peakOf(...bounds: readonly [number, number, number]): RunByHand {
  const [min, best, max] = bounds;
  return { metrics: { execution_peak_bytes: [min * MIB, best * MIB, max * MIB] } };
}

test("of peaks whose bounds overlap nobody says which is better", () => {
  const [first, second] = [peakOf(40, 47, 90), peakOf(20, 30, 60)];
  const result = judged([first], second);
  const text = diffText(result, aRun(first), plain);
  expect(text).toContain("cannot tell: the bounds overlap");
  expect(text).not.toContain(", better");
  expect(JSON.parse(diffJson(result))).toMatchObject({
    measures: expect.arrayContaining([
      expect.objectContaining({ check: "execution_peak_bytes", worse: null }),
    ]),
  });
});

test("of peaks whose bounds lie apart it is said", () => {
  const [first, second] = [peakOf(40, 47, 60), peakOf(80, 90, 95)];
  const result = judged([first], second);
  const text = diffText(result, aRun(first), plain);
  expect(text).toContain(", worse");
  expect(text).toMatch(/\n {2}execution memory at its peak +47\.0 MiB/);
});

test("where something differs, it is said that runs of one build do as well", () => {
  const [first, second] = [peakOf(40, 47, 60), peakOf(80, 90, 95)];
  const text = (after: RunByHand) => diffText(judged([first], after), aRun(first), plain);
  expect(text(second)).toContain("differ by chance as well");
  expect(text(first)).not.toContain("differ by chance");
});
