/**
 * Evictions as the log tells them: which blocks, for whom, by which rule (spec memory-model 3.5,
 * log-templates 5).
 */

import { type Amount, exactAmount, NOTHING, plus } from "../../amount.ts";
import { rddIdOf } from "../../block-id.ts";
import { type ByteInterval, exactly, touches } from "../../byte-interval.ts";
import type { DecidingRule } from "../../rows.ts";
import {
  type EvictionCandidate,
  type EvictionOrder,
  foreseenVictims,
} from "../evidence/decisions.ts";
import { foreseenFree } from "../evidence/prediction.ts";
import { checkAlone, learnFree, weighFree } from "../evidence/statements.ts";
import { bytesOf, type EvictionCulprit, EvictionCulprits } from "../links/eviction-culprits.ts";
import type { LogStep } from "../links/lookahead.ts";
import type { PutsUnderWay } from "../links/puts-under-way.ts";
import { isWrittenToDisk, namedVictims } from "../links/victims.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import type { ReplayContext } from "../replay-context.ts";

interface EvictionInHand extends EvictionCulprit {
  remaining: number;
  evicted: Amount;
  /** bytes of all that were selected, where the line tells */
  readonly selected: ByteInterval | undefined;
}

/** Of blocks that nothing names, so many are compared with what a line says of them together. */
const MOST_COMPARED = 64;

export class Evictions {
  readonly #context: ReplayContext;
  readonly #culprits: EvictionCulprits;
  /** by thread (or one for all, where the layout prints none) */
  readonly #inHand = new Map<string, EvictionInHand>();
  /** Bytes evicted for execution since the last grant, by task. */
  #lastVictimBytes = 0;
  #evictedForExecution = new Map<number | undefined, number>();

  constructor(context: ReplayContext, puts: PutsUnderWay) {
    this.#context = context;
    this.#culprits = new EvictionCulprits(context, puts);
  }

  /** `k blocks selected for dropping (b bytes)` */
  selected(step: LogStep, blocks: number, freed: ByteInterval | undefined): void {
    const named = namedVictims(this.#context.lookahead, step, blocks);
    const culprit = this.#culprits.of(step, named);
    this.#checkVictims(step, { named, culprit, freed });
    const inHand = { ...culprit, remaining: blocks, evicted: NOTHING, selected: freed };
    this.#inHand.set(step.thread ?? "", inHand);
    if (named.length === 0 && freed !== undefined) this.#dropUnnamed(step, blocks, freed);
  }

  /**
   * BlockManager, which names the blocks that it drops and those that are read, prints nothing.
   * They are those that the store would take if these sum up to what its line says, else others of
   * this sum; where there are none, what storage holds is unknown from now on.
   */
  #dropUnnamed(step: LogStep, blocks: number, freed: ByteInterval): void {
    const { state, logged } = this.#context;
    if (logged.removals) return; // each is named as it has gone
    const inHand = this.#inHand.get(step.thread ?? "");
    for (const ledger of state.ledgers) {
      const order = this.#candidatesOf(ledger, inHand?.blockId, []).first(MOST_COMPARED);
      const fits = (ids: readonly string[]) => touches(bytesOf(ledger, ids), freed);
      const victims = victimsOf(order, blocks, fits);
      if (victims === undefined) continue;
      for (const blockId of victims) this.dropping(step, blockId);
      return;
    }
    state.showStorage(false);
    state.sample(step, "derived");
  }

  /** DEBUG prints what is gone: where nothing named it before, it is one of those selected. */
  goneUnnamed(step: LogStep, blockId: string): boolean {
    const inHand = this.#inHand.get(step.thread ?? "");
    return inHand !== undefined && inHand.remaining > 0 && this.dropping(step, blockId);
  }

