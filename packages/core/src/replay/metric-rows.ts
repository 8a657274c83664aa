/** Logged executor metrics, one row a value. */
import type { ExecutorMetricValues } from "../event-fact.ts";
import type { Observation } from "../observation.ts";
import type { EmitRow, ExecutorMetricRow } from "../rows.ts";

/** What a metric value is of. */
export interface MetricValues {
  readonly executorId: string;
  readonly stageId: number | undefined;
  readonly stageAttemptId: number | undefined;
  readonly taskId: number | undefined;
  readonly values: ExecutorMetricValues;
  readonly isPeak: boolean;
}

export class MetricRows {
  readonly #emit: EmitRow;
  /** executor → the stage it worked for last, and metric → value that a task's end told */
  readonly #last = new Map<
    string,
    { readonly stage: string; readonly values: Map<string, number> }
  >();
  readonly #row: ExecutorMetricRow = {
    executorId: "",
    stageId: undefined,
    stageAttemptId: undefined,
    taskId: undefined,
    ts: undefined,
    name: "",
    value: 0,
    isPeak: false,
    sourceFileId: 0,
    sourceLine: 0,
  };

  constructor(emit: EmitRow) {
    this.#emit = emit;
  }

  /**
   * Zero is not written: not polled, or nothing there, the log cannot tell. Of tasks only values that differ from what the executor's
   * last task of the same stage said: they are the executor's peaks between polls, repeated by every task that ends before the next poll.
   */
  write(at: Observation, metrics: MetricValues): void {
    const row = this.#row;
    row.executorId = metrics.executorId;
    row.stageId = metrics.stageId;
    row.stageAttemptId = metrics.stageAttemptId;
    row.taskId = metrics.taskId;
    row.ts = at.ts;
    row.isPeak = metrics.isPeak;
    row.sourceFileId = at.sourceFileId;
    row.sourceLine = at.line;
    const last = metrics.taskId === undefined ? undefined : this.#lastOf(metrics);
    for (const [name, value] of metrics.values) {
      if (value === 0) continue;
      if (last !== undefined) {
        if (last.get(name) === value) continue;
        last.set(name, value);
      }
      row.name = name;
      row.value = value;
      this.#emit("executor_metrics", row);
    }
  }

  #lastOf({ executorId, stageId, stageAttemptId }: MetricValues): Map<string, number> {
    const key = `${stageId}.${stageAttemptId}`;
    const known = this.#last.get(executorId);
    if (known?.stage === key) return known.values;
    const values = new Map<string, number>();
    this.#last.set(executorId, { stage: key, values });
    return values;
  }
}
