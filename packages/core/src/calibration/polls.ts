/** How far the memory that executors poll of themselves (3.0+) is to be believed. */

/**
 * Polls in a life from which on it is taken to have been seen. Fitted by `pnpm calibrate`
 * (`polledLives` in test/accuracy/golden/calibration.json: n, share seen whole, least share seen).
 */
export const POLLS_TO_TRUST = 8;

/** Least share (0 … 1) of the true peak that polls saw in lives that were polled so often. */
export const SEEN_OF_PEAK = 0.7;
