/**
 * What the timeline already knows of blocks from statements that are yet to come; predictions add
 * it back, so that no line is held against its own number.
 */
import { type ByteInterval, exactly, sum } from "../../byte-interval.ts";
import type { LogStep } from "../links/lookahead.ts";

interface Lent {
  /** what the sum of blocks would be without the knowledge, less what it is taken to be */
  readonly bytes: ByteInterval;
  /** the last statement that the knowledge was drawn from */
  readonly until: LogStep;
  /** whether what is known is still in memory */
  readonly holds: () => boolean;
  /** what to do once all may know it */
  readonly learn: () => void;
}

export class Foresight {
  #lent: readonly Lent[] = [];

  /** The last statement that anything known now was drawn from, or `other` if that is later. */
  until(other: LogStep | undefined): LogStep | undefined {
    let last = other;
    for (const { until } of this.#lent) {
      if (last === undefined || until.ts > last.ts) last = until;
      else if (until.ts === last.ts && until.line > last.line) last = until;
    }
    return last;
  }

  lend(lent: Lent): void {
    this.#lent = [...this.#lent, lent];
  }

  get isEmpty(): boolean {
    return this.#lent.length === 0;
  }

  /** What predictions add to the sum of blocks. */
  get bytes(): ByteInterval {
    let total = exactly(0);
    for (const { bytes, holds } of this.#lent) if (holds()) total = sum(total, bytes);
    return total;
  }

  /**
   * A line has been held against what was predicted of it: what it says may be known from now on.
   */
  passed(step: LogStep): void {
    if (this.#lent.length === 0) return;
    const passed = this.#lent.filter(({ until }) => until === step);
    this.#lent = this.#lent.filter(({ until, holds }) => until !== step && holds());
    for (const { learn } of passed) learn();
  }
}
