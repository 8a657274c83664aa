/** The table executor_metrics: a row is a value, though what is kept is a row an event. */
import { tables } from "../../tables/index.ts";
import { METRIC_NAMES, metricSamples } from "../../tables/metric-samples.ts";
import { keyColumns } from "../../tables/table.ts";
import type { ViewSpec } from "../view.ts";

export const executorMetricsShown: ViewSpec = {
  name: tables.executor_metrics.name,
  comment: tables.executor_metrics.comment,
  columns: Object.fromEntries(
    [...keyColumns, ...tables.executor_metrics.columns].map(({ name, comment }) => [name, comment]),
  ),
  sql: `
select app_id, attempt_id, executor_id, stage_id, stage_attempt_id, task_id, ts, name, value,
  is_peak, source_file_id, source_line
from (
  select app_id, attempt_id, executor_id, stage_id, stage_attempt_id, task_id, ts, is_peak,
    source_file_id, source_line,
    unnest([${METRIC_NAMES.map((name) => `'${name}'`).join(", ")}, other_name]) as name,
    unnest([${METRIC_NAMES.map((name) => `"${name}"`).join(", ")}, other_value]) as value
  from ${metricSamples.name})
where value is not null`,
};
