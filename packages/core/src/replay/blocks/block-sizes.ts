/**
 * How large a stored block is: to the byte where anything said so. Values of broadcasts are in no
 * report; exact sums that count them tell their sizes: storage memory as executors polled it,
 * `free` of DEBUG's removals, and the same value on another executor.
 */
import { type Amount, amount, exactAmount } from "../../amount.ts";
import { isBroadcastValue } from "../../block-id.ts";
import { type ByteInterval, exactly, hull, intersection, sum } from "../../byte-interval.ts";
import { blocksOf, countedMaximum } from "../evidence/memory-equation.ts";
import type { LogStep } from "../links/lookahead.ts";
import { stepsWithin } from "../links/statements-ahead.ts";
import type { ReplayContext } from "../replay-context.ts";
import { holds } from "./broadcast-values.ts";

/** SizeEstimator rounds every object up to this (Spark 1.2 … 4.2). */
const OBJECT_ALIGNMENT = 8;
/** What `4.9 KiB` leaves open is 100 bytes; sums that fall into it are of this block. */
const LARGEST_SPAN = 1024;
/** How far ahead sums that count a store are looked for. */
const MICROS_AHEAD = 30_000_000;

/**
 * How large a stored block is, and what predictions go by until the lines that have it are read.
 */
export interface StoredSize {
  readonly size: Amount;
  /** what is known of it without statements ahead */
  readonly foreseen: ByteInterval;
  /** the last statement that `size` was drawn from; undefined: none ahead */
  readonly toldBy: LogStep | undefined;
}

/** The size of the block that a step stores, before the ledger holds it. */
export function sizeOfStored(
  context: ReplayContext,
  step: LogStep,
  stored: { readonly blockId: string; readonly size: ByteInterval },
): StoredSize {
  const known = sizeBesideStatements(context, stored);
  if (known !== undefined) return { size: known, foreseen: known, toldBy: undefined };
  const aligned = onlyAligned(stored.size);
  const polled = fromSums(context, step, aligned, { readsFree: false });
  const { bytes, toldBy } = fromSums(context, step, aligned, {
    readsFree: context.logged.removals,
  });
  const [size, foreseen] = [bytes ?? aligned, polled.bytes ?? aligned];
  if (isSame(size, foreseen)) return { size: amount(size), foreseen, toldBy: undefined };
  return { size: amount(size), foreseen, toldBy: context.foresight.until(toldBy) };
}

/** undefined: sums that count it may tell more than its line does. */
function sizeBesideStatements(
  context: ReplayContext,
  stored: { readonly blockId: string; readonly size: ByteInterval },
): Amount | undefined {
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
  return aligned.atMost - aligned.atLeast > LARGEST_SPAN ? amount(aligned) : undefined;
}

/** What the first exact sums that count the block leave for it; undefined: none does. */
function fromSums(
  context: ReplayContext,
  step: LogStep,
  printed: ByteInterval,
  { readsFree }: { readonly readsFree: boolean },
): { readonly bytes: ByteInterval | undefined; readonly toldBy: LogStep | undefined } {
  const { state, lookahead, polled } = context;
  const onHeap = readsFree
    ? state.onHeap.blocksHeld
    : sum(state.onHeap.blocksHeld, context.foresight.bytes);
  const sums = polled.storageWhile(step.ts, step.ts + MICROS_AHEAD);
  let change: ByteInterval = exactly(0);
  let found: ByteInterval | undefined;
  let toldBy: LogStep | undefined;
  let grants = state.ledgers.some((ledger) => ledger.executionByTask.size > 0);
  const compare = (): void => {
    for (const bytes of sums) {
      const left = intersection(printed, without(exactly(bytes), onHeap, change));
      if (left !== undefined) found = found === undefined ? left : hull(found, left);
    }
  };
  compare();
  for (const next of stepsWithin(lookahead, step, MICROS_AHEAD)) {
    if (next.fact.kind === "execution_acquired") grants = true;
    const by = changeOfBlocks(context, next);
    if (by === undefined) break; // from here on another block's size is open too
    if (by.atLeast === 0) continue;
    change = { atLeast: change.atLeast + by.atLeast, atMost: change.atMost + by.atMost };
    compare();
    // At DEBUG a removal prints what is free, to the byte: all but blocks, where no task holds
    // execution memory.
    if (next.fact.kind !== "block_removed" || !readsFree) continue;
    if (state.rules.freeExcludesExecution && grants) continue;
    const held = exactly(countedMaximum(state) - next.fact.freeBytes);
    const left = intersection(printed, without(held, blocksOf(state), change));
    toldBy = next; // whether it agrees or not: what is known until then hangs on no number
    if (left !== undefined) found = found === undefined ? left : hull(found, left);
  }
  const aligned = found === undefined ? undefined : onlyAligned(found);
  const bytes = aligned !== undefined && aligned.atLeast <= aligned.atMost ? aligned : undefined;
  return { bytes, toldBy };
}

/**
 * By how much a step to come changes the sum of blocks in memory; undefined: its own size is not
 * known to the byte.
 */
function changeOfBlocks(context: ReplayContext, step: LogStep): ByteInterval | undefined {
  const { fact } = step;
  switch (fact.kind) {
    case "block_stored": {
      if (context.early.has(step)) return exactly(0);
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
      if (context.logged.removals) return exactly(0); // its removal has a line of its own
      const size = context.state.ledgerOfBlock(fact.blockId)?.blocks.get(fact.blockId)?.size;
      return size === undefined || size.atLeast !== size.atMost ? undefined : exactly(-size.best);
    }
    case "removing":
    case "store_cleared":
      return context.logged.removals && fact.kind === "removing" ? exactly(0) : undefined;
    default:
      return exactly(0);
  }
}

function isSame(a: ByteInterval, b: ByteInterval): boolean {
  return a.atLeast === b.atLeast && a.atMost === b.atMost;
}

function without(total: ByteInterval, held: ByteInterval, change: ByteInterval): ByteInterval {
  return {
    atLeast: total.atLeast - held.atMost - change.atMost,
    atMost: total.atMost - held.atLeast - change.atLeast,
  };
}

/** Of an interval the multiples of the object alignment. */
function onlyAligned({ atLeast, atMost }: ByteInterval): ByteInterval {
  return {
    atLeast: Math.ceil(atLeast / OBJECT_ALIGNMENT) * OBJECT_ALIGNMENT,
    atMost: Math.floor(atMost / OBJECT_ALIGNMENT) * OBJECT_ALIGNMENT,
  };
}
