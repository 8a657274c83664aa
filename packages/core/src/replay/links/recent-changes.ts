/** The last few steps that changed `free`, for lines that were printed before they were counted. */
import type { ByteInterval } from "../../byte-interval.ts";
import type { LogStep } from "./lookahead.ts";

const KEPT = 12;
const MICROS = 2_000_000;

export class RecentChanges {
  #changes: { readonly ts: number; readonly change: ByteInterval }[] = [];

  add(step: LogStep, change: ByteInterval): void {
    this.#changes.push({ ts: step.ts, change });
    if (this.#changes.length > KEPT) this.#changes.shift();
  }

  /** Newest first: each alone, then summed back to it. */
  changes(step: LogStep): ByteInterval[] {
    const found: ByteInterval[] = [];
    let total: ByteInterval = { atLeast: 0, atMost: 0 };
    for (const { ts, change } of this.#changes.toReversed()) {
      if (step.ts - ts > MICROS) break;
      found.push(change);
      total = {
        atLeast: total.atLeast + change.atLeast,
        atMost: total.atMost + change.atMost,
      };
      found.push(total);
    }
    return found;
  }
}
