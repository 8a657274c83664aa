/**
 * The laws of the pools: what requests do to the size of the storage pool, as bounds
 * (UnifiedMemoryManager), and what holds in every row.
 */
import { type Amount, amount, exactAmount, minus, plus } from "../amount.ts";
import { assert } from "../assert.ts";
import type { ByteInterval } from "../byte-interval.ts";

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

/** Follows acquireStorageMemory, step 4: a request of `bytes` was granted. */
export function borrowed(
  pool: Amount,
  of: { readonly bytes: Amount; readonly usedBefore: Amount; readonly execution: Amount },
  { fixedPools, maxBytes, storageBorrow }: PoolRules,
): Amount {
  if (fixedPools) return pool;
  const { bytes, usedBefore, execution } = of;
  const needed = plus(usedBefore, bytes);
  const cap = (size: number, executionBytes: number) => Math.min(size, maxBytes - executionBytes);
  if (storageBorrow === "shortfall") {
    return ordered({
      atLeast: Math.max(pool.atLeast, cap(needed.atLeast, execution.atMost)),
      atMost: cap(Math.max(pool.atMost, needed.atMost), execution.atLeast),
      best: Math.max(pool.best, cap(needed.best, execution.best)),
    });
  }
  // Up to 2.1 the whole request is borrowed, whatever storage still had free.
  const mayStay = needed.atLeast <= pool.atMost;
  const mustBorrow = needed.best > pool.best;
  return ordered({
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

/** A request that even evicting could not meet had borrowed all that execution had free. */
export function allBorrowed(
  pool: Amount,
  execution: Amount,
  { fixedPools, maxBytes, storageBorrow }: PoolRules,
): Amount {
  if (fixedPools) return pool;
  const all = minus(exactAmount(maxBytes), execution);
  return storageBorrow === "shortfall"
    ? all
    : ordered({ atLeast: pool.atLeast, atMost: all.atMost, best: all.best });
}

/** Follows maybeGrowExecutionPool: a request took what storage had free, or had borrowed. */
export function shrunk(pool: Amount, wanted: Amount, used: Amount, maxBytes: number): Amount {
  const left = (poolBytes: number, executionBytes: number, usedBytes: number) =>
    Math.max(Math.min(poolBytes, maxBytes - executionBytes), Math.min(poolBytes, usedBytes));
  return ordered({
    atLeast: left(pool.atLeast, wanted.atMost, used.atLeast),
    atMost: left(pool.atMost, wanted.atLeast, used.atMost),
    best: left(pool.best, wanted.best, used.best),
  });
}

/** The pools of one mode; the execution pool is the rest of the maximum. */
export interface Pools {
  readonly storageUsed: Amount;
  readonly executionUsed: Amount;
  readonly storagePool: Amount;
}

export function withBest(a: Amount, best: number): Amount {
  return best === a.best ? a : amount(a, best);
}

/** An amount with its best estimate within bounds, which give way where they have to. */
export function around(a: Amount, { atLeast, atMost }: ByteInterval): Amount {
  const best = Math.min(Math.max(a.best, atLeast), atMost);
  if (best === a.best) return a;
  return { atLeast: Math.min(a.atLeast, best), atMost: Math.max(a.atMost, best), best };
}

/** The pools as every row must have them: their bounds give way where they have to. */
export function lawfulPools(
  { storageUsed, executionUsed, storagePool }: Pools,
  { maxBytes, fixedPools }: { readonly maxBytes: number; readonly fixedPools: boolean },
): Pools {
  const within = (atLeast: number, atMost: number) => ({ atLeast, atMost: Math.max(0, atMost) });
  let state: Pools;
  if (fixedPools) {
    // A version that is damaged, or assumed, may make pools of which tasks hold more.
    state = {
      storageUsed: around(storageUsed, within(0, storagePool.best)),
      executionUsed: around(executionUsed, within(0, maxBytes - storagePool.best)),
      storagePool,
    };
  } else {
    const together = Math.max(0, maxBytes - executionUsed.atLeast);
    const storage = withBest(storageUsed, Math.min(storageUsed.best, together));
    const left = Math.max(0, maxBytes - storage.best);
    const execution = withBest(executionUsed, Math.min(executionUsed.best, left));
    state = {
      storageUsed: storage,
      executionUsed: execution,
      storagePool: around(storagePool, within(storage.best, maxBytes - execution.best)),
    };
  }
  assertLaws(state, { maxBytes });
  return state;
}

export function assertLaws(
  { storageUsed, executionUsed, storagePool }: Pools,
  { maxBytes }: { readonly maxBytes: number },
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
