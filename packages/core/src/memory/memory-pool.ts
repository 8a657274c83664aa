/**
 * A number of bytes that can be lent to or taken from another pool, never below what is in use.
 * Follows MemoryPool, Spark 1.6–4.2.
 */
import { sparkRequire } from "../assert.ts";

export abstract class MemoryPool {
  #sizeBytes = 0;

  abstract get usedBytes(): number;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get freeBytes(): number {
    return this.#sizeBytes - this.usedBytes;
  }

  /** Throws SparkFailure for a negative number. */
  increment(byBytes: number): void {
    sparkRequire(byBytes >= 0, () => `pool grown by ${byBytes} bytes`);
    this.#sizeBytes += byBytes;
  }

  /** Throws SparkFailure when the pool would be smaller than what it holds. */
  decrement(byBytes: number): void {
    sparkRequire(
      byBytes >= 0 && byBytes <= this.#sizeBytes && this.#sizeBytes - byBytes >= this.usedBytes,
      () => `pool of ${this.#sizeBytes} bytes with ${this.usedBytes} used shrunk by ${byBytes}`,
    );
    this.#sizeBytes -= byBytes;
  }
}
