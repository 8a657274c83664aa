/**
 * Keeps Spark's own memory manager beside the ledger: every change of the ledger's best estimates
 * is adopted as the decision that it implies, so that the pools stand where that manager would have
 * put them. It never sees an interval.
 */
import type { MemoryManager } from "../memory/memory-manager.ts";
import type { ModeLedger } from "./mode-ledger.ts";

/** Holder of execution memory whose sum is known and whose owners are not. */
const NO_TASK = -1;

export class ManagerFollower {
  readonly #manager: MemoryManager;

  constructor(manager: MemoryManager) {
    this.#manager = manager;
  }

  /** Unroll memory grew to this and became the block: only the pool's size remembers it. */
  unrolled(ledger: ModeLedger, bytes: number): void {
    const { mode } = ledger;
    this.#manager.adopt({ kind: "storage_stored", mode, bytes });
    this.#manager.adopt({ kind: "storage_released", mode, bytes });
  }

  /** A request was made that storage could not meet: what storage had free went to execution. */
  gaveAll(ledger: ModeLedger, taskId: number): void {
    const { mode } = ledger;
    this.follow(ledger);
    const snapshot = this.#manager.snapshot();
    const pools = mode === "on_heap" ? snapshot.onHeap : snapshot.offHeap;
    const free = pools.executionPoolBytes - pools.executionUsedBytes;
    const wanted = free + pools.storagePoolBytes - pools.storageUsedBytes;
    if (wanted > 0)
      this.#manager.adopt({
        kind: "execution_granted",
        mode,
        taskId,
        grantedBytes: 0,
        requestedBytes: wanted,
      });
  }

  /**
   * Whether the manager, brought to the ledger's state, stores a block; what it takes is adopted
   * next.
   */
  wouldStore(ledger: ModeLedger, blockId: string, bytes: number): boolean {
    this.follow(ledger);
    return this.#manager.acquireStorage(blockId, bytes, ledger.mode);
  }

  /** Bytes that the manager, brought to the ledger's state, grants at once; 0 while it waits. */
  wouldGrant(ledger: ModeLedger, taskId: number, bytes: number): number {
    this.follow(ledger);
    const answer = this.#manager.acquireExecution(taskId, bytes, ledger.mode);
    if (typeof answer === "number") return answer;
    this.#manager.withdraw(answer);
    return 0;
  }

  /** Brings the manager to the ledger's best estimates; the size of its storage pool then. */
  follow(ledger: ModeLedger): number {
    const { mode, executionTotal: total } = ledger;
    const booked = this.#manager.executionBytesByTask(mode);
    const stored = ledger.storageUsed.best - this.#manager.storageUsedBytes(mode);
    if (stored < 0) this.#manager.adopt({ kind: "storage_released", mode, bytes: -stored });
    for (const [taskId, bytes] of booked) {
      const freed = bytes - (heldBy(ledger, taskId) ?? 0);
      if (freed > 0)
        this.#manager.adopt({ kind: "execution_released", mode, taskId, bytes: freed });
    }
    if (stored > 0) this.#manager.adopt({ kind: "storage_stored", mode, bytes: stored });
    if (total !== undefined) this.#grant(ledger, NO_TASK, total.best);
    else
      for (const [taskId, held] of ledger.executionByTask) this.#grant(ledger, taskId, held.best);
    return this.#manager.storagePoolBytes(mode);
  }

  /** What the ledger says a task holds and the manager has not booked. */
  #grant(ledger: ModeLedger, taskId: number, bytes: number): void {
    const { mode } = ledger;
    const grantedBytes = bytes - (this.#manager.executionBytesByTask(mode).get(taskId) ?? 0);
    if (grantedBytes <= 0) return;
    this.#manager.adopt({
      kind: "execution_granted",
      mode,
      taskId,
      grantedBytes,
      requestedBytes: grantedBytes + ledger.takeMissing(),
      evictedBytes: ledger.takeEvictedForGrant(),
    });
  }
}

function heldBy(ledger: ModeLedger, taskId: number): number | undefined {
  const total = ledger.executionTotal;
  if (total === undefined) return ledger.executionByTask.get(taskId)?.best;
  return taskId === NO_TASK ? total.best : undefined;
}
