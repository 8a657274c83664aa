/** Application attempts. */
import type { ApplicationRow } from "@respark/core";
import { always, big, moment, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const applications: TableSpec<ApplicationRow> = {
  name: "applications",
  comment: "A row is an attempt of a Spark application.",
  columns: [
    text("name", "application name (spark.app.name)", (row) => row.name),
    text("spark_version", "Spark version as the logs say it", (row) => row.sparkVersion),
    text(
      "memory_manager",
      "unified (1.6 and later), static (legacy mode of 1.6 to 2.4) or pre16",
      (row) => row.memoryManager,
    ),
    moment("started_at", "start of the application", (row) => row.startedAt),
    moment("ended_at", "end of the application; NULL: no log tells", (row) => row.endedAt),
    text("spark_user", "user that ran it", (row) => row.user),
    always(
      text(
        "evidence_level",
        "best evidence of its executors (of the driver where it is alone): debug > info > event_log_blocks > event_log",
        (row) => row.evidenceLevel,
      ),
    ),
    always(
      text(
        "model_evidence",
        "what proves the memory model of this Spark line: vectors (recorded from the real classes) or source (read from its source)",
        (row) => row.modelEvidence,
      ),
    ),
    always(
      big(
        "statements",
        "memory statements in the logs of all executors; count",
        (row) => row.statements,
      ),
    ),
    always(
      big(
        "statements_met",
        "those that the replay had predicted; count",
        (row) => row.statementsMet,
      ),
    ),
    always(
      big(
        "statements_explained",
        "those that were not predicted and that a rule of inference accounts for; count",
        (row) => row.statementsExplained,
      ),
    ),
    always(
      big("decisions", "decisions of memory managers in the logs; count", (row) => row.decisions),
    ),
    always(
      big(
        "decisions_foreseen",
        "those that the replayed managers had foreseen; count",
        (row) => row.decisionsForeseen,
      ),
    ),
  ],
};
