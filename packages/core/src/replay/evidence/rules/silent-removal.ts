/**
 * Infers removals that no line tells of. At INFO no line says that a broadcast was cleaned, that a
 * task's result was fetched or a stream's input deleted (BlockManagerStorageEndpoint), and a lost
 * part of a log says nothing at all. What a `free` has beyond all memory that the known blocks
 * leave shows that some of them are gone: no execution, no unroll can make it more.
 */
import { type Amount, NOTHING, plus } from "../../../amount.ts";
import { isBroadcastValue, isTaskResult, rddIdOf, valueOfPiece } from "../../../block-id.ts";
import { type ByteInterval, exactly, sum, touches } from "../../../byte-interval.ts";
import { Newcomers } from "../../held-blocks.ts";
import type { LogStep } from "../../links/lookahead.ts";
import { witnessesAfter } from "../../links/statements-ahead.ts";
import type { Inferred, ReplayContext } from "../../replay-context.ts";
import type { Weighed } from "../grades.ts";
import { countedExecution, countedMaximum } from "../memory-equation.ts";
import { foreseenFree } from "../prediction.ts";
import type { Rule } from "./rule.ts";
import { isStale } from "./stale-line.ts";

export const silentRemoval: Rule = {
  name: "silent_removal",
  sentence: "counts blocks as gone that no line tells of",
  source: "BlockManagerStorageEndpoint removes broadcasts and results without an INFO line",
  fixture: "silent-removal",
  applies: ({ showsRemovals }) => showsRemovals === true,
  narrows: ({ learn }) => {
    learn();
    return "storage";
  },
};

/** A line alone may be stale: two more have to say the same, among so many that follow. */
const WITNESSES = 2;
/** A broadcast is cleaned block by block, on a thread of its own. */
const GOING_MICROS = 1_000_000;

/** Lines that say that memory is free where known blocks would be, while more have to say so. */
interface Suspicion {
  /** bytes that all of them miss */
  missing: number;
  seen: number;
  readonly wanted: number;
  /** blocks that were not in memory yet when the first of them was printed: they did not go */
  readonly newcomers: Newcomers;
  readonly weighed: Weighed[];
}

export class SilentRemovals {
  readonly #context: ReplayContext;
  #suspicion: Suspicion | undefined;

  constructor(context: ReplayContext) {
    this.#context = context;
  }

  /**
   * What a line that leaves `room` (its `free`, and the block that it stores) shows to be gone.
   * It has been held against its prediction already.
   */
  infer(step: LogStep, room: ByteInterval): Inferred {
    const { state } = this.#context;
    if (this.#context.logged.removals || state.rules.freePrintsUsed) return "nothing";
    const maximum = countedMaximum(state);
    // No removal makes so much room: the layout is another than is known.
    if (room.atLeast > maximum) return "nothing";
    const known = blocksHeldOf(this.#context);
    const most = known.atMost + room.atMost + countedExecution(state).atMost - maximum;
    this.#context.removals.areStillThere(this.#context, step, most);
    const missing = room.atLeast - (maximum - known.atLeast);
    if (missing <= 0) {
      if (state.onHeap.mayStillHold > 0) this.#leaveOpen(room, state.onHeap.mayStillHold);
      this.#dismiss();
      return "nothing";
    }
    return this.#missing(step, { room, missing, maximum });
  }

  #missing(step: LogStep, of: Missing): Inferred {
    const context = this.#context;
    const { state, removals } = context;
    const wanted = witnessesAfter(context.lookahead, WITNESSES);
    if (wanted === 0 && removals.isTold && this.#suspicion === undefined) return "nothing";
    removals.haveGone(context, step, of.missing);
    if (removals.isPending(step)) return "nothing";
    const { room, maximum } = of;
    const held = blocksHeldOf(context);
    const atLeast = room.atLeast - (maximum - held.atLeast);
    if (atLeast <= 0) {
      this.#dismiss();
      return "removed";
    }
    const suspicion = this.#suspicion ?? {
      missing: atLeast,
      seen: 0,
      wanted,
      newcomers: this.#watch(),
      weighed: [],
    };
    suspicion.missing = Math.min(suspicion.missing, atLeast);
    suspicion.seen++;
    const stale = isStale(context, step, room);
    if (suspicion.seen <= suspicion.wanted) {
      this.#suspicion = suspicion;
      context.unseen.someMayHaveGone(room);
      if (!stale || touches(foreseenFree(context), room)) this.#doubt(room);
      return { hold: (weighed) => suspicion.weighed.push(weighed) };
    }
    // With block updates, unreported removals are rare.
    if (stale && context.evidence.blockUpdates > 0) {
      this.#dismiss();
      return "nothing";
    }
    this.#forget();
    const isBorneOut = suspicion.seen > 1 || suspicion.wanted > 0;
    const alone = room.atMost + held.atMost - maximum;
    const went = { atLeast: suspicion.missing, atMost: alone };
    const removed = this.#remove(step, went, { isBorneOut, newcomers: suspicion.newcomers });
    const gone = held.atMost - blocksHeldOf(context).atMost;
    this.#leaveOpen(room, state.onHeap.mayStillHold + gone);
    const rule = removed ? "silent_removal" : undefined;
    for (const weighed of suspicion.weighed) weighed.settle({ usedFor: "storage", rule });
    return removed ? "removed" : "nothing";
  }

  /** Begins to note which blocks come. One id may be in either mode's memory, one at a time. */
  #watch(): Newcomers {
    const newcomers = new Newcomers();
    for (const ledger of this.#context.state.ledgers) ledger.noteIn(newcomers);
    return newcomers;
  }

  #forget(): void {
    this.#suspicion = undefined;
    this.#context.state.onHeap.hasLikelyLost(0);
    for (const ledger of this.#context.state.ledgers) ledger.noteIn(undefined);
  }

  #remove(
    step: LogStep,
    went: ByteInterval,
    of: { readonly isBorneOut: boolean; readonly newcomers: Newcomers },
  ): boolean {
    const context = this.#context;
    const { removals } = context;
    const all = candidates(context, of);
    const { gone, going } = thoseThatWent(context, all, went);
    if (gone.length === 0) return false;
    context.removeBlocks(step, gone, "assumed");
    for (const blockId of going) removals.goes(blockId, step.ts, step.ts + GOING_MICROS);
    removals.apply(context, step);
    return true;
  }

