/** Memory statements of the logs, held against the replay. */
import type { ReplayCheckRow } from "@respark/core";
import { always, big, executorId, flag, moment, source, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const replayChecks: TableSpec<ReplayCheckRow> = {
  name: "replay_checks",
  comment:
    "A row is a memory statement of a log, held against what the replay had predicted before it used the statement.",
  columns: [
    executorId(),
    always(moment("ts", "when it was logged", (row) => row.ts)),
    always(text("quantity", "what the statement is about", (row) => row.quantity)),
    big("logged_min", "what was logged, at least; bytes", (row) => row.loggedMin),
    big(
      "logged_max",
      "what was logged, at most (a printed size is an interval); bytes",
      (row) => row.loggedMax,
    ),
    big(
      "replayed_min",
      "what was predicted, at least; bytes; NULL: no prediction was possible",
      (row) => row.replayedMin,
    ),
    big(
      "replayed_max",
      "what was predicted, at most; bytes; NULL: no prediction was possible",
      (row) => row.replayedMax,
    ),
    flag("agrees", "whether the two touch; NULL: no prediction was possible", (row) => row.agrees),
    always(
      text(
        "used_for",
        "what the statement narrowed or set afterwards; none: a test only",
        (row) => row.usedFor,
      ),
    ),
    text("explanation", "of a miss that has one: why", (row) => row.explanation),
    ...source<ReplayCheckRow>(),
  ],
};
