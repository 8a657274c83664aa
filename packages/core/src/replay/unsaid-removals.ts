/**
 * Blocks that went without a word. At INFO nothing tells that a broadcast was cleaned, that the result of a task was fetched or a stream's
 * input deleted (BlockManagerStorageEndpoint), and a lost part of a log tells nothing at all. What a `free` has beyond all memory that
 * the known blocks leave is proof that some of them are gone: no execution, no unroll can make it more.
 */
import { NOTHING, plus } from "../amount.ts";
import { rddIdOf } from "../block-id.ts";
import { type ByteInterval, exactly, sum } from "../byte-interval.ts";
import type { LogFact } from "../log-fact.ts";
import type { BlockSteps } from "./block-steps.ts";
import type { LogStep } from "./lookahead.ts";
import { isStale } from "./reconcile.ts";
import type { RemovalReports } from "./removal-reports.ts";
import { placeOf, type ReplayContext } from "./replay-context.ts";
import { blocksOf, countedExecution, countedMaximum } from "./statements.ts";

/** A line alone may be late: two more have to say the same, among so many that follow. */
const WITNESSES = 2;
const LINES_AHEAD = 400;
/** A broadcast is cleaned block by block, on a thread of its own. */
const GOING_MICROS = 1_000_000;

/**
 * What went before a line that leaves `room` (its `free`, and the block that it stores) goes, the oldest first; how many bytes that is.
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
  const known = state.ledgers.map(({ blocksHeld }) => blocksHeld).reduce(plus, NOTHING);
  const most = known.atMost + room.atMost + countedExecution(state).atMost - maximum;
  removals.areStillThere(context, blocks, step, most);
  const missing = borneOut(context, step, maximum - known.atLeast, room.atLeast);
  if (missing <= 0) return undefined;
  removals.haveGone(context, blocks, step, missing);
  if (removals.isPending(step)) return undefined;
  const held = blocksOf(state);
  const atLeast = held.atLeast + room.atLeast - maximum;
  if (atLeast <= 0) return undefined;
  // Who is told of removals has heard of nearly all.
  if (evidence.blockUpdates > 0 && isStale(context, step, room)) return undefined;
  const atMost = room.atMost + held.atMost + countedExecution(state).atMost - maximum;
  const { gone, going } = thoseThatWent(context, { atLeast, atMost });
  if (gone.length === 0) return undefined;
  blocks.removeThese(placeOf(step), gone, "derived");
  for (const blockId of going) removals.goes(blockId, step.ts, step.ts + GOING_MICROS);
  const left = blocksOf(state);
  return { atLeast: held.atLeast - left.atLeast, atMost: held.atMost - left.atMost };
}

/**
 * Bytes that a line and those after it agree to be missing at least: 0 or less where they do not agree.
 * @param left  what the known blocks leave
 * @param told  what the line says they leave, at least
 */
function borneOut(context: ReplayContext, step: LogStep, left: number, told: number): number {
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
  return witnesses === 0 ? 0 : missing;
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

/** A broadcast's value and pieces, or one block: they go together. */
type Candidate = [blockId: string, size: ByteInterval][];

/**
 * Blocks that add up to what went. RDDs have a line of their own when they go, so that theirs are the last to be thought of; of what is
 * left the longest unused comes first, and what the log still drops does not come at all. The rest of a broadcast that went is going.
 */
function thoseThatWent(
  context: ReplayContext,
  went: ByteInterval,
): { readonly gone: readonly string[]; readonly going: readonly string[] } {
  const { ofRdds, others } = candidates(context);
  const gone: string[] = [];
  const going: string[] = [];
  let freed: ByteInterval = exactly(0);
  for (const candidate of [...others, ...ofRdds]) {
    if (freed.atMost >= went.atLeast) break;
    const rest: string[] = [];
    for (const [blockId, size] of candidate) {
      const total = sum(freed, size);
      if (freed.atMost >= went.atLeast || total.atLeast > went.atMost) rest.push(blockId);
      else {
        gone.push(blockId);
        freed = total;
      }
    }
    if (rest.length < candidate.length) going.push(...rest);
  }
  return { gone, going };
}

function candidates({ state, lookahead }: ReplayContext): {
  readonly ofRdds: readonly Candidate[];
  readonly others: Iterable<Candidate>;
} {
  const ofRdds: Candidate[] = [];
  const others = new Map<string, Candidate>();
  for (const ledger of state.ledgers) {
    if (ledger.mode === "off_heap" && !state.rules.freeCountsOffHeap) continue;
    for (const [blockId, { size }] of ledger.blocks) {
      if (lookahead.upcoming(blockId)[0]?.fact.kind === "block_dropping") continue;
      const broadcast = /^broadcast_\d+/.exec(blockId)?.[0];
      const known = others.get(broadcast ?? blockId);
      if (rddIdOf(blockId) !== undefined) ofRdds.push([[blockId, size]]);
      else if (known === undefined) others.set(broadcast ?? blockId, [[blockId, size]]);
      // The value is stored last and is most of it.
      else if (blockId === broadcast) known.unshift([blockId, size]);
      else known.push([blockId, size]);
    }
  }
  return { ofRdds, others: others.values() };
}
