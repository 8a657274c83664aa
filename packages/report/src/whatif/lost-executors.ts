/**
 * What an executor that dies of a smaller heap would cost: its blocks are computed anew. That it
 * dies is not foretold, so that none is never claimed where it may.
 */
import type { WantedMemory } from "@respark/core";

/**
 * Cached blocks that an executor holds when they are spread evenly, rounded up; 0 where the new
 * heap surely holds what was in the old one. All in bytes; `highestHeapBytes`: the largest
 * `JVMHeapMemory` that was polled, `undefined` where none was.
 */
export function blocksAtRisk(
  wanted: WantedMemory,
  heap: {
    readonly beforeBytes: number;
    readonly afterBytes: number;
    readonly highestBytes: number | undefined;
  },
): number {
  const { beforeBytes, afterBytes, highestBytes } = heap;
  if (afterBytes >= Math.min(beforeBytes, highestBytes ?? beforeBytes)) return 0;
  const blocks = wanted.rdds.reduce((sum, rdd) => sum + rdd.blocks.size, 0);
  return Math.ceil(blocks / Math.max(1, wanted.executors.length));
}
