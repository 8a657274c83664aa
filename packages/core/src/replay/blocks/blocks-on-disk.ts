/**
 * Blocks that went to disk, with what they held in memory: a read may bring them back without a
 * report.
 */
import { rddIdOf } from "../../block-id.ts";
import type { ModeLedger } from "../mode-ledger.ts";

export class BlocksOnDisk {
  readonly #blocks = new Map<string, { readonly bytes: number; readonly ledger: ModeLedger }>();
  readonly #ofRdd = new Map<number, Set<string>>();
  readonly #bytes = new Map<ModeLedger, number>();

  bytesOf(ledger: ModeLedger): number {
    return this.#bytes.get(ledger) ?? 0;
  }

  add(blockId: string, bytes: number, ledger: ModeLedger): void {
    this.delete(blockId);
    this.#blocks.set(blockId, { bytes, ledger });
    this.#bytes.set(ledger, this.bytesOf(ledger) + bytes);
    const rddId = rddIdOf(blockId) ?? -1;
    const ofRdd = this.#ofRdd.get(rddId);
    if (ofRdd === undefined) this.#ofRdd.set(rddId, new Set([blockId]));
    else ofRdd.add(blockId);
  }

  delete(blockId: string): void {
    const block = this.#blocks.get(blockId);
    if (block === undefined) return;
    this.#blocks.delete(blockId);
    this.#bytes.set(block.ledger, this.bytesOf(block.ledger) - block.bytes);
    const rddId = rddIdOf(blockId) ?? -1;
    const ofRdd = this.#ofRdd.get(rddId);
    ofRdd?.delete(blockId);
    if (ofRdd?.size === 0) this.#ofRdd.delete(rddId);
  }

  deleteRdd(rddId: number): void {
    for (const blockId of this.#ofRdd.get(rddId) ?? []) this.delete(blockId);
  }
}
