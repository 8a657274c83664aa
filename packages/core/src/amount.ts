/** A quantity the replay keeps: what bounds it, and the value it is best taken to be. */
import type { ByteInterval } from "./byte-interval.ts";

/** `atLeast ≤ best ≤ atMost`, all safe integers of bytes. */
export interface Amount extends ByteInterval {
  readonly best: number;
}

export const NOTHING: Amount = { atLeast: 0, atMost: 0, best: 0 };

export function exactAmount(bytes: number): Amount {
  return { atLeast: bytes, atMost: bytes, best: bytes };
}

/** An interval with its best estimate: the middle, unless one is given. */
export function amount(interval: ByteInterval, best?: number): Amount {
  const middle = best ?? Math.floor((interval.atLeast + interval.atMost) / 2);
  return {
    atLeast: interval.atLeast,
    atMost: interval.atMost,
    best: Math.min(Math.max(middle, interval.atLeast), interval.atMost),
  };
}

export function plus(a: Amount, b: Amount): Amount {
  return { atLeast: a.atLeast + b.atLeast, atMost: a.atMost + b.atMost, best: a.best + b.best };
}

/** `a − b`, never below 0: what is left of something after a part of it went. */
export function minus(a: Amount, b: Amount): Amount {
  return {
    atLeast: Math.max(0, a.atLeast - b.atMost),
    atMost: Math.max(0, a.atMost - b.atLeast),
    best: Math.max(0, a.best - b.best),
  };
}

/** The one before, where it says the same: what was worked out from it then still holds. */
export function asBefore(before: Amount | undefined, now: Amount): Amount {
  return before?.atLeast === now.atLeast && before.atMost === now.atMost && before.best === now.best
    ? before
    : now;
}

/** What it is where no more than so many bytes fit. */
export function capped({ atLeast, atMost, best }: Amount, bytes: number): Amount {
  return amount(
    { atLeast: Math.min(atLeast, bytes), atMost: Math.min(atMost, bytes) },
    Math.min(best, bytes),
  );
}

/** What is a part of something else: never more of it, in its bounds and in its best estimate. */
export function partOf(part: Amount, whole: Amount): Amount {
  if (part === NOTHING) return part;
  return {
    atLeast: Math.min(part.atLeast, whole.best),
    atMost: Math.min(part.atMost, whole.atMost),
    best: Math.min(part.best, whole.best),
  };
}

/** Narrowed to what an interval allows; unchanged when the two contradict each other. */
export function narrowed(a: Amount, by: ByteInterval): Amount {
  const atLeast = Math.max(a.atLeast, by.atLeast);
  const atMost = Math.min(a.atMost, by.atMost);
  if (atLeast > atMost) return a;
  return amount({ atLeast, atMost }, a.best);
}
