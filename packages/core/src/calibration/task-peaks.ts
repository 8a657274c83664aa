/**
 * What a task held at most, by what its end tells. Shares of the true peak, of tasks of recorded
 * runs whose JVMs were traced; 2nd and 98th percentile and median where nothing else is said.
 */

/**
 * By so much the peak of a task that did not spill may differ from its own account (4.0+). Fitted
 * by `pnpm calibrate` (`toldPeaks` in test/accuracy/golden/calibration.json: n, least, most).
 */
export const EXACT_WITHIN = 0.02;

/** What a task that spilled had of its share of the pool: 235 tasks, no script yet. */
export const SPILLED_LEAST = 0.45;
export const SPILLED_USUAL = 0.9;

/** What a task held of the peak that its operators or collections report: 523 tasks, no script. */
export const LEAST_OF_REPORTED = 0.75;
export const MOST_OF_REPORTED = 1.85;

/** A collection's size is sampled, and compared every 32 records: it may exceed what it doubles. */
export const OVERSHOOT = 1.2;
