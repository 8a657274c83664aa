/** Who holds what of one memory mode of one executor: blocks, unroll memory by holder, execution memory by task, and where the pools stand. */

import { type Amount, amount, exactAmount, minus, NOTHING, plus } from "../amount.ts";
import { assert } from "../assert.ts";
import { isBroadcastValue, isTaskResult, rddIdOf } from "../block-id.ts";
import type { ByteInterval } from "../byte-interval.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { Newcomers } from "./blocks/newcomers.ts";
import { StoresByAge } from "./blocks/stores-by-age.ts";

/** What the pools' laws need to know of a version and its configuration. */
export interface PoolRules {
  /** storage + execution of this mode, bytes */
  readonly maxBytes: number;
  /** storage region (unified) or storage pool (static) */
  readonly regionBytes: number;
  /** static and pre-1.6: pools never move */
  readonly fixedPools: boolean;
  /** largest storage use the mode allows (static: the storage pool) */
  readonly storageBorrow: "requested" | "shortfall";
  /** bytes evicted for execution reach it in the same call (2.0+) */
  readonly evictionCreditsExecution: boolean;
}

export interface HeldBlock {
  readonly size: Amount;
  readonly form: "values" | "bytes";
  readonly storedAt: number;
  readonly taskId: number | undefined;
}

const PASSING = /^(?:broadcast|taskresult)_/;

export class ModeLedger {
  readonly mode: MemoryMode;
  readonly rules: PoolRules;
  readonly blocks: Map<string, HeldBlock> = new Map();
  /** by holder: a task (`task 5`) or a block being put (`put rdd_1_2`) */
  readonly unrollHolders: Map<string, Amount> = new Map();
  readonly executionByTask: Map<number, Amount> = new Map();
  /** of the blocks, those that go without a word: broadcasts' pieces and values, and tasks' results; in the order of their stores */
  readonly passing: Set<string> = new Set();
  /** Of those, what broadcasts take at most, by the time of their stores; */
  readonly broadcasts: StoresByAge = new StoresByAge();
  /** what tasks' results take at most, bytes; */
  resultBytes = 0;
  /** and values of broadcasts, of which one may be a join's relation. */
  relationBytes = 0;
  /** of the blocks, those of RDDs, least recently used first */
  readonly ofRdds: Set<string> = new Set();
  /** those that came since they are noted; undefined: they are not */
  newcomers: Newcomers | undefined;
  blocksHeld: Amount = NOTHING;
  /** Size of the storage pool; the execution pool is the rest (unified). */
  storagePool: Amount;
  /** By how much storage may be off while reported changes wait for a time of their own. */
  drift: { readonly below: number; readonly above: number } = { below: 0, above: 0 };
  /** What tasks hold of whose grants no line is left: they began before the log does. */
  unloggedExecution: Amount = NOTHING;
  /** Bytes of blocks that were inferred to be gone and may be there still. */
  mayStillHold = 0;
  /**
   * Bytes that the last line has free beside all known blocks: most likely some of these are gone.
   */
  likelyGone = 0;
  /** A law or statement on the sum over tasks, tighter than the sum of the parts; undefined: none. */
  executionTotal: Amount | undefined;
  /** Bounds that hold at any instant, where `executionTotal` is of the second that a printed time leaves open. */
  executionAtInstant: Amount | undefined;

  #unseen: Amount = NOTHING;
  readonly #byRdd = new Map<number, number>();
  readonly #usedAt = new Map<string, number>();
  #missing = 0;
  #evictedForGrant = 0;
  /** storage use as it was computed last, and from what */
  #used:
    | {
        readonly blocksHeld: Amount;
        readonly drift: object;
        readonly mayStillHold: number;
        readonly likelyGone: number;
        readonly amount: Amount;
      }
    | undefined;

  constructor(mode: MemoryMode, rules: PoolRules) {
    this.mode = mode;
    this.rules = rules;
    this.storagePool = exactAmount(rules.regionBytes);
  }

  /** What of `blocksHeld` is of blocks that no line names, as they were stored before the log begins. */
  get unseen(): Amount {
    return this.#unseen;
  }

  set unseen(held: Amount) {
    this.blocksHeld = plus(this.seen, held);
    this.#unseen = held;
  }

  /** Its life began before the log does: where the pools stand is unknown. */
  beginUnknown(): void {
    const { fixedPools, maxBytes, regionBytes } = this.rules;
    if (!fixedPools) this.storagePool = { atLeast: 0, atMost: maxBytes, best: regionBytes };
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
    if (this.unrollHolders.size === 0) return NOTHING;
    let total = NOTHING;
    for (const held of this.unrollHolders.values()) total = plus(total, held);
    if (total.atMost === 0) return total;
    // No more than what blocks leave.
    const { maxBytes, regionBytes, fixedPools } = this.rules;
    const ceiling = fixedPools ? regionBytes : maxBytes;
    const room = Math.max(0, ceiling - this.blocksHeld.atLeast);
    return amount(
      { atLeast: Math.min(total.atLeast, room), atMost: Math.min(total.atMost, room) },
      Math.min(total.best, Math.max(0, ceiling - this.blocksHeld.best)),
    );
  }

