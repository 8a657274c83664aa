/**
 * The driver's map of RDD blocks: which executors hold each, in memory or on disk. Follows
 * BlockManagerMaster.
 */

export class BlockLocations {
  readonly #executors = new Map<string, Set<number>>();
  readonly #everComputed = new Set<string>();

  add(blockId: string, executor: number): void {
    const known = this.#executors.get(blockId);
    if (known === undefined) this.#executors.set(blockId, new Set([executor]));
    else known.add(executor);
  }

  remove(blockId: string, executor: number): void {
    this.#executors.get(blockId)?.delete(executor);
  }

  of(blockId: string): ReadonlySet<number> | undefined {
    const known = this.#executors.get(blockId);
    return known === undefined || known.size === 0 ? undefined : known;
  }

  /** Notes that a block is computed; whether it had been before. */
  computed(blockId: string): boolean {
    if (this.#everComputed.has(blockId)) return true;
    this.#everComputed.add(blockId);
    return false;
  }
}
