/** How long before it registers an executor made its memory manager, beside what is assumed. */
import { readApplication, survey } from "@respark/events";
import { managerMayStandSince } from "../../packages/core/src/calibration/manager-starts.ts";
import type { Truth } from "./truth.ts";

/** Seconds from the assumed to the true start of a manager; below 0: it stood before. */
export interface ManagerStarts {
  readonly n: number;
  /** share of executors whose manager began no earlier than assumed */
  readonly covered: number;
  readonly medianEarly: number;
  readonly mostEarly: number;
}

/** @returns of each executor whose registration is logged, seconds from assumed to true start */
export async function managerStarts(
  paths: readonly string[],
  truths: readonly Truth[],
): Promise<number[]> {
  const early: number[] = [];
  const addedAt = new Map<string, number>();
  let applicationStart: number | undefined;
  const { applications } = await survey([...paths], { report: () => undefined });
  for (const application of applications) {
    await readApplication(application, {
      observe: ({ fact }) => {
        if (fact.kind === "application_start") applicationStart = fact.timeMs * 1000;
        if (fact.kind === "executor_added") addedAt.set(fact.executorId, fact.timeMs * 1000);
        if (fact.kind !== "block_manager_added" || fact.timeMs === undefined) return;
        const { executorId, timeMs } = fact;
        const times = { addedAt: addedAt.get(executorId), registeredAt: timeMs * 1000 };
        const since = managerMayStandSince({ ...times, applicationStart });
        const truth = truths.find((of) => of.executorId === executorId);
        if (since !== undefined && truth !== undefined)
          early.push(truth.first / 1000 - since / 1e6);
      },
      report: () => undefined,
    });
  }
  return early;
}

export function summaryOfStarts(early: readonly number[]): ManagerStarts {
  const inOrder = early.toSorted((a, b) => a - b);
  const round = (value: number): number => Number(value.toFixed(3));
  return {
    n: early.length,
    covered: round(early.filter((seconds) => seconds >= 0).length / Math.max(1, early.length)),
    medianEarly: round(inOrder[Math.floor(inOrder.length / 2)] ?? 0),
    mostEarly: round(inOrder.at(-1) ?? 0),
  };
}
