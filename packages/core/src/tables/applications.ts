/** An attempt of an application. */
import type { EvidenceLevel } from "../row-parts.ts";
import type { RowOf } from "./declared-table.ts";

/** The table `applications`. */
export const applications = {
  comment: "A row is an attempt of a Spark application.",
  columns: {
    name: ["text?", "application name (spark.app.name)"],
    sparkVersion: ["text?", "Spark version as the logs say it"],
    memoryManager: [
      "text?",
      "unified (1.6 and later), static (legacy mode of 1.6 to 2.4) or pre16",
    ],
    startedAt: ["moment?", "start of the application"],
    endedAt: ["moment?", "end of the application; NULL: no log tells"],
    sparkUser: ["text?", "user that ran it"],
    evidenceLevel: [
      "text",
      "best evidence of its executors (of the driver where it is alone): debug > info > event_log_blocks > event_log",
    ],
    modelEvidence: [
      "text",
      "what proves the memory model of this Spark line: vectors (recorded from the real classes) or source (read from its source)",
    ],
    statements: ["integer", "memory statements in the logs of all executors; count"],
    statementsMet: ["integer", "those that the replay had predicted; count"],
    statementsExplained: [
      "integer",
      "those that were not predicted and that a rule of inference accounts for; count",
    ],
    decisions: ["integer", "decisions of memory managers in the logs; count"],
    decisionsForeseen: ["integer", "those that the replayed managers had foreseen; count"],
  },
} as const;

/** A row of `applications`. */
export type ApplicationRow = RowOf<
  typeof applications,
  {
    memoryManager: "unified" | "static" | "pre16" | undefined;
    evidenceLevel: EvidenceLevel;
    modelEvidence: "vectors" | "source";
  }
>;
