/**
 * The contract of the three managers: what decides (`acquire…`, `release…`), what follows a log
 * (`adopt`), what can be seen (`snapshot`).
 */
import { assertNever, SparkFailure } from "../assert.ts";
import type { MemoryManagerKind } from "./capacity.ts";
import {
  type ExecutionMemoryPool,
  type ExecutionRequest,
  type PoolGrowth,
  TASK_ENDED,
  WAITS,
} from "./execution-memory-pool.ts";
import type { MemoryMode } from "./memory-mode.ts";
import type { BlockEvictor, StorageMemoryPool } from "./storage-memory-pool.ts";

/** What became of a request that had waited. */
export interface ExecutionAnswer {
  readonly request: ExecutionRequest;
  /**
   * Bytes granted; or its task was ended meanwhile, which kills the waiting thread (`key not
   * found`).
   */
  readonly granted: number | "task_ended";
}

/** The pools of one mode. All bytes. */
export interface PoolsSnapshot {
  readonly storagePoolBytes: number;
  readonly storageUsedBytes: number;
  readonly executionPoolBytes: number;
  readonly executionUsedBytes: number;
  /** Task attempt id → bytes; active tasks with nothing are there with 0. */
  readonly executionBytesByTask: ReadonlyMap<number, number>;
  /** What storage could have now, if it evicted everything it may. */
  readonly storageLimitBytes: number;
  /** What the execution pool could be now. */
  readonly executionLimitBytes: number;
}

/** Pools of both modes at one moment, in bytes. */
export interface MemoryManagerSnapshot {
  readonly kind: MemoryManagerKind;
  readonly onHeap: PoolsSnapshot;
  readonly offHeap: PoolsSnapshot;
}

/** A decision already taken, known from a log. */
export type AdoptedOutcome =
  | { readonly kind: "storage_stored"; readonly mode: MemoryMode; readonly bytes: number }
  | { readonly kind: "storage_released"; readonly mode: MemoryMode; readonly bytes: number }
  | {
      readonly kind: "execution_granted";
      readonly mode: MemoryMode;
      readonly taskId: number;
      /** What was asked for; the grant itself when unknown. */
      readonly requestedBytes?: number | undefined;
      readonly grantedBytes: number;
      /** Bytes of blocks that this request evicted, already adopted as released. */
      readonly evictedBytes?: number | undefined;
    }
  | {
      readonly kind: "execution_released";
      readonly mode: MemoryMode;
      readonly taskId: number;
      readonly bytes: number;
    }
  | { readonly kind: "task_ended"; readonly taskId: number };

/** By how many bytes an outcome had to be bent to fit the pools; 0 = the model agrees. */
export interface Adoption {
  readonly bentByBytes: number;
}

/** 1/2N and 1/N of a pool, for what a task may hold now. */
export interface TaskShare {
  readonly activeTasks: number;
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** The most that was asked of a mode's pools, in bytes. */
export interface RoomNeeded {
  readonly storageBytes: number;
  readonly executionBytes: number;
  /** A task's execution memory times the tasks active then. */
  readonly shareBytes: number;
}

/** The pools of one memory mode and what binds them. */
export interface ModePools extends PoolGrowth {
  readonly storage: StorageMemoryPool;
  readonly execution: ExecutionMemoryPool;
  /** What one block may ask for at most. */
  storageLimitBytes(): number;
  /** Storage takes from execution what a request of `bytes` makes it take. */
  borrowForStorage(bytes: number): void;
  /**
   * What a grant known from a log implies for the pool sizes; returns by how much the rule had to
   * be bent.
   */
  adoptGrowth(requestedBytes: number, grantedBytes: number, evictedBytes: number): number;
  /**
   * Makes room in the storage pool for an adopted block beyond what borrowing gives; returns what
   * is still missing.
   */
  adoptStorageRoom(bytes: number): number;
}

/**
 * What every manager does; the kinds differ in their pools and in storage. Deterministic,
 * synchronous, no clock.
 */
export abstract class MemoryManager {
  abstract readonly kind: MemoryManagerKind;
  protected readonly onHeap: ModePools;
  protected readonly offHeap: ModePools;
  readonly #waiting: ExecutionRequest[] = [];

  protected constructor(pools: { readonly onHeap: ModePools; readonly offHeap: ModePools }) {
    this.onHeap = pools.onHeap;
    this.offHeap = pools.offHeap;
  }

  /** The store that evicts for these pools. */
  setEvictor(evictor: BlockEvictor): void {
    this.onHeap.storage.setEvictor(evictor);
    this.offHeap.storage.setEvictor(evictor);
  }

  protected pools(mode: MemoryMode): ModePools {
    return mode === "on_heap" ? this.onHeap : this.offHeap;
  }

