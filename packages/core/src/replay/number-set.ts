/** A set of ids that are given one after the other, a bit each: millions of them cost a few hundred KiB. */

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
}
