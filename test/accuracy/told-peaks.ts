/** How near a task's own account of its peak (4.0+) is to what it held. */
import type { TaskEndFact } from "@respark/core";
import { readApplication, survey } from "@respark/events";
import type { Truth } from "./truth.ts";

/** True peaks over those that tasks reported. */
export interface ToldPeaks {
  readonly n: number;
  readonly least: number;
  readonly most: number;
}

interface Ratio {
  readonly spilled: boolean;
  readonly trueOverTold: number;
}

/** Of a peak under this many bytes a ratio says nothing. */
const LEAST_PEAK_BYTES = 1_048_576;

export async function toldPeaks(
  paths: readonly string[],
  truths: readonly Truth[],
): Promise<Ratio[]> {
  const ratios: Ratio[] = [];
  const { applications } = await survey([...paths], { report: () => undefined });
  for (const application of applications) {
    await readApplication(application, {
      observe: ({ fact }) => {
        if (fact.kind !== "task_end") return;
        const truth = truths.find(({ executorId }) => executorId === fact.executorId);
        const ratio = truth && ratioOf(truth, fact);
        if (ratio !== undefined) ratios.push(ratio);
      },
      report: () => undefined,
    });
  }
  return ratios;
}

function ratioOf(truth: Truth, fact: TaskEndFact): Ratio | undefined {
  const { taskId, failed, peakOnHeapExecutionBytes: onHeap } = fact;
  if (onHeap === undefined || failed) return undefined;
  const told = onHeap + (fact.peakOffHeapExecutionBytes ?? 0);
  const peak = truth.peaks.get(taskId) ?? 0;
  if (peak < LEAST_PEAK_BYTES || told === 0) return undefined;
  return { spilled: (fact.memorySpilledBytes ?? 0) > 0, trueOverTold: peak / told };
}

export function summaryOfTold(all: readonly Ratio[]): Readonly<Record<string, ToldPeaks>> {
  const round = (value: number): number => Number(value.toFixed(3));
  const of = (spilled: boolean): ToldPeaks => {
    const ratios = all.filter((one) => one.spilled === spilled).map((one) => one.trueOverTold);
    return {
      n: ratios.length,
      least: round(Math.min(1, ...ratios)),
      most: round(Math.max(1, ...ratios)),
    };
  };
  return { unspilled: of(false), spilled: of(true) };
}
