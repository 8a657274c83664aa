/**
 * How large a stored block is: to the byte where anything said so. Values of broadcasts are in no report; exact sums that count them
 * tell their sizes: storage memory as executors polled it, `free` of DEBUG's removals, and the same value on another executor.
 */
import { type Amount, amount, exactAmount } from "../../amount.ts";
import { isBroadcastValue } from "../../block-id.ts";
import { type ByteInterval, exactly, hull, intersection } from "../../byte-interval.ts";
import type { LogStep } from "../lookahead.ts";
import type { ReplayContext } from "../replay-context.ts";
import { blocksOf, countedMaximum } from "../statements.ts";
import { holds } from "./broadcast-values.ts";

/** SizeEstimator rounds every object up to this (Spark 1.2 … 4.2). */
const OBJECT_ALIGNMENT = 8;
/** What `4.9 KiB` leaves open is 100 bytes; sums that fall into it are of this block. */
const LARGEST_SPAN = 1024;
/** How far ahead sums that count a store are looked for. */
const STEPS_AHEAD = 600;
const MICROS_AHEAD = 30_000_000;

/** The size of the block that a step stores, before the ledger holds it. */
export function sizeOfStored(
  context: ReplayContext,
  step: LogStep,
  stored: { readonly blockId: string; readonly size: ByteInterval },
): Amount {
  const { blockId, size: printed } = stored;
  if (printed.atLeast === printed.atMost) return amount(printed);
  const reported = context.evidence.takeExactSize(blockId, printed);
  if (reported !== undefined) return exactAmount(reported);
  for (const { fact } of context.lookahead.upcoming(blockId)) {
    if (fact.kind === "block_stored") break;
    if (fact.kind === "block_removed" && holds(printed, fact.bytes)) return exactAmount(fact.bytes);
  }
  if (!isBroadcastValue(blockId)) return amount(printed);
  const elsewhere = context.broadcasts.sizeOf(blockId, printed);
  if (elsewhere !== undefined) return exactAmount(elsewhere);
  const aligned = onlyAligned(printed);
  if (aligned.atLeast > aligned.atMost) return amount(printed);
  // Among the hundred thousand values that `44.0 MiB` leaves open, some sum is met by chance.
  const rough = aligned.atMost - aligned.atLeast > LARGEST_SPAN;
  const counted = rough ? undefined : fromSums(context, step, aligned);
  if (counted === undefined) return amount(aligned);
  if (counted.atLeast === counted.atMost) context.broadcasts.learn(blockId, counted.atLeast);
  return amount(counted);
}

/** What the first exact sums that count the block leave for it; undefined: none does. */
function fromSums(
  context: ReplayContext,
  step: LogStep,
  printed: ByteInterval,
): ByteInterval | undefined {
  const { state, lookahead, polled } = context;
  const onHeap = state.onHeap.blocksHeld;
  const sums = polled.storageWhile(step.ts, step.ts + MICROS_AHEAD);
  let change: ByteInterval = exactly(0);
  let found: ByteInterval | undefined;
  let grants = state.ledgers.some((ledger) => ledger.executionByTask.size > 0);
  for (let ahead = 0; ahead < STEPS_AHEAD; ahead++) {
    const next = ahead === 0 ? undefined : lookahead.peek(ahead);
    if (ahead > 0 && (next === undefined || next.ts - step.ts > MICROS_AHEAD)) break;
    if (next?.fact.kind === "execution_acquired") grants = true;
    const by = next === undefined ? exactly(0) : changeOfBlocks(context, next);
    if (by === undefined) break; // from here on another block's size is open too
    if (ahead > 0 && by.atLeast === 0) continue;
    change = { atLeast: change.atLeast + by.atLeast, atMost: change.atMost + by.atMost };
    for (const bytes of sums) {
      const left = intersection(printed, without(exactly(bytes), onHeap, change));
      if (left !== undefined) found = found === undefined ? left : hull(found, left);
    }
    // At DEBUG a removal prints what is free, to the byte: all but blocks, where nobody holds execution memory.
    if (next?.fact.kind !== "block_removed" || !context.debug) continue;
    if (state.rules.freeExcludesExecution && grants) continue;
    const held = exactly(countedMaximum(state) - next.fact.freeBytes);
    const left = intersection(printed, without(held, blocksOf(state), change));
    if (left !== undefined) found = found === undefined ? left : hull(found, left);
  }
  const aligned = found === undefined ? undefined : onlyAligned(found);
  return aligned !== undefined && aligned.atLeast <= aligned.atMost ? aligned : undefined;
}

/** By how much a step to come changes the sum of blocks in memory; undefined: its own size is not known to the byte. */
function changeOfBlocks(context: ReplayContext, step: LogStep): ByteInterval | undefined {
  const { fact } = step;
  switch (fact.kind) {
    case "block_stored": {
      if (context.replayedEarly(step)) return exactly(0);
      const { atLeast, atMost } = fact.size;
      if (atLeast === atMost) return exactly(atLeast);
      const bytes =
        context.evidence.exactSizeAhead(fact.blockId, fact.size) ??
        context.broadcasts.sizeOf(fact.blockId, fact.size);
      return bytes === undefined ? undefined : exactly(bytes);
    }
    case "block_removed":
      return exactly(-fact.bytes);
    case "block_dropping": {
      if (context.debug) return exactly(0); // its removal has a line of its own
      const size = context.state.ledgerOfBlock(fact.blockId)?.blocks.get(fact.blockId)?.size;
      return size === undefined || size.atLeast !== size.atMost ? undefined : exactly(-size.best);
    }
    case "removing":
    case "store_cleared":
      return context.debug && fact.kind === "removing" ? exactly(0) : undefined;
    default:
      return exactly(0);
  }
}

function without(sum: ByteInterval, held: ByteInterval, change: ByteInterval): ByteInterval {
  return {
    atLeast: sum.atLeast - held.atMost - change.atMost,
    atMost: sum.atMost - held.atLeast - change.atLeast,
  };
}

/** Of an interval the multiples of the object alignment. */
function onlyAligned({ atLeast, atMost }: ByteInterval): ByteInterval {
  return {
    atLeast: Math.ceil(atLeast / OBJECT_ALIGNMENT) * OBJECT_ALIGNMENT,
    atMost: Math.floor(atMost / OBJECT_ALIGNMENT) * OBJECT_ALIGNMENT,
  };
}
