/**
 * What has ended lingers a while before it is forgotten: late words about it still find it, and
 * memory does not grow with the log.
 */

export class Lingering<Ended> {
  readonly #most: number;
  readonly #forget: (ended: Ended) => void;
  #waiting: Ended[] = [];
  #first = 0;

  /** @param most  how many are kept; with one more, the one that ended first is forgotten */
  constructor(most: number, forget: (ended: Ended) => void) {
    this.#most = most;
    this.#forget = forget;
  }

  add(ended: Ended): void {
    this.#waiting.push(ended);
    if (this.#waiting.length - this.#first <= this.#most) return;
    const oldest = this.#waiting[this.#first];
    this.#first++;
    if (this.#first > this.#most) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    if (oldest !== undefined) this.#forget(oldest);
  }
}
