/** Memory statements of the logs, held against the replay. */
import type { ReplayCheckRow } from "@respark/core";
import { always, big, executorId, flag, moment, source, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const replayChecks: TableSpec<ReplayCheckRow> = {
  name: "replay_checks",
  comment:
    "A row is a memory statement or decision of a log, held against what the replay had predicted before it read the line's number.",
  columns: [
    executorId(),
    moment("ts", "when it was logged; NULL: the log prints no times", (row) => row.ts),
    always(
      text(
        "kind",
        "statement: bytes that the log prints; decision: what a memory manager did (a count of blocks, or 1 and 0 for yes and no)",
        (row) => row.kind,
      ),
    ),
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
    always(
      text(
        "outcome",
        "predicted: the two touch and the prediction is at most a tenth of the executor's memory wide; explained: a rule accounts for it; unexplained",
        (row) => row.outcome,
      ),
    ),
    text(
      "rule",
      "of an explained one: the rule of inference that accounts for it",
      (row) => row.rule,
    ),
    text("explanation", "that rule in words", (row) => row.explanation),
    ...source<ReplayCheckRow>(),
  ],
};
