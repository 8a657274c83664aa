/** Executor metrics: a stage's peaks per executor, and the driver's heartbeats. */
import type { EventFact, ExecutorMetricValues } from "@respark/core";
import { type EventDecoder, executorIdOf, type LineBytes, type LineReader } from "../event.ts";
import {
  asInteger,
  int,
  integer,
  isInt,
  type JsonObject,
  MissingField,
  needInt,
  needInteger,
  needText,
  object,
  objects,
} from "../json.ts";
import { LearnedShapes } from "../learned-shape.ts";
import { ShapeFields } from "../shape.ts";

/** A reused record. */
interface ExecutorMetricsFact {
  kind: "executor_metrics";
  executorId: string;
  stageId: number | undefined;
  stageAttemptId: number | undefined;
  scope: "stage" | "update";
  values: ExecutorMetricValues;
}

const fields = new ShapeFields();
const executorId = fields.needText("Executor ID");
const stageId = fields.need("Stage ID");
const stageAttemptId = fields.need("Stage Attempt ID");
fields.metrics("Executor Metrics");

export function executorMetricsDecoders(): readonly EventDecoder[] {
  return [new StageExecutorMetricsDecoder(), executorMetricsUpdate];
}

/** `SparkListenerStageExecutorMetrics` (3.0+): written before StageCompleted, one per executor. */
class StageExecutorMetricsDecoder implements EventDecoder, LineReader {
  readonly event: string = "SparkListenerStageExecutorMetrics";
  readonly picks: EventDecoder["picks"] = {
    "Executor ID": true,
    "Stage ID": true,
    "Stage Attempt ID": true,
    "Executor Metrics": true,
  };
  readonly lineReader: LineReader = this;
  readonly #shapes = new LearnedShapes(fields);
  readonly #values = new MetricValues();
  readonly #fact: ExecutorMetricsFact = {
    kind: "executor_metrics",
    executorId: "",
    stageId: undefined,
    stageAttemptId: undefined,
    scope: "stage",
    values: this.#values,
  };

  decode(event: JsonObject): EventFact {
    const fact = this.#fact;
    fact.executorId = executorIdOf(needText(event, "Executor ID"));
    fact.stageId = needInteger(event, "Stage ID");
    fact.stageAttemptId = needInt(event, "Stage Attempt ID");
    this.#values.fillFrom(object(event, "Executor Metrics"));
    return fact;
  }

  read(line: LineBytes): EventFact | undefined {
    const shapes = this.#shapes;
    if (!shapes.match(line) || !isInt(shapes.number(stageAttemptId))) return undefined;
    const fact = this.#fact;
    fact.executorId = executorIdOf(shapes.text(executorId) ?? "");
    fact.stageId = shapes.number(stageId);
    fact.stageAttemptId = shapes.number(stageAttemptId);
    this.#values.fillFromShape(shapes);
    return fact;
  }

  learn(line: LineBytes): void {
    this.#shapes.learn(line);
  }
}

/**
 * `SparkListenerExecutorMetricsUpdate`: of the driver only, 3.0+ with logStageExecutorMetrics. The
 * values are the executor's, not a stage's; where one event carries several stages, the largest of
 * each is told.
 */
const executorMetricsUpdate: EventDecoder = {
  event: "SparkListenerExecutorMetricsUpdate",
  picks: {
    "Executor ID": true,
    "Executor Metrics Updated": {
      "Stage ID": true,
      "Stage Attempt ID": true,
      "Executor Metrics": true,
    },
  },
  decode: (event) => {
    const updates = objects(event, "Executor Metrics Updated");
    const values = new Map<string, number>();
    for (const update of updates) {
      for (const [name, logged] of Object.entries(object(update, "Executor Metrics") ?? {})) {
        const value = metricOf(logged);
        if (value !== undefined) values.set(name, Math.max(value, values.get(name) ?? value));
      }
    }
    if (values.size === 0) {
      // Before 3.0, and for task heartbeats, it carries accumulator updates alone.
      if (event["Executor ID"] === undefined) throw new MissingField('no usable "Executor ID"');
      return undefined;
    }
    const only = updates.length === 1 ? updates[0] : undefined;
    const stage = only === undefined ? undefined : integer(only, "Stage ID");
    const ofStage = only !== undefined && stage !== undefined && stage >= 0;
    return {
      kind: "executor_metrics",
      executorId: executorIdOf(needText(event, "Executor ID")),
      stageId: ofStage ? stage : undefined,
      stageAttemptId: ofStage ? int(only, "Stage Attempt ID") : undefined,
      scope: "update",
      values,
    };
  },
};

/** A reused record of metric values: a dozen a task, which no Map has to be filled for. */
export class MetricValues implements ExecutorMetricValues {
  #names: readonly string[] = [];
  /** by place in the names; below 0: not told */
  readonly #values: number[] = [];

  /** True when any value is not zero. */
  fillFrom(metrics: JsonObject | undefined): boolean {
    const told = Object.entries(metrics ?? {});
    this.#names = told.map(([name]) => name);
    let any = false;
    for (const [place, [, logged]] of told.entries()) {
      const value = metricOf(logged) ?? NOT_TOLD;
      if (value > 0) any = true;
      this.#values[place] = value;
    }
    return any;
  }

  /** As `fillFrom`; all-zero metrics leave the record as it was. */
  fillFromShape(shapes: LearnedShapes, keepZeros = true): boolean {
    const names = shapes.metricNames;
    let any = false;
    for (let k = 0; k < names.length && !any; k++) any = shapes.metric(k) !== 0;
    if (!any && !keepZeros) return false;
    this.#names = names;
    for (let k = 0; k < names.length; k++) this.#values[k] = shapes.metric(k);
    return any;
  }

  get(name: string): number | undefined {
    const value = this.#values[this.#names.indexOf(name)] ?? NOT_TOLD;
    return value >= 0 ? value : undefined;
  }

  forEach(take: (value: number, name: string) => void): void {
    const names = this.#names;
    for (let k = 0; k < names.length; k++) {
      const value = this.#values[k] ?? NOT_TOLD;
      if (value >= 0) take(value, names[k] ?? "");
    }
  }
}

const NOT_TOLD = -1;

/** No metric is below 0: what is there is damage. */
function metricOf(logged: unknown): number | undefined {
  const value = asInteger(logged);
  return value === undefined || value < 0 ? undefined : value;
}
