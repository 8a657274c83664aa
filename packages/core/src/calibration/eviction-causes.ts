/**
 * How sure the cause of an eviction is (0 … 1), by what says so. Each is at most the share of
 * recorded evictions of that certainty whose cause, and whose task where one is named, were right
 * (`pnpm calibrate`; n and shares in test/accuracy/golden/calibration.json).
 */
export const causeCertainty = {
  /** the next answer on the thread that evicted */
  sameThread: 1,
  /**
   * the next answer in the log, which prints no threads; shared with rivals that put side by side
   */
  nextAnswer: 0.8,
  /** a spill that follows: it wanted memory */
  spillFollows: 0.7,
  /** a grant that was passed over as too small, or nothing that could have put a block */
  nothingElse: 0.6,
  /** a put that is said to have failed, or that the evicting thread had begun */
  failedPut: 0.9,
} as const;

/** How likely a task that died had been putting a block that it never stored. */
export const putWeight = {
  /** the block is on disk, so that reading it back stores it */
  onDisk: 0.7,
  elsewhere: 0.5,
} as const;
