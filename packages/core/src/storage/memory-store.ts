/**
 * Blocks in memory, in the order of their last use; evicts the eldest first. Follows MemoryStore,
 * Spark 1.6.1–4.2.0.
 */
import { assert, sparkAssert, sparkRequire } from "../assert.ts";
import { rddIdOf } from "../block-id.ts";
import type { MemoryManager } from "../memory/memory-manager.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { BlockEvictor } from "../memory/storage-memory-pool.ts";
import type { SparkBehaviour } from "../spark-behaviour.ts";
import type { SparkConf } from "../spark-conf.ts";
import { AccessOrder, type MemoryEntry } from "./access-order.ts";
import {
  type BlockToPut,
  failedPut,
  type PartiallyUnrolled,
  type PutIteratorResult,
  type PutSteps,
  StepwisePut,
  type UnrollingBlock,
} from "./stepwise-put.ts";
import {
  type UnrollDemand,
  type Unrolling,
  UnrollingBytes,
  UnrollingValues,
  UnrollLedger,
  type UnrollSettings,
  unrollSettings,
} from "./unroll.ts";

/** Unroll memory is charged to this id outside of tasks. */
export const NO_TASK = -1;

/** `exists`: 1.6 leaves a stored block as it is. */
export type PutResult = "stored" | "no_space" | "exists";

const EXISTS: PutSteps = { advance: () => ({ kind: "exists" }) };

/** A block that eviction took out of memory. */
export interface EvictedBlock {
  readonly blockId: string;
  readonly bytes: number;
  readonly mode: MemoryMode;
  /** Its level has disk: it is on disk now (or was already). Otherwise it is gone. */
  readonly toDisk: boolean;
}

/** Equal states have equal snapshots. */
export interface MemoryStoreSnapshot {
  /** Eldest first. */
  readonly blockIds: readonly string[];
  readonly blockBytes: number;
  readonly onHeapUnroll: ReadonlyMap<number, number>;
  readonly offHeapUnroll: ReadonlyMap<number, number>;
  readonly pendingUnroll: ReadonlyMap<number, number>;
}

export class MemoryStore implements BlockEvictor {
  readonly #behaviour: SparkBehaviour;
  readonly #manager: MemoryManager;
  readonly #settings: UnrollSettings;
  readonly #entries = new AccessOrder();
  readonly #pins = new Map<string, number>();
  readonly #onDisk = new Set<string>();
  readonly #onHeapUnroll = new UnrollLedger();
  readonly #offHeapUnroll = new UnrollLedger();
  /** 1.6: memory of finished unrolls that are not blocks yet. */
  readonly #pendingUnroll = new UnrollLedger();
  #blockBytes = 0;
  readonly #rddBytes: Record<MemoryMode, number> = { on_heap: 0, off_heap: 0 };
  #evicted: EvictedBlock[] = [];

  constructor(behaviour: SparkBehaviour, manager: MemoryManager, conf: SparkConf = new Map()) {
    this.#behaviour = behaviour;
    this.#manager = manager;
    this.#settings = unrollSettings(behaviour, conf);
    manager.setEvictor(this);
  }

  /** Bytes of all blocks, both modes, without unroll memory. */
  get blockBytes(): number {
    return this.#blockBytes;
  }

  /** Bytes of the blocks of RDDs in a mode. */
  rddBytes(mode: MemoryMode): number {
    return this.#rddBytes[mode];
  }

  get blocks(): number {
    return this.#entries.size;
  }

  /** Unroll memory of all tasks, both modes, pending included. */
  get unrollBytes(): number {
    return (
      this.#onHeapUnroll.totalBytes +
      this.#offHeapUnroll.totalBytes +
      this.#pendingUnroll.totalBytes
    );
  }

  /** Unroll memory of a task in a mode, in bytes. */
  unrollBytesOf(taskId: number, mode: MemoryMode): number {
    return this.#unroll(mode).bytesOf(taskId);
  }

  /** A block's size, without touching it. */
  peekBytes(blockId: string): number | undefined {
    return this.#entries.bytesOf(blockId);
  }

  /** Is the block in memory? Does not count as a use. */
  contains(blockId: string): boolean {
    return this.#entries.has(blockId);
  }

