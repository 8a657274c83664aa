/**
 * How executor_metrics is kept: a row an event instead of a row a value, of which a dozen would
 * repeat the same keys.
 */
import type { ExecutorMetricRow } from "@respark/core";
import { always, big, flag, source, text } from "./column-kinds.ts";
import { loggedWith } from "./executor-metrics.ts";
import type { TableSpec } from "./table.ts";

/**
 * Those of ExecutorMetricType, Spark 3.0 to 4.1, in its order. A metric of another name is written
 * all the same.
 */
export const METRIC_NAMES = [
  "JVMHeapMemory",
  "JVMOffHeapMemory",
  "OnHeapExecutionMemory",
  "OffHeapExecutionMemory",
  "OnHeapStorageMemory",
  "OffHeapStorageMemory",
  "OnHeapUnifiedMemory",
  "OffHeapUnifiedMemory",
  "DirectPoolMemory",
  "MappedPoolMemory",
  "ProcessTreeJVMVMemory",
  "ProcessTreeJVMRSSMemory",
  "ProcessTreePythonVMemory",
  "ProcessTreePythonRSSMemory",
  "ProcessTreeOtherVMemory",
  "ProcessTreeOtherRSSMemory",
  "MinorGCCount",
  "MinorGCTime",
  "MajorGCCount",
  "MajorGCTime",
  "TotalGCTime",
  "ConcurrentGCCount",
  "ConcurrentGCTime",
] as const;

/** Values that one event reported of one executor. */
export interface MetricSampleRow extends Omit<ExecutorMetricRow, "name" | "value"> {
  /** by place in METRIC_NAMES; NaN where not logged */
  readonly values: Float64Array;
  otherName: string | undefined;
  otherValue: number | undefined;
}

export const metricSamples: TableSpec<MetricSampleRow> = {
  name: "respark_metric_samples",
  comment: "A row is what one event told of an executor's metrics; executor_metrics shows it.",
  columns: [
    ...loggedWith<MetricSampleRow>(),
    always(
      flag(
        "is_peak",
        "true: the highest values so far; false: the values at that moment",
        (row) => row.isPeak,
      ),
    ),
    ...source<MetricSampleRow>(),
    ...METRIC_NAMES.map((name, place) =>
      big<MetricSampleRow>(
        name,
        `value of the metric ${name}: bytes of memory; counts and ms of garbage collection`,
        ({ values }) => {
          const value = values[place];
          return value === undefined || Number.isNaN(value) ? undefined : value;
        },
      ),
    ),
    text("other_name", "a metric without a column of its own", (row) => row.otherName),
    big("other_value", "value of that metric", (row) => row.otherValue),
  ],
};
