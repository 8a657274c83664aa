/**
 * The tables as they are kept: those that are shown, but for executor_metrics, which is a view of
 * another one.
 */
import { tables } from "./index.ts";
import { metricSamples } from "./metric-samples.ts";
import type { TableSpec } from "./table.ts";

export const storedTables: readonly Pick<TableSpec<never>, "name" | "comment" | "columns">[] =
  Object.values({ ...tables, executor_metrics: metricSamples });