  /** Which blocks the store takes: the least recently used ones that may go for this request. */
  #checkVictims(
    step: LogStep,
    {
      named,
      culprit,
      freed,
    }: {
      readonly named: readonly string[];
      readonly culprit: EvictionCulprit;
      readonly freed: ByteInterval | undefined;
    },
  ): void {
    const { state } = this.#context;
    const first = named[0];
    const ledger = first === undefined ? undefined : state.ledgerOfBlock(first);
    if (ledger === undefined) {
      if (freed !== undefined) this.#checkFreed(step, freed, undefined, undefined);
      return;
    }
    const order = this.#candidatesOf(ledger, culprit.blockId, named);
    const foreseen = foreseenVictims(named, order);
    checkAlone(this.#context, step, {
      kind: "decision",
      quantity: "victims",
      logged: exactly(named.length),
      foreseen: exactly(foreseen),
      usedFor: "none",
    });
    if (freed === undefined) return;
    // Where the store would have taken these, their sizes are held against the line; else its own.
    const isForeseen = foreseen === named.length;
    const bytes = bytesOf(ledger, isForeseen ? named : order.first(named.length));
    this.#checkFreed(step, freed, bytes, bytesOf(ledger, named));
  }

  /**
   * Blocks from the least recently used one on that may go: not those of the RDD that is put. Where
   * tasks run, any block of another kind may be locked: for victims of RDDs, no other needs to be
   * asked.
   */
  #candidatesOf(
    ledger: ModeLedger,
    put: string | undefined,
    named: readonly string[],
  ): EvictionOrder & { first(blocks: number): string[] } {
    const { locks, state } = this.#context;
    const ofRddsAlone = state.running.size > 0 && named.every((id) => ledger.ofRdds.has(id));
    const rdd = put === undefined ? undefined : rddIdOf(put);
    const of = (blockId: string): EvictionCandidate | undefined => {
      if (!ledger.blocks.has(blockId)) return undefined;
      if (rdd !== undefined && rddIdOf(blockId) === rdd) return undefined;
      const mayBeLocked = locks.mayBeLocked(blockId, state.running.size);
      return { blockId, usedAt: ledger.usedAt(blockId), mayBeLocked };
    };
    return {
      of,
      *[Symbol.iterator]() {
        for (const blockId of ofRddsAlone ? ledger.ofRdds : ledger.blocks.keys()) {
          const candidate = of(blockId);
          if (candidate !== undefined) yield candidate;
        }
      },
      first: (blocks) => {
        const first: string[] = [];
        for (const blockId of ledger.blocks.keys()) {
          if (first.length === blocks) break;
          if (of(blockId) !== undefined) first.push(blockId);
        }
        return first;
      },
    };
  }

  #checkFreed(
    step: LogStep,
    logged: ByteInterval,
    foreseen: ByteInterval | undefined,
    allowed: ByteInterval | undefined,
  ): void {
    const quantity = "evicted_bytes";
    checkAlone(this.#context, step, { quantity, logged, foreseen, allowed, usedFor: "none" });
  }

  /** `Dropping block … from memory`: true when it was an eviction. */
  dropping(step: LogStep, blockId: string): boolean {
    const { state, history, unseen, lookahead } = this.#context;
    const inHand = this.#inHand.get(step.thread ?? "");
    const known = state.ledgerOfBlock(blockId);
    const told = known === undefined ? this.#sizeOfNext(inHand) : undefined;
    const ledger = known ?? unseen.reveal(step, blockId, told);
    const held = ledger?.blocks.get(blockId);
    if (ledger === undefined || held === undefined) return false;
    const culprit = inHand ?? this.#culprits.of(step, [blockId]);
    const toDisk = history.isOnDisk(blockId) || isWrittenToDisk(lookahead, step, blockId);
    const exact = this.#exactSizeAhead(blockId);
    const size = exact === undefined ? held.size : exactAmount(exact);
    // Its store was before the log, and no line says what its eviction freed.
    const isUnknown = known === undefined && told === undefined && exact === undefined;
    const rule = this.#ruleOf(culprit);
    ledger.forget(blockId);
    // Memory gets back what the block took; the block's own row has the size known by now.
    state.memoryEvent(step, {
      op: "release_storage",
      mode: ledger.mode,
      taskId: culprit.taskId,
      blockId,
      ...(isUnknown ? {} : givenBack(held.size)),
      rule,
      origin: "logged",
    });
    state.sample(step, "logged");
    state.blockEvent(step, {
      blockId,
      op: toDisk ? "drop_to_disk" : "evict",
      ...(isUnknown ? {} : bytesIn(size)),
      mode: ledger.mode,
      taskId: culprit.taskId,
      cause: culprit.cause,
      causedByTaskId: culprit.taskId,
      causedByBlockId: culprit.blockId,
      rule,
      certainty: culprit.certainty,
      origin: "logged",
    });
    this.#lastVictimBytes = size.atMost;
    state.totals.evictions++;
    if (!isUnknown) state.totals.evictedBytes += size.best;
    history.evicted(blockId, step.ts, toDisk);
    if (inHand !== undefined) {
      inHand.remaining--;
      inHand.evicted = plus(inHand.evicted, size);
    }
    if (culprit.cause === "execution") {
      const task = culprit.taskId;
      this.#evictedForExecution.set(task, (this.#evictedForExecution.get(task) ?? 0) + size.best);
    }
    return true;
  }

  /** `After dropping k blocks, free memory is …`: printed under the manager's lock, never stale. */
  done(step: LogStep, free: ByteInterval): void {
    const context = this.#context;
    const weighed = weighFree(context, step, { logged: free, foreseen: foreseenFree(context) });
    const inferred = context.inferRemovals(step, free);
    learnFree(context, { step, free, weighed, inferred, of: "eviction" });
    const inHand = this.#inHand.get(step.thread ?? "");
    this.#inHand.delete(step.thread ?? "");
    if (inHand?.cause === "execution" && !this.#context.logged.grants) {
      this.#context.execution.grewByEviction(this.#lastVictimBytes);
      this.#context.state.sample(step, "derived");
    }
  }

  /** Bytes evicted for this task's request since its last grant; asked once a grant. */
  takeEvictedFor(taskId: number): number {
    const mine = this.#evictedForExecution.get(taskId) ?? 0;
    const nobodys = this.#evictedForExecution.get(undefined) ?? 0;
    this.#evictedForExecution.delete(taskId);
    this.#evictedForExecution.delete(undefined);
    return mine + nobodys;
  }

  #ruleOf(culprit: EvictionCulprit): DecidingRule | undefined {
    switch (culprit.cause) {
      case "execution":
        return "storage_borrowed_reclaimed";
      case "storage":
        return "storage_needs_room";
      case "unroll":
        return this.#context.state.onHeap.rules.fixedPools
          ? "static_unroll_cap"
          : "unroll_needs_room";
      case undefined:
        return undefined;
    }
  }

  /**
   * Of the block dropped next, as far as the line of the selection tells; the last of them is what
   * is left of it.
   */
  #sizeOfNext(inHand: EvictionInHand | undefined): ByteInterval | undefined {
    if (inHand?.selected === undefined) return undefined;
    const { selected, evicted, remaining } = inHand;
    const atMost = Math.max(0, selected.atMost - evicted.atLeast);
    return {
      atLeast: remaining === 1 ? Math.max(0, selected.atLeast - evicted.atMost) : 0,
      atMost,
    };
  }

  /** DEBUG prints the exact size when the block is gone. */
  #exactSizeAhead(blockId: string): number | undefined {
    const next = this.#context.lookahead.upcoming(blockId)[0];
    return next?.fact.kind === "block_removed" ? next.fact.bytes : undefined;
  }
}

/** So many of these blocks that fit together, the first ones if they do; undefined: none do. */
function victimsOf(
  order: readonly string[],
  blocks: number,
  fits: (blockIds: readonly string[]) => boolean,
): readonly string[] | undefined {
  const first = order.slice(0, blocks);
  if (first.length === blocks && fits(first)) return first;
  if (blocks === 1) return order.map((one) => [one]).find(fits);
  if (blocks !== 2) return undefined;
  for (const [i, one] of order.entries())
    for (const other of order.slice(i + 1)) if (fits([one, other])) return [one, other];
  return undefined;
}

function givenBack({ best, atLeast, atMost }: Amount) {
  return {
    requestedBytes: best,
    grantedBytes: best,
    grantedBytesMin: atLeast,
    grantedBytesMax: atMost,
  };
}

function bytesIn({ best, atLeast, atMost }: Amount) {
  return { memoryBytes: best, memoryBytesMin: atLeast, memoryBytesMax: atMost };
}
