/** How the replay graded itself: a row a statement or decision of a log, and their counts. */

/** Counts of `replay_checks`, of an executor or of all. */
export interface ReplayAccuracy {
  /** memory statements of the logs */
  statements: number;
  /** of these, predicted ones */
  statementsMet: number;
  /** of these, ones that were not predicted and that a rule of inference accounts for */
  statementsExplained: number;
  /** decisions of memory managers that the logs show */
  decisions: number;
  /** of these, ones that the managers had foreseen */
  decisionsForeseen: number;
}

/** A memory statement or decision of a log, held against the prediction made before it was read. */
export interface ReplayCheckRow {
  executorId: string;
  ts: number;
  /** a decision of a memory manager (0 or 1, or a count of blocks), or bytes that were printed */
  kind: "statement" | "decision";
  quantity: string;
  loggedMin: number | undefined;
  loggedMax: number | undefined;
  /** undefined: no prediction was possible */
  replayedMin: number | undefined;
  replayedMax: number | undefined;
  agrees: boolean | undefined;
  /** predicted: the two touch, and the prediction is narrow; explained: a rule accounts for it */
  outcome: "predicted" | "explained" | "unexplained";
  /** the rule of inference that accounts for a statement which was not predicted */
  rule: string | undefined;
  /** what the statement then narrowed or set; `none` for a test only */
  usedFor: string;
  /** the rule in words */
  explanation: string | undefined;
  sourceFileId: number;
  sourceLine: number;
}
