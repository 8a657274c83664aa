/** A memory statement or decision of a log, held against the prediction made before it was read. */
import type { RowOf } from "./declared-table.ts";

/** The table `replay_checks`. */
export const replayChecks = {
  comment:
    "A row is a memory statement or decision of a log, held against what the replay had predicted before it read the line's number.",
  columns: {
    executorId: ["executor"],
    ts: ["moment", "when it was logged; NULL: the log prints no times"],
    kind: [
      "text",
      "statement: bytes that the log prints; decision: what a memory manager did (a count of blocks, or 1 and 0 for yes and no)",
    ],
    quantity: ["text", "what the statement is about"],
    loggedMin: ["integer?", "what was logged, at least; bytes"],
    loggedMax: ["integer?", "what was logged, at most (a printed size is an interval); bytes"],
    replayedMin: [
      "integer?",
      "what was predicted, at least; bytes; NULL: no prediction was possible",
    ],
    replayedMax: [
      "integer?",
      "what was predicted, at most; bytes; NULL: no prediction was possible",
    ],
    agrees: ["flag?", "whether the two touch; NULL: no prediction was possible"],
    usedFor: ["text", "what the statement narrowed or set afterwards; none: a test only"],
    outcome: [
      "text",
      "predicted: the two touch and the prediction is at most a tenth of the executor's memory wide; explained: a rule accounts for it; unexplained",
    ],
    rule: ["text?", "of an explained one: the rule of inference that accounts for it"],
    explanation: ["text?", "that rule in words"],
    sourceFileId: ["source"],
  },
} as const;

/** A row of `replay_checks`. */
export type ReplayCheckRow = RowOf<
  typeof replayChecks,
  {
    kind: "statement" | "decision";
    outcome: "predicted" | "explained" | "unexplained";
    sourceFileId: number;
    sourceLine: number;
  }
>;
