/** What a log reader counts, and what it finds odd. */

/** Something odd about a line; the caller knows the file. */
export interface LogOddity {
  readonly code: "unread_statement" | "torn_record" | "mixed_executors" | "another_executor";
  readonly severity: "warning";
  /** 1-based. */
  readonly line: number;
  readonly byteOffset: number;
  readonly message: string;
}

/** What was read, for summaries and proofs. */
export interface LogCounts {
  lines: number;
  /** Lines that begin a record. */
  records: number;
  /** Records of loggers that have templates. */
  relevant: number;
  /** Of those: a template matched, with or without a fact. */
  matched: number;
  facts: number;
  /** Lines that state memory and became no fact. */
  unreadStatements: number;
  /** Frames of traces that only a driver's JVM has. */
  driversFrames: number;
}