  get storageUsed(): Amount {
    const { blocksHeld, drift, mayStillHold, likelyGone } = this;
    if (this.unrollHolders.size > 0) return this.#storageUsed();
    const known = this.#used;
    if (
      known?.blocksHeld === blocksHeld &&
      known.drift === drift &&
      known.mayStillHold === mayStillHold &&
      known.likelyGone === likelyGone
    )
      return known.amount;
    const amount = this.#storageUsed();
    this.#used = { blocksHeld, drift, mayStillHold, likelyGone, amount };
    return amount;
  }

  #storageUsed(): Amount {
    const told = plus(this.blocksHeld, this.unroll);
    const atLeast = Math.max(0, told.atLeast - this.drift.below);
    const used: Amount = {
      atLeast,
      atMost: told.atMost + this.drift.above + this.mayStillHold,
      best: Math.max(atLeast, told.best - this.likelyGone),
    };
    const ceiling = this.rules.fixedPools ? this.rules.regionBytes : this.rules.maxBytes;
    return amount(
      { atLeast: Math.min(used.atLeast, ceiling), atMost: Math.min(used.atMost, ceiling) },
      Math.min(used.best, ceiling),
    );
  }

  get executionUsed(): Amount {
    // No more than what storage surely leaves, either.
    const { maxBytes, fixedPools } = this.rules;
    const room = fixedPools ? maxBytes : Math.max(0, maxBytes - this.storageUsed.atLeast);
    const known = this.executionTotal;
    if (known !== undefined) {
      if (known.atMost <= room) return known;
      return {
        atLeast: Math.min(known.atLeast, room),
        atMost: room,
        best: Math.min(known.best, room),
      };
    }
    let total = this.unloggedExecution;
    for (const held of this.executionByTask.values()) total = plus(total, held);
    const ceiling = Math.min(this.executionCeiling(), room);
    return amount(
      { atLeast: Math.min(total.atLeast, ceiling), atMost: Math.min(total.atMost, ceiling) },
      Math.min(total.best, ceiling),
    );
  }

  /** Nothing is known of what is held any more. */
  forgetAll(): void {
    for (const blockId of this.blocks.keys()) this.forget(blockId);
    this.unrollHolders.clear();
    this.forgetExecution();
    this.unloggedExecution = NOTHING;
    this.drift = { below: 0, above: 0 };
    this.mayStillHold = 0;
    this.likelyGone = 0;
  }

  /** Tasks that no line names may hold what blocks leave, and unroll into it. */
  mayBeUsedUnseen(): void {
    const all = amount({ atLeast: 0, atMost: this.rules.maxBytes }, 0);
    this.unloggedExecution = all;
    // What a line says of unroll memory holds for its moment alone: no end of a task lets go of it.
    this.unrollHolders.clear();
    this.unrollHolders.set("unseen tasks", all);
  }

  /** What is known of it is known in another way from now on: by grants, or by totals. */
  forgetExecution(): void {
    this.executionByTask.clear();
    this.executionTotal = undefined;
    this.executionAtInstant = undefined;
  }

  /** Most that execution can hold now: unified, all but the protected part of storage. */
  executionCeiling(): number {
    const { maxBytes, regionBytes, fixedPools } = this.rules;
    if (fixedPools) return maxBytes - regionBytes;
    const storage = this.blocksHeld.atLeast - this.drift.below + this.unroll.atLeast;
    return maxBytes - Math.min(Math.max(0, storage), regionBytes);
  }

  store(blockId: string, block: HeldBlock): void {
    this.forget(blockId);
    this.blocks.set(blockId, block);
    if (rddIdOf(blockId) !== undefined) this.ofRdds.add(blockId);
    this.blocksHeld = plus(this.blocksHeld, block.size);
    this.newcomers?.came(blockId);
    this.#addToRdd(blockId, block.size.best);
    if (!PASSING.test(blockId)) return;
    this.passing.add(blockId);
    this.#count(blockId, block, 1);
  }

  /** Takes a block out of memory; undefined when it was not known to be there. */
  forget(blockId: string): HeldBlock | undefined {
    const block = this.blocks.get(blockId);
    if (block === undefined) return undefined;
    this.blocks.delete(blockId);
    this.newcomers?.left(blockId);
    this.ofRdds.delete(blockId);
    this.#usedAt.delete(blockId);
    const { size } = block;
    if (this.passing.delete(blockId)) this.#count(blockId, block, -1);
    this.#addToRdd(blockId, -size.best);
    const { atLeast, atMost, best } = this.blocksHeld;
    this.blocksHeld =
      this.blocks.size === 0
        ? this.#unseen
        : { atLeast: atLeast - size.atLeast, atMost: atMost - size.atMost, best: best - size.best };
    return block;
  }

  /** Counts what a block takes that goes without a word: it came (1) or went (-1). */
  #count(blockId: string, { size, storedAt }: HeldBlock, sign: 1 | -1): void {
    if (isBroadcastValue(blockId)) this.relationBytes += sign * size.atMost;
    if (isTaskResult(blockId)) this.resultBytes += sign * size.atMost;
    else if (sign === 1) this.broadcasts.add(storedAt, size.atMost);
    else this.broadcasts.remove(storedAt, size.atMost);
  }

  /** When a block was used last, µs. */
  usedAt(blockId: string): number {
    return this.#usedAt.get(blockId) ?? this.blocks.get(blockId)?.storedAt ?? 0;
  }

  /** A read makes a block the youngest of the access-ordered map (memory-model 3.2). */
  touch(blockId: string, ts: number): void {
    const block = this.blocks.get(blockId);
    if (block === undefined) return;
    this.#usedAt.set(blockId, ts);
    this.blocks.delete(blockId);
    this.blocks.set(blockId, block);
    if (this.ofRdds.delete(blockId)) this.ofRdds.add(blockId);
  }

  /** What an RDD's blocks hold in memory, by best estimate (bytes). */
  bytesOfRdd(rddId: number): number {
    return this.#byRdd.get(rddId) ?? 0;
  }

  #addToRdd(blockId: string, bytes: number): void {
    const rddId = rddIdOf(blockId);
    if (rddId === undefined) return;
    const held = this.bytesOfRdd(rddId) + bytes;
    if (held > 0) this.#byRdd.set(rddId, held);
    else this.#byRdd.delete(rddId);
  }

  /** A block's size became known better. */
  resize(blockId: string, size: Amount): void {
    const block = this.blocks.get(blockId);
    if (block === undefined) return;
    this.store(blockId, { ...block, size });
  }

  /** UnifiedMemoryManager.acquireStorageMemory, step 4: what a granted request of `bytes` did to the pools. */
  borrowForStorage(bytes: Amount, usedBefore: Amount): void {
    const { fixedPools, maxBytes, storageBorrow } = this.rules;
    if (fixedPools) return;
    const pool = this.storagePool;
    const execution = this.executionUsed;
    const needed = plus(usedBefore, bytes);
    const cap = (size: number, executionBytes: number) => Math.min(size, maxBytes - executionBytes);
    if (storageBorrow === "shortfall") {
      this.storagePool = ordered({
        atLeast: Math.max(pool.atLeast, cap(needed.atLeast, execution.atMost)),
        atMost: cap(Math.max(pool.atMost, needed.atMost), execution.atLeast),
        best: Math.max(pool.best, cap(needed.best, execution.best)),
      });
      return;
    }
    // Up to 2.1 the whole request is borrowed, whatever storage still had free.
    const mayStay = needed.atLeast <= pool.atMost;
    const mustBorrow = needed.best > pool.best;
    this.storagePool = ordered({
      atLeast: cap(
        mayStay ? Math.max(pool.atLeast, needed.atLeast) : pool.atLeast + bytes.atLeast,
        execution.atMost,
      ),
      atMost: cap(
        needed.atMost > pool.atLeast
          ? Math.max(pool.atMost, Math.min(pool.atMost, needed.atMost) + bytes.atMost)
          : pool.atMost,
        execution.atLeast,
      ),
      best: mustBorrow ? cap(pool.best + bytes.best, execution.best) : pool.best,
    });
  }

  /** A request for storage that even evicting could not meet: it had borrowed all that execution had free, and that stays. */
  borrowForRefused(): void {
    const { fixedPools, maxBytes, storageBorrow } = this.rules;
    if (fixedPools) return;
    const all = minus(exactAmount(maxBytes), this.executionUsed);
    this.storagePool =
      storageBorrow === "shortfall"
        ? all
        : ordered({ atLeast: this.storagePool.atLeast, atMost: all.atMost, best: all.best });
  }

  /**
   * UnifiedMemoryManager.maybeGrowExecutionPool: what a granted request did to the pools, after the ledger already holds
   * the grant and has lost the blocks that were evicted for it (`evictedBytes`).
   * @param wanted  execution in use had the whole request been granted (a request grows the pool before 1/N caps the grant)
   */
  growForExecution(wanted: Amount, evictedBytes: number): void {
    this.#missing = Math.max(0, wanted.best - this.executionUsed.best);
    this.#evictedForGrant += evictedBytes;
    const { fixedPools, maxBytes, evictionCreditsExecution } = this.rules;
    if (fixedPools) return;
    const pool = this.storagePool;
    if (evictedBytes > 0 && evictionCreditsExecution) {
      // Free storage memory went first, then whole blocks: what is left of the pool is what is used.
      this.storagePool = this.storageUsed;
      return;
    }
    if (pool.atMost + wanted.atMost <= maxBytes) return; // there is room beside the pool as it is
    const used = this.storageUsed;
    const left = (poolBytes: number, executionBytes: number, usedBytes: number) =>
      Math.max(Math.min(poolBytes, maxBytes - executionBytes), Math.min(poolBytes, usedBytes));
    this.storagePool = ordered({
      atLeast: left(pool.atLeast, wanted.atMost, used.atLeast),
      atMost: left(pool.atMost, wanted.atLeast, used.atMost),
      best: left(pool.best, wanted.best, used.best),
    });
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
    const { atLeast, atMost } = this.storagePool;
    const used = this.storageUsed.best;
    const best = Math.min(Math.max(bytes, atLeast, used), Math.max(atMost, used));
    this.storagePool = { atLeast, atMost: Math.max(atMost, best), best };
  }

  /** The pool can be no smaller than its use, and leaves execution what it holds. */
  keepPoolLaws(): void {
    if (this.rules.fixedPools) return;
    const used = this.storageUsed;
    const execution = this.executionUsed;
    const { maxBytes } = this.rules;
    const left = maxBytes - execution.atLeast;
    const atLeast = Math.min(
      Math.max(Math.min(this.storagePool.atLeast, left), used.atLeast),
      maxBytes,
    );
    const atMost = Math.max(
      atLeast,
      Math.min(Math.max(this.storagePool.atMost, used.atMost), left),
    );
    const best = Math.min(
      Math.max(this.storagePool.best, used.best),
      maxBytes - execution.best,
      atMost,
    );
    this.storagePool = { atLeast, atMost, best: Math.max(best, atLeast) };
  }

  /**
   * What the pools hold now. Laws of every row: 0 ≤ min ≤ best ≤ max ≤ maximum, best estimates fit
   * the maximum together, and a pool is no smaller than what is used of it.
   */
  get pools(): Pools {
    const { maxBytes, regionBytes, fixedPools } = this.rules;
    const storage = this.storageUsed;
    const execution = this.executionUsed;
    const together = fixedPools ? maxBytes : Math.max(0, maxBytes - execution.atLeast);
    const storageUsed = withBest(storage, Math.min(storage.best, together));
    const left = fixedPools ? maxBytes - regionBytes : maxBytes - storageUsed.best;
    const executionUsed = withBest(execution, Math.min(execution.best, Math.max(0, left)));
    const storagePool = fixedPools
      ? this.storagePool
      : around(this.storagePool, {
          atLeast: storageUsed.best,
          atMost: maxBytes - executionUsed.best,
        });
    const state = { storageUsed, executionUsed, storagePool };
    assertLaws(state, this.rules);
    return state;
  }

  /** What storage could still get by borrowing and evicting: unroll memory and execution cannot be evicted. */
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

