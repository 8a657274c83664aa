/** How much memory unrolls hold, of recorded runs whose JVMs were traced. */

/**
 * Growing by 1.5 × an estimate that is itself a little above the block's final size: the most that
 * an unroll holds over what the block weighs in the end, and what it usually holds (1.0 to 1.585,
 * median 1.26). No script measures them yet.
 */
export const MOST_HELD = 1.59;
export const USUALLY_HELD = 1.22;
/** …of runs with the default of spark.storage.unrollMemoryGrowthFactor. */
export const USUAL_GROWTH = 1.5;

/**
 * How much one period of 16 records adds at most to what a look measures, as a factor. Chosen on
 * failed unrolls of the recorded DEBUG runs; no script measures it yet.
 */
export const MOST_STEP = 1.06;
