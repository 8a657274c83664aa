/**
 * What storage held, and how large its pool was, right after the k-th store of a block: no times
 * are compared.
 */

import type { Numbers } from "./numbers.ts";
import type { BlockRow, Estimate, TimelineRow } from "./replayed-tables.ts";
import { TOLERANCE } from "./score-time.ts";
import { type Truth, upperBound } from "./truth.ts";

/** Stores into memory: 0 bytes is to disk alone. */
export const isStore = ({ op, memoryBytes }: BlockRow): boolean =>
  op === "store" && (memoryBytes ?? 1) > 0;

export function scoreStates(
  truth: Truth,
  timeline: readonly TimelineRow[],
  events: readonly BlockRow[],
): Numbers[] {
  return (["on_heap", "off_heap"] as const).flatMap((mode) => {
    const { maximum } = truth.pools[mode];
    if (maximum <= 0 || truth.stores.length === 0) return [];
    const rows = timeline.filter((row) => row.mode === mode);
    const seqs = rows.map(({ seq }) => seq);
    const after = new Map<string, TimelineRow | undefined>();
    const replayed = new Occurrences();
    for (const event of events.filter(isStore))
      after.set(replayed.next(event.blockId), rows[upperBound(seqs, event.seq) - 1]);
    const used = new Fit(maximum);
    const pool = new Fit(maximum);
    const seen = new Occurrences();
    for (const { block, state } of truth.stores) {
      const row = after.get(seen.next(block));
      if (state === undefined) continue;
      used.add(state.used[mode], row?.storage);
      pool.add(state.pool[mode], row?.storagePool);
    }
    return used.count === 0 ? [] : [{ ...used.numbers("state"), ...pool.numbers("pool") }];
  });
}

/** Names the k-th time that something occurs. */
export class Occurrences {
  readonly #seen = new Map<string, number>();

  next(what: string): string {
    const count = (this.#seen.get(what) ?? 0) + 1;
    this.#seen.set(what, count);
    return `${what} ${count}`;
  }
}

/**
 * How estimates fit single true values; what is unknown is outside, and as wide and far as can be.
 */
export class Fit {
  count = 0;
  #given = 0;
  #inside = 0;
  #width = 0;
  #point = 0;
  readonly #maximum: number;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  add(trueValue: number, estimate: Estimate | undefined): void {
    this.count++;
    if (estimate?.bytes === undefined) {
      this.#width++;
      this.#point++;
      return;
    }
    const { bytes, atLeast = bytes, atMost = bytes } = estimate;
    const slack = TOLERANCE * this.#maximum;
    this.#given++;
    this.#inside += Number(atLeast - slack <= trueValue && trueValue <= atMost + slack);
    this.#width += Math.min(1, (atMost - atLeast) / this.#maximum);
    this.#point += Math.min(1, Math.abs(bytes - trueValue) / this.#maximum);
  }

  numbers(name: string): Numbers {
    return {
      [`${name}_inside`]: this.#inside / this.count,
      [`${name}_width`]: this.#width / this.count,
      [`${name}_point`]: this.#point / this.count,
      [`${name}_given_inside`]: this.#given === 0 ? undefined : this.#inside / this.#given,
    };
  }
}
