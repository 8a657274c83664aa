/** Settings. */
import type { SparkConfRow } from "@respark/core";
import { always, flag, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const sparkConf: TableSpec<SparkConfRow> = {
  name: "spark_conf",
  comment:
    "A row is a setting of the application: one that was logged, or a memory setting that was not set and has its default, where the settings were logged at all.",
  columns: [
    always(text("key", "name of the setting", (row) => row.key)),
    always(
      text(
        "value",
        "its value; redacted where spark.redaction.regex calls it secret",
        (row) => row.value,
      ),
    ),
    always(
      flag(
        "is_default",
        "true: not set, and this is the default of the Spark version",
        (row) => row.isDefault,
      ),
    ),
  ],
};
