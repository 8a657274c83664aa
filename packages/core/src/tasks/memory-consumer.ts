/**
 * Something in a task that holds execution memory and may be asked to give it back. Follows
 * MemoryConsumer, Spark 1.6–4.2.
 */
import type { MemoryMode } from "../memory/memory-mode.ts";

/**
 * A sorter, map or collection that asks for a task's memory and can spill (MemoryConsumer, Spark
 * 1.6+).
 */
export interface MemoryConsumer {
  /** Unique within its task; where Spark iterates a hash set, ascending ids stand for its order. */
  readonly id: number;
  readonly name: string;
  readonly mode: MemoryMode;
  usedBytes: number;
  /**
   * Gives memory back to its task; results in the bytes it says it released. `trigger` is the
   * consumer that needs them; `undefined` = a Spillable of 1.6, which asks without being one.
   * Throws SpillFailure when writing fails.
   */
  spill(bytes: number, trigger: MemoryConsumer | undefined): number;
}

/** A spill that could not write. */
export class SpillFailure extends Error {
  override readonly name = "SpillFailure";
  readonly interrupted: boolean;

  constructor(message: string, given: { readonly interrupted: boolean }) {
    super(message);
    this.interrupted = given.interrupted;
  }
}
