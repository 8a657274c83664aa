/**
 * How executor_metrics is kept: a row an event instead of a row a value, of which a dozen would
 * repeat the same keys.
 */
import type { ExecutorMetricRow } from "@respark/core";
import type { NumberColumn } from "../columns/column.ts";
import { storedTable } from "./stored-table.ts";
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

const SAMPLES = {
  comment: "A row is what one event told of an executor's metrics; executor_metrics shows it.",
  columns: {
    executorId: ["executor"],
    stageId: ["integer?", "stage it was logged for"],
    stageAttemptId: ["small?", "attempt of that stage"],
    taskId: ["integer?", "task it was logged with"],
    ts: ["moment?", "when it was logged; NULL: the log does not tell"],
    isPeak: ["flag", "true: the highest values so far; false: the values at that moment"],
    sourceFileId: ["source"],
    otherName: ["text?", "a metric without a column of its own"],
    otherValue: ["integer?", "value of that metric"],
  },
} as const;

const known = storedTable<MetricSampleRow>("respark_metric_samples", SAMPLES, {
  numbers: {
    stage_id: (row) => row.stageId,
    stage_attempt_id: (row) => row.stageAttemptId,
    task_id: (row) => row.taskId,
    ts: (row) => row.ts,
    source_file_id: (row) => row.sourceFileId,
    source_line: (row) => row.sourceLine,
    other_value: (row) => row.otherValue,
  },
  texts: { executor_id: (row) => row.executorId, other_name: (row) => row.otherName },
  flags: { is_peak: (row) => row.isPeak },
});

export const metricSamples: TableSpec<MetricSampleRow> = {
  ...known,
  columns: [
    ...known.columns.slice(0, -2),
    ...METRIC_NAMES.map(columnOf),
    ...known.columns.slice(-2),
  ],
};

function columnOf(name: string, place: number): NumberColumn<MetricSampleRow> {
  return {
    name,
    type: "BIGINT",
    nullable: true,
    comment: `value of the metric ${name}: bytes of memory; counts and ms of garbage collection`,
    value: ({ values }) => {
      const value = values[place];
      return value === undefined || Number.isNaN(value) ? undefined : value;
    },
  };
}
