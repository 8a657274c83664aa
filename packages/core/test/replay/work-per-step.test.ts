/** What a step costs does not depend on how many tasks run: work is counted, not timed. */
import { expect, test } from "vitest";
import { ExecutorEvidence } from "../../src/replay/evidence.ts";
import type { ExecutorRules } from "../../src/replay/executor-rules.ts";
import { ExecutorState } from "../../src/replay/executor-state.ts";
import { PolledPeaks } from "../../src/replay/tasks/polled-peaks.ts";
import { ReportedEstimate } from "../../src/replay/tasks/reported-estimate.ts";
import { NO_METRICS } from "./no-metrics.ts";

const MIB = 1_048_576;
const pools = {
  maxBytes: 1000 * MIB,
  regionBytes: 500 * MIB,
  fixedPools: false,
  storageBorrow: "shortfall",
  evictionCreditsExecution: true,
} as const;
const rules: ExecutorRules = {
  onHeap: pools,
  offHeap: undefined,
  sharedBytes: undefined,
  freePrintsUsed: false,
  maximumDoubt: { below: 0, above: 0 },
  freeExcludesExecution: true,
  freeCountsOffHeap: true,
  keepsRelations: true,
  tungstenMode: "on_heap",
  pageBytes: MIB,
  peakReports: { mapPeakOutlivesSpill: true, absentPeakIsNone: false },
  isCapacityKnown: true,
  areModesKnown: true,
  slots: undefined,
  unrollThresholdBytes: MIB,
  unrollGrowth: 1.5,
};

/**
 * How often a stage was asked about per step, where `running` tasks of 1 s each run at any time.
 */
function workPerStep(running: number, spilledBytes: number): number {
  let asked = 0;
  const state = new ExecutorState({
    executorId: "1",
    rules,
    manager: undefined,
    emit: () => {},
    followsTasks: false,
    isStorageTold: false,
    isExecutionTold: true,
    sentenceOf: () => undefined,
  });
  const evidence = new ExecutorEvidence();
  const polled = new PolledPeaks(() => "50ms");
  const isSql = () => {
    asked++;
    return true;
  };
  const estimate = new ReportedEstimate(state, { evidence, polled }, isSql, "on_heap");
  evidence.whenEnded = (taskId) => estimate.endKnown(taskId);
  const steps = 8 * running;
  const every = 1000 / running;
  for (let taskId = 0; taskId < steps; taskId++) {
    const from = Math.floor(taskId * every);
    evidence.taskEnded({
      ...NO_METRICS,
      taskId,
      launchedMs: from,
      finishedMs: from + 1000,
      hasMetrics: true,
      peakExecutionBytes: 3 * MIB,
      memorySpilledBytes: spilledBytes,
    });
  }
  for (let taskId = 0; taskId < steps; taskId++) {
    const ts = Math.floor(taskId * every) * 1000;
    if (taskId === 2 * running) asked = 0; // until then more and more run, and each has less of the pool
    if (taskId >= running) estimate.ended(taskId - running);
    estimate.update(ts);
    const times = { saidAt: ts, startedAt: ts, preparedAt: ts };
    estimate.began({ taskId, stageId: 0, index: 0, ...times, thread: undefined });
    estimate.update(ts);
  }
  return asked / (steps - 2 * running);
}

test.for([
  ["report their peak", 0],
  ["spill", MIB],
] as const)("a step costs the same with 32, 64 and 128 tasks that %s", ([, spilledBytes]) => {
  const [few, more, many] = [32, 64, 128].map((n) => workPerStep(n, spilledBytes));
  expect(few).toBeGreaterThan(5);
  expect(more).toBeLessThan(1.25 * (few ?? 0));
  expect(many).toBeLessThan(1.25 * (few ?? 0));
});