  /**
   * Storage memory for a block. False = not to be had, and nothing was taken; pools that moved stay
   * moved.
   */
  abstract acquireStorage(blockId: string, bytes: number, mode: MemoryMode): boolean;

  /** Storage memory for unrolling a block. */
  abstract acquireUnroll(blockId: string, bytes: number, mode: MemoryMode): boolean;

  /** Gives back storage memory, or all there is when that is less; returns how much less. */
  releaseStorage(bytes: number, mode: MemoryMode): number {
    return this.pools(mode).storage.release(bytes);
  }

  /** Gives back unroll memory of a mode; bytes that were released, at most what storage held. */
  releaseUnroll(bytes: number, mode: MemoryMode): number {
    return this.releaseStorage(bytes, mode);
  }

  /** Empties the storage pools of both modes, as `MemoryStore.clear` does. */
  releaseAllStorage(): void {
    this.onHeap.storage.releaseAll();
    this.offHeap.storage.releaseAll();
  }

  /**
   * Execution memory for a task: the bytes granted (0 … `bytes`), or the request that now waits.
   * Afterwards `wake` if `needsWake`. Throws SparkFailure unless `bytes` > 0.
   */
  acquireExecution(taskId: number, bytes: number, mode: MemoryMode): number | ExecutionRequest {
    const pools = this.pools(mode);
    this.checkPools(mode);
    pools.execution.register(taskId, bytes);
    const granted = pools.execution.evaluate(taskId, bytes, pools);
    if (granted >= 0) return granted;
    const request = { taskId, bytes, mode, registered: true };
    this.#waiting.push(request);
    return request;
  }

  /**
   * The same in two steps, for callers that order the looks themselves: a request not yet looked
   * at. It becomes known to the pool with its first `evaluate`.
   */
  requestExecution(taskId: number, bytes: number, mode: MemoryMode): ExecutionRequest {
    return { taskId, bytes, mode, registered: false };
  }

  /**
   * One look at a request: bytes granted, or `undefined` while it waits. Throws SparkFailure when
   * its task was ended.
   */
  evaluate(request: ExecutionRequest): number | undefined {
    const pools = this.pools(request.mode);
    if (!request.registered) {
      this.checkPools(request.mode);
      pools.execution.register(request.taskId, request.bytes);
      request.registered = true;
      this.#waiting.push(request);
    }
    const granted = pools.execution.evaluate(request.taskId, request.bytes, pools);
    if (granted === WAITS) return undefined;
    this.#forget(request);
    if (granted === TASK_ENDED)
      throw new SparkFailure(
        "java.util.NoSuchElementException",
        `key not found: ${request.taskId}`,
      );
    return granted;
  }

  /** Takes a waiting request back, for callers that only wanted to know. */
  withdraw(request: ExecutionRequest): void {
    this.#forget(request);
  }

  #forget(request: ExecutionRequest): void {
    const at = this.#waiting.indexOf(request);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** Requests that wait, oldest first. */
  get waiting(): readonly ExecutionRequest[] {
    return this.#waiting;
  }

  /** Whether something happened that makes Spark wake its waiting threads. */
  get needsWake(): boolean {
    return (
      this.#waiting.length > 0 &&
      (this.onHeap.execution.notified || this.offHeap.execution.notified)
    );
  }

