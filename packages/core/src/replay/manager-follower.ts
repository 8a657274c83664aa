/**
 * Keeps Spark's own memory manager beside the ledger: every change of the ledger's best estimates is adopted as the decision that it
 * implies, so that the pools stand where that manager would have put them. It never sees an interval.
 */
import type { AdoptedOutcome, MemoryManager, PoolsSnapshot } from "../memory/memory-manager.ts";
import type { ModeLedger } from "./mode-ledger.ts";

/** Holder of execution memory whose sum is known and whose owners are not. */
const NO_TASK = -1;

export class ManagerFollower {
  readonly #manager: MemoryManager;
  /** Outcomes that the manager could not take as they were, and by how many bytes at most. */
  mismatches = 0;
  largestMismatchBytes = 0;

  constructor(manager: MemoryManager) {
    this.#manager = manager;
  }

  /** Unroll memory grew to this and became the block: only the pool's size remembers it. */
  unrolled(ledger: ModeLedger, bytes: number): void {
    const { mode } = ledger;
    this.#adopt({ kind: "storage_stored", mode, bytes });
    this.#adopt({ kind: "storage_released", mode, bytes });
  }

  /** Brings the manager to the ledger's best estimates; the size of its storage pool then. */
  follow(ledger: ModeLedger): number {
    const { mode } = ledger;
    const now = this.#pools(ledger);
    const stored = ledger.storageUsed.best - now.storageUsedBytes;
    if (stored < 0) this.#adopt({ kind: "storage_released", mode, bytes: -stored });
    const held = executionOf(ledger);
    for (const [taskId, bytes] of now.executionBytesByTask) {
      const freed = bytes - (held.get(taskId) ?? 0);
      if (freed > 0) this.#adopt({ kind: "execution_released", mode, taskId, bytes: freed });
    }
    if (stored > 0) this.#adopt({ kind: "storage_stored", mode, bytes: stored });
    for (const [taskId, bytes] of held) {
      const grantedBytes = bytes - (now.executionBytesByTask.get(taskId) ?? 0);
      if (grantedBytes <= 0) continue;
      this.#adopt({
        kind: "execution_granted",
        mode,
        taskId,
        grantedBytes,
        requestedBytes: grantedBytes + ledger.takeMissing(),
        evictedBytes: ledger.takeEvictedForGrant(),
      });
    }
    return this.#pools(ledger).storagePoolBytes;
  }

  #pools(ledger: ModeLedger): PoolsSnapshot {
    const { onHeap, offHeap } = this.#manager.snapshot();
    return ledger.mode === "on_heap" ? onHeap : offHeap;
  }

  #adopt(outcome: AdoptedOutcome): void {
    const { bentByBytes } = this.#manager.adopt(outcome);
    if (bentByBytes <= 0) return;
    this.mismatches++;
    this.largestMismatchBytes = Math.max(this.largestMismatchBytes, bentByBytes);
  }
}

function executionOf(ledger: ModeLedger): ReadonlyMap<number, number> {
  const total = ledger.executionTotal;
  if (total !== undefined) {
    return total.best > 0 ? new Map([[NO_TASK, total.best]]) : new Map();
  }
  return new Map([...ledger.executionByTask].map(([taskId, held]) => [taskId, held.best]));
}
