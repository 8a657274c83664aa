/**
 * Blocks that running tasks may hold a read lock on, which eviction passes by: a task releases it
 * once it has read the block, at the latest as it ends. Follows BlockInfoManager, Spark 2.0 … 4.2.
 */
import { rddIdOf } from "../../block-id.ts";

export class BlockLocks {
  /** block → tasks that read it; undefined: a task that no line names */
  readonly #readers = new Map<string, Set<number | undefined>>();

  read(taskId: number | undefined, blockId: string): void {
    const readers = this.#readers.get(blockId);
    if (readers === undefined) this.#readers.set(blockId, new Set([taskId]));
    else readers.add(taskId);
  }

  /** What a task read is free; with the last of them, all is. */
  taskEnded(taskId: number, running: number): void {
    if (running === 0) {
      this.#readers.clear();
      return;
    }
    for (const [blockId, readers] of this.#readers) {
      readers.delete(taskId);
      if (readers.size === 0) this.#readers.delete(blockId);
    }
  }

  /** Pieces of broadcasts are locked by tasks whose reads no line prints. */
  mayBeLocked(blockId: string, running: number): boolean {
    if (running === 0) return false;
    return rddIdOf(blockId) === undefined || this.#readers.has(blockId);
  }
}
