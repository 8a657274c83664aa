/**
 * How far unrolls of an RDD get before they fail: records of one kind make an unroll measure the
 * same sizes again. Follows MemoryStore.putIterator (memory-model 3.4): it looks every 16 records,
 * and asks for more when what it measures exceeds what it holds.
 */

import { rddIdOf } from "../../block-id.ts";
import { type ByteInterval, hull, touches } from "../../byte-interval.ts";
import { MOST_STEP } from "../../calibration/unrolls.ts";

/** How many failures of one RDD are kept. */
const KEPT = 8;

export class UnrollLadder {
  readonly #thresholdBytes: number;
  readonly #growth: number;
  /** RDD → sizes that its failed unrolls had computed */
  readonly #reached = new Map<number | undefined, ByteInterval[]>();
  /** blocks that did not even get the first request */
  readonly #refused = new Set<string>();

  constructor(rules: { readonly unrollThresholdBytes: number; readonly unrollGrowth: number }) {
    this.#thresholdBytes = rules.unrollThresholdBytes;
    this.#growth = rules.unrollGrowth;
  }

  /** `Failed to reserve initial memory threshold of … for computing block …` */
  refused(blockId: string): void {
    this.#refused.add(blockId);
  }

  /**
   * What the next failure of a block's unroll will have computed: the first rung that asks for more
   * than the `room` that it can get in all, so that the rung before asked for no more.
   * @param bounds  what the pools allow by law
   */
  foreseen(blockId: string, bounds: ByteInterval, room: ByteInterval): ByteInterval {
    if (this.#refused.has(blockId)) return { atLeast: 0, atMost: this.#thresholdBytes };
    const lowest = room.atLeast / this.#growth;
    const highest = Math.max(room.atMost, this.#thresholdBytes) * MOST_STEP;
    const own = this.#reached.get(rddIdOf(blockId)) ?? [];
    // Records of one application are mostly of one kind.
    const all = own.length > 0 ? own : [...this.#reached.values()].flat();
    const [first, ...others] = between(all, lowest, highest);
    if (first !== undefined) return others.reduce(hull, first);
    const atMost = Math.min(bounds.atMost, Math.floor(highest));
    return { atLeast: Math.min(bounds.atLeast, atMost), atMost };
  }

  learn(blockId: string, computed: ByteInterval): void {
    if (this.#refused.delete(blockId) || computed.atMost < this.#thresholdBytes) return;
    const rddId = rddIdOf(blockId);
    const known = this.#reached.get(rddId) ?? [];
    if (known.some((other) => touches(other, computed))) return;
    this.#reached.set(rddId, [...known.slice(1 - KEPT), computed]);
  }
}

/** Rungs that a room allows; where the first look measures more than that, the lowest one. */
function between(
  rungs: readonly ByteInterval[],
  lowest: number,
  highest: number,
): readonly ByteInterval[] {
  const asks = rungs.filter(({ atMost }) => atMost >= lowest);
  const fits = asks.filter(({ atLeast }) => atLeast <= highest);
  if (fits.length > 0 || asks.length === 0) return fits;
  return [asks.reduce((a, b) => (b.atLeast < a.atLeast ? b : a))];
}
