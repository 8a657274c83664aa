/**
 * Who holds what of one memory mode of one executor: blocks, unroll memory by holder, execution
 * memory by task, and where the pools stand.
 */

import {
  type Amount,
  amount,
  asBefore,
  capped,
  exactAmount,
  minus,
  NOTHING,
  plus,
} from "../amount.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import { AmountsByHolder } from "./amounts-by-holder.ts";
import { type HeldBlock, HeldBlocks, type Newcomers } from "./held-blocks.ts";
import {
  allBorrowed,
  borrowed,
  lawfulPools,
  type PoolRules,
  type Pools,
  shrunk,
} from "./pool-laws.ts";

/** Bytes by which storage may be less, or more, than is known. */
export interface Drift {
  readonly below: number;
  readonly above: number;
}

const NO_DRIFT: Drift = { below: 0, above: 0 };

export class ModeLedger {
  readonly mode: MemoryMode;
  readonly rules: PoolRules;
  readonly #blocks = new HeldBlocks();
  readonly #unrollHolders = new AmountsByHolder<string>();
  readonly #executionByTask = new AmountsByHolder<number>();
  #blocksHeld: Amount = NOTHING;
  #storagePool: Amount;
  #drift: Drift = NO_DRIFT;
  #unloggedExecution: Amount = NOTHING;
  #mayStillHold = 0;
  #likelyGone = 0;
  #executionTotal: Amount | undefined;
  #executionAtInstant: Amount | undefined;
  #unseen: Amount = NOTHING;
  #missing = 0;
  #evictedForGrant = 0;
  /** what was computed last, and from what */
  #unroll = { total: NOTHING, blocksHeld: NOTHING, amount: NOTHING };
  #used:
    | {
        readonly blocksHeld: Amount;
        readonly unroll: Amount;
        readonly drift: Drift;
        readonly mayStillHold: number;
        readonly likelyGone: number;
        readonly amount: Amount;
      }
    | undefined;
  #execution:
    | {
        readonly storageUsed: Amount;
        readonly known: Amount | undefined;
        readonly unlogged: Amount;
        readonly byTask: Amount;
        readonly amount: Amount;
      }
    | undefined;

  constructor(mode: MemoryMode, rules: PoolRules) {
    this.mode = mode;
    this.rules = rules;
    this.#storagePool = exactAmount(rules.regionBytes);
  }

  get blocks(): ReadonlyMap<string, HeldBlock> {
    return this.#blocks.byId;
  }

  /** by holder: a task (`task 5`) or a block being put (`put rdd_1_2`) */
  get unrollHolders(): ReadonlyMap<string, Amount> {
    return this.#unrollHolders.byHolder;
  }

  get executionByTask(): ReadonlyMap<number, Amount> {
    return this.#executionByTask.byHolder;
  }

  /**
   * Of the blocks, those removed without an INFO line, in the order of their stores: broadcasts'
   * pieces and values, and tasks' results.
   */
  get passing(): ReadonlySet<string> {
    return this.#blocks.passing;
  }

  /** Bytes that broadcasts take at most, of those stored before a time (µs). */
  broadcastBytesBefore(ts: number): number {
    return this.#blocks.broadcastBytesBefore(ts);
  }

  /** what tasks' results take at most, bytes */
  get resultBytes(): number {
    return this.#blocks.resultBytes;
  }

  /** what values of broadcasts take at most, of which one may be a join's relation, bytes */
  get relationBytes(): number {
    return this.#blocks.relationBytes;
  }

  /** of the blocks, those of RDDs, least recently used first */
  get ofRdds(): ReadonlySet<string> {
    return this.#blocks.ofRdds;
  }

  get blocksHeld(): Amount {
    return this.#blocksHeld;
  }

  /** Size of the storage pool; the execution pool is the rest (unified). */
  get storagePool(): Amount {
    return this.#storagePool;
  }

  /** By how much storage may be off while reported changes wait for a time of their own. */
  get drift(): Drift {
    return this.#drift;
  }

  /** What tasks hold of whose grants no line is left: they began before the log does. */
  get unloggedExecution(): Amount {
    return this.#unloggedExecution;
  }

  /** Bytes of blocks that were inferred to be gone and may be there still. */
  get mayStillHold(): number {
    return this.#mayStillHold;
  }

  /** A law or statement on the sum over tasks, tighter than the sum of the parts. */
  get executionTotal(): Amount | undefined {
    return this.#executionTotal;
  }

