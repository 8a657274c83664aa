/** Settings. */
import type { SparkConfRow } from "@respark/core";
import { always, flag, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const sparkConf: TableSpec<SparkConfRow> = {
  name: "spark_conf",
  comment: "A row is a setting of the application.",
  columns: [
    always(text("key", "name of the setting", (row) => row.key)),
    always(
      text(
        "value",
        "its value; redacted where spark.redaction.regex calls it secret",
        (row) => row.value,
      ),
    ),
    always(flag("is_default", "true: Spark's default, not set by anyone", (row) => row.isDefault)),
  ],
};
