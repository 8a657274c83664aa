/**
 * Blocks that went without a word. At INFO nothing tells that a broadcast was cleaned, that the result of a task was fetched or a stream's
 * input deleted (BlockManagerStorageEndpoint), and a lost part of a log tells nothing at all. What a `free` has beyond all memory that
 * the known blocks leave is proof that some of them are gone: no execution, no unroll can make it more.
 */
import { type Amount, NOTHING, plus } from "../../amount.ts";
import { isBroadcastValue, isTaskResult, rddIdOf, valueOfPiece } from "../../block-id.ts";
import { type ByteInterval, exactly, sum } from "../../byte-interval.ts";
import type { LogFact } from "../../log-fact.ts";
import type { LogStep } from "../lookahead.ts";
import { isStale } from "../reconcile.ts";
import { placeOf, type ReplayContext } from "../replay-context.ts";
import { countedExecution, countedMaximum, predictedFree } from "../statements.ts";
import type { BlockSteps } from "./block-steps.ts";
import type { RemovalReports } from "./removal-reports.ts";

/** A line alone may be late: two more have to say the same, among so many that follow. */
const WITNESSES = 2;
const LINES_AHEAD = 400;
/** A broadcast is cleaned block by block, on a thread of its own. */
const GOING_MICROS = 1_000_000;

/**
 * What went before a line that leaves `room` (its `free`, and the block that it stores) goes; by how much more that leaves than was expected.
 * undefined: nothing did, or the lines that follow do not bear it out.
 */
export function removeUnsaid(
  context: ReplayContext,
  { blocks, removals }: { readonly blocks: BlockSteps; readonly removals: RemovalReports },
  step: LogStep,
  room: ByteInterval,
): ByteInterval | undefined {
  const { state, evidence } = context;
  if (context.debug || state.rules.freePrintsUsed) return undefined;
  const maximum = countedMaximum(state);
  if (room.atLeast > maximum) return undefined; // no removal makes so much room: the layout is another than is known
  const known = blocksHeldOf(context);
  const expected = predictedFree(state);
  const most = known.atMost + room.atMost + countedExecution(state).atMost - maximum;
  removals.areStillThere(context, blocks, step, most);
  const { missing, witnesses } = borneOut(context, step, maximum - known.atLeast, room.atLeast);
  if (missing <= 0 || (witnesses === 0 && removals.isTold)) return undefined;
  removals.haveGone(context, blocks, step, missing);
  if (removals.isPending(step)) return undefined;
  const held = blocksHeldOf(context);
  const atLeast = missing - (known.atLeast - held.atLeast);
  if (atLeast <= 0) return undefined;
  // Who is told of removals has heard of nearly all.
  if (evidence.blockUpdates > 0 && isStale(context, step, room)) return undefined;
  const alone = room.atMost + held.atMost - maximum;
  const all = candidates(context, removals, witnesses > 0);
  const { gone, going } = thoseThatWent(context, all, { atLeast, atMost: alone });
  if (gone.length === 0) return undefined;
  blocks.removeThese(placeOf(step), gone, "assumed");
  for (const blockId of going) removals.goes(blockId, step.ts, step.ts + GOING_MICROS);
  removals.apply(context, blocks, step);
  const left = predictedFree(state);
  return { atLeast: left.atMost - expected.atMost, atMost: left.atLeast - expected.atLeast };
}

/**
 * Bytes that a line and those after it agree to be missing at least: 0 or less where they do not agree; and how many come after it.
 * @param left  what the known blocks leave
 * @param told  what the line says they leave, at least
 */
function borneOut(
  context: ReplayContext,
  step: LogStep,
  left: number,
  told: number,
): { readonly missing: number; readonly witnesses: number } {
  let missing = told - left;
  let leaves = left + (roomAfter(context, step.fact) ?? 0);
  let witnesses = 0;
  for (let ahead = 1; missing > 0 && witnesses < WITNESSES && ahead <= LINES_AHEAD; ahead++) {
    const fact = context.lookahead.peek(ahead)?.fact;
    if (fact === undefined) break;
    const change = roomAfter(context, fact);
    if (change === undefined) break;
    leaves += change;
    const free = freeOf(fact);
    if (free === undefined) continue;
    witnesses++;
    missing = Math.min(missing, free - leaves);
  }
  return { missing, witnesses };
}

