/** What a rule of inference is: when it may account for a statement, and what it then concludes. */
import type { ByteInterval } from "../../../byte-interval.ts";
import type { LogStep } from "../../links/lookahead.ts";
import type { ReplayContext } from "../../replay-context.ts";
import type { RuleName } from "../rule-name.ts";

/** What statements are about. */
export type Quantity =
  | "capacity"
  | "free"
  | "storage_limit"
  | "exceeds_limit"
  | "blocks_used"
  | "storage_used"
  | "execution_used"
  | "unroll_computed"
  | "evicted_bytes"
  | "victims";

/** A statement that has been held against its prediction, and was not predicted. */
export interface Line {
  readonly context: ReplayContext;
  readonly step: LogStep;
  readonly quantity: Quantity;
  readonly printed: ByteInterval;
  /** It met its prediction, which was too wide. */
  readonly agrees: boolean;
  /** What it should print by all that is known now; undefined: nothing is. */
  readonly foresee: () => ByteInterval | undefined;
  /** Execution memory that it leaves room for; undefined: it says nothing of it. */
  readonly execution?: () => ByteInterval | undefined;
  /** It was printed under the manager's lock, or prints exact bytes: it counts no step too few. */
  readonly isUnderLock?: boolean;
  /** Blocks without a line of their own were inferred to be gone, from this line. */
  readonly showsRemovals?: boolean;
  /** Steps of other threads that it already counts, though their lines come later. */
  readonly countedEarly?: () => readonly LogStep[];
  /** No rule accounts for it: what it shows all the same, once it has been taken over. */
  readonly unexplained?: () => void;
  /** Takes over what the statement says. A rule that finds it wrong does not call this. */
  readonly learn: () => void;
}

/**
 * One inference. Rules are asked in the order of `rules/index.ts` until one accounts for the line;
 * none contradicts a later logged operation.
 */
export interface Rule {
  readonly name: RuleName;
  /** `replay_checks.explanation` */
  readonly sentence: string;
  /** Why Spark's logs need it. */
  readonly source: string;
  /** The smallest log that needs it: a folder of `fixtures/rules`. */
  readonly fixture: string;
  /** It may account for the line; reads alone. */
  applies(line: Line): boolean;
  /** Concludes; gives what the statement was used for, where it is another than usual. */
  narrows(line: Line): string | undefined;
}

/** Which terms a statement about blocks counts beside them; undefined: it is about no blocks. */
export function countsOf(quantity: Quantity): "free" | "storage" | undefined {
  if (quantity === "free" || quantity === "blocks_used") return "free";
  return quantity === "storage_used" ? "storage" : undefined;
}

/** What rules conclude that leave the ledger alone: the statement is as good as it is printed. */
export function learns({ learn }: Line): undefined {
  learn();
}

/** The line agrees with all that is known now, though its prediction was wrong or too wide. */
export function meets({ foresee, printed }: Line): boolean {
  const now = foresee();
  return now !== undefined && now.atLeast <= printed.atMost && now.atMost >= printed.atLeast;
}

/** It agrees with its prediction, or with what is known now. */
export function fits(line: Line): boolean {
  return line.agrees || meets(line);
}