  /**
   * That it was these blocks is assumed: the line bounds their sum alone, and what it leaves open
   * may be there still.
   */
  #leaveOpen(room: ByteInterval, most: number): void {
    const { state } = this.#context;
    const held = blocksHeldOf(this.#context).atMost;
    const execution = countedExecution(state).atLeast;
    const open = countedMaximum(state) - room.atLeast - execution - held;
    state.onHeap.mayHoldStill(Math.max(0, Math.min(open, most)));
  }

  /** Until more lines say so these blocks stand; the best estimate is that they are gone. */
  #doubt(room: ByteInterval): void {
    const { state } = this.#context;
    const free = (room.atLeast + room.atMost) / 2;
    const left = countedMaximum(state) - free - countedExecution(state).best;
    const gone = Math.max(0, blocksHeldOf(this.#context).best - left);
    state.onHeap.hasLikelyLost(Math.floor(gone));
  }

  /** A later line has all known blocks in memory: those before it were stale. */
  #dismiss(): void {
    const suspicion = this.#suspicion;
    this.#forget();
    for (const weighed of suspicion?.weighed ?? [])
      weighed.settle({ usedFor: "none", rule: "stale_line" });
  }

  /** The log ends: what its last lines miss, nothing bears out. */
  finish(): void {
    this.#dismiss();
  }
}

interface Missing {
  readonly room: ByteInterval;
  readonly missing: number;
  readonly maximum: number;
}

/**
 * All of them, those that may have gone among them; of those that no line names, none needs to be
 * there.
 */
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
 * Blocks that add up to what went, the oldest first; that it was these, and not younger ones of
 * their size, is assumed. Where none do, execution holds some of what they left.
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
 * Tasks' results, then broadcasts that no task reads now and blocks of streams, then RDDs, which
 * have a line of their own when they go. What the log still drops is there. For one line alone,
 * which may be late, nothing goes that might have a line.
 */
function candidates(
  { state, lookahead, removals: { passing } }: ReplayContext,
  { isBorneOut, newcomers }: { readonly isBorneOut: boolean; readonly newcomers: Newcomers },
): Candidate[] {
  const results: Candidate[] = [];
  const ofRdds: Candidate[] = [];
  const others = new Map<string, Candidate>();
  for (const ledger of state.ledgers) {
    if (ledger.mode === "off_heap" && !state.rules.freeCountsOffHeap) continue;
    for (const [blockId, { size, storedAt }] of ledger.blocks) {
      if (!isBorneOut && !ledger.passing.has(blockId)) continue;
      if (newcomers.has(blockId) || lookahead.isStillUsed(blockId)) continue;
      const broadcast = isBroadcastValue(blockId) ? blockId : valueOfPiece(blockId);
      if (broadcast !== undefined && passing.isRead(blockId, storedAt)) continue;
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
