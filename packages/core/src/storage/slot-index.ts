/**
 * Block names to slot numbers, with names that come and go for ever. A Map of 100,000 names is
 * built anew for every so many deletions; this table only when it grows.
 */

const FIRST_CAPACITY = 32;
/**
 * Neighbouring names (`rdd_3_14`, `rdd_3_15`) come to stand near each other, on the same line of
 * the processor's cache, with room between them.
 */
const STRIDE = 5;

/**
 * Open addressing with linear probing; a removal closes its gap, so there is nothing to clean up
 * later.
 */
export class SlotIndex {
  /**
   * Places of two numbers: slot + 1 (0 is empty) and the hash of its name. At least half of the
   * places are empty.
   */
  #table = new Int32Array(2 * FIRST_CAPACITY);
  #mask = 2 * FIRST_CAPACITY - 1;
  /** By slot. */
  #names: string[] = [];
  /** By slot. */
  #hashes: number[] = [];
  #size = 0;
  /** A block is looked for before it is put: its hash is taken once. */
  #hashedName = "";
  #hash = 0;

  get size(): number {
    return this.#size;
  }

  /** The slot of a name, or -1. */
  find(name: string): number {
    const table = this.#table;
    const mask = this.#mask;
    const hash = this.#hashOf(name);
    for (let at = hash & mask; ; at = (at + 2) & mask) {
      const slot = (table[at] ?? 0) - 1;
      if (slot < 0) return -1;
      if (table[at + 1] === hash && this.#names[slot] === name) return slot;
    }
  }

  nameOf(slot: number): string {
    return this.#names[slot] ?? "";
  }

  /** Neither the name nor the slot may be there. */
  add(name: string, slot: number): void {
    if (4 * (this.#size + 1) > this.#table.length) this.#double();
    const hash = this.#hashOf(name);
    this.#names[slot] = name;
    this.#hashes[slot] = hash;
    this.#place(slot + 1, hash);
    this.#size++;
  }

  #place(taken: number, hash: number): void {
    const table = this.#table;
    const mask = this.#mask;
    let at = hash & mask;
    while (table[at] !== 0) at = (at + 2) & mask;
    table[at] = taken;
    table[at + 1] = hash;
  }

  #double(): void {
    const before = this.#table;
    this.#table = new Int32Array(2 * before.length);
    this.#mask = 2 * before.length - 1;
    for (let at = 0; at < before.length; at += 2) {
      const taken = before[at] ?? 0;
      if (taken !== 0) this.#place(taken, before[at + 1] ?? 0);
    }
  }

  /** Takes out a slot that is there. */
  remove(slot: number): void {
    const table = this.#table;
    const mask = this.#mask;
    let gap = (this.#hashes[slot] ?? 0) & mask;
    while (table[gap] !== slot + 1) gap = (gap + 2) & mask;
    for (let at = (gap + 2) & mask; ; at = (at + 2) & mask) {
      const taken = table[at] ?? 0;
      if (taken === 0) break;
      // Moves back whoever may stand in the gap: its own place is not after it.
      const hash = table[at + 1] ?? 0;
      if (((at - hash) & mask) >= ((at - gap) & mask)) {
        table[gap] = taken;
        table[gap + 1] = hash;
        gap = at;
      }
    }
    table[gap] = 0;
    this.#names[slot] = "";
    this.#size--;
  }

  clear(): void {
    this.#table.fill(0);
    this.#names = [];
    this.#size = 0;
  }

  /** Even: the index of a place, once it is cut to the table's length. */
  #hashOf(name: string): number {
    if (name === this.#hashedName) return this.#hash;
    let hash = 0;
    for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) | 0;
    this.#hashedName = name;
    this.#hash = Math.imul(hash ^ (hash >>> 16), 2 * STRIDE);
    return this.#hash;
  }
}
