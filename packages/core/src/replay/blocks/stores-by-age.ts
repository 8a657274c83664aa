/** What blocks take that were stored before a moment: a running sum, whatever their number. */

interface Held {
  readonly storedAt: number;
  readonly bytes: number;
}

/**
 * Blocks in the order of their stores, and a mark among them that follows the moment asked about.
 * The moment hardly ever goes back, so that each block is passed once.
 */
export class StoresByAge {
  /** by time of store, µs */
  readonly #stores: Held[] = [];
  /** How many of them are before the mark, and what these take (bytes). */
  #before = 0;
  #bytesBefore = 0;
  #moment = Number.NEGATIVE_INFINITY;

  add(storedAt: number, bytes: number): void {
    this.#stores.splice(this.#placeOf(storedAt), 0, { storedAt, bytes });
    if (storedAt >= this.#moment) return;
    this.#before++;
    this.#bytesBefore += bytes;
  }

  /** Takes out one that was added with the same figures. */
  remove(storedAt: number, bytes: number): void {
    let at = this.#placeOf(storedAt);
    while (this.#stores[at]?.bytes !== bytes) at++;
    this.#stores.splice(at, 1);
    if (storedAt >= this.#moment) return;
    this.#before--;
    this.#bytesBefore -= bytes;
  }

  /** Bytes of those stored before a moment (µs). */
  bytesBefore(moment: number): number {
    const stores = this.#stores;
    this.#moment = moment;
    for (let next = stores[this.#before]; next !== undefined && next.storedAt < moment; ) {
      this.#bytesBefore += next.bytes;
      next = stores[++this.#before];
    }
    for (let last = stores[this.#before - 1]; last !== undefined && last.storedAt >= moment; ) {
      this.#bytesBefore -= last.bytes;
      last = stores[--this.#before - 1];
    }
    return this.#bytesBefore;
  }

  /** The first of those that were not stored before it. */
  #placeOf(storedAt: number): number {
    let low = 0;
    let high = this.#stores.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#stores[middle]?.storedAt ?? 0) < storedAt) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
