/**
 * What blocks and unrolling hold of one memory mode; asks the store to evict. Follows
 * StorageMemoryPool, Spark 1.6–4.2.
 */
import { assert, sparkAssert } from "../assert.ts";
import type { MemoryMode } from "./memory-mode.ts";
import { MemoryPool } from "./memory-pool.ts";

/** The one thing a storage pool asks of the block store. */
export interface BlockEvictor {
  /**
   * Evicts blocks of `mode` until at least `bytes` are free, or none at all, giving back their
   * memory on the way. `forBlock` is the block that wants the space, absent when execution does.
   * Returns the bytes freed.
   */
  evictBlocksToFreeSpace(forBlock: string | undefined, bytes: number, mode: MemoryMode): number;
}

/** A store without blocks. */
const nothingToEvict: BlockEvictor = { evictBlocksToFreeSpace: () => 0 };

export class StorageMemoryPool extends MemoryPool {
  readonly #mode: MemoryMode;
  #usedBytes = 0;
  #highestBytes = 0;
  #hasFallenShort = false;
  #evictor: BlockEvictor = nothingToEvict;

  constructor(mode: MemoryMode) {
    super();
    this.#mode = mode;
  }

  override get usedBytes(): number {
    return this.#usedBytes;
  }

  /** The store whose blocks live in this pool. */
  setEvictor(evictor: BlockEvictor): void {
    this.#evictor = evictor;
  }

  /** Takes `bytes` for a block, evicting what is missing. False = nothing was taken. */
  acquire(blockId: string, bytes: number): boolean {
    return this.acquireEvicting(blockId, bytes, Math.max(0, bytes - this.freeBytes));
  }

  /**
   * Takes `bytes` after evicting `toFreeBytes`; what was evicted stays evicted when it is not
   * enough.
   */
  acquireEvicting(blockId: string, bytes: number, toFreeBytes: number): boolean {
    sparkAssert(bytes >= 0, () => `${bytes} bytes of storage memory asked for ${blockId}`);
    assert(
      this.#usedBytes <= this.sizeBytes,
      () => `storage pool: ${this.#usedBytes} of ${this.sizeBytes} bytes used`,
    );
    if (toFreeBytes > 0) {
      this.#hasFallenShort = true;
      this.#evictor.evictBlocksToFreeSpace(blockId, toFreeBytes, this.#mode);
    }
    if (bytes > this.freeBytes) {
      this.#hasFallenShort = true;
      return false;
    }
    this.#usedBytes += bytes;
    if (this.#usedBytes > this.#highestBytes) this.#highestBytes = this.#usedBytes;
    return true;
  }

  /**
   * The most that was ever taken by `acquire`, bytes; what a put holds only while it unrolls
   * counts.
   */
  get highestBytes(): number {
    return this.#highestBytes;
  }

  /** Whether a request was ever refused, or had something evicted. */
  get hasFallenShort(): boolean {
    return this.#hasFallenShort;
  }

  /** Notes a request that was refused before it came to the pool. */
  fallShort(): void {
    this.#hasFallenShort = true;
  }

  /** Gives back `bytes`, or all there is when that is less; returns how much less. */
  release(bytes: number): number {
    const missing = Math.max(0, bytes - this.#usedBytes);
    this.#usedBytes -= bytes - missing;
    return missing;
  }

  releaseAll(): void {
    this.#usedBytes = 0;
  }

  /** Takes up to `bytes` as known from outside, without deciding; returns what did not fit. */
  adopt(bytes: number): number {
    const taken = Math.min(bytes, this.freeBytes);
    this.#usedBytes += taken;
    return bytes - taken;
  }

  /**
   * How far the pool may be made smaller to give `bytes` away: what is free first, then whole
   * evicted blocks, so the result may be larger. 1.6 (`creditsEviction` false) evicts but counts
   * only what was free before. The caller shrinks.
   */
  freeSpaceToShrink(bytes: number, creditsEviction: boolean): number {
    const free = Math.min(bytes, this.freeBytes);
    const rest = bytes - free;
    if (rest <= 0) return free;
    this.#hasFallenShort = true;
    const evicted = this.#evictor.evictBlocksToFreeSpace(undefined, rest, this.#mode);
    return creditsEviction ? free + evicted : free;
  }
}
