/** Logged executor metrics, one row a value. */
import type { ExecutorMetricValues } from "../../event-fact.ts";
import type { Observation } from "../../observation.ts";
import type { EmitRow, ExecutorMetricRow } from "../../rows.ts";

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
  /** executor → what the end of a task reported last */
  readonly #last = new Map<string, LastTold>();
  /** of the values in hand: what they are held against, and which of them comes next */
  #told: LastTold | undefined;
  #place = -1;
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
   * Zero is not written: not polled, or nothing there, the log cannot tell. Of tasks only values
   * that differ from what the executor's last task of the same stage said: they are the executor's
   * peaks between polls, repeated by every task that ends before the next poll.
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
    this.#told = metrics.taskId === undefined ? undefined : this.#lastOf(metrics);
    this.#place = -1;
    metrics.values.forEach(this.#writeOne);
  }

  readonly #writeOne = (value: number, name: string): void => {
    this.#place++;
    if (value === 0) return;
    if (this.#told !== undefined && !isNews(this.#told, this.#place, name, value)) return;
    this.#row.name = name;
    this.#row.value = value;
    this.#emit("executor_metrics", this.#row);
  };

  #lastOf({ executorId, stageId, stageAttemptId }: MetricValues): LastTold {
    let last = this.#last.get(executorId);
    if (last === undefined) {
      last = { stageId, stageAttemptId, names: [], values: [] };
      this.#last.set(executorId, last);
    } else if (last.stageId !== stageId || last.stageAttemptId !== stageAttemptId) {
      last.stageId = stageId;
      last.stageAttemptId = stageAttemptId;
      last.values.fill(Number.NaN);
    }
    return last;
  }
}

/** Metrics in the order in which the log writes them; NaN: not logged. */
interface LastTold {
  stageId: number | undefined;
  stageAttemptId: number | undefined;
  readonly names: string[];
  readonly values: number[];
}

/** Notes the value; false when it is the one reported last. */
function isNews(last: LastTold, place: number, name: string, value: number): boolean {
  const at = last.names[place] === name ? place : last.names.indexOf(name);
  if (at < 0) {
    last.names.push(name);
    last.values.push(value);
    return true;
  }
  if (last.values[at] === value) return false;
  last.values[at] = value;
  return true;
}
