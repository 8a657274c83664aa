/**
 * One region that storage and execution share and borrow from each other. Follows
 * UnifiedMemoryManager, Spark 1.6.1–4.2.0.
 */
import { assert, sparkAssert } from "../../assert.ts";
import type { SparkBehaviour } from "../../spark-behaviour.ts";
import type { ManagerCapacity } from "../capacity.ts";
import { ExecutionMemoryPool } from "../execution-memory-pool.ts";
import { MemoryManager, type ModePools } from "../memory-manager.ts";
import type { MemoryMode } from "../memory-mode.ts";
import { StorageMemoryPool } from "../storage-memory-pool.ts";
import { FixedPools } from "./fixed-pools.ts";

/** The two pools of a mode, whose sizes always add up to the same. */
class SharedPools implements ModePools {
  readonly storage: StorageMemoryPool;
  readonly execution = new ExecutionMemoryPool();
  readonly #mode: MemoryMode;
  readonly #maxBytes: number;
  readonly #regionBytes: number;
  readonly #borrowsShortfall: boolean;
  readonly #creditsEviction: boolean;
  readonly #constantStorageLimit: boolean;
  unmanagedBytes = 0;

  constructor(
    mode: MemoryMode,
    regionBytes: number,
    executionBytes: number,
    behaviour: SparkBehaviour,
  ) {
    this.#mode = mode;
    this.storage = new StorageMemoryPool(mode);
    this.storage.increment(regionBytes);
    this.execution.increment(executionBytes);
    this.#maxBytes = regionBytes + executionBytes;
    this.#regionBytes = regionBytes;
    this.#borrowsShortfall = behaviour.storageBorrow === "shortfall";
    this.#creditsEviction = behaviour.evictionCreditsExecution;
    this.#constantStorageLimit =
      mode === "off_heap" && behaviour.offHeapStorageLimit === "constant";
  }

  check(): void {
    assert(
      this.storage.sizeBytes + this.execution.sizeBytes === this.#maxBytes,
      () =>
        `${this.#mode} pools of ${this.storage.sizeBytes} and ${this.execution.sizeBytes} bytes do not add up to ${this.#maxBytes}`,
    );
  }

  grow(bytes: number): void {
    if (bytes <= 0) return;
    const storage = this.storage;
    const reclaimable = Math.max(storage.freeBytes, storage.sizeBytes - this.#regionBytes);
    if (reclaimable <= 0) return;
    this.#moveToExecution(
      storage.freeSpaceToShrink(Math.min(bytes, reclaimable), this.#creditsEviction),
    );
  }

  #moveToExecution(bytes: number): void {
    this.storage.decrement(bytes);
    this.execution.increment(bytes);
  }

