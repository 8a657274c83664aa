/**
 * Which blocks came into memory since a moment: it costs what changed since then, and not a copy of
 * all that is held.
 */
export class Newcomers {
  readonly #came = new Set<string>();
  readonly #left = new Set<string>();

  /** A block that was not held is held now. */
  came(blockId: string): void {
    if (!this.#left.has(blockId)) this.#came.add(blockId);
  }

  left(blockId: string): void {
    if (!this.#came.has(blockId)) this.#left.add(blockId);
  }

  /**
   * Of a block that is held now: it was not held at that moment. One that left and came back was.
   */
  has(blockId: string): boolean {
    return this.#came.has(blockId);
  }
}
