/**
 * Rows in pages and an array of pointers that doubles with the old one still held; refused, it
 * spills everything. Follows UnsafeExternalSorter, UnsafeInMemorySorter and ShuffleExternalSorter,
 * Spark 1.6–4.2.
 */
import { SparkFailure } from "../assert.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { MemoryConsumer } from "../tasks/memory-consumer.ts";
import type { MemoryPage, TaskMemoryManager, TaskStep } from "../tasks/task-memory-manager.ts";
import type { SpillLedger } from "./spill-ledger.ts";

const LONG_BYTES = 8;

export interface SorterShape {
  /**
   * Longs a record in the pointer array: address and prefix, or (serialized shuffle) both in one.
   */
  readonly longsPerRecord: 1 | 2;
  /** Records that the first pointer array is made for (`spark.shuffle.sort.initialBufferSize`). */
  readonly initialRecords: number;
  /** With radix sort half of the array is work space; else a third of it. */
  readonly radix: boolean;
  readonly pageBytes: number;
  /**
   * ShuffleExternalSorter from 4.3 on: the array counts as spilled, and the larger one whose
   * request made it spill is kept. Else only pages count, and it begins anew with a small array.
   */
  readonly spillsArray?: boolean;
}

export class UnsafeExternalSorter implements MemoryConsumer {
  readonly id: number;
  readonly name: string;
  readonly mode: MemoryMode;
  usedBytes = 0;
  readonly #memory: TaskMemoryManager;
  readonly #ledger: SpillLedger;
  readonly #shape: SorterShape;
  readonly #diskRatio: number;
  #pages: MemoryPage[] = [];
  #pageLeftBytes = 0;
  #array: MemoryPage | undefined;
  #records = 0;
  #peakBytes = 0;
  #isReading = false;

  constructor(given: {
    readonly id: number;
    readonly mode: MemoryMode;
    readonly memory: TaskMemoryManager;
    readonly ledger: SpillLedger;
    readonly shape: SorterShape;
    readonly diskRatio: number;
  }) {
    this.id = given.id;
    this.name = given.shape.longsPerRecord === 2 ? "UnsafeExternalSorter" : "ShuffleExternalSorter";
    this.mode = given.mode;
    this.#memory = given.memory;
    this.#ledger = given.ledger;
    this.#shape = given.shape;
    this.#diskRatio = given.diskRatio;
  }

  /** The largest sum of pages and array: the metric `peak memory`. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  get #capacity(): number {
    const longs = (this.#array?.bytes ?? 0) / LONG_BYTES;
    return Math.floor(longs / (this.#shape.radix ? 2 : 1.5) / this.#shape.longsPerRecord);
  }

  /** The first pointer array, before any record. Throws SparkFailure when it is refused. */
  *start(): TaskStep<void> {
    const longs = this.#shape.initialRecords * this.#shape.longsPerRecord;
    this.#array = yield* this.#memory.allocateArray(longs, this);
    this.#note();
  }

  /** How many records of this size go in before memory has to be asked for. */
  recordsWithoutAsking(recordBytes: number): number {
    const inPage = Math.floor(this.#pageLeftBytes / recordBytes);
    return Math.max(0, Math.min(inPage, this.#capacity - this.#records));
  }

  /** Inserts records that need no memory. */
  insertWithoutAsking(records: number, recordBytes: number): void {
    this.#records += records;
    this.#pageLeftBytes -= records * recordBytes;
  }

  /**
   * Inserts one record, growing as `insertRecord` does: array, page, and the array once more where
   * the page's request spilled it. Throws SparkFailure when there is no page or array even for an
   * empty sorter.
   */
  *insert(recordBytes: number): TaskStep<void> {
    yield* this.#growArrayIfFull();
    if (this.#pageLeftBytes < recordBytes) {
      const pageBytes = this.#shape.pageBytes;
      const page = yield* this.#memory.allocateConsumerPage(recordBytes, pageBytes, this);
      this.#pages.push(page);
      this.#pageLeftBytes = page.bytes;
      yield* this.#growArrayIfFull();
      this.#note();
    }
    this.insertWithoutAsking(1, recordBytes);
  }

  *#growArrayIfFull(): TaskStep<void> {
    if (this.#records < this.#capacity) return;
    const old = this.#array;
    if (old === undefined || this.#records === 0) {
      yield* this.start();
      return;
    }
    let grown: MemoryPage | undefined;
    try {
      grown = yield* this.#memory.allocateArray((old.bytes / LONG_BYTES) * 2, this);
    } catch (failure) {
      if (!(failure instanceof SparkFailure) || this.#records > 0) throw failure;
    }
    if (this.#records === 0 && grown !== undefined && this.#shape.spillsArray === true) {
      this.#array = grown;
      this.#note();
      return;
    }
    if (this.#records === 0) {
      // Its own request made it spill: a small array will do.
      if (grown !== undefined) this.#free(grown);
      yield* this.start();
      return;
    }
    this.#array = grown;
    this.#free(old);
    this.#note();
  }

  #free(page: MemoryPage): void {
    this.usedBytes -= page.bytes;
    this.#memory.freePage(page, this.mode);
  }

  #note(): void {
    const pages = this.#pages.reduce((sum, page) => sum + page.bytes, 0);
    this.#peakBytes = Math.max(this.#peakBytes, pages + (this.#array?.bytes ?? 0));
  }

  /** All records are in: they are sorted, and read with one page in use. */
  startReading(): void {
    this.#isReading = this.#records > 0;
  }

  /** Everything was read or the task needs it no more. */
  close(): void {
    this.#isReading = false;
    this.#freePages(0);
    this.#freeArray();
    this.#records = 0;
  }

  /**
   * For its own request it writes everything; for another's it gives what it can while it is read,
   * and nothing before.
   */
  spill(_bytes: number, trigger: MemoryConsumer | undefined): number {
    if (trigger !== this) return this.#isReading ? this.#spillWhileRead() : 0;
    if (this.#records === 0) return 0;
    const pages = this.#freePages(0);
    const array = this.#freeArray();
    this.#records = 0;
    const spilled = this.#shape.spillsArray === true ? pages + array : pages;
    this.#ledger.spilled(spilled, Math.floor(pages * this.#diskRatio));
    return pages;
  }

  /** All pages but the one in use, and the array, which the metric counts here. */
  #spillWhileRead(): number {
    this.#isReading = false;
    const pages = this.#freePages(1);
    const released = pages + this.#freeArray();
    this.#records = 0;
    this.#ledger.spilled(released, Math.floor(pages * this.#diskRatio));
    return released;
  }

  #freePages(keep: number): number {
    const gone = Math.max(0, this.#pages.length - keep);
    let bytes = 0;
    for (const page of this.#pages.splice(0, gone)) {
      bytes += page.bytes;
      this.#free(page);
    }
    this.#pageLeftBytes = 0;
    return bytes;
  }

  #freeArray(): number {
    const array = this.#array;
    this.#array = undefined;
    if (array !== undefined) this.#free(array);
    return array?.bytes ?? 0;
  }
}