  /** Whether eviction wrote the block to disk. */
  isOnDisk(blockId: string): boolean {
    return this.#onDisk.has(blockId);
  }

  /** Reads a block: it becomes the youngest. */
  get(blockId: string): boolean {
    return this.#entries.touch(blockId);
  }

  get hasEvicted(): boolean {
    return this.#evicted.length > 0;
  }

  /** The blocks evicted since this was last asked, in order. */
  takeEvicted(): readonly EvictedBlock[] {
    const evicted = this.#evicted;
    if (evicted.length > 0) this.#evicted = [];
    return evicted;
  }

  /** Stores a block whose size is known. Throws SparkFailure when it is there already (2.0+). */
  putBytes(block: BlockToPut, bytes: number): PutResult {
    if (this.#isDuplicate(block.blockId)) return "exists";
    if (this.#behaviour.unrollTransfer === "pending")
      return this.#putReleasingPending(block, bytes) ? "stored" : "no_space";
    if (!this.#manager.acquireStorage(block.blockId, bytes, block.mode)) return "no_space";
    this.#insert(block, bytes);
    return "stored";
  }

  #isDuplicate(blockId: string): boolean {
    if (!this.contains(blockId)) return false;
    sparkRequire(
      this.#behaviour.duplicatePut === "exists",
      () => `Block ${blockId} is already present in the MemoryStore`,
    );
    return true;
  }

  /** 1.6's tryToPut: the pending unroll memory of the task becomes the block's. */
  #putReleasingPending(block: BlockToPut, bytes: number): boolean {
    this.#releasePending(block.taskId ?? NO_TASK);
    if (!this.#manager.acquireStorage(block.blockId, bytes, block.mode)) return false;
    this.#insert(block, bytes);
    return true;
  }

  #insert(block: BlockToPut, bytes: number): void {
    const rddId = rddIdOf(block.blockId);
    if (rddId !== undefined) this.#rddBytes[block.mode] += bytes;
    this.#entries.add({
      blockId: block.blockId,
      rddId,
      bytes,
      mode: block.mode,
      level: block.level,
    });
    this.#blockBytes += bytes;
  }

  /** Unrolls an iterator into an array of objects and stores it. */
  putValues(block: BlockToPut, demand: UnrollDemand): PutIteratorResult {
    return resultOf(this.putValuesByStep(block, demand));
  }

  /** The same look by look. */
  putValuesByStep(block: BlockToPut, demand: UnrollDemand): PutSteps {
    if (this.#isDuplicate(block.blockId)) return EXISTS;
    // Only a task's thread can be interrupted.
    const settings =
      block.taskId === undefined ? { ...this.#settings, interruptStops: false } : this.#settings;
    return this.#put(block, demand, new UnrollingValues(demand, settings), false);
  }

  /** Unrolls an iterator into a byte buffer and stores it (2.0+). */
  putIteratorAsBytes(block: BlockToPut, demand: UnrollDemand): PutIteratorResult {
    return resultOf(this.putIteratorAsBytesByStep(block, demand));
  }

  /** The same look by look. */
  putIteratorAsBytesByStep(block: BlockToPut, demand: UnrollDemand): PutSteps {
    const serialized = this.#behaviour.serializedUnroll;
    if (serialized === "as_values" || serialized === "none")
      return this.putValuesByStep(block, demand);
    if (this.#isDuplicate(block.blockId)) return EXISTS;
    const { thresholdBytes, growthFactor } = this.#settings;
    const factor = serialized === "each_record" ? 1 : growthFactor;
    const unrolling = new UnrollingBytes(demand, { thresholdBytes, growthFactor: factor });
    return this.#put(block, demand, unrolling, true);
  }

  #put(
    block: BlockToPut,
    demand: UnrollDemand,
    unrolling: Unrolling,
    whollyReserved: boolean,
  ): PutSteps {
    const { taskId = NO_TASK } = block;
    const heldBefore = this.#unroll(block.mode).bytesOf(taskId);
    const put = { block, taskId, demand, unrolling, heldBefore, whollyReserved };
    return new StepwisePut(put, this, this.#storeUnrolled);
  }

  readonly #storeUnrolled = (put: UnrollingBlock): PutIteratorResult => {
    const { block, taskId, demand, unrolling } = put;
    if (!unrolling.whole) return failedPut(put, unrolling.heldBytes);
    const size = demand.finalBytes;
    let held = unrolling.heldBytes;
    switch (put.whollyReserved ? "unroll_request" : this.#behaviour.unrollTransfer) {
      case "pending": {
        const moved =
          this.#behaviour.pendingUnroll === "task_gain"
            ? this.#unroll(block.mode).bytesOf(taskId) - put.heldBefore
            : held;
        this.#unroll(block.mode).takeAndStay(taskId, moved);
        this.#pendingUnroll.add(taskId, moved);
        if (!this.#putReleasingPending(block, size)) return failedPut(put, 0);
        return { kind: "stored", bytes: size };
      }
      case "storage_request": {
        if (held <= size) {
          if (!this.#manager.acquireStorage(block.blockId, size - held, block.mode))
            return failedPut(put, held);
        } else {
          this.releaseUnroll(taskId, block.mode, held - size);
          held = size;
        }
        this.#transfer(block, taskId, held, held);
        break;
      }
      default: {
        if (size > held) {
          if (!this.reserveUnroll(block.blockId, taskId, size - held, block.mode))
            return failedPut(put, held);
          held = size;
        }
        this.#transfer(block, taskId, held, size);
      }
    }
    this.#insert(block, size);
    return { kind: "stored", bytes: size };
  };

  /** Unroll memory becomes storage memory in one step: no other request can take it in between. */
  #transfer(block: BlockToPut, taskId: number, unrollBytes: number, storageBytes: number): void {
    this.releaseUnroll(taskId, block.mode, unrollBytes);
    const acquired = this.#manager.acquireStorage(block.blockId, storageBytes, block.mode);
    assert(
      acquired,
      () =>
        `${storageBytes} bytes of unroll memory of ${block.blockId} did not become storage memory`,
    );
  }

  #unroll(mode: MemoryMode): UnrollLedger {
    return mode === "on_heap" ? this.#onHeapUnroll : this.#offHeapUnroll;
  }

  /** Unroll memory for a task; may evict. */
  reserveUnroll(blockId: string, taskId: number, bytes: number, mode: MemoryMode): boolean {
    if (!this.#manager.acquireUnroll(blockId, bytes, mode)) return false;
    this.#unroll(mode).add(taskId, bytes);
    return true;
  }

  /** Gives back up to `bytes` (default: all) of a task's unroll memory; returns how much. */
  releaseUnroll(taskId: number, mode: MemoryMode, bytes: number = Number.MAX_SAFE_INTEGER): number {
    const ledger = this.#unroll(mode);
    // 1.6 leaves an entry of 0 where it is.
    if (this.#behaviour.unrollTransfer === "pending" && ledger.bytesOf(taskId) === 0) return 0;
    const released = ledger.take(taskId, bytes);
    if (released > 0) this.#manager.releaseUnroll(released, mode);
    return released;
  }

  #releasePending(taskId: number): void {
    const released = this.#pendingUnroll.take(taskId, Number.MAX_SAFE_INTEGER);
    if (released > 0) this.#manager.releaseUnroll(released, "on_heap");
  }

  /** The task is over: all its unroll memory goes back. Its execution memory is the manager's. */
  releaseUnrollOfTask(taskId: number): void {
    this.releaseUnroll(taskId, "on_heap");
    this.releaseUnroll(taskId, "off_heap");
    this.#releasePending(taskId);
  }

  /** Closes what a failed put left, on behalf of the task that does so. */
  closePartial(partial: PartiallyUnrolled, byTaskId: number = partial.taskId): void {
    this.releaseUnroll(byTaskId, partial.mode, partial.heldBytes);
  }

  /** Takes a read lock: eviction passes the block by (2.0+). False = no such block. */
  pin(blockId: string): boolean {
    if (!this.contains(blockId)) return false;
    this.#pins.set(blockId, (this.#pins.get(blockId) ?? 0) + 1);
    return true;
  }

  /** A reader or writer is done with the block: without any left, it may be evicted. */
  unpin(blockId: string): void {
    const pins = (this.#pins.get(blockId) ?? 0) - 1;
    if (pins > 0) this.#pins.set(blockId, pins);
    else this.#pins.delete(blockId);
  }

  /** Removes a block and gives its memory back. False = not there, or pinned. */
  remove(blockId: string): boolean {
    if (this.#behaviour.evictionSkipsPinned && this.#pins.has(blockId)) return false;
    const entry = this.#entries.remove(blockId);
    if (entry === undefined) return false;
    this.#onDisk.delete(blockId);
    this.#release(entry);
    return true;
  }

  #release(entry: MemoryEntry): void {
    this.#blockBytes -= entry.bytes;
    if (entry.rddId !== undefined) this.#rddBytes[entry.mode] -= entry.bytes;
    this.#manager.releaseStorage(entry.bytes, entry.mode);
  }

  /** Drops everything, as at the end of an executor. */
  clear(): void {
    this.#entries.clear();
    this.#pins.clear();
    this.#onHeapUnroll.clear();
    this.#offHeapUnroll.clear();
    this.#pendingUnroll.clear();
    this.#blockBytes = 0;
    this.#rddBytes.on_heap = 0;
    this.#rddBytes.off_heap = 0;
    this.#manager.releaseAllStorage();
  }

  /**
   * Evicts from the eldest on until `bytes` are free, or nothing at all; blocks of `forBlock`'s own
   * RDD, of the other mode and pinned ones stay. Returns the bytes freed. Throws SparkFailure
   * unless `bytes` > 0.
   */
  evictBlocksToFreeSpace(forBlock: string | undefined, bytes: number, mode: MemoryMode): number {
    sparkAssert(bytes > 0, () => `${bytes} bytes to free`);
    const rddId = forBlock === undefined ? undefined : rddIdOf(forBlock);
    const { evictionWithinMode, evictionSkipsPinned } = this.#behaviour;
    const skipsPinned = evictionSkipsPinned && this.#pins.size > 0;
    const victims = this.#entries.select(bytes, {
      mode: evictionWithinMode ? mode : undefined,
      notOfRdd: rddId,
      notAmong: skipsPinned ? this.#pins : undefined,
    });
    if (victims === undefined) return 0;
    let freed = 0;
    for (const victim of victims) freed += this.#drop(victim);
    return freed;
  }

  /** BlockManager.dropFromMemory: to disk where the level has one, else away. */
  #drop(selected: number): number {
    const entry = this.#entries.removeSelected(selected);
    this.#release(entry);
    const toDisk = entry.level?.useDisk === true;
    if (toDisk) this.#onDisk.add(entry.blockId);
    this.#evicted.push({
      blockId: entry.blockId,
      bytes: entry.bytes,
      mode: entry.mode,
      toDisk,
    });
    return entry.bytes;
  }

  /**
   * The number that a `Block … stored … free F` line of this version prints: what blocks could
   * still take, or in 1.6.0–1.6.2 what they hold.
   */
  storedLineFreeBytes(): number {
    const used =
      this.#manager.storageUsedBytes("on_heap") +
      this.#manager.storageUsedBytes("off_heap") -
      this.unrollBytes;
    if (this.#behaviour.storedLineFree === "blocks_used") return used;
    const max =
      this.#manager.maxStorageBytes("on_heap") +
      (this.#behaviour.storedLineCountsOffHeap ? this.#manager.maxStorageBytes("off_heap") : 0);
    return max - used;
  }

  /** State of the store; equal states have equal snapshots. */
  snapshot(): MemoryStoreSnapshot {
    return {
      blockIds: this.#entries.blockIds(),
      blockBytes: this.#blockBytes,
      onHeapUnroll: new Map(this.#onHeapUnroll.bytesByTask),
      offHeapUnroll: new Map(this.#offHeapUnroll.bytesByTask),
      pendingUnroll: new Map(this.#pendingUnroll.bytesByTask),
    };
  }
}

/** Runs a put to its end at once. */
function resultOf(put: PutSteps): PutIteratorResult {
  for (;;) {
    const turn = put.advance();
    if (typeof turn !== "number") return turn;
  }
}
