/**
 * The block store that counts for itself, beside no manager at all. Follows MemoryStore and
 * CacheManager, Spark 1.2.2–1.5.2 (spec 3.9).
 */
import { assert, sparkRequire } from "../assert.ts";
import { rddIdOf } from "../block-id.ts";
import type { SparkBehaviour } from "../spark-behaviour.ts";
import type { SparkConf } from "../spark-conf.ts";
import { AccessOrder, type MemoryEntry } from "./access-order.ts";
import type { EvictedBlock, MemoryStoreSnapshot, PutResult } from "./memory-store.ts";
import type { BlockToPut, PutIteratorResult } from "./stepwise-put.ts";
import {
  UNROLLED,
  type UnrollDemand,
  UnrollingValues,
  UnrollLedger,
  type UnrollSettings,
  unrollSettings,
} from "./unroll.ts";

const NO_TASK = -1;

/** Why `ensureFreeSpace` could not: the words of its log line. */
type Shortage = "larger_than_limit" | "would_drop_own_rdd";

/**
 * Blocks in memory and their eviction, with counters of its own. Follows MemoryStore, Spark 1.2.0
 * to 1.5.2.
 */
export class Pre16MemoryStore {
  readonly #behaviour: SparkBehaviour;
  readonly #maxBytes: number;
  readonly #maxUnrollBytes: number;
  readonly #settings: UnrollSettings;
  readonly #entries = new AccessOrder();
  readonly #unroll = new UnrollLedger();
  /** 1.4+: finished unrolls that are not blocks yet. */
  readonly #pending = new UnrollLedger();
  #currentBytes = 0;
  #evicted: EvictedBlock[] = [];

  constructor(
    behaviour: SparkBehaviour,
    given: {
      readonly maxMemoryBytes: number;
      readonly maxUnrollBytes: number;
      readonly conf?: SparkConf;
    },
  ) {
    this.#behaviour = behaviour;
    this.#maxBytes = given.maxMemoryBytes;
    this.#maxUnrollBytes = given.maxUnrollBytes;
    this.#settings = unrollSettings(behaviour, given.conf ?? new Map());
  }

  /** `currentMemory`: bytes of blocks. */
  get currentBytes(): number {
    return this.#currentBytes;
  }

  /**
   * `freeMemory`: what no block holds; unroll memory is not subtracted. The `free` of store lines.
   */
  get freeBytes(): number {
    return this.#maxBytes - this.#currentBytes;
  }

  /** Unroll memory of all tasks, pending included. */
  get unrollBytes(): number {
    return this.#unroll.totalBytes + this.#pending.totalBytes;
  }

  /** Is the block in memory? Does not count as a use. */
  contains(blockId: string): boolean {
    return this.#entries.has(blockId);
  }

  /** Reads the block: it is the last to be evicted then. False: it is not in memory. */
  get(blockId: string): boolean {
    return this.#entries.touch(blockId);
  }

  /** Blocks evicted since the last call, in their order. */
  takeEvicted(): readonly EvictedBlock[] {
    const evicted = this.#evicted;
    if (evicted.length > 0) this.#evicted = [];
    return evicted;
  }

  /** Granted only while it leaves something free: no eviction here. */
  reserveUnroll(taskId: number, bytes: number): boolean {
    sparkRequire(bytes >= 0, () => `${bytes} bytes of unroll memory`);
    if (this.freeBytes <= this.unrollBytes + bytes) return false;
    this.#unroll.add(taskId, bytes);
    return true;
  }

  /** Gives back up to `bytes` (default: all); returns how much. */
  releaseUnroll(taskId: number, bytes: number = Number.MAX_SAFE_INTEGER): number {
    return this.#unroll.take(taskId, bytes);
  }

  /** The task (a thread up to 1.4) is over. */
  releaseUnrollOfTask(taskId: number): void {
    this.#unroll.take(taskId, Number.MAX_SAFE_INTEGER);
    this.#pending.take(taskId, Number.MAX_SAFE_INTEGER);
  }

  /** Stores a block of known size; evicts for it where that makes enough room. */
  putBytes(block: BlockToPut, bytes: number): PutResult {
    if (this.contains(block.blockId)) return "exists";
    return this.#tryToPut(block, bytes) ? "stored" : "no_space";
  }

