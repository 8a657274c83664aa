/** A property of the application; secrets are hidden. */
import type { RowOf } from "./declared-table.ts";

/** The table `spark_conf`. */
export const sparkConf = {
  comment:
    "A row is a setting of the application: one that was logged, or a memory setting that was not set and has its default, where the settings were logged at all.",
  columns: {
    key: ["text", "name of the setting"],
    value: ["text", "its value; redacted where spark.redaction.regex calls it secret"],
    isDefault: ["flag", "true: not set, and this is the default of the Spark version"],
  },
} as const;

/** A row of `spark_conf`. */
export type SparkConfRow = RowOf<typeof sparkConf>;
