/** The base run simulated as it was and held against what its logs say: before any answer. */
import { OUTCOMES, type OutcomeName } from "@respark/core";
import type { BaseOutcomes } from "./base-outcomes.ts";
import type { Foretold, ForetoldOutcomes } from "./foretold.ts";

/** Outcomes that logs tell so well that a simulation can be held against them. */
const CHECKED: ReadonlySet<OutcomeName> = new Set([
  "evicted_blocks",
  "failed_puts",
  "memory_hits",
  "disk_hits",
  "misses",
  "spilled_tasks",
  "spilled_bytes",
  "oom_tasks",
]);

export interface CheckedOutcome {
  readonly name: OutcomeName;
  readonly logged: number;
  readonly lo: number;
  readonly hi: number;
  readonly inside: boolean;
}

export interface SelfCheck {
  readonly passed: boolean;
  readonly outcomes: readonly CheckedOutcome[];
}

/** Bytes are held to 1 %: what a log prints is rounded. */
const BYTES_TOLERANCE = 0.01;

/**
 * `isForetold`: an outcome whose demand is in no log has grade D, and no band to be held against.
 */
export function selfCheckOf(
  base: BaseOutcomes,
  simulated: ForetoldOutcomes,
  isForetold: (name: OutcomeName) => boolean,
): SelfCheck {
  const outcomes = OUTCOMES.flatMap((name): CheckedOutcome[] => {
    const logged = base[name];
    if (logged === undefined || !CHECKED.has(name) || !isForetold(name)) return [];
    const { lo, hi } = simulated[name];
    const slack = name.endsWith("_bytes") ? logged * BYTES_TOLERANCE : 0;
    return [{ name, logged, lo, hi, inside: logged >= lo - slack && logged <= hi + slack }];
  });
  return { passed: outcomes.every(({ inside }) => inside), outcomes };
}

/**
 * A band is not made wider than this many times its end: what misses by more is no evidence of how
 * much.
 */
const MOST_WIDENING = 2;

/** A band made wider by the factor by which the self-check missed. */
export function widened(foretold: Foretold, checked: CheckedOutcome | undefined): Foretold {
  if (checked === undefined || checked.inside) return foretold;
  const { logged, lo, hi } = checked;
  if (logged > hi && foretold.hi > 0) {
    const factor = hi > 0 ? Math.min(MOST_WIDENING, logged / hi) : MOST_WIDENING;
    return { ...foretold, hi: Math.ceil(foretold.hi * factor) };
  }
  if (logged < lo)
    return { ...foretold, lo: Math.floor(foretold.lo * Math.max(logged / lo, 1 / MOST_WIDENING)) };
  return foretold;
}
