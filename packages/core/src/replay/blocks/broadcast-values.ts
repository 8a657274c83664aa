/** Exact sizes of broadcasts' values, which are the same on every executor: SizeEstimator is deterministic. */
import { isBroadcastValue } from "../../block-id.ts";
import type { ByteInterval } from "../../byte-interval.ts";

export class BroadcastValues {
  readonly #bytes = new Map<string, number>();

  /** Any block's exact size; kept where it is a broadcast's value. */
  learn(blockId: string, bytes: number): void {
    if (isBroadcastValue(blockId)) this.#bytes.set(blockId, bytes);
  }

  sizeOf(blockId: string, printed: ByteInterval): number | undefined {
    const bytes = this.#bytes.get(blockId);
    return bytes !== undefined && holds(printed, bytes) ? bytes : undefined;
  }
}

export function holds({ atLeast, atMost }: ByteInterval, bytes: number): boolean {
  return bytes >= atLeast && bytes <= atMost;
}