  /** Bounds that hold at any instant, where `executionTotal` is of the second that is printed. */
  get executionAtInstant(): Amount | undefined {
    return this.#executionAtInstant;
  }

  /** Blocks that come are noted from now on; undefined: no more. */
  noteIn(newcomers: Newcomers | undefined): void {
    this.#blocks.noteIn(newcomers);
  }

  driftsBy(drift: Drift): void {
    this.#drift = drift;
  }

  /** Bytes of blocks that are gone as far as is inferred, and may be there. */
  mayHoldStill(bytes: number): void {
    this.#mayStillHold = bytes;
  }

  /** Bytes that the last line has free beside all known blocks: some of these are gone, likely. */
  hasLikelyLost(bytes: number): void {
    this.#likelyGone = bytes;
  }

  /** Tasks that began before the log hold so much of it. */
  holdsUnlogged(held: Amount): void {
    this.#unloggedExecution = held;
  }

  unrollFor(holder: string, held: Amount): void {
    this.#unrollHolders.set(holder, held);
  }

  endUnroll(holder: string): void {
    this.#unrollHolders.delete(holder);
  }

  endUnrolls(): void {
    this.#unrollHolders.clear();
  }

  /** A task holds so much execution memory, where its grants or its totals say so. */
  holdExecution(taskId: number, held: Amount): void {
    this.#executionByTask.set(taskId, held);
  }

  releaseExecution(taskId: number): void {
    this.#executionByTask.delete(taskId);
  }

  /** The sum over tasks is that of the parts. */
  sumExecution(): void {
    this.#executionTotal = undefined;
  }

  /** The sum over tasks is known better than its parts. */
  knowExecution(total: Amount, atInstant?: Amount): void {
    this.#executionTotal = asBefore(this.#executionTotal, total);
    this.#executionAtInstant = atInstant;
  }

  /** A request took all that storage had free. */
  takeFreeStorage(): void {
    this.#storagePool = this.storageUsed;
  }

  /** A request that fell short took all that storage had free, as far as that is known. */
  mayTakeFreeStorage(): void {
    const { atLeast, atMost, best } = this.storageUsed;
    this.#storagePool = { atLeast, atMost: Math.max(atMost, this.#storagePool.atMost), best };
  }

  /** What of `blocksHeld` no line names: it was stored before the log begins. */
  get unseen(): Amount {
    return this.#unseen;
  }

  holdUnseen(held: Amount): void {
    this.#blocksHeld = plus(this.seen, held);
    this.#unseen = held;
  }

  /** Its life began before the log does: where the pools stand is unknown. */
  beginUnknown(): void {
    const { fixedPools, maxBytes, regionBytes } = this.rules;
    if (!fixedPools) this.#storagePool = { atLeast: 0, atMost: maxBytes, best: regionBytes };
  }

  /** The blocks that lines name. */
  get seen(): Amount {
    const { blocksHeld } = this;
    const { atLeast, atMost, best } = this.#unseen;
    return {
      atLeast: blocksHeld.atLeast - atLeast,
      atMost: blocksHeld.atMost - atMost,
      best: blocksHeld.best - best,
    };
  }

