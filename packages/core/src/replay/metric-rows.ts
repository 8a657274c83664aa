/** Logged executor metrics, one row a value. */
import type { ExecutorMetricValues } from "../event-fact.ts";
import type { Observation } from "../observation.ts";
import type { EmitRow } from "../rows.ts";

export function writeMetrics(
  emit: EmitRow,
  at: Observation,
  metrics: {
    readonly executorId: string;
    readonly stageId: number | undefined;
    readonly stageAttemptId: number | undefined;
    readonly taskId: number | undefined;
    readonly values: ExecutorMetricValues;
    readonly isPeak: boolean;
  },
): void {
  for (const [name, value] of metrics.values) {
    if (value === 0) continue; // not polled, or nothing there: the log cannot tell the two apart
    emit("executor_metrics", {
      executorId: metrics.executorId,
      stageId: metrics.stageId,
      stageAttemptId: metrics.stageAttemptId,
      taskId: metrics.taskId,
      ts: at.ts,
      name,
      value,
      isPeak: metrics.isPeak,
      sourceFileId: at.sourceFileId,
      sourceLine: at.line,
    });
  }
}
