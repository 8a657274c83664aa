/**
 * A set of ids that are given one after the other, a bit each: millions of them cost a few hundred
 * KiB.
 */

const pageBits = 1 << 10;

export class NumberSet {
  readonly #pages = new Map<number, Uint32Array>();

  /** @param id  a safe integer, not negative */
  add(id: number): void {
    const at = Math.floor(id / pageBits);
    let page = this.#pages.get(at);
    if (page === undefined) {
      page = new Uint32Array(pageBits / 32);
      this.#pages.set(at, page);
    }
    const bit = id - at * pageBits;
    page[bit >>> 5] = (page[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  has(id: number): boolean {
    const at = Math.floor(id / pageBits);
    const bit = id - at * pageBits;
    return (((this.#pages.get(at)?.[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }

  /** How many of these ids are not in the other set. */
  countOutside(others: NumberSet): number {
    let count = 0;
    for (const [at, page] of this.#pages) {
      const other = others.#pages.get(at);
      for (const [word, bits] of page.entries()) {
        for (let left = bits & ~(other?.[word] ?? 0); left !== 0; left &= left - 1) count++;
      }
    }
    return count;
  }
}