/** By how much more room blocks leave after a line, at most; undefined: no telling. */
function roomAfter({ state }: ReplayContext, fact: LogFact): number | undefined {
  switch (fact.kind) {
    case "block_stored":
      return -fact.size.atLeast;
    case "block_dropping":
      return state.ledgerOfBlock(fact.blockId)?.blocks.get(fact.blockId)?.size.atMost;
    case "removing":
    case "store_cleared":
    case "store_started":
      return undefined;
    default:
      return 0;
  }
}

/** The least that a line says is free. */
function freeOf(fact: LogFact): number | undefined {
  return fact.kind === "block_stored" || fact.kind === "eviction_done"
    ? fact.free.atLeast
    : undefined;
}

/** All of them, those that may have gone among them; of those that no line names, none needs to be there. */
function blocksHeldOf({ state }: ReplayContext): Amount {
  return state.ledgers
    .map(({ blocksHeld, seen }) => ({ ...blocksHeld, atLeast: seen.atLeast }))
    .reduce(plus, NOTHING);
}

/** A broadcast's value and pieces, or one block: they go together. */
type Candidate = [blockId: string, size: ByteInterval][];

/** What went, and what of the same broadcasts is going. */
interface Departure {
  readonly gone: readonly string[];
  readonly going: readonly string[];
}

/**
 * Blocks that add up to what went, the oldest first; that it was these, and not younger ones of their size, is assumed. Where none do, execution
 * holds some of what they left.
 */
function thoseThatWent(
  context: ReplayContext,
  all: readonly Candidate[],
  went: ByteInterval,
): Departure {
  const alone = departure(all, went);
  if (alone.freed >= went.atLeast) return alone;
  const atMost = went.atMost + countedExecution(context.state).atMost;
  return departure(all, { atLeast: went.atLeast, atMost });
}

function departure(all: readonly Candidate[], went: ByteInterval): Departure & { freed: number } {
  const gone: string[] = [];
  const going: string[] = [];
  let freed: ByteInterval = exactly(0);
  for (const candidate of all) {
    if (freed.atLeast >= went.atLeast) break;
    let taken = 0;
    for (const [blockId, size] of candidate) {
      const total = sum(freed, size);
      if (freed.atLeast >= went.atLeast || total.atLeast > went.atMost) break;
      gone.push(blockId);
      freed = total;
      taken++;
    }
    if (taken > 0) going.push(...candidate.slice(taken).map(([blockId]) => blockId));
  }
  return { gone, going, freed: freed.atLeast };
}

/**
 * Tasks' results, then broadcasts that nobody reads now and blocks of streams, then RDDs, which have a line of their own when they go. What the log
 * still drops is there. For one line alone, which may be late, nothing goes that might have a line.
 */
function candidates(
  { state, lookahead }: ReplayContext,
  { passing }: RemovalReports,
  isBorneOut: boolean,
): Candidate[] {
  const results: Candidate[] = [];
  const ofRdds: Candidate[] = [];
  const others = new Map<string, Candidate>();
  for (const ledger of state.ledgers) {
    if (ledger.mode === "off_heap" && !state.rules.freeCountsOffHeap) continue;
    for (const [blockId, { size, storedAt }] of ledger.blocks) {
      if (lookahead.upcoming(blockId)[0]?.fact.kind === "block_dropping") continue;
      const broadcast = isBroadcastValue(blockId) ? blockId : valueOfPiece(blockId);
      if (broadcast !== undefined && passing.isRead(blockId, storedAt)) continue;
      if (!isBorneOut && !ledger.passing.has(blockId)) continue;
      const known = others.get(broadcast ?? blockId);
      if (isTaskResult(blockId)) results.push([[blockId, size]]);
      else if (rddIdOf(blockId) !== undefined) ofRdds.push([[blockId, size]]);
      else if (known === undefined) others.set(broadcast ?? blockId, [[blockId, size]]);
      // The value is stored last and is most of it.
      else if (blockId === broadcast) known.unshift([blockId, size]);
      else known.push([blockId, size]);
    }
  }
  return [...results, ...others.values(), ...ofRdds];
}
