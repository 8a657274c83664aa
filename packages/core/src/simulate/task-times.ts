/**
 * What the time of a task goes into, as recorded runs of Spark have it. `test/whatif/fit-times.ts`
 * measures the shares anew.
 */
import type { DrawnShare } from "./drawn.ts";

/**
 * How the spread of run times parts: what all tasks of a stage on one executor have in common, and
 * what each has for itself. From 320 stages of pairs of executors that ran twice: 0.53 in all, 0.43
 * within executors. Where speeds of executors are known they are what these have in common.
 */
export function durationSpread(speedSigma: number): {
  readonly ofExecutors: number;
  readonly ofTasks: number;
} {
  return speedSigma > 0 ? ALONE : SHARED;
}

const ALONE = { ofExecutors: 0, ofTasks: 1 } as const;
const SHARED = { ofExecutors: 0.58, ofTasks: 0.81 } as const;

/**
 * How much of a task's time goes into computing a partition and storing it; the rest reads it. The
 * logit of that share: its mean, its deviation from application to application, and from task to
 * task of one. From 4,135 puts of 23 recorded programs (Spark 1.6 to 4.1): nine of ten between
 * 23 and 96 %.
 */
export const COMPUTE_SHARE: DrawnShare = { mean: 1, ofApplications: 0.7, ofTasks: 1.2 };

/**
 * Of the time that computing a partition takes, the last part in which it is unrolled: before that
 * it holds no memory. The logit of that share: its mean, its deviation from application to
 * application, and from task to task of one. From 4,850 puts of 23 recorded programs (Spark 2.4 to
 * 4.1), whose medians lay between 2 % and 66 %.
 */
export const UNROLL_SHARE: DrawnShare = { mean: -0.8, ofApplications: 1.1, ofTasks: 1.2 };

/**
 * When a task inserts its records, as shares of its run time: it begins at up to 0.4 of it, earlier
 * ones likelier, and takes 0.3 to 0.8 of the rest. From the first and last acquisitions of 147
 * tasks of recorded shuffles (Spark 2.4 to 4.0), whose deciles were 0.12, 0.22 and 0.40 (first),
 * 0.39, 0.63 and 0.85 (last).
 */
export const INSERTION = { latestBegin: 0.4, leastShare: 0.3, mostShare: 0.8 } as const;

/**
 * How long an executor takes to read a broadcast that a task asks for in mid-run: until its first
 * piece is stored, for each MiB of pieces, until its value is; and the deviation of the logarithm.
 * From 20 reads in recorded runs of Spark 3.5 (tenths 65 and 225 ms, 3 and 20 ms a MiB, 37 and
 * 300 ms). A task binary is read before the task counts as running.
 */
export const LAZY_BROADCAST = {
  waitMillis: 150,
  millisPerMiB: 11,
  valueMillis: 80,
  sigma: 0.65,
} as const;
