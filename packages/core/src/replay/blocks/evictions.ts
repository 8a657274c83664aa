/** Evictions as the log tells them: which blocks, for whom, by which rule (spec memory-model 3.5, log-templates 5). */

import { type Amount, exactAmount, NOTHING, plus } from "../../amount.ts";
import { rddIdOf } from "../../block-id.ts";
import { type ByteInterval, exactly, sum, touches } from "../../byte-interval.ts";
import { causeCertainty } from "../../calibration/eviction-causes.ts";
import type { DecidingRule, EvictionCause } from "../../rows.ts";
import type { EvictionCandidate, EvictionOrder } from "../evidence/decisions.ts";
import { foreseenFree } from "../evidence/prediction.ts";
import type { RuleName } from "../evidence/rules.ts";
import type { LogStep } from "../lookahead.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import { learnFreeUnderLock, weighFree } from "../reconcile.ts";
import { placeOf, type ReplayContext } from "../replay-context.ts";
import type { PutsUnderWay } from "./puts-under-way.ts";
import { taskPutting } from "./task-putting.ts";

/** Who made blocks go, as far as the lines around tell. */
export interface EvictionCulprit {
  readonly cause: EvictionCause | undefined;
  readonly taskId: number | undefined;
  readonly blockId: string | undefined;
  readonly certainty: number | undefined;
}

interface EvictionInHand extends EvictionCulprit {
  remaining: number;
  evicted: Amount;
  /** bytes of all that were selected, where the line tells */
  readonly selected: ByteInterval | undefined;
}

const UNKNOWN: EvictionCulprit = {
  cause: undefined,
  taskId: undefined,
  blockId: undefined,
  certainty: undefined,
};
/** How many lines after an eviction its reason is looked for, and how much time. */
const LINES_AHEAD = 400;
const MICROS_AHEAD = 3_000_000;

export class Evictions {
  readonly #context: ReplayContext;
  readonly #puts: PutsUnderWay;
  /** by thread (or one for all, where the layout prints none) */
  readonly #inHand = new Map<string, EvictionInHand>();
  /** Bytes evicted for execution since the last grant, by task. */
  #lastVictimBytes = 0;
  #evictedForExecution = new Map<number | undefined, number>();

  constructor(context: ReplayContext, puts: PutsUnderWay) {
    this.#context = context;
    this.#puts = puts;
  }

