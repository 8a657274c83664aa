/**
 * Removals that the driver was told of and INFO logs are silent about. A report carries no time: the block went after the event before it
 * and before the next one that has a time. Until then it may be there or gone; how much that is, is the ledger's drift.
 */
import type { BlockStatus } from "../event-fact.ts";
import type { BlockSteps } from "./block-steps.ts";
import { isInMemory } from "./evidence.ts";
import type { LogStep } from "./lookahead.ts";
import type { ModeLedger } from "./mode-ledger.ts";
import { placeOf, type ReplayContext } from "./replay-context.ts";

interface RemovalReport {
  readonly blockId: string;
  /** µs of the last event with a time before the report, and of the first after it */
  readonly from: number;
  until: number | undefined;
}

/** How long a reported removal waits for the store it ends, which may be printed a little later. */
const SETTLING_MICROS = 2_000_000;
const NO_DRIFT = { below: 0, above: 0 } as const;

export class RemovalReports {
  readonly #reports: RemovalReport[] = [];

  /** A block left memory; evictions keep a replica count, and the executor's own log tells them. */
  heard(status: BlockStatus, ts: number): void {
    if (isInMemory(status) || status.level.replication !== 0) return;
    this.#reports.push({ blockId: status.blockId, from: ts, until: undefined });
  }

  /** An event with a time. */
  timePasses(ts: number): void {
    for (let at = this.#reports.length - 1; at >= 0; at--) {
      const report = this.#reports[at];
      if (report === undefined || report.until !== undefined) return;
      if (ts > report.from) report.until = ts;
    }
  }

  /** Before a step: what has gone by then goes, what may have gone drifts. */
  apply({ state }: ReplayContext, blocks: BlockSteps, step: LogStep): void {
    if (this.#reports.length === 0) return;
    const below = new Map<ModeLedger, number>();
    let kept = 0;
    for (const report of this.#reports) {
      const { blockId, from, until } = report;
      // Only pieces are reported; the value they made goes with the first of them.
      const value = /^(broadcast_\d+)_piece\d+$/.exec(blockId)?.[1];
      const goes = value === undefined ? [blockId] : [value, blockId];
      if (from > step.ts || until === undefined || until > step.ts) {
        this.#reports[kept++] = report;
        if (from > step.ts) continue;
        for (const id of goes) {
          const ledger = state.ledgerOfBlock(id);
          const size = ledger?.blocks.get(id)?.size.atMost ?? 0;
          if (ledger !== undefined) below.set(ledger, (below.get(ledger) ?? 0) + size);
        }
        continue;
      }
      const known = state.ledgerOfBlock(blockId) !== undefined;
      for (const id of goes) blocks.removeOne(placeOf(step), id, "derived");
      if (!known && step.ts - until < SETTLING_MICROS) this.#reports[kept++] = report;
    }
    this.#reports.length = kept;
    for (const ledger of state.ledgers) {
      const bytes = below.get(ledger) ?? 0;
      if (bytes !== ledger.drift.below)
        ledger.drift = bytes === 0 ? NO_DRIFT : { below: bytes, above: 0 };
    }
  }
}
