/** How much work a simulated run may be, so that a damaged total does not make it endless. */

/** Steps of a run beside those of its tasks; count. */
const MOST_STEPS = 100_000;
/**
 * Steps of each task. One that spills 100 GB through a share of 30 MB looks at its size some 15,000
 * times; of a stage of many, few do. Count.
 */
const MOST_STEPS_A_TASK = 5000;

/** A run asks for memory more often than is simulated. */
export class TooLongToSimulate extends Error {
  override readonly name = "TooLongToSimulate";

  constructor() {
    super("its tasks take and give back memory more often than is simulated");
  }
}

/** Counts down: the same input ends at the same step on every machine. */
export class Work {
  #left: number;

  constructor(tasks: number) {
    this.#left = MOST_STEPS + MOST_STEPS_A_TASK * tasks;
  }

  /** Throws TooLongToSimulate after the last step. */
  step(): void {
    if (this.#left <= 0) throw new TooLongToSimulate();
    this.#left--;
  }
}
