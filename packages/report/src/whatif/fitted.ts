/**
 * Numbers of what-if that were fitted to recorded runs of Spark 2.4 to 4.1: 116 of the base runs
 * of `whatif-pairs.json`. `test/whatif/fit.ts <folder of databases>` fits them anew and prints n
 * beside each; over all 132 a first remote read takes 288 ms (n 97), and the factor of SQL's spill
 * files is 1.45 (n 11).
 */

/**
 * A read from another executor, ms: medians of 91 reads of executors that had not yet had one (they
 * wait for a connection) and of 60 later ones, and the deviation of their logarithm. Reads met on
 * the executor took 2 to 13 ms.
 */
export const REMOTE_READS = { firstMillis: 316, laterMillis: 138, sigma: 0.74 } as const;

/**
 * How far the bytes a record of tasks of one stage lie apart that did not spill, as the deviation
 * of the logarithm: 12 stages that group or sort.
 */
export const SIBLING_SPREAD = 0.12;

/**
 * How far the size of one task's hash map lies apart from run to run (records come in another order
 * and its size is sampled): 6 stages, 69 degrees of freedom. Sorters of the same records had the
 * same size every time (116 degrees).
 */
export const MAP_SIZE_SPREAD = 0.04;

/**
 * Bytes in a spill file for each byte spilled, where none was yet seen to spill: so many times what
 * the stage's shuffles wrote or read for each byte of its tasks' peaks, and the deviation of its
 * logarithm. 8 stages of RDDs (0.92 in the middle, 0.6 to 1.3: not told from 1) and 8 of SQL (1.1
 * to 1.8: pages alone are spilled, and peaks count the pointer arrays).
 */
export const SPILL_FILES = {
  rdd: { factor: 1, sigma: 0.22 },
  sql: { factor: 1.4, sigma: 0.14 },
} as const;

/**
 * How far executors of one run lie apart in how long they took from the application's start to
 * their registration, as the deviation of the logarithm: 130 runs, 138 degrees of freedom.
 */
export const EXECUTOR_START_SPREAD = 0.07;
