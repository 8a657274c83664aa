/** How often the cause of an eviction is right, by how sure the replay says it is. */
import type { ReplayedTables } from "./replayed-tables.ts";
import { Occurrences } from "./score-states.ts";
import type { Truth } from "./truth.ts";

/** Evictions of one certainty, and how many of them have the right cause by the right task. */
export interface Calibrated {
  readonly n: number;
  readonly right: number;
}

export class EvictionCertainty {
  readonly #counts = new Map<number, { n: number; right: number }>();

  /** A task that is not named is not wrong: the row says that it is unknown. */
  add(truth: Truth, replayed: ReplayedTables): void {
    const rows = new Map<string, ReplayedTables["blocks"][number]>();
    const replayedOf = new Occurrences();
    for (const row of replayed.blocks) {
      if (row.executorId !== truth.executorId) continue;
      if (row.op === "evict" || row.op === "drop_to_disk")
        rows.set(replayedOf.next(row.blockId), row);
    }
    const trueOf = new Occurrences();
    for (const { block, task, cause } of truth.evictions) {
      const row = rows.get(trueOf.next(block));
      if (cause === undefined || row?.cause === undefined || row.certainty === undefined) continue;
      const isTask = row.causedByTaskId === undefined || row.causedByTaskId === task;
      const key = Math.round(row.certainty * 20) / 20;
      const counted = this.#counts.get(key) ?? { n: 0, right: 0 };
      counted.n++;
      counted.right += Number(row.cause === cause && isTask);
      this.#counts.set(key, counted);
    }
  }

  /** By certainty, in steps of 0.05. */
  table(): Record<string, Calibrated> {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    return Object.fromEntries(sorted.map(([certainty, counted]) => [String(certainty), counted]));
  }
}
