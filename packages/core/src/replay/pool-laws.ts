/** The laws that hold in every row of an executor's pools. */
import { type Amount, amount } from "../amount.ts";
import { assert } from "../assert.ts";
import type { ByteInterval } from "../byte-interval.ts";

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

export function ordered(a: Amount): Amount {
  const atLeast = Math.min(a.atLeast, a.atMost);
  return { atLeast, atMost: a.atMost, best: Math.min(Math.max(a.best, atLeast), a.atMost) };
}
