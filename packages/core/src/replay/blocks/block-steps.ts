/** Blocks as an executor's log tells them: stored, refused, dropped, removed, found and missed. */

import { type Amount, amount, exactAmount, NOTHING } from "../../amount.ts";
import { rddIdOf } from "../../block-id.ts";
import { difference, exactly, sum, touches } from "../../byte-interval.ts";
import type { LogFact } from "../../log-fact.ts";
import type { DecidingRule, Origin } from "../../rows.ts";
import {
  foreseenFree,
  foreseenFreeReal,
  foreseenUnroll,
  released,
} from "../evidence/prediction.ts";
import { checkAlone, checkLimit, learnFree, weighFree } from "../evidence/statements.ts";
import type { StepPlace } from "../executor-state.ts";
import type { LogStep } from "../links/lookahead.ts";
import { isReplica, type PutsUnderWay, taskPutting } from "../links/puts-under-way.ts";
import { unrollFails } from "../links/statements-ahead.ts";
import type { ReplayContext } from "../replay-context.ts";
import { sizeOfStored } from "./block-sizes.ts";
import { Evictions } from "./evictions.ts";
import { UnrollBeginnings } from "./unroll-beginnings.ts";

type Fact<Kind extends LogFact["kind"]> = Extract<LogFact, { kind: Kind }>;

/** An application that has more refused blocks tells enough of them. */
const REFUSED_KEPT = 100_000;
/** What refused it, and how large it was. */
const NOT_TOLD = { rule: undefined, size: undefined } as const;

export class BlockSteps {
  readonly #context: ReplayContext;
  readonly evictions: Evictions;
  readonly unrolls: UnrollBeginnings;
  /** Blocks found nowhere whose put has not ended yet: the miss is written once. */
  readonly #missed = new Set<string>();
  /** Blocks that found no room, and of which no line said since that they went to disk instead. */
  readonly #refused = new Set<string>();

  constructor(context: ReplayContext, puts: PutsUnderWay) {
    this.#context = context;
    this.evictions = new Evictions(context, puts);
    this.unrolls = new UnrollBeginnings(context);
  }

  /** The line of a store, unless it has been replayed before its line came. */
  stored(step: LogStep, fact: Fact<"block_stored">): void {
    if (!this.#context.early.delete(step)) {
      this.#store(step, fact, true);
      return;
    }
    const { free } = fact;
    const weighed = weighFree(this.#context, step, {
      logged: free,
      foreseen: foreseenFree(this.#context),
    });
    learnFree(this.#context, { step, free, weighed, inferred: "nothing", of: "store" });
  }

  /** A store that other lines show to have come before its own. */
  storeEarly(step: LogStep): void {
    if (step.fact.kind !== "block_stored" || this.#context.early.has(step)) return;
    this.#context.early.add(step);
    this.#store(step, step.fact, false);
  }

  #store(step: LogStep, fact: Fact<"block_stored">, checks: boolean): void {
    const { state, history, windows } = this.#context;
    const { blockId } = fact;
    const { size, foreseen, toldBy } = sizeOfStored(this.#context, step, fact);
    const taskId = this.#context.taskOf(step) ?? taskPutting(this.#context, blockId);
    const mode = this.#context.isOffHeap(blockId) ? "off_heap" : "on_heap";
    const ledger = state.ledger(mode);
    const replaced = ledger.blocks.get(blockId)?.size ?? NOTHING;
    const weighed = checks
      ? weighFree(this.#context, step, {
          logged: fact.free,
          foreseen: foreseenFree(this.#context, difference(foreseen, replaced)),
        })
      : undefined;
    this.#impliedMiss(step, step, blockId, taskId, fact.form);
    const hold = fact.form === "values" ? windows.finalHold(size) : size;
    windows.close(blockId);
    ledger.forget(blockId);
    const inferred = checks ? this.#context.inferRemovals(step, sum(fact.free, size)) : "nothing";
    if (checks) this.#context.decisions.stores(step, ledger, { blockId, size });
    const usedBefore = ledger.storageUsed;
    ledger.borrowForStorage(hold, usedBefore);
    if (fact.form === "values") state.follower?.unrolled(ledger, hold.best);
    const block = { size, form: fact.form, storedAt: step.ts, taskId };
    ledger.store(blockId, block);
    this.#context.unseen.seen(blockId);
    if (toldBy !== undefined) {
      this.#context.foresight.lend({
        bytes: {
          atLeast: foreseen.atLeast - size.atLeast,
          atMost: foreseen.atMost - size.atMost,
        },
        until: toldBy,
        holds: () => ledger.blocks.get(blockId) === block,
        learn: () => this.#learnSize(blockId, size),
      });
    }
    history.stored(blockId, size, step.ts);
    if (toldBy === undefined) this.#learnSize(blockId, size);
    state.totals.stores++;
    state.memoryEvent(step, {
      op: "acquire_storage",
      mode,
      taskId,
      blockId,
      requestedBytes: size.best,
      grantedBytes: size.best,
      grantedBytesMin: size.atLeast,
      grantedBytesMax: size.atMost,
      origin: "logged",
    });
    if (weighed !== undefined)
      learnFree(this.#context, { step, free: fact.free, weighed, inferred, of: "store" });
    state.sample(step, "logged");
    state.blockEvent(step, {
      blockId,
      op: "store",
      memoryBytes: size.best,
      memoryBytesMin: size.atLeast,
      memoryBytesMax: size.atMost,
      mode,
      taskId,
      origin: "logged",
    });
    this.#missed.delete(blockId);
  }

  /** The block's size on every executor, and the next time it is stored. */
  #learnSize(blockId: string, size: Amount): void {
    this.#context.broadcasts.learn(blockId, size);
    if (size.atLeast === size.atMost) this.#context.evidence.learnSize(blockId, size.best);
  }

