/** Lines of spills of one executor: each counts those before it, and tasks of collections owe one. */
import type { LogFact } from "../../log-fact.ts";
import type { Expectation } from "./expectation.ts";

type Spill = Extract<LogFact, { kind: "spill" }>;

/** Threads and counts that are told apart; of more nothing is said. */
const COUNTS = 20_000;

export class SpillLines {
  lines = 0;
  /**
   * By thread, consumer and `times so far`: lines. Every collection that spilled for the third time
   * has spilled for the second.
   */
  readonly #byTimes = new Map<string, { readonly below: string; lines: number }>();

  line({ what, consumer, threadId, times }: Spill): void {
    this.lines++;
    if (what === "forced_collection" || threadId === undefined || times === undefined) return;
    const place = `${consumer} ${threadId} `;
    const count = this.#byTimes.get(`${place}${times}`);
    if (count !== undefined) count.lines++;
    else if (this.#byTimes.size < COUNTS)
      this.#byTimes.set(`${place}${times}`, {
        // Collections count from 1 on, sorted data the spills before (Spillable.logSpillage, UnsafeExternalSorter.spill).
        below: times <= (what === "collection" ? 1 : 0) ? "" : `${place}${times - 1}`,
        lines: 1,
      });
  }

  get expectation(): Expectation {
    let missing = 0;
    if (this.#byTimes.size < COUNTS) {
      for (const { below, lines } of this.#byTimes.values()) {
        const before = below === "" ? lines : (this.#byTimes.get(below)?.lines ?? 0);
        missing += Math.max(0, lines - before);
      }
    }
    return { what: "lines of spills", expected: this.lines + missing, missing };
  }
}