  /**
   * Unrolls and stores; a refused growth may first evict up to the unroll cap, and asks once more.
   */
  putValues(block: BlockToPut, demand: UnrollDemand): PutIteratorResult {
    if (this.contains(block.blockId)) return { kind: "exists" };
    const taskId = block.taskId ?? NO_TASK;
    const heldBefore = this.#unroll.bytesOf(taskId);
    let isFirst = true;
    const outcome = new UnrollingValues(demand, this.#settings);
    const reserve = (bytes: number): boolean => {
      if (!isFirst) return this.#reserveEvicting(block.blockId, taskId, bytes);
      isFirst = false;
      return this.reserveUnroll(taskId, bytes);
    };
    while (outcome.advance({ reserve }) !== UNROLLED);
    const partial = { blockId: block.blockId, mode: block.mode, taskId };
    if (!outcome.whole)
      return {
        kind: "failed",
        partial: { ...partial, heldBytes: outcome.heldBytes },
        interrupted: false,
      };
    const gained = this.#unroll.bytesOf(taskId) - heldBefore;
    this.#unroll.take(taskId, gained);
    // Up to 1.3 the memory is free again before the block has it: two tasks may both pass.
    if (this.#behaviour.unrollTransfer === "pending") this.#pending.add(taskId, gained);
    return this.#tryToPut(block, demand.finalBytes)
      ? { kind: "stored", bytes: demand.finalBytes }
      : { kind: "failed", partial: { ...partial, heldBytes: 0 }, interrupted: false };
  }

  #reserveEvicting(blockId: string, taskId: number, bytes: number): boolean {
    if (this.reserveUnroll(taskId, bytes)) return true;
    const room = this.#maxUnrollBytes - this.unrollBytes;
    if (room > 0) this.#ensureFreeSpace(blockId, room, taskId);
    return this.reserveUnroll(taskId, bytes);
  }

  #tryToPut(block: BlockToPut, bytes: number): boolean {
    const taskId = block.taskId ?? NO_TASK;
    const shortage = this.#ensureFreeSpace(block.blockId, bytes, taskId);
    if (shortage === undefined) {
      this.#entries.add({
        blockId: block.blockId,
        rddId: rddIdOf(block.blockId),
        bytes,
        mode: block.mode,
        level: block.level,
      });
      this.#currentBytes += bytes;
    }
    this.#pending.take(taskId, Number.MAX_SAFE_INTEGER);
    return shortage === undefined;
  }

  /**
   * Evicts until `bytes` are free beside all unroll memory but the task's own pending. `undefined`
   * = done; else nothing was evicted.
   */
  #ensureFreeSpace(blockId: string, bytes: number, taskId: number): Shortage | undefined {
    if (bytes > this.#maxBytes) return "larger_than_limit";
    const free = this.freeBytes - this.unrollBytes + this.#pending.bytesOf(taskId);
    if (free >= bytes) return undefined;
    const victims = this.#entries.select(bytes - free, { notOfRdd: rddIdOf(blockId) });
    if (victims === undefined) return "would_drop_own_rdd";
    for (const victim of victims) this.#drop(victim);
    return undefined;
  }

  #drop(selected: number): void {
    const entry = this.#entries.removeSelected(selected);
    this.#uncount(entry);
    this.#evicted.push({
      blockId: entry.blockId,
      bytes: entry.bytes,
      mode: entry.mode,
      toDisk: entry.level?.useDisk === true,
    });
  }

  /** Takes a block out of memory; false: it was not there. */
  remove(blockId: string): boolean {
    const entry = this.#entries.remove(blockId);
    if (entry === undefined) return false;
    this.#uncount(entry);
    return true;
  }

  #uncount(entry: MemoryEntry): void {
    this.#currentBytes -= entry.bytes;
    assert(this.#currentBytes >= 0, () => `${this.#currentBytes} bytes of blocks are left`);
  }

  /** Drops everything, as at the end of an executor. */
  clear(): void {
    this.#entries.clear();
    this.#currentBytes = 0;
  }

  /** State of the store; equal states have equal snapshots. */
  snapshot(): MemoryStoreSnapshot {
    return {
      blockIds: this.#entries.blockIds(),
      blockBytes: this.#currentBytes,
      onHeapUnroll: new Map(this.#unroll.bytesByTask),
      offHeapUnroll: new Map(),
      pendingUnroll: new Map(this.#pending.bytesByTask),
    };
  }
}
