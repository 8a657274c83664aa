/**
 * How far unrolls of an RDD get before they fail: records of one kind make an unroll measure the
 * same sizes again. Follows MemoryStore.putIterator (memory-model 3.4): it looks every 16 records,
 * and asks for more when what it measures exceeds what it holds.
 */

import { rddIdOf } from "../../block-id.ts";
import { type ByteInterval, hull, touches } from "../../byte-interval.ts";

/** How many failures of one RDD are kept. */
const KEPT = 8;

export class UnrollLadder {
  readonly #thresholdBytes: number;
  /** RDD → sizes that its failed unrolls had computed */
  readonly #reached = new Map<number | undefined, ByteInterval[]>();
  /** blocks that did not even get the first request */
  readonly #refused = new Set<string>();

  constructor(rules: { readonly unrollThresholdBytes: number }) {
    this.#thresholdBytes = rules.unrollThresholdBytes;
  }

  /** `Failed to reserve initial memory threshold of … for computing block …` */
  refused(blockId: string): void {
    this.#refused.add(blockId);
  }

  /** What the next failure of a block's unroll will have computed, within what the pools allow. */
  foreseen(blockId: string, bounds: ByteInterval): ByteInterval {
    if (this.#refused.has(blockId)) return { atLeast: 0, atMost: this.#thresholdBytes };
    const reached = this.#reached.get(rddIdOf(blockId)) ?? [];
    const [first, ...others] = reached.filter(({ atMost }) => atMost >= bounds.atLeast);
    return first === undefined ? bounds : others.reduce(hull, first);
  }

  learn(blockId: string, computed: ByteInterval): void {
    if (this.#refused.delete(blockId) || computed.atMost < this.#thresholdBytes) return;
    const rddId = rddIdOf(blockId);
    const known = this.#reached.get(rddId) ?? [];
    if (known.some((other) => touches(other, computed))) return;
    this.#reached.set(rddId, [...known.slice(1 - KEPT), computed]);
  }
}
