/** The most execution memory that each task held, against the replay's. */

import type { Numbers } from "./numbers.ts";
import type { Estimate, TaskRow } from "./replayed-tables.ts";
import { Fit } from "./score-states.ts";
import type { Truth } from "./truth.ts";

/** @returns undefined where no task held any. */
export function scoreTasks(truth: Truth, rows: readonly TaskRow[]): Numbers | undefined {
  const peaks = [...truth.peaks].filter(([task, peak]) => peak > 0 && task >= 0);
  const { on_heap: onHeap, off_heap: offHeap } = truth.pools;
  if (peaks.length === 0 || onHeap.maximum === 0) return undefined;
  const largest = new Map<number, Estimate>();
  for (const { taskId, execution } of rows) {
    const before = largest.get(taskId);
    largest.set(taskId, {
      bytes: larger(before?.bytes, execution.bytes),
      atLeast: larger(before?.atLeast, execution.atLeast),
      atMost: larger(before?.atMost, execution.atMost),
    });
  }
  const fit = new Fit(onHeap.maximum + offHeap.maximum);
  for (const [task, peak] of peaks) fit.add(peak, largest.get(task));
  return fit.numbers("peak");
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
