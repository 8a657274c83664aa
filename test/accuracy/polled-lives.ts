/** How much of the true peak of execution memory an executor's polls saw while a task ran. */
import type { TaskEndFact } from "@respark/core";
import { readApplication, survey } from "@respark/events";
import type { Truth } from "./truth.ts";

/** Shares of the true peak that were polled, of lives with so many polls. */
export interface PolledShares {
  readonly n: number;
  /** of lives whose peak was seen to a hundredth */
  readonly seenWhole: number;
  readonly least: number;
}

/** Of a peak under this many bytes a share says nothing. */
const LEAST_PEAK_BYTES = 1_048_576;

/** @param everyMicros how often executors polled @returns share of the true peak, by life */
export async function polledShares(
  paths: readonly string[],
  truths: readonly Truth[],
  { everyMicros, polls }: { readonly everyMicros: number; readonly polls: number },
): Promise<number[]> {
  const shares: number[] = [];
  const { applications } = await survey([...paths], { report: () => undefined });
  for (const application of applications) {
    await readApplication(application, {
      observe: ({ fact }) => {
        if (fact.kind !== "task_end") return;
        const truth = truths.find(({ executorId }) => executorId === fact.executorId);
        const share = truth && shareSeen(truth, fact, everyMicros, polls);
        if (share !== undefined) shares.push(share);
      },
      report: () => undefined,
    });
  }
  return shares;
}

function shareSeen(
  truth: Truth,
  { launchedMs, finishedMs, executorMetrics }: TaskEndFact,
  everyMicros: number,
  polls: number,
): number | undefined {
  const seen = executorMetrics?.get("OnHeapExecutionMemory");
  if ((executorMetrics?.get("JVMHeapMemory") ?? 0) === 0 || seen === undefined) return undefined;
  if (finishedMs === undefined) return undefined;
  if (Math.floor(((finishedMs - launchedMs) * 1000) / everyMicros) < polls) return undefined;
  const [, peak] = truth.pools.on_heap.execution.envelope(launchedMs, finishedMs);
  return peak < LEAST_PEAK_BYTES ? undefined : Math.min(1, seen / peak);
}

export function summaryOfShares(shares: readonly number[]): PolledShares {
  const round = (value: number): number => Number(value.toFixed(3));
  return {
    n: shares.length,
    seenWhole: round(shares.filter((share) => share >= 0.99).length / Math.max(1, shares.length)),
    least: round(Math.min(1, ...shares)),
  };
}
