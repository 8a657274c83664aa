/**
 * Rows by a long key, in one page and one array that double beside the old ones; it cannot spill,
 * and a refusal ends the task. Follows LongToUnsafeRowMap, Spark 2.1–4.2.
 */
import { SparkFailure } from "../assert.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { MemoryConsumer } from "../tasks/memory-consumer.ts";
import type { TaskMemoryManager, TaskStep } from "../tasks/task-memory-manager.ts";

const LONG_BYTES = 8;
const FIRST_ARRAY_LONGS = 128;
const FIRST_PAGE_BYTES = 1_048_576;
/** Address of the next row of the same key, behind each row. */
const NEXT_POINTER_BYTES = 8;
/** A key takes this many longs of the array at least. */
const LONGS_A_KEY = 4;

export class LongHashedRelation implements MemoryConsumer {
  readonly id: number;
  readonly name = "LongToUnsafeRowMap";
  readonly mode: MemoryMode = "on_heap";
  usedBytes = 0;
  readonly #memory: TaskMemoryManager;
  #arrayBytes = FIRST_ARRAY_LONGS * LONG_BYTES;
  #pageBytes = FIRST_PAGE_BYTES;
  #filledBytes = 0;
  #keys = 0;

  constructor(given: { readonly id: number; readonly memory: TaskMemoryManager }) {
    this.id = given.id;
    this.#memory = given.memory;
  }

  *start(): TaskStep<void> {
    yield* this.#acquire(this.#arrayBytes + this.#pageBytes);
  }

  /**
   * Rows of this size, each with a key of its own. Throws SparkFailure when it gets less than it
   * needs.
   */
  *insert(rows: number, rowBytes: number): TaskStep<void> {
    const each = rowBytes + NEXT_POINTER_BYTES;
    let left = rows;
    while (left > 0) {
      const inPage = Math.floor((this.#pageBytes - this.#filledBytes) / each);
      const inArray = Math.floor(this.#arrayBytes / LONG_BYTES / LONGS_A_KEY) - this.#keys;
      const some = Math.min(left, inPage, inArray);
      this.#filledBytes += some * each;
      this.#keys += some;
      left -= some;
      if (left === 0) return;
      if (inPage <= inArray) this.#pageBytes = yield* this.#doubled(this.#pageBytes);
      else this.#arrayBytes = yield* this.#doubled(this.#arrayBytes);
    }
  }

  *#doubled(bytes: number): TaskStep<number> {
    yield* this.#acquire(bytes * 2);
    this.usedBytes -= bytes;
    this.#memory.releaseExecution(bytes, this.mode);
    return bytes * 2;
  }

  *#acquire(bytes: number): TaskStep<void> {
    const got = yield* this.#memory.acquireExecution(bytes, this);
    if (got === bytes) {
      this.usedBytes += bytes;
      return;
    }
    this.#memory.releaseExecution(got, this.mode);
    throw new SparkFailure(
      "org.apache.spark.SparkException",
      `Can't acquire ${bytes} bytes memory to build hash relation, got ${got} bytes.`,
    );
  }

  spill(): number {
    return 0;
  }
}