  #moveToStorage(bytes: number): void {
    this.execution.decrement(bytes);
    this.storage.increment(bytes);
  }

  maxPoolBytes(): number {
    const max = this.#maxBytes - Math.min(this.storage.usedBytes, this.#regionBytes);
    return Math.max(0, max - this.unmanagedBytes);
  }

  /** `maxOnHeapStorageMemory`, `maxOffHeapStorageMemory`: what execution leaves. */
  storageLimitBytes(): number {
    return this.#maxBytes - this.execution.usedBytes;
  }

  /**
   * What one request is held to: less what is unmanaged; before 2.2 all of off-heap memory,
   * whatever execution holds.
   */
  requestLimitBytes(): number {
    if (this.#constantStorageLimit) return this.#maxBytes;
    return Math.max(0, this.storageLimitBytes() - this.unmanagedBytes);
  }

  borrowForStorage(bytes: number): void {
    const free = this.storage.freeBytes;
    if (bytes <= free) return;
    const wanted = this.#borrowsShortfall ? bytes - free : bytes;
    this.#moveToStorage(Math.max(0, Math.min(this.execution.freeBytes, wanted)));
  }

  adoptGrowth(requestedBytes: number, grantedBytes: number, evictedBytes: number): number {
    const storage = this.storage;
    const missing = requestedBytes - this.execution.freeBytes;
    // The evicted blocks are out already: before the request this much less was free.
    const evicted = Math.min(evictedBytes, storage.freeBytes);
    const freeBefore = storage.freeBytes - evicted;
    let moved = 0;
    if (missing > 0) {
      const reclaimable = Math.max(freeBefore, storage.sizeBytes - this.#regionBytes);
      moved = Math.max(0, Math.min(missing, reclaimable, freeBefore));
    }
    if (this.#creditsEviction) moved += evicted;
    this.#moveToExecution(moved);
    const short = grantedBytes - this.execution.freeBytes;
    if (short <= 0) return 0;
    const bent = Math.min(short, storage.freeBytes);
    this.#moveToExecution(bent);
    return bent;
  }

  adoptStorageRoom(bytes: number): number {
    const moved = Math.max(0, Math.min(bytes, this.execution.freeBytes));
    this.#moveToStorage(moved);
    return bytes - moved;
  }
}

export class UnifiedMemoryManager extends MemoryManager {
  override readonly kind = "unified";
  readonly #onHeapPools: SharedPools;
  readonly #offHeapPools: SharedPools | undefined;
  readonly #countsUnmanaged: boolean;

  constructor(behaviour: SparkBehaviour, capacity: ManagerCapacity, pollsUnmanaged = false) {
    const onHeap = new SharedPools(
      "on_heap",
      capacity.onHeapStorageBytes,
      capacity.onHeapExecutionBytes,
      behaviour,
    );
    // 1.6 has off-heap execution alone, and nothing to share it with.
    const shared = behaviour.offHeapStorage
      ? new SharedPools(
          "off_heap",
          capacity.offHeapStorageBytes,
          capacity.offHeapExecutionBytes,
          behaviour,
        )
      : undefined;
    const offHeap =
      shared ??
      new FixedPools({
        storage: new StorageMemoryPool("off_heap"),
        execution: new ExecutionMemoryPool(),
        storageBytes: 0,
        executionBytes: capacity.offHeapExecutionBytes,
      });
    super({ onHeap, offHeap });
    this.#onHeapPools = onHeap;
    this.#offHeapPools = shared;
    this.#countsUnmanaged = behaviour.unmanagedMemory && pollsUnmanaged;
  }

  /**
   * What consumers outside the pools hold (4.1+); counts only where the line knows it and its
   * polling is on.
   */
  setUnmanaged(bytes: { readonly onHeap: number; readonly offHeap: number }): void {
    if (!this.#countsUnmanaged) return;
    this.#onHeapPools.unmanagedBytes = bytes.onHeap;
    if (this.#offHeapPools !== undefined) this.#offHeapPools.unmanagedBytes = bytes.offHeap;
  }

  override acquireStorage(blockId: string, bytes: number, mode: MemoryMode): boolean {
    const pools = this.#shared(mode);
    pools.check();
    sparkAssert(bytes >= 0, () => `${bytes} bytes of storage memory asked for ${blockId}`);
    if (bytes > pools.requestLimitBytes()) {
      pools.storage.fallShort();
      return false;
    }
    pools.borrowForStorage(bytes);
    return pools.storage.acquire(blockId, bytes);
  }

  override acquireUnroll(blockId: string, bytes: number, mode: MemoryMode): boolean {
    return this.acquireStorage(blockId, bytes, mode);
  }

  #shared(mode: MemoryMode): SharedPools {
    const pools = mode === "on_heap" ? this.#onHeapPools : this.#offHeapPools;
    assert(pools !== undefined, () => "this line has no off-heap storage memory");
    return pools;
  }

  protected override checkPools(mode: MemoryMode): void {
    if (mode === "on_heap") this.#onHeapPools.check();
    else this.#offHeapPools?.check();
  }
}
