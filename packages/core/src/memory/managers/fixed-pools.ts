/**
 * Storage and execution pools that never lend to each other: the static manager's, and those before
 * 1.6.
 */
import type { ExecutionMemoryPool } from "../execution-memory-pool.ts";
import type { ModePools } from "../memory-manager.ts";
import type { StorageMemoryPool } from "../storage-memory-pool.ts";

export class FixedPools implements ModePools {
  readonly storage: StorageMemoryPool;
  readonly execution: ExecutionMemoryPool;

  constructor(given: {
    readonly storage: StorageMemoryPool;
    readonly execution: ExecutionMemoryPool;
    readonly storageBytes: number;
    readonly executionBytes: number;
  }) {
    this.storage = given.storage;
    this.execution = given.execution;
    this.storage.increment(given.storageBytes);
    this.execution.increment(given.executionBytes);
  }

  grow(_bytes: number): void {}

  maxPoolBytes(): number {
    return this.execution.sizeBytes;
  }

  storageLimitBytes(): number {
    return this.storage.sizeBytes;
  }

  borrowForStorage(_bytes: number): void {}

  adoptGrowth(): number {
    return 0;
  }

  adoptStorageRoom(bytes: number): number {
    return bytes;
  }
}
