/**
 * Grades what the replay predicted: a statement or decision of a log is predicted, explained by a
 * rule, or unexplained; a row of `replay_checks` each.
 */
import { type ByteInterval, touches } from "../../byte-interval.ts";
import type { EmitRow, ReplayAccuracy, ReplayCheckRow } from "../../rows.ts";
import type { RuleName } from "./rule-name.ts";

/** A wider interval is no prediction: it would be met by chance. */
export const WIDEST_PREDICTION = 0.1;

/** What a log says, and what was predicted of it; undefined: nothing could be. */
export interface Statement {
  readonly quantity: string;
  /** a decision is 0 or 1, or a count of blocks */
  readonly kind?: ReplayCheckRow["kind"];
  readonly logged: ByteInterval | undefined;
  readonly foreseen: ByteInterval | undefined;
}

/** What a statement was used for, and the rule that accounts for it where it was not predicted. */
export interface Verdict {
  readonly usedFor: string;
  readonly rule: RuleName | undefined;
}

export interface Weighed {
  readonly agrees: boolean;
  readonly isPredicted: boolean;
  readonly settle: (verdict: Verdict) => void;
}

type Placed = Pick<ReplayCheckRow, "executorId" | "ts" | "sourceFileId" | "sourceLine">;

export class Grades {
  /** bytes of the widest interval that is a prediction */
  readonly #widest: number;
  readonly #totals: ReplayAccuracy;
  readonly #emit: EmitRow;
  readonly #sentenceOf: (rule: RuleName) => string | undefined;

  /** @param of.memoryBytes  storage and execution of both modes */
  constructor(of: {
    readonly memoryBytes: number;
    readonly totals: ReplayAccuracy;
    readonly emit: EmitRow;
    readonly sentenceOf: (rule: RuleName) => string | undefined;
  }) {
    this.#widest = WIDEST_PREDICTION * of.memoryBytes;
    this.#totals = of.totals;
    this.#emit = of.emit;
    this.#sentenceOf = of.sentenceOf;
  }

  /** Holds a statement against its prediction; the row is written once its rule is known. */
  weigh({ quantity, kind = "statement", logged, foreseen }: Statement, at: Placed): Weighed {
    const agrees =
      logged === undefined || foreseen === undefined ? undefined : touches(foreseen, logged);
    const isPredicted = agrees === true && this.#isNarrow(foreseen);
    const settle = ({ usedFor, rule }: Verdict): void => {
      const outcome = isPredicted ? "predicted" : rule === undefined ? "unexplained" : "explained";
      this.#count(kind, outcome);
      const accounts = isPredicted ? undefined : rule;
      this.#emit("replay_checks", {
        executorId: at.executorId,
        ts: at.ts,
        sourceFileId: at.sourceFileId,
        sourceLine: at.sourceLine,
        kind,
        quantity,
        loggedMin: logged?.atLeast,
        loggedMax: logged?.atMost,
        replayedMin: foreseen?.atLeast,
        replayedMax: foreseen?.atMost,
        agrees,
        outcome,
        rule: accounts,
        usedFor,
        explanation: accounts === undefined ? undefined : this.#sentenceOf(accounts),
      });
    };
    return { agrees: agrees ?? false, isPredicted, settle };
  }

  #isNarrow(foreseen: ByteInterval | undefined): boolean {
    return foreseen !== undefined && foreseen.atMost - foreseen.atLeast <= this.#widest;
  }

  #count(kind: ReplayCheckRow["kind"], outcome: ReplayCheckRow["outcome"]): void {
    const totals = this.#totals;
    if (kind === "decision") {
      totals.decisions++;
      if (outcome === "predicted") totals.decisionsForeseen++;
      return;
    }
    totals.statements++;
    if (outcome === "predicted") totals.statementsMet++;
    else if (outcome === "explained") totals.statementsExplained++;
  }
}