  /** M6, M7, M8, P1: a request for storage that was not granted. */
  refused(step: LogStep, fact: Fact<"store_refused">): void {
    const { state } = this.#context;
    const limit = fact.limitBytes;
    if (limit !== undefined) checkLimit(this.#context, step, exactly(limit), "exceeds_limit");
    if (fact.why === "not_evictable" || fact.why === "same_rdd") {
      state
        .ledger(this.#context.isOffHeap(fact.blockId) ? "off_heap" : "on_heap")
        .borrowForRefused();
      state.sample(step, "derived");
    }
    // A refusal inside an unroll ends in its own failure line; only a put of whole bytes ends here.
    const inUnroll = unrollFails(this.#context.lookahead, step, fact.blockId);
    // A block that is on disk was only read back: nothing that was put is lost.
    if (!inUnroll && !this.#context.history.isOnDisk(fact.blockId)) {
      // Up to 1.6 `same RDD` is printed for any shortage; later nothing says which it was.
      const tooLarge = fact.why === "larger_than_limit" || fact.why === "exceeds_limit";
      const rule = tooLarge ? "too_large" : this.#whyFailed(fact.blockId);
      const { requiredBytes } = fact;
      const size = requiredBytes === undefined ? undefined : exactAmount(requiredBytes);
      this.#putFailed(step, fact.blockId, undefined, { rule, size });
    }
  }

  /** M13 */
  unrollFailed(step: LogStep, fact: Fact<"unroll_failed">): void {
    const { state, windows } = this.#context;
    const { blockId, computed } = fact;
    const mode = this.#context.isOffHeap(blockId) ? "off_heap" : "on_heap";
    const ledger = state.ledger(mode);
    windows.close(blockId);
    const { bounds, room } = foreseenUnroll(state, ledger, {
      unroll: windows.foreseen(mode),
      ownRddBytes: ledger.bytesOfRdd(rddIdOf(blockId) ?? -1),
    });
    const foreseen = this.#context.ladder.foreseen(blockId, bounds, room);
    if (!this.#isBlind) {
      checkAlone(this.#context, step, {
        quantity: "unroll_computed",
        logged: computed,
        foreseen,
        allowed: bounds,
        usedFor: "unroll",
      });
    }
    this.#context.ladder.learn(blockId, computed);
    const taskId = this.#context.taskOf(step) ?? taskPutting(this.#context, blockId);
    const ceiling = ledger.storageAvailable().atMost;
    const held = Math.min(computed.atMost, ceiling);
    const key = taskId === undefined ? `put ${blockId}` : `task ${taskId}`;
    const kept = amount({ atLeast: 0, atMost: Math.max(0, held) }, 0);
    ledger.borrowForStorage(kept, ledger.storageUsed);
    ledger.unrollFor(key, kept);
    // Up to 1.6 it is kept until the task ends; later its reader gives it back (spec memory-model
    // 3.4).
    if (ledger.rules.evictionCreditsExecution) windows.keep(key, mode, step.ts, blockId);
    const capped = this.#context.state.onHeap.rules.fixedPools;
    const rule = capped ? "static_unroll_cap" : this.#whyFailed(blockId);
    this.#putFailed(step, blockId, taskId, { rule, size: amount(computed) });
  }

  dropping(step: LogStep, blockId: string): void {
    this.evictions.dropping(step, blockId);
  }

  /** M16: exact, at every removal; an eviction's own block is gone already. */
  removed(step: LogStep, fact: Fact<"block_removed">): void {
    const { state, history } = this.#context;
    const free = exactly(fact.freeBytes);
    this.evictions.goneUnnamed(step, fact.blockId);
    const held = state.ledgerOfBlock(fact.blockId)?.blocks.get(fact.blockId)?.size ?? NOTHING;
    const weighed = weighFree(this.#context, step, {
      logged: free,
      foreseen: foreseenFreeReal(this.#context, released(held)),
    });
    const ledger =
      state.ledgerOfBlock(fact.blockId) ??
      this.#context.unseen.reveal(step, fact.blockId, exactly(fact.bytes));
    if (ledger !== undefined) {
      const took = ledger.forget(fact.blockId)?.size ?? NOTHING;
      const size = exactAmount(fact.bytes);
      this.#release(
        step,
        ledger.mode,
        { blockId: fact.blockId, size, took: touches(took, size) ? took : size },
        "logged",
      );
      history.removed(fact.blockId, step.ts);
    }
    learnFree(this.#context, { step, free, weighed, inferred: "nothing", of: "removal" });
    state.sample(step, "logged");
  }

  /** B6, G11: every block of an RDD goes, without a line of its own at INFO. */
  removeRdd(step: LogStep, rddId: number): void {
    this.#context.unseen.mayHaveGone();
    if (!this.#context.logged.removals) this.removeRddAt(step, rddId, "logged");
    this.#context.history.removedFromDisk(rddId, step.ts);
  }

  removeRddAt(at: StepPlace, rddId: number, origin: "logged" | "derived"): void {
    this.#removeAll(at, (blockId) => rddIdOf(blockId) === rddId, origin);
    this.#context.history.removedFromDisk(rddId, at.ts);
  }

  removeBroadcast(at: StepPlace, broadcastId: string, origin: "logged" | "derived"): void {
    const values = `broadcast_${broadcastId}`;
    this.#removeAll(at, (id) => id === values || id.startsWith(`${values}_`), origin);
  }

  removeOne(at: StepPlace, blockId: string, origin: "logged" | "derived"): void {
    this.#removeAll(at, (id) => id === blockId, origin);
  }

  cleared(step: LogStep): void {
    for (const ledger of this.#context.state.ledgers) ledger.endUnrolls();
    this.#context.unseen.cleared();
    this.#removeAll(step, () => true, "logged", "store_cleared");
  }

  found(step: LogStep, fact: Fact<"block_found">): void {
    const { state, history } = this.#context;
    const { blockId } = fact;
    const ledger = state.ledgerOfBlock(blockId);
    // Where it was stored before the log begins, only what was put to disk since is known to be
    // there.
    if (ledger === undefined) this.#foundUntold(step, fact);
    const isUnseen =
      ledger === undefined && !history.isOnDisk(blockId) && this.#context.unseen.mayHold(blockId);
    const fromDisk = history.takeReadBack(blockId) || (ledger === undefined && !isUnseen);
    const op = fact.where === "remote" ? "hit_remote" : fromDisk ? "hit_disk" : "hit_memory";
    const size = ledger?.blocks.get(blockId)?.size;
    history.hit(blockId, op === "hit_disk");
    ledger?.touch(blockId, step.ts);
    this.#context.locks.read(this.#context.taskOf(step), blockId);
    state.blockEvent(step, {
      blockId,
      op,
      memoryBytes: op === "hit_memory" ? size?.best : undefined,
      memoryBytesMin: op === "hit_memory" ? size?.atLeast : undefined,
      memoryBytesMax: op === "hit_memory" ? size?.atMost : undefined,
      mode: ledger?.mode,
      taskId: this.#context.taskOf(step) ?? taskPutting(this.#context, blockId),
      origin: isUnseen && op === "hit_memory" ? "assumed" : "logged",
    });
  }

  /** A block of an RDD is on this executor, and its store is not logged. */
  #foundUntold(step: LogStep, { blockId, where }: Fact<"block_found">): void {
    const { history, unseen, logged, state } = this.#context;
    const rddId = rddIdOf(blockId);
    if (where === "remote" || rddId === undefined) return;
    if (history.isOnDisk(blockId) || this.#context.isOffHeap(blockId)) return;
    const like = [...state.onHeap.ofRdds].filter((id) => rddIdOf(id) === rddId).length;
    // Of a level for disk alone a block is found where no line put it.
    if (like === 0 && this.#context.levelOfRdd(rddId)?.useMemory !== true) return;
    const usual = like === 0 ? 0 : Math.floor(state.onHeap.bytesOfRdd(rddId) / like);
    if (unseen.lostStoreOf(blockId, usual, logged)) state.sample(step, "assumed");
  }

  missing(step: LogStep, fact: Fact<"block_missing">): void {
    if (!this.#context.lookahead.isMiss(step, fact)) return;
    const taskId = this.#context.taskOf(step) ?? taskPutting(this.#context, fact.blockId);
    this.#miss(step, fact.blockId, taskId, "logged");
    this.unrolls.lookedUp(step, fact.blockId, taskId);
  }

  /** M12, which Spark prints right before M13: a filtered log may have this one alone. */
  refusedAtOnce(step: LogStep, blockId: string): void {
    if (unrollFails(this.#context.lookahead, step, blockId)) return;
    this.#context.history.refused(blockId);
    this.#putFailed(step, blockId, undefined, NOT_TOLD);
  }

  /** M19: what is put to disk instead found no room, and a line before it says so. */
  persistingToDisk(step: LogStep, blockId: string): void {
    if (!this.#refused.has(blockId)) this.#putFailed(step, blockId, undefined, NOT_TOLD);
    this.#refused.delete(blockId);
    this.#context.history.persistedInstead(blockId, step.ts);
  }

  writingToDisk(step: LogStep, blockId: string): void {
    this.#context.history.storedOnDisk(blockId, undefined, step.ts);
  }

  diskPut(step: LogStep, fact: Fact<"disk_put">): void {
    const { state, history } = this.#context;
    if (fact.size === undefined) return;
    const bytes = Math.floor((fact.size.atLeast + fact.size.atMost) / 2);
    history.storedOnDisk(fact.blockId, bytes, step.ts);
    this.#context.windows.drained(fact.blockId);
    if (state.ledgerOfBlock(fact.blockId) !== undefined) return;
    state.blockEvent(step, {
      blockId: fact.blockId,
      op: "store",
      memoryBytes: 0,
      memoryBytesMin: 0,
      memoryBytesMax: 0,
      diskBytes: bytes,
      taskId: this.#context.taskOf(step) ?? taskPutting(this.#context, fact.blockId),
      origin: "logged",
    });
  }

  /** At INFO nothing says that a block was not found; that it was then computed and stored does. */
  #impliedMiss(
    at: StepPlace,
    step: LogStep,
    blockId: string,
    taskId: number | undefined,
    form: "values" | "bytes",
  ): void {
    if (rddIdOf(blockId) === undefined || this.#missed.has(blockId)) return;
    if (this.#context.logged.lookups) return;
    if (this.#context.history.isOnDisk(blockId)) return;
    if (isReplica(this.#context, blockId)) return;
    if (form === "bytes" && step.thread !== undefined && step.taskId === undefined) return;
    this.#miss(at, blockId, taskId, "derived");
  }

  #miss(
    at: StepPlace,
    blockId: string,
    taskId: number | undefined,
    origin: "logged" | "derived",
  ): void {
    if (rddIdOf(blockId) === undefined) return;
    const { state, history } = this.#context;
    this.#missed.add(blockId);
    state.blockEvent(at, {
      blockId,
      op: "miss",
      taskId,
      missKind: history.missed(blockId),
      origin,
    });
  }

  /** A log at WARN alone, or a piece: it has refusals, and none of the stores that took the room. */
  get #isBlind(): boolean {
    const { state, unseen } = this.#context;
    return state.totals.stores === 0 && (!state.followsTasks || unseen.isLogLate);
  }

  /** `size` is what the block asked for, as far as it was unrolled. */
  #putFailed(
    step: LogStep,
    blockId: string,
    taskId: number | undefined,
    { rule, size }: { readonly rule: DecidingRule | undefined; readonly size: Amount | undefined },
  ): void {
    const { state, history } = this.#context;
    this.#impliedMiss(step, step, blockId, taskId, "values");
    if (this.#refused.size < REFUSED_KEPT) this.#refused.add(blockId);
    state.totals.failedPuts++;
    history.putFailed(blockId);
    state.sample(step, "logged");
    state.blockEvent(step, {
      blockId,
      op: "put_fail",
      memoryBytes: size?.best,
      memoryBytesMin: size?.atLeast,
      memoryBytesMax: size?.atMost,
      mode: this.#context.isOffHeap(blockId) ? "off_heap" : "on_heap",
      taskId: taskId ?? this.#context.taskOf(step) ?? taskPutting(this.#context, blockId),
      rule,
      origin: "logged",
    });
    this.#missed.delete(blockId);
  }

  /**
   * The rule that kept a block out: its own RDD's blocks, which are never evicted for it, hold more
   * than others', or nothing could go; undefined: nothing tells.
   */
  #whyFailed(blockId: string): DecidingRule | undefined {
    if (this.#isBlind) return undefined;
    const rdd = rddIdOf(blockId);
    const ledger = this.#context.state.ledger(
      this.#context.isOffHeap(blockId) ? "off_heap" : "on_heap",
    );
    const own = rdd === undefined ? 0 : ledger.bytesOfRdd(rdd);
    const others = ledger.blocksHeld.best - own;
    if (own + others === 0) return "too_large";
    return own > others ? "same_rdd" : "nothing_evictable";
  }

  #removeAll(
    at: StepPlace,
    goes: (id: string) => boolean,
    origin: "logged" | "derived",
    rule?: DecidingRule,
  ): void {
    const all = this.#context.state.ledgers.flatMap(({ blocks }) => [...blocks.keys()]);
    this.removeThese(at, all.filter(goes), origin, rule);
  }

  /** Those of them that are in memory, in this order. */
  removeThese(
    at: StepPlace,
    blockIds: readonly string[],
    origin: Origin,
    rule?: DecidingRule,
  ): void {
    const { state, history } = this.#context;
    let removed = false;
    for (const ledger of state.ledgers) {
      for (const blockId of blockIds) {
        const block = ledger.forget(blockId);
        if (block === undefined) continue;
        removed = true;
        const { size } = block;
        this.#release(at, ledger.mode, { blockId, size, took: size, rule }, origin);
        history.removed(blockId, at.ts);
      }
    }
    if (removed) state.sample(at, origin);
  }

  /**
   * A block goes as it is known now; what memory gets back is what the block took, which sums over
   * a run rely on.
   */
  #release(
    at: StepPlace,
    mode: "on_heap" | "off_heap",
    { blockId, size, took, rule }: Released,
    origin: Origin,
  ): void {
    const { state } = this.#context;
    state.memoryEvent(at, {
      op: "release_storage",
      mode,
      blockId,
      requestedBytes: took.best,
      grantedBytes: took.best,
      grantedBytesMin: took.atLeast,
      grantedBytesMax: took.atMost,
      origin,
    });
    state.sample(at, origin);
    state.blockEvent(at, {
      blockId,
      op: "remove",
      memoryBytes: size.best,
      memoryBytesMin: size.atLeast,
      memoryBytesMax: size.atMost,
      mode,
      rule,
      origin,
    });
  }
}

interface Released {
  readonly blockId: string;
  readonly size: Amount;
  readonly took: Amount;
  readonly rule?: DecidingRule | undefined;
}
