/**
 * Blocks that are larger than all memory of the executor that is said to hold them: damage, told
 * and left out.
 */
import type { BlockUpdatedFact } from "../../event-fact.ts";
import { countInWords } from "../../in-words.ts";
import type { Observation } from "../../observation.ts";
import type { EmitRow } from "../../rows.ts";

export class ImpossibleSizes {
  #first:
    | { readonly sourceFileId: number; readonly line: number; readonly says: string }
    | undefined;
  #count = 0;

  /**
   * `most`: what its block manager may hold, bytes; one that no log registers may be of any size.
   */
  isImpossible(
    { executorId, status }: BlockUpdatedFact,
    at: Observation,
    most: number | undefined,
  ): boolean {
    if (most === undefined || most <= 0 || status.memoryBytes <= most) return false;
    this.#count++;
    this.#first ??= {
      sourceFileId: at.sourceFileId,
      line: at.line,
      says: `block ${status.blockId} holds ${countInWords(status.memoryBytes)} bytes of memory on executor ${executorId}, which has ${countInWords(most)}`,
    };
    return true;
  }

  write(emit: EmitRow): void {
    if (this.#first === undefined) return;
    const { sourceFileId, line, says } = this.#first;
    emit("diagnostics", {
      sourceFileId,
      line,
      byteOffset: undefined,
      code: "impossible_size",
      severity: "warning",
      message: `${says}: the report is damaged and not read`,
      count: this.#count,
    });
  }
}
