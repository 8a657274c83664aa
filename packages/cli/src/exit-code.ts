/**
 * What a script can learn from how respark ended. The numbers are a contract: they never change
 * their meaning.
 */
export const exitCode = {
  fine: 0,
  /** a check failed: a regression */
  checkFailed: 1,
  /** usage or configuration */
  askedWrongly: 2,
  /** input missing, unreadable, or without a Spark application in it */
  unreadable: 3,
  /** replay accuracy or evidence below the floor asked for */
  belowFloor: 4,
  /** other configuration, version or input */
  notComparable: 5,
  /** our bug */
  bug: 70,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
