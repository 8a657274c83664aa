/**
 * Sizes of broadcasts' values, which are the same on every executor: SizeEstimator is
 * deterministic.
 */
import { type Amount, amount, exactAmount } from "../../amount.ts";
import { isBroadcastValue } from "../../block-id.ts";
import type { ByteInterval } from "../../byte-interval.ts";
import type { LogFact } from "../../log-fact.ts";

export class BroadcastValues {
  readonly #sizes = new Map<string, Amount>();

  /**
   * Any block's size as an executor's log tells it; the narrowest is kept of a broadcast's value.
   */
  learn(blockId: string, size: Amount): void {
    if (!isBroadcastValue(blockId)) return;
    const known = this.#sizes.get(blockId);
    if (known === undefined || widthOf(size) < widthOf(known)) this.#sizes.set(blockId, size);
  }

  /** A line as it is read: executors without a log of their own are behind others by no line. */
  learnFrom(fact: LogFact): void {
    if (fact.kind === "block_removed") this.learn(fact.blockId, exactAmount(fact.bytes));
    else if (fact.kind === "block_stored" && fact.form === "values")
      this.learn(fact.blockId, amount(fact.size));
  }

  /** What it is exactly, where that fits what a log prints. */
  sizeOf(blockId: string, printed: ByteInterval): number | undefined {
    const known = this.#sizes.get(blockId);
    if (known === undefined || widthOf(known) > 0) return undefined;
    return holds(printed, known.best) ? known.best : undefined;
  }

  /** Its size as logs of other executors have it so far. */
  toldElsewhere(blockId: string): Amount | undefined {
    return this.#sizes.get(blockId);
  }
}

function widthOf({ atLeast, atMost }: Amount): number {
  return atMost - atLeast;
}

export function holds({ atLeast, atMost }: ByteInterval, bytes: number): boolean {
  return bytes >= atLeast && bytes <= atMost;
}