/** The pools of one mode; the execution pool is the rest of the maximum. */
export interface Pools {
  readonly storageUsed: Amount;
  readonly executionUsed: Amount;
  readonly storagePool: Amount;
}

function withBest(a: Amount, best: number): Amount {
  return best === a.best ? a : amount(a, best);
}

/** With its best estimate within bounds, which give way where they have to. */
function around(a: Amount, { atLeast, atMost }: ByteInterval): Amount {
  const best = Math.min(Math.max(a.best, atLeast), atMost);
  if (best === a.best) return a;
  return { atLeast: Math.min(a.atLeast, best), atMost: Math.max(a.atMost, best), best };
}

function assertLaws(
  { storageUsed, executionUsed, storagePool }: Pools,
  { maxBytes }: PoolRules,
): void {
  for (const { atLeast, best, atMost } of [storageUsed, executionUsed, storagePool])
    assert(
      0 <= atLeast && atLeast <= best && best <= atMost && atMost <= maxBytes,
      () => `a pool holds ${atLeast} to ${atMost}, at best ${best}, of ${maxBytes} bytes`,
    );
  const used = storageUsed.best + executionUsed.best;
  assert(used <= maxBytes, () => `${used} bytes are used of ${maxBytes}`);
  assert(
    storageUsed.best <= storagePool.best && storagePool.best <= maxBytes - executionUsed.best,
    () =>
      `storage's pool of ${storagePool.best} holds ${storageUsed.best} beside ${executionUsed.best} of ${maxBytes} bytes`,
  );
}

function ordered(a: Amount): Amount {
  const atLeast = Math.min(a.atLeast, a.atMost);
  return { atLeast, atMost: a.atMost, best: Math.min(Math.max(a.best, atLeast), a.atMost) };
}
