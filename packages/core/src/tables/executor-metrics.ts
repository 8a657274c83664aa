/**
 * Values of executor metrics of one event (peaks of a stage, task or executor); bytes, counts or ms
 * by their names.
 */
import type { RowOf } from "./declared-table.ts";

/** The table `executor_metrics`. */
export const executorMetrics = {
  comment: "A row is a value of an executor metric, as logged.",
  columns: {
    executorId: ["executor"],
    stageId: ["integer?", "stage it was logged for"],
    stageAttemptId: ["small?", "attempt of that stage"],
    taskId: ["integer?", "task it was logged with"],
    ts: ["moment?", "when it was logged; NULL: the log does not tell"],
    name: ["text", "metric, as Spark names it (JVMHeapMemory, OnHeapStorageMemory …)"],
    value: ["integer", "its value: bytes of memory; counts and ms of garbage collection"],
    isPeak: ["flag", "true: the highest value so far; false: the value at that moment"],
    sourceFileId: ["source"],
  },
} as const;

/** A row of `executor_metrics`. */
export type ExecutorMetricRow = RowOf<
  typeof executorMetrics,
  { sourceFileId: number; sourceLine: number }
>;
