/**
 * A statement may be printed before or after a neighbouring line's step. It is right, at another
 * moment than its line's, and says nothing of this one.
 */
import { type ByteInterval, difference, sum, touches } from "../../../byte-interval.ts";
import type { LogStep } from "../../links/lookahead.ts";
import { type Shift, shiftsAround } from "../../links/neighbours.ts";
import type { ReplayContext } from "../../replay-context.ts";
import { foreseenFree } from "../prediction.ts";
import { type Line, meets, type Rule } from "./rule.ts";

export const staleLine: Rule = {
  name: "stale_line",
  sentence: "printed after a neighbouring line's step",
  source: "MemoryStore reads free without a lock (memory-model 5.3)",
  fixture: "stale-line",
  applies: (line) => {
    const { quantity, context, step, printed, foresee } = line;
    const now = foresee();
    if (now === undefined || meets(line)) return false;
    if (quantity === "free") return shiftOf(context, step, now, printed) !== undefined;
    if (quantity !== "blocks_used") return false;
    return shiftsAround(context, step).some(({ bytes }) =>
      touches(difference(now, bytes), printed),
    );
  },
  narrows: () => "none",
};

/** The first neighbouring steps that make a `free` right; undefined: none do. */
export function shiftOf(
  context: ReplayContext,
  step: LogStep,
  foreseen: ByteInterval,
  printed: ByteInterval,
): Shift | undefined {
  return shiftsAround(context, step).find(({ bytes }) => touches(sum(foreseen, bytes), printed));
}

/** A neighbouring line's step makes a line right that leaves `room`, before its own step. */
export function isStale(context: ReplayContext, step: LogStep, room: ByteInterval): boolean {
  return shiftOf(context, step, foreseenFree(context), room) !== undefined;
}

/** Of a `free` under the lock: what it counts early, if all of that may have come first. */
export function countedEarlyBy(
  { context, step, printed, foresee }: Pick<Line, "context" | "step" | "printed" | "foresee">,
  mayComeFirst: (next: LogStep) => boolean,
): readonly LogStep[] {
  const now = foresee();
  const steps = now === undefined ? [] : (shiftOf(context, step, now, printed)?.steps ?? []);
  return steps.every(mayComeFirst) ? steps : [];
}
