/**
 * Execution memory before 1.6, beside a store that counts for itself. Follows ShuffleMemoryManager,
 * Spark 1.2.2–1.5.2.
 */
import { SparkFailure, sparkAssert } from "../../assert.ts";
import type { SparkBehaviour } from "../../spark-behaviour.ts";
import type { ManagerCapacity } from "../capacity.ts";
import { ExecutionMemoryPool } from "../execution-memory-pool.ts";
import { MemoryManager } from "../memory-manager.ts";
import type { MemoryMode } from "../memory-mode.ts";
import { StorageMemoryPool } from "../storage-memory-pool.ts";
import { FixedPools } from "./fixed-pools.ts";

/** Tasks are threads up to 1.4: their ids take the place of task attempt ids. */
export class ShuffleMemoryManager extends MemoryManager {
  override readonly kind = "pre16";
  readonly #holder: string;
  readonly #maxUnrollBytes: number;

  constructor(behaviour: SparkBehaviour, capacity: ManagerCapacity) {
    const pools = (mode: MemoryMode, storageBytes: number, executionBytes: number): FixedPools =>
      new FixedPools({
        storage: new StorageMemoryPool(mode),
        execution: new ExecutionMemoryPool({
          waitRule: "free_below_need",
          emptyTaskStaysActive: behaviour.emptyTaskStaysActive,
        }),
        storageBytes,
        executionBytes,
      });
    super({
      onHeap: pools("on_heap", capacity.onHeapStorageBytes, capacity.onHeapExecutionBytes),
      offHeap: pools("off_heap", 0, 0),
    });
    this.#holder = behaviour.executionKey;
    this.#maxUnrollBytes = capacity.maxUnrollBytes ?? 0;
  }

  /** What unrolling may hold or evict for, as the store of these lines asks. */
  get maxUnrollBytes(): number {
    return this.#maxUnrollBytes;
  }

  /** The store decides in these lines; the pool only counts and never takes more than it is. */
  override acquireStorage(blockId: string, bytes: number, mode: MemoryMode): boolean {
    sparkAssert(bytes >= 0, () => `${bytes} bytes of storage memory asked for ${blockId}`);
    return this.pools(mode).storage.acquire(blockId, bytes);
  }

  override acquireUnroll(blockId: string, bytes: number, mode: MemoryMode): boolean {
    return this.acquireStorage(blockId, bytes, mode);
  }

  /** Throws SparkFailure when the task holds less: these lines did not forgive it. */
  override releaseExecution(taskId: number, bytes: number, mode: MemoryMode): number {
    const held = this.pools(mode).execution.bytesOf(taskId);
    if (bytes > held)
      throw new SparkFailure(
        "org.apache.spark.SparkException",
        `Internal error: release called on ${bytes} bytes but ${this.#holder} only has ${held}`,
      );
    return super.releaseExecution(taskId, bytes, mode);
  }
}
