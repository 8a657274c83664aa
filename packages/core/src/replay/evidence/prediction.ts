/**
 * What a line will state: a pure function of the ledger and of what is linked to the line, taken
 * before anything is learned from it.
 */
import { type ByteInterval, difference, exactly, sum } from "../../byte-interval.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import type { Foresight } from "./foresight.ts";
import {
  blocksOf,
  countedMaximum,
  freeBeside,
  type MemoryTerms,
  storageLimit,
} from "./memory-equation.ts";

export interface Known {
  readonly state: MemoryTerms;
  readonly foresight: Pick<Foresight, "bytes">;
}

/** Blocks in memory by what is known without the statements ahead. */
export function foreseenBlocks({ state, foresight }: Known): ByteInterval {
  return sum(blocksOf(state), foresight.bytes);
}

/** What `free` prints once blocks have changed by `change` bytes (1.6.0–1.6.2: what they hold). */
export function foreseenFree(known: Known, change: ByteInterval = exactly(0)): ByteInterval {
  const blocks = sum(foreseenBlocks(known), change);
  const { state } = known;
  return within(state, state.rules.freePrintsUsed ? blocks : freeBeside(state, blocks));
}

/** The same in lines that never had the defect of 1.6.0–1.6.2. */
export function foreseenFreeReal(known: Known, change: ByteInterval = exactly(0)): ByteInterval {
  return within(known.state, freeBeside(known.state, sum(foreseenBlocks(known), change)));
}

export function foreseenLimit({ state }: Known): ByteInterval {
  return within(state, storageLimit(state));
}

/**
 * How much an unroll had computed when it failed. It asks for 1.5 × what it measured, every 16
 * records: more than could be had, which is all but execution, other unrolls and what it may not
 * evict.
 */
export function foreseenUnroll(
  state: MemoryTerms,
  ledger: ModeLedger,
  held: { readonly unroll: ByteInterval; readonly ownRddBytes: number },
): UnrollBounds {
  const { maxBytes, regionBytes, fixedPools } = ledger.rules;
  const { unrollGrowth } = state.rules;
  const { executionUsed } = ledger;
  const most = fixedPools ? regionBytes : maxBytes - executionUsed.atLeast;
  const least =
    fixedPools || state.rules.sharedBytes !== undefined
      ? 0
      : maxBytes - executionUsed.atMost - held.unroll.atMost - held.ownRddBytes;
  const atMost = Math.max(0, most - held.unroll.atLeast);
  return {
    bounds: { atLeast: Math.floor(Math.max(0, least) / unrollGrowth), atMost },
    room: {
      atLeast: Math.max(0, least),
      atMost: fixedPools ? atMost : Math.max(0, atMost - held.ownRddBytes),
    },
  };
}

/** What a failed unroll can have computed by law, and the memory that it could get in all. */
export interface UnrollBounds {
  readonly bounds: ByteInterval;
  readonly room: ByteInterval;
}

/** By how much `change` moves the sum of blocks, as what went is subtracted. */
export function released(bytes: ByteInterval): ByteInterval {
  return difference(exactly(0), bytes);
}

/** What is printed is neither negative nor more than there is. */
function within(state: MemoryTerms, { atLeast, atMost }: ByteInterval): ByteInterval {
  const maximum = countedMaximum(state);
  const into = (bytes: number) => Math.min(Math.max(bytes, 0), maximum);
  return { atLeast: into(atLeast), atMost: into(atMost) };
}