  /** `k blocks selected for dropping (b bytes)` */
  selected(step: LogStep, blocks: number, freed: ByteInterval | undefined): void {
    const named = this.#namedVictims(step, blocks);
    const culprit = this.#culprit(step, named);
    this.#checkVictims(step, { named, culprit, freed });
    const inHand = { ...culprit, remaining: blocks, evicted: NOTHING, selected: freed };
    this.#inHand.set(step.thread ?? "", inHand);
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
      if (freed !== undefined) this.#checkFreed(step, freed, undefined, "unseen_blocks");
      return;
    }
    const open = this.#context.unseen.mayHoldBytes ? "unseen_blocks" : "order_of_use";
    const order = this.#candidatesOf(ledger, culprit.blockId, named);
    const foreseen = this.#context.decisions.evicts(placeOf(step), named, order, open);
    if (freed === undefined) return;
    // Where the store would have taken these, their sizes are held against the line; else its own.
    const isForeseen = foreseen === named.length;
    const bytes = bytesOf(ledger, isForeseen ? named : order.first(named.length));
    const isNamed = touches(bytesOf(ledger, named), freed);
    const rule = isNamed || open === "unseen_blocks" ? open : undefined;
    this.#checkFreed(step, freed, bytes, rule);
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
    rule: RuleName | undefined,
  ): void {
    const quantity = "evicted_bytes";
    this.#context.state.check(placeOf(step), { quantity, logged, foreseen, usedFor: "none", rule });
  }

  /** `Dropping block … from memory`: true when it was an eviction. */
  dropping(step: LogStep, blockId: string): boolean {
    const { state, history, unseen } = this.#context;
    const inHand = this.#inHand.get(step.thread ?? "");
    const ledger =
      state.ledgerOfBlock(blockId) ?? unseen.reveal(step, blockId, this.#sizeOfNext(inHand));
    const held = ledger?.blocks.get(blockId);
    if (ledger === undefined || held === undefined) return false;
    const culprit = inHand ?? this.#culprit(step, [blockId]);
    const toDisk = this.#goesToDisk(step, blockId);
    const exact = this.#exactSizeAhead(blockId);
    const size = exact === undefined ? held.size : exactAmount(exact);
    const rule = this.#ruleOf(culprit);
    const at = placeOf(step);
    ledger.forget(blockId);
    // Memory gets back what the block took; the block's own row has the size known by now.
    state.memoryEvent(at, {
      op: "release_storage",
      mode: ledger.mode,
      taskId: culprit.taskId,
      blockId,
      requestedBytes: held.size.best,
      grantedBytes: held.size.best,
      grantedBytesMin: held.size.atLeast,
      grantedBytesMax: held.size.atMost,
      rule,
      origin: "logged",
    });
    state.sample(at, "logged");
    state.blockEvent(at, {
      blockId,
      op: toDisk ? "drop_to_disk" : "evict",
      memoryBytes: size.best,
      memoryBytesMin: size.atLeast,
      memoryBytesMax: size.atMost,
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
    state.totals.evictedBytes += size.best;
    history.evicted(blockId, at.ts, toDisk);
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
    learnFreeUnderLock(context, { step, free, weighed, inferred });
    const inHand = this.#inHand.get(step.thread ?? "");
    this.#inHand.delete(step.thread ?? "");
    if (inHand?.cause === "execution" && !this.#context.logged.grants) {
      this.#context.execution.grewByEviction(this.#lastVictimBytes);
      this.#context.state.sample(placeOf(step), "derived");
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

  #namedVictims(step: LogStep, blocks: number): string[] {
    const named: string[] = [];
    for (let ahead = 1; ahead < LINES_AHEAD && named.length < blocks; ahead++) {
      const next = this.#context.lookahead.peek(ahead);
      if (next === undefined) break;
      if (next.thread !== step.thread) continue;
      if (next.fact.kind === "block_dropping") named.push(next.fact.blockId);
      else if (next.fact.kind === "eviction_done") break;
    }
    return named;
  }

  #goesToDisk(step: LogStep, blockId: string): boolean {
    const { lookahead, history } = this.#context;
    if (history.isOnDisk(blockId)) return true;
    for (let ahead = 1; ahead < 40; ahead++) {
      const next = lookahead.peek(ahead);
      if (next === undefined) return false;
      if (next.fact.kind === "block_writing_to_disk" && next.fact.blockId === blockId) return true;
      if (next.fact.kind === "eviction_done" && next.thread === step.thread) return false;
    }
    return false;
  }

  /** Of the block dropped next, as far as the line of the selection tells; the last of them is what is left of it. */
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

  /**
   * Evictions are printed before the request that caused them is answered. The answer is the next telling line of the same
   * thread, or, without threads, the next telling line at all: a store or failed unroll (of another RDD than the victims'),
   * or a grant of execution memory.
   */
  #culprit(step: LogStep, victims: readonly string[]): EvictionCulprit {
    const { lookahead, state } = this.#context;
    const victimRdds = new Set(victims.map(rddIdOf));
    const thread = step.thread;
    const certainty = thread === undefined ? causeCertainty.nextAnswer : causeCertainty.sameThread;
    const waiting = new Set(state.running.keys());
    const room = this.#roomBefore();
    const least = thread === undefined ? this.#leastAsked(victims) : 0;
    let passedOver: number | undefined;
    for (let ahead = 1; ahead < LINES_AHEAD; ahead++) {
      const next = lookahead.peek(ahead);
      if (next === undefined || next.ts - step.ts > MICROS_AHEAD) break;
      if (thread !== undefined && next.thread !== thread) continue;
      const { fact } = next;
      switch (fact.kind) {
        case "execution_acquired":
          // A request that needed fewer blocks would have evicted fewer: this grant is another's.
          if (fact.granted.atMost < least) {
            passedOver ??= fact.taskId;
            break;
          }
          return { cause: "execution", taskId: fact.taskId, blockId: undefined, certainty };
        case "spill_wanted":
        case "execution_waiting": {
          const taskId = fact.taskId ?? this.#context.taskOf(next);
          return { cause: "execution", taskId, blockId: undefined, certainty };
        }
        case "unroll_failed":
        case "unroll_refused":
        case "block_stored": {
          const rdd = rddIdOf(fact.blockId);
          if (rdd !== undefined && victimRdds.has(rdd)) break;
          const taskId = this.#context.taskOf(next) ?? this.#taskPutting(fact.blockId);
          if (thread === undefined) {
            // Only a put that was under way, and that did not fit, can have asked.
            if (taskId !== undefined && !waiting.has(taskId)) break;
            if (fact.kind === "block_stored" && this.#fits(fact, room)) break;
          }
          const cause =
            fact.kind === "block_stored" && fact.form === "bytes" ? "storage" : "unroll";
          const rivals =
            thread === undefined ? this.#rivals(ahead, victimRdds, waiting, taskId) : 0;
          return { cause, taskId, blockId: fact.blockId, certainty: certainty / (1 + rivals) };
        }
        case "put_failed":
        case "block_remark": {
          const failed = this.#failedPut(next, fact, victimRdds);
          if (failed !== undefined) return failed;
          break;
        }
        case "task_finished":
          if (thread !== undefined) return this.#unsaid(step, [fact.taskId], victimRdds);
          waiting.delete(fact.taskId);
          break;
        case "spill":
          if (thread === undefined && this.#context.logged.grants) break;
          return {
            cause: "execution",
            taskId: fact.taskId ?? this.#context.taskOf(next) ?? this.#onlyTask(),
            blockId: undefined,
            certainty: causeCertainty.spillFollows,
          };
        default:
          break;
      }
      // Where none runs, it is a replica that arrives: the next block that is stored, or fails.
      if (thread === undefined && waiting.size === 0 && state.running.size > 0) break;
    }
    if (state.running.size === 0) return UNKNOWN;
    if (passedOver !== undefined) {
      const certainty = causeCertainty.nothingElse;
      return { cause: "execution", taskId: passedOver, blockId: undefined, certainty };
    }
    const own = this.#context.taskOf(step);
    return this.#unsaid(step, own === undefined ? [...state.running.keys()] : [own], victimRdds);
  }

  /** `Putting block … failed`, or nothing of it was left to remove: that put had been asking for memory. */
  #failedPut(
    next: LogStep,
    fact: Extract<LogStep["fact"], { kind: "put_failed" | "block_remark" }>,
    victimRdds: ReadonlySet<number | undefined>,
  ): EvictionCulprit | undefined {
    if (fact.kind === "block_remark" && fact.what !== "remove_missing") return undefined;
    const puts = this.#puts;
    const { state } = this.#context;
    // What the thread was doing says more: it may have been reading a block for that put.
    const own = next.thread === undefined ? undefined : puts.of(next.thread);
    const { blockId, cause } = own ?? { blockId: fact.blockId, cause: "unroll" as const };
    const rdd = rddIdOf(blockId);
    if (rdd === undefined || victimRdds.has(rdd)) return undefined;
    const taskId = this.#context.taskOf(next) ?? this.#taskPutting(blockId);
    if (taskId === undefined || !state.running.has(taskId)) return undefined;
    if (next.thread !== undefined)
      return { cause, taskId, blockId, certainty: causeCertainty.failedPut };
    const rivals = puts.possible(state.running.keys(), victimRdds);
    const others = rivals.filter((put) => put.blockId !== blockId).length;
    return { cause, taskId, blockId, certainty: causeCertainty.nextAnswer / (1 + others) };
  }

  /**
   * No line says what the request became. Execution takes memory without a word (at INFO), and so does a put whose task died: what
   * the thread was doing says which, or else what the running tasks can have been doing.
   */
  #unsaid(
    step: LogStep,
    suspects: readonly number[],
    victimRdds: ReadonlySet<number | undefined>,
  ): EvictionCulprit {
    const puts = this.#puts;
    const { execution, logged } = this.#context;
    const only = suspects.length === 1 ? suspects[0] : undefined;
    const own = step.thread === undefined ? undefined : puts.of(step.thread);
    if (own !== undefined && !victimRdds.has(rddIdOf(own.blockId))) {
      return { ...own, taskId: only, certainty: causeCertainty.failedPut };
    }
    const byExecution = { cause: "execution", taskId: only, blockId: undefined } as const;
    const possible = puts.possible(suspects, victimRdds);
    const { nothingElse, nextAnswer } = causeCertainty;
    if (possible.length === 0) return { ...byExecution, certainty: nothingElse };
    // At DEBUG a grant would have its line.
    const takers = logged.grants ? [] : suspects.map((taskId) => execution.mayTake(taskId));
    const taken = Math.max(0, ...takers);
    const likeliest = possible.reduce((a, b) => (b.weight > a.weight ? b : a));
    const all = possible.reduce((sum, put) => sum + put.weight, taken);
    if (taken > likeliest.weight) return { ...byExecution, certainty: (nothingElse * taken) / all };
    const { taskId, blockId, cause } = likeliest;
    return { cause, taskId, blockId, certainty: (nextAnswer * likeliest.weight) / all };
  }

  /** Other tasks that were putting a block just then: of two that unroll side by side no line says which one asked. */
  #rivals(
    from: number,
    victimRdds: ReadonlySet<number | undefined>,
    running: ReadonlySet<number>,
    chosen: number | undefined,
  ): number {
    const rivals = new Set<number>();
    const gone = new Set<number | undefined>([chosen]);
    for (let ahead = from + 1; ahead < LINES_AHEAD && gone.size <= running.size; ahead++) {
      const { fact } = this.#context.lookahead.peek(ahead) ?? {};
      if (fact === undefined) break;
      if (fact.kind === "task_finished") gone.add(fact.taskId);
      const putting =
        fact.kind === "block_stored" || fact.kind === "unroll_failed" || fact.kind === "put_failed";
      if (!putting) continue;
      const rdd = rddIdOf(fact.blockId);
      if (rdd === undefined || victimRdds.has(rdd)) continue;
      const taskId = this.#taskPutting(fact.blockId);
      if (taskId === undefined || gone.has(taskId) || !running.has(taskId)) continue;
      gone.add(taskId);
      rivals.add(taskId);
    }
    return rivals.size;
  }

  /** Storage memory that is free before the eviction in hand: what the request did not fit into. */
  #roomBefore(): number {
    const { state } = this.#context;
    return Math.max(0, foreseenFree(this.#context).atLeast - state.onHeap.unroll.atMost);
  }

  /**
   * What the request behind an eviction asked for at least: the last victim was needed too, so all
   * that was free once the others had gone did not suffice (memory-model 2.2, 2.6).
   */
  #leastAsked(victims: readonly string[]): number {
    const { state } = this.#context;
    const [first] = victims;
    const ledger = first === undefined ? undefined : state.ledgerOfBlock(first);
    if (ledger === undefined || !state.rules.freeExcludesExecution) return 0;
    return this.#roomBefore() + bytesOf(ledger, victims.slice(0, -1)).atLeast;
  }

  /** A put of this size would have gone into the room there was. */
  #fits(
    fact: { readonly form: "values" | "bytes"; readonly size: { readonly atMost: number } },
    room: number,
  ): boolean {
    if (fact.form === "bytes") return fact.size.atMost <= room;
    const { unrollThresholdBytes, unrollGrowth } = this.#context.state.rules;
    return Math.max(unrollThresholdBytes, fact.size.atMost * unrollGrowth) <= room;
  }

  #onlyTask(): number | undefined {
    const { running } = this.#context.state;
    if (running.size !== 1) return undefined;
    return [...running.keys()][0];
  }

  #taskPutting(blockId: string): number | undefined {
    return taskPutting(this.#context, blockId) ?? this.#onlyTask();
  }
}

function bytesOf(ledger: ModeLedger, blockIds: readonly string[]): ByteInterval {
  let total = exactly(0);
  for (const blockId of blockIds) {
    const size = ledger.blocks.get(blockId)?.size;
    if (size !== undefined) total = sum(total, size);
  }
  return total;
}