  get unroll(): Amount {
    const { total } = this.#unrollHolders;
    if (total.atMost === 0) return total;
    const [blocksHeld, known] = [this.#blocksHeld, this.#unroll];
    if (known.total === total && known.blocksHeld === blocksHeld) return known.amount;
    // No more than what blocks leave.
    const { maxBytes, regionBytes, fixedPools } = this.rules;
    const ceiling = fixedPools ? regionBytes : maxBytes;
    const room = Math.max(0, ceiling - blocksHeld.atLeast);
    const held = amount(
      { atLeast: Math.min(total.atLeast, room), atMost: Math.min(total.atMost, room) },
      Math.min(total.best, Math.max(0, ceiling - blocksHeld.best)),
    );
    this.#unroll = { total, blocksHeld, amount: held };
    return held;
  }

  get storageUsed(): Amount {
    const { blocksHeld, unroll } = this;
    const [drift, mayStillHold, likelyGone] = [this.#drift, this.#mayStillHold, this.#likelyGone];
    const known = this.#used;
    if (
      known?.blocksHeld === blocksHeld &&
      known.unroll === unroll &&
      known.drift === drift &&
      known.mayStillHold === mayStillHold &&
      known.likelyGone === likelyGone
    )
      return known.amount;
    const told = plus(blocksHeld, unroll);
    const atLeast = Math.max(0, told.atLeast - drift.below);
    const best = Math.max(atLeast, told.best - Math.min(likelyGone, blocksHeld.best));
    const atMost = told.atMost + drift.above + mayStillHold;
    const ceiling = this.rules.fixedPools ? this.rules.regionBytes : this.rules.maxBytes;
    const used = capped({ atLeast, atMost, best }, ceiling);
    this.#used = { blocksHeld, unroll, drift, mayStillHold, likelyGone, amount: used };
    return used;
  }

  get executionUsed(): Amount {
    const { rules, storageUsed } = this;
    const [known, unlogged] = [this.#executionTotal, this.#unloggedExecution];
    const byTask = known === undefined ? this.#executionByTask.total : NOTHING;
    const last = this.#execution;
    if (
      last?.storageUsed === storageUsed &&
      last.known === known &&
      last.unlogged === unlogged &&
      last.byTask === byTask
    )
      return last.amount;
    // No more than what storage surely leaves, either.
    const left = Math.max(0, rules.maxBytes - storageUsed.atLeast);
    const room = rules.fixedPools ? rules.maxBytes : left;
    const most = known === undefined ? Math.min(this.executionCeiling(), room) : room;
    const used = capped(known ?? plus(unlogged, byTask), most);
    this.#execution = { storageUsed, known, unlogged, byTask, amount: used };
    return used;
  }

  /** Nothing is known of what is held any more. */
  forgetAll(): void {
    for (const blockId of this.blocks.keys()) this.forget(blockId);
    this.#unrollHolders.clear();
    this.forgetExecution();
    this.#unloggedExecution = NOTHING;
    this.#drift = { below: 0, above: 0 };
    this.#mayStillHold = 0;
    this.#likelyGone = 0;
  }

  /** Tasks that no line names may hold what blocks leave, and unroll into it. */
  mayBeUsedUnseen(): void {
    const all = amount({ atLeast: 0, atMost: this.rules.maxBytes }, 0);
    this.#unloggedExecution = all;
    // What a line says of unroll memory holds for its moment alone: no end of a task lets go of it.
    this.#unrollHolders.clear();
    this.#unrollHolders.set("unseen tasks", all);
  }

  /** What is known of it is known in another way from now on: by grants, or by totals. */
  forgetExecution(): void {
    this.#executionByTask.clear();
    this.#executionTotal = undefined;
    this.#executionAtInstant = undefined;
  }

  /** Most that execution can hold now: unified, all but the protected part of storage. */
  executionCeiling(): number {
    const { maxBytes, regionBytes, fixedPools } = this.rules;
    if (fixedPools) return maxBytes - regionBytes;
    const storage = this.#blocksHeld.atLeast - this.#drift.below + this.unroll.atLeast;
    return maxBytes - Math.min(Math.max(0, storage), regionBytes);
  }

  store(blockId: string, block: HeldBlock): void {
    this.forget(blockId);
    this.#blocks.add(blockId, block);
    this.#blocksHeld = plus(this.#blocksHeld, block.size);
  }

  /** Takes a block out of memory; undefined when it was not known to be there. */
  forget(blockId: string): HeldBlock | undefined {
    const block = this.#blocks.delete(blockId);
    if (block === undefined) return undefined;
    const { size } = block;
    const { atLeast, atMost, best } = this.#blocksHeld;
    this.#blocksHeld =
      this.blocks.size === 0
        ? this.#unseen
        : { atLeast: atLeast - size.atLeast, atMost: atMost - size.atMost, best: best - size.best };
    return block;
  }

  /** When a block was used last, µs. */
  usedAt(blockId: string): number {
    return this.#blocks.usedAt(blockId);
  }

  /** A read makes a block the youngest of the access-ordered map (memory-model 3.2). */
  touch(blockId: string, ts: number): void {
    this.#blocks.touch(blockId, ts);
  }

  /** What an RDD's blocks hold in memory, by best estimate (bytes). */
  bytesOfRdd(rddId: number): number {
    return this.#blocks.bytesOfRdd(rddId);
  }

  /** A block's size became known better. */
  resize(blockId: string, size: Amount): void {
    const block = this.blocks.get(blockId);
    if (block === undefined) return;
    this.store(blockId, { ...block, size });
  }

  /** A request for storage of `bytes` was granted: what that did to the pools. */
  borrowForStorage(bytes: Amount, usedBefore: Amount): void {
    const execution = this.executionUsed;
    this.#storagePool = borrowed(this.#storagePool, { bytes, usedBefore, execution }, this.rules);
  }

  /** A request for storage that even evicting could not meet had borrowed all that was free. */
  borrowForRefused(): void {
    this.#storagePool = allBorrowed(this.#storagePool, this.executionUsed, this.rules);
  }

  /**
   * A request for execution was granted; the ledger already holds the grant and has lost the blocks
   * that were evicted for it (`evictedBytes`).
   * @param wanted  execution in use had the whole request been granted (a request grows the pool
   *   before 1/N caps the grant)
   */
  growForExecution(wanted: Amount, evictedBytes: number): void {
    this.#missing = Math.max(0, wanted.best - this.executionUsed.best);
    this.#evictedForGrant += evictedBytes;
    if (this.rules.fixedPools) return;
    if (evictedBytes > 0 && this.rules.evictionCreditsExecution) {
      // Free storage memory went first, then whole blocks: what is left of the pool is what is
      // used.
      this.takeFreeStorage();
      return;
    }
    const pool = this.#storagePool;
    if (pool.atMost + wanted.atMost <= this.rules.maxBytes) return; // there is room beside the pool
    this.#storagePool = shrunk(pool, wanted, this.storageUsed, this.rules.maxBytes);
  }

  /** By how much the last request exceeded its grant; asked once. */
  takeMissing(): number {
    const missing = this.#missing;
    this.#missing = 0;
    return missing;
  }

  /** Bytes evicted for the grant that follows; asked once. */
  takeEvictedForGrant(): number {
    const bytes = this.#evictedForGrant;
    this.#evictedForGrant = 0;
    return bytes;
  }

  /** The pool as the manager has it, within what the laws allow. */
  settlePool(bytes: number): void {
    const { atLeast, atMost } = this.#storagePool;
    const used = this.storageUsed.best;
    const best = Math.min(Math.max(bytes, atLeast, used), Math.max(atMost, used));
    this.#storagePool = { atLeast, atMost: Math.max(atMost, best), best };
  }

  /** The pool can be no smaller than its use, and leaves execution what it holds. */
  keepPoolLaws(): void {
    if (this.rules.fixedPools) return;
    const used = this.storageUsed;
    const execution = this.executionUsed;
    const { maxBytes } = this.rules;
    const left = maxBytes - execution.atLeast;
    const atLeast = Math.min(
      Math.max(Math.min(this.#storagePool.atLeast, left), used.atLeast),
      maxBytes,
    );
    const atMost = Math.max(
      atLeast,
      Math.min(Math.max(this.#storagePool.atMost, used.atMost), left),
    );
    const best = Math.min(
      Math.max(this.#storagePool.best, used.best),
      maxBytes - execution.best,
      atMost,
    );
    this.#storagePool = { atLeast, atMost, best: Math.max(best, atLeast) };
  }

  /**
   * What the pools hold now. Laws of every row: 0 ≤ min ≤ best ≤ max ≤ maximum, best estimates fit
   * the maximum together, and a pool is no smaller than what is used of it.
   */
  get pools(): Pools {
    return lawfulPools(
      {
        storageUsed: this.storageUsed,
        executionUsed: this.executionUsed,
        storagePool: this.#storagePool,
      },
      this.rules,
    );
  }

  /**
   * What storage could still get by borrowing and evicting: unroll memory and execution cannot be
   * evicted.
   */
  storageAvailable(): Amount {
    const all = exactAmount(this.rules.fixedPools ? this.rules.regionBytes : this.rules.maxBytes);
    const left = this.rules.fixedPools ? all : minus(all, this.executionUsed);
    return minus(left, this.unroll);
  }

  /** What execution could still get by taking back what storage borrowed. */
  executionAvailable(): Amount {
    const { maxBytes, regionBytes, fixedPools } = this.rules;
    if (fixedPools) return minus(exactAmount(maxBytes - regionBytes), this.executionUsed);
    const used = this.storageUsed;
    const kept: Amount = {
      atLeast: Math.min(used.atLeast, regionBytes),
      atMost: Math.min(used.atMost, regionBytes),
      best: Math.min(used.best, regionBytes),
    };
    return minus(minus(exactAmount(maxBytes), kept), this.executionUsed);
  }
}