  /**
   * Lets the waiting requests look again, once each, in the order given (Spark leaves it to the
   * JVM); those not named follow, oldest first. Returns those that were answered.
   */
  wake(order: readonly ExecutionRequest[] = []): ExecutionAnswer[] {
    this.forgetNotifications();
    const answers: ExecutionAnswer[] = [];
    const rest =
      order.length === 0
        ? [...this.#waiting]
        : this.#waiting.filter((request) => !order.includes(request));
    for (const request of [...order, ...rest]) {
      if (!this.#waiting.includes(request)) continue;
      const pools = this.pools(request.mode);
      const granted = pools.execution.evaluate(request.taskId, request.bytes, pools);
      if (granted === WAITS) continue;
      this.#forget(request);
      answers.push({ request, granted: granted === TASK_ENDED ? "task_ended" : granted });
    }
    return answers;
  }

  /** For callers that order the looks themselves. */
  forgetNotifications(): void {
    this.onHeap.execution.takeNotification();
    this.offHeap.execution.takeNotification();
  }

  /** Gives back a task's execution memory; returns what it did not hold. */
  releaseExecution(taskId: number, bytes: number, mode: MemoryMode): number {
    return this.pools(mode).execution.release(taskId, bytes);
  }

  /** Gives back all of a task in both modes; returns the bytes. */
  releaseAllExecution(taskId: number): number {
    return this.onHeap.execution.releaseAll(taskId) + this.offHeap.execution.releaseAll(taskId);
  }

  /** What blocks may have now: `maxOnHeapStorageMemory`, `maxOffHeapStorageMemory`. */
  maxStorageBytes(mode: MemoryMode): number {
    return this.pools(mode).storageLimitBytes();
  }

  /** Bytes that blocks and unrolling hold of a mode. */
  storageUsedBytes(mode: MemoryMode): number {
    return this.pools(mode).storage.usedBytes;
  }

  /** The most that storage ever held of a mode, unroll memory with it, bytes. */
  highestStorageBytes(mode: MemoryMode): number {
    return this.pools(mode).storage.highestBytes;
  }

  /** The most that tasks ever held of a mode, bytes. */
  highestExecutionBytes(mode: MemoryMode): number {
    return this.pools(mode).execution.highestBytes;
  }

  /**
   * What a mode's pools were asked for at most, where all of it was had at once; else `undefined`.
   */
  roomNeeded(mode: MemoryMode): RoomNeeded | undefined {
    const { storage, execution } = this.pools(mode);
    if (storage.hasFallenShort || execution.hasFallenShort) return undefined;
    return {
      storageBytes: storage.highestBytes,
      executionBytes: execution.highestBytes,
      shareBytes: execution.highestShareBytes,
    };
  }

  /** Size of the storage pool of a mode, borrowed bytes included; bytes. */
  storagePoolBytes(mode: MemoryMode): number {
    return this.pools(mode).storage.sizeBytes;
  }

  /** Bytes by task attempt id, as they stand: what is released goes from it at once. */
  executionBytesByTask(mode: MemoryMode): ReadonlyMap<number, number> {
    return this.pools(mode).execution.bytesByTask;
  }

  /** Bytes of execution memory that tasks hold of a mode. */
  executionUsedBytes(mode: MemoryMode): number {
    return this.pools(mode).execution.usedBytes;
  }

  /** What a task may hold now. With no task active, as for the first one. */
  taskShare(mode: MemoryMode): TaskShare {
    const pools = this.pools(mode);
    const activeTasks = pools.execution.activeTasks;
    const sharers = Math.max(1, activeTasks);
    return {
      activeTasks,
      minBytes: Math.floor(pools.execution.sizeBytes / (2 * sharers)),
      maxBytes: Math.floor(pools.maxPoolBytes() / sharers),
    };
  }

  /** State of both modes; equal states have equal snapshots. */
  snapshot(): MemoryManagerSnapshot {
    return {
      kind: this.kind,
      onHeap: poolsSnapshot(this.onHeap),
      offHeap: poolsSnapshot(this.offHeap),
    };
  }

  /**
   * Takes a decision already known and moves the pools as it implies. Never decides, never throws:
   * what does not fit is bent and said.
   */
  adopt(outcome: AdoptedOutcome): Adoption {
    switch (outcome.kind) {
      case "storage_stored":
        return { bentByBytes: this.#adoptStored(this.pools(outcome.mode), known(outcome.bytes)) };
      case "storage_released":
        return { bentByBytes: this.pools(outcome.mode).storage.release(known(outcome.bytes)) };
      case "execution_granted": {
        const pools = this.pools(outcome.mode);
        const granted = known(outcome.grantedBytes);
        const requested = Math.max(granted, known(outcome.requestedBytes ?? granted));
        const bent = pools.adoptGrowth(requested, granted, known(outcome.evictedBytes ?? 0));
        return { bentByBytes: bent + pools.execution.adopt(outcome.taskId, granted) };
      }
      case "execution_released":
        return {
          bentByBytes: this.pools(outcome.mode).execution.release(
            outcome.taskId,
            known(outcome.bytes),
          ),
        };
      case "task_ended":
        this.releaseAllExecution(outcome.taskId);
        return { bentByBytes: 0 };
      default:
        return assertNever(outcome);
    }
  }

  #adoptStored(pools: ModePools, bytes: number): number {
    pools.borrowForStorage(bytes);
    const missing = bytes - pools.storage.freeBytes;
    if (missing > 0) pools.adoptStorageRoom(missing);
    return pools.storage.adopt(bytes);
  }

  /** The law that binds the pools of a mode, checked before every decision. */
  protected checkPools(_mode: MemoryMode): void {}
}

/** A count of bytes from a log: nothing negative, nothing that is no number. */
function known(bytes: number): number {
  return bytes > 0 && Number.isFinite(bytes) ? Math.trunc(bytes) : 0;
}

function poolsSnapshot(pools: ModePools): PoolsSnapshot {
  return {
    storagePoolBytes: pools.storage.sizeBytes,
    storageUsedBytes: pools.storage.usedBytes,
    executionPoolBytes: pools.execution.sizeBytes,
    executionUsedBytes: pools.execution.usedBytes,
    executionBytesByTask: new Map(pools.execution.bytesByTask),
    storageLimitBytes: pools.storageLimitBytes(),
    executionLimitBytes: pools.maxPoolBytes(),
  };
}
