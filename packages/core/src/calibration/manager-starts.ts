/** How long before it registers an executor has its memory manager. */

/**
 * `SparkEnv.createExecutorEnv` makes the manager before `CoarseGrainedExecutorBackend` registers
 * (1.2 to 4.x), and the block manager registers after that: all of one JVM's start. The manager
 * stands at most for so long (µs) or for so many times the time between the two registrations,
 * whichever is longer: true of 15 in 16 recorded executors. Fitted by `pnpm calibrate`
 * (`managerStarts` in test/accuracy/golden/calibration.json: n, share, seconds too early).
 */
export const STANDS_BEFORE_MICROS = 1_000_000;
export const STANDS_BEFORE_TIMES = 8;

/**
 * Since when a memory manager may stand, no earlier than its application; all times epoch µs.
 * @returns undefined where it is not logged when executor and block manager registered, as of a
 *   driver, which is no executor
 */
export function managerMayStandSince(times: {
  readonly addedAt: number | undefined;
  readonly registeredAt: number | undefined;
  readonly applicationStart: number | undefined;
}): number | undefined {
  const { addedAt, registeredAt, applicationStart = 0 } = times;
  if (addedAt === undefined || registeredAt === undefined || registeredAt <= addedAt)
    return undefined;
  const before = Math.max(STANDS_BEFORE_MICROS, STANDS_BEFORE_TIMES * (registeredAt - addedAt));
  return Math.min(addedAt, Math.max(applicationStart, addedAt - before));
}
