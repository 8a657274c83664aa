/**
 * Events about an executor without a log of its own wait here a little, so that a task's totals, which its end brings, are known
 * while it runs: without them nothing but the pool bounds what it holds.
 */

interface DelayedReport {
  readonly ts: number;
  readonly replay: () => void;
}

/** How long a report waits, in µs of log time, and how many of one executor may: most tasks have ended by then. */
const DELAY_MICROS = 600_000_000;
const KEPT = 512;

export class DelayedReports {
  #waiting: DelayedReport[] = [];
  #head = 0;

  /** @param ts  epoch µs, never before that of the report before it */
  add(ts: number, replay: () => void): void {
    this.#waiting.push({ ts, replay });
    const full = this.#waiting.length - this.#head > KEPT;
    this.drainUntil(full ? Number.NEGATIVE_INFINITY : ts - DELAY_MICROS);
    if (full) this.#next()?.replay();
  }

  drainUntil(ts: number): void {
    for (let first = this.#waiting[this.#head]; first !== undefined && first.ts <= ts; ) {
      this.#next();
      first.replay();
      first = this.#waiting[this.#head];
    }
  }

  #next(): DelayedReport | undefined {
    const first = this.#waiting[this.#head];
    if (first === undefined) return undefined;
    this.#head++;
    if (this.#head >= KEPT) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }
}
