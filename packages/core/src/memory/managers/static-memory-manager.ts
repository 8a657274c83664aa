/**
 * Fixed pools; unrolling may evict only so much. Follows StaticMemoryManager, Spark 1.6.1–2.4.8.
 */
import { sparkRequire } from "../../assert.ts";
import type { SparkBehaviour } from "../../spark-behaviour.ts";
import type { ManagerCapacity } from "../capacity.ts";
import { ExecutionMemoryPool } from "../execution-memory-pool.ts";
import { MemoryManager } from "../memory-manager.ts";
import type { MemoryMode } from "../memory-mode.ts";
import { StorageMemoryPool } from "../storage-memory-pool.ts";
import { FixedPools } from "./fixed-pools.ts";

export class StaticMemoryManager extends MemoryManager {
  override readonly kind = "static";
  readonly #maxUnrollBytes: number;
  #unrollBytes = 0;

  constructor(_behaviour: SparkBehaviour, capacity: ManagerCapacity) {
    const pools = (mode: MemoryMode, storageBytes: number, executionBytes: number): FixedPools =>
      new FixedPools({
        storage: new StorageMemoryPool(mode),
        execution: new ExecutionMemoryPool(),
        storageBytes,
        executionBytes,
      });
    super({
      onHeap: pools("on_heap", capacity.onHeapStorageBytes, capacity.onHeapExecutionBytes),
      offHeap: pools("off_heap", 0, capacity.offHeapStorageBytes + capacity.offHeapExecutionBytes),
    });
    this.#maxUnrollBytes = capacity.maxUnrollBytes ?? 0;
  }

  override acquireStorage(blockId: string, bytes: number, mode: MemoryMode): boolean {
    sparkRequire(
      mode === "on_heap",
      () => "StaticMemoryManager does not support off-heap storage memory",
    );
    const storage = this.onHeap.storage;
    if (bytes > storage.sizeBytes) return false;
    return storage.acquire(blockId, bytes);
  }

  /**
   * All that is free may be used; evictions for unrolling stop at `maxUnroll`, less what is
   * unrolled and what is free.
   */
  override acquireUnroll(blockId: string, bytes: number, mode: MemoryMode): boolean {
    sparkRequire(
      mode === "on_heap",
      () => "StaticMemoryManager does not support off-heap unroll memory",
    );
    const storage = this.onHeap.storage;
    const free = storage.freeBytes;
    const maxToFree = Math.max(0, this.#maxUnrollBytes - this.#unrollBytes - free);
    const toFree = Math.max(0, Math.min(maxToFree, bytes - free));
    const acquired = storage.acquireEvicting(blockId, bytes, toFree);
    if (acquired) this.#unrollBytes += bytes;
    return acquired;
  }

  override releaseUnroll(bytes: number, mode: MemoryMode): number {
    if (mode === "on_heap") this.#unrollBytes = Math.max(0, this.#unrollBytes - bytes);
    return super.releaseUnroll(bytes, mode);
  }

  override releaseAllStorage(): void {
    this.#unrollBytes = 0;
    super.releaseAllStorage();
  }
}
