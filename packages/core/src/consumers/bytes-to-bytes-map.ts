/**
 * Groups in pages with an array of slots that doubles beside the old one; refused, it takes no more
 * and says so. Follows BytesToBytesMap, Spark 2.0–4.2.
 */
import { SparkFailure } from "../assert.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { MemoryConsumer } from "../tasks/memory-consumer.ts";
import type { MemoryPage, TaskMemoryManager, TaskStep } from "../tasks/task-memory-manager.ts";

const LONG_BYTES = 8;
/** Longs a slot: address and hash. */
const LONGS_A_SLOT = 2;
const LOAD_FACTOR = 0.5;
/** The number of its records stands at a page's begin (UnsafeAlignedOffset.getUaoSize). */
const PAGE_HEADER_BYTES = 4;

export class BytesToBytesMap implements MemoryConsumer {
  readonly id: number;
  readonly name = "BytesToBytesMap";
  readonly mode: MemoryMode;
  usedBytes = 0;
  readonly #memory: TaskMemoryManager;
  readonly #initialSlots: number;
  readonly #pageBytes: number;
  #pages: MemoryPage[] = [];
  #pageLeftBytes = 0;
  #array: MemoryPage | undefined;
  #keys = 0;
  #canGrow = true;

  constructor(given: {
    readonly id: number;
    readonly mode: MemoryMode;
    readonly memory: TaskMemoryManager;
    /** Slots of the first array; a power of two (16,384 for an aggregation). */
    readonly initialSlots: number;
    readonly pageBytes: number;
  }) {
    this.id = given.id;
    this.mode = given.mode;
    this.#memory = given.memory;
    this.#initialSlots = given.initialSlots;
    this.#pageBytes = given.pageBytes;
  }

  get keys(): number {
    return this.#keys;
  }

  /** Pages and array: `getTotalMemoryConsumption`. */
  get totalBytes(): number {
    return this.#pages.reduce((sum, page) => sum + page.bytes, this.#array?.bytes ?? 0);
  }

  /** The first array. Throws SparkFailure when it is refused. */
  *start(): TaskStep<void> {
    this.#array = yield* this.#memory.allocateArray(this.#initialSlots * LONGS_A_SLOT, this);
  }

  get #growthThreshold(): number {
    const longs = (this.#array?.bytes ?? 0) / LONG_BYTES;
    return Math.floor((longs / LONGS_A_SLOT) * LOAD_FACTOR);
  }

  /** How many new keys of this size go in before memory has to be asked for. */
  keysWithoutAsking(recordBytes: number): number {
    const inPage = Math.floor(this.#pageLeftBytes / recordBytes);
    return Math.max(0, Math.min(inPage, this.#growthThreshold - this.#keys - 1));
  }

  insertWithoutAsking(keys: number, recordBytes: number): void {
    this.#keys += keys;
    this.#pageLeftBytes -= keys * recordBytes;
  }

  /**
   * `Location.append` of a new key; false = no room, and nothing was taken. A refused array only
   * ends growing.
   */
  *insert(recordBytes: number): TaskStep<boolean> {
    if (!this.#canGrow && this.#keys >= this.#growthThreshold) return false;
    if (this.#pageLeftBytes < recordBytes && !(yield* this.#newPage(recordBytes))) return false;
    this.insertWithoutAsking(1, recordBytes);
    if (this.#keys >= this.#growthThreshold) yield* this.#grow();
    return true;
  }

  *#newPage(recordBytes: number): TaskStep<boolean> {
    try {
      const required = recordBytes + PAGE_HEADER_BYTES;
      const page = yield* this.#memory.allocateConsumerPage(required, this.#pageBytes, this);
      this.#pages.push(page);
      this.#pageLeftBytes = page.bytes - PAGE_HEADER_BYTES;
      return true;
    } catch (failure) {
      if (failure instanceof SparkFailure) return false;
      throw failure;
    }
  }

  *#grow(): TaskStep<void> {
    const old = this.#array;
    if (old === undefined) return;
    try {
      this.#array = yield* this.#memory.allocateArray((old.bytes / LONG_BYTES) * 2, this);
      this.#free(old);
    } catch (failure) {
      if (!(failure instanceof SparkFailure)) throw failure;
      this.#canGrow = false;
    }
  }

  #free(page: MemoryPage): void {
    this.usedBytes -= page.bytes;
    this.#memory.freePage(page, this.mode);
  }

  /** Everything goes back; `start` makes it usable again. */
  clear(): void {
    if (this.#array !== undefined) this.#free(this.#array);
    this.#array = undefined;
    for (const page of this.#pages) this.#free(page);
    this.#pages = [];
    this.#pageLeftBytes = 0;
    this.#keys = 0;
    this.#canGrow = true;
  }

  /** It has nothing to give while it is filled. */
  spill(): number {
    return 0;
  }
}
