/** Metric values that one event reported become one row. */
import { type ExecutorMetricRow, ModelError } from "@respark/core";
import { METRIC_NAMES, type MetricSampleRow } from "../tables/metric-samples.ts";
import type { RowWriter } from "./table-writer.ts";

const places: ReadonlyMap<string, number> = new Map(
  METRIC_NAMES.map((name, place) => [name, place]),
);

export class MetricSampleWriter implements RowWriter<ExecutorMetricRow> {
  readonly #writer: RowWriter<MetricSampleRow>;
  readonly #sample: MetricSampleRow = {
    executorId: "",
    stageId: undefined,
    stageAttemptId: undefined,
    taskId: undefined,
    ts: undefined,
    isPeak: false,
    sourceFileId: 0,
    sourceLine: 0,
    values: new Float64Array(METRIC_NAMES.length).fill(Number.NaN),
    otherName: undefined,
    otherValue: undefined,
  };
  #open = false;

  constructor(writer: RowWriter<MetricSampleRow>) {
    this.#writer = writer;
  }

  take(row: ExecutorMetricRow): void {
    const { name, value } = row;
    if (!Number.isSafeInteger(value)) {
      throw new ModelError(`column value BIGINT: ${value} is no integer it can hold`);
    }
    const sample = this.#sample;
    const place = places.get(name);
    if (place === undefined) {
      this.#write();
      this.#begin(row);
      sample.otherName = name;
      sample.otherValue = value;
      this.#write();
      return;
    }
    const isOfSample =
      this.#open &&
      row.sourceLine === sample.sourceLine &&
      row.executorId === sample.executorId &&
      row.stageId === sample.stageId &&
      row.stageAttemptId === sample.stageAttemptId &&
      row.taskId === sample.taskId &&
      row.ts === sample.ts &&
      row.isPeak === sample.isPeak &&
      row.sourceFileId === sample.sourceFileId &&
      Number.isNaN(sample.values[place]);
    if (!isOfSample) {
      this.#write();
      this.#begin(row);
    }
    sample.values[place] = value;
  }

  settle(): void {
    this.#write();
    this.#writer.settle();
  }

  flush(): void {
    this.#write();
    this.#writer.flush();
  }

  forget(): void {
    this.#open = false;
    this.#writer.forget();
  }

  discard(): void {
    this.#open = false;
    this.#writer.discard();
  }

  #begin(row: ExecutorMetricRow): void {
    const sample = this.#sample;
    sample.executorId = row.executorId;
    sample.stageId = row.stageId;
    sample.stageAttemptId = row.stageAttemptId;
    sample.taskId = row.taskId;
    sample.ts = row.ts;
    sample.isPeak = row.isPeak;
    sample.sourceFileId = row.sourceFileId;
    sample.sourceLine = row.sourceLine;
    sample.values.fill(Number.NaN);
    sample.otherName = undefined;
    sample.otherValue = undefined;
    this.#open = true;
  }

  #write(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#writer.take(this.#sample);
  }
}
