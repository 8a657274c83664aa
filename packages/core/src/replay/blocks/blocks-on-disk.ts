/**
 * Blocks that went to disk, with what they hold in memory once a read brings them back, which is
 * not reported (spec event-log 3.7).
 */
import { rddIdOf } from "../../block-id.ts";
import type { BlockStatus, StorageLevelFlags } from "../../event-fact.ts";
import type { RunningTask } from "../executor-state.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import type { ReplayContext } from "../replay-context.ts";

interface BlockOnDisk {
  /** what it holds in memory, at most */
  readonly bytes: number;
  readonly ledger: ModeLedger;
  /** it has been read since, as far as tasks and levels tell */
  mayBeBack: boolean;
}

export class BlocksOnDisk {
  readonly #context: ReplayContext;
  readonly #blocks = new Map<string, BlockOnDisk>();
  readonly #ofRdd = new Map<number, Set<string>>();
  /** of those that may be back */
  readonly #bytes = new Map<ModeLedger, number>();

  constructor(context: ReplayContext) {
    this.#context = context;
  }

  /** How much of a ledger blocks that were read back may hold. */
  bytesOf(ledger: ModeLedger): number {
    return this.#bytes.get(ledger) ?? 0;
  }

  /** The ledger may hold so much more than is known. */
  countIn(ledger: ModeLedger): void {
    ledger.driftsBy({ below: 0, above: this.bytesOf(ledger) });
  }

  /** A block left memory for disk. */
  evicted(blockId: string, bytes: number): void {
    this.#add(blockId, { bytes, isFirstPut: false });
  }

  /**
   * A block that was put to disk is read from there by the put itself, into memory if there is room
   * by then (BlockManager.getOrElseUpdate, 2.0+); one that had been read back was evicted again. As
   * values it may hold whatever there is; as bytes, what it takes on disk.
   */
  put({ blockId, diskBytes }: BlockStatus): void {
    const level = this.#levelOf(blockId);
    if (level?.useMemory !== true) return;
    const { maxBytes } = this.#ledgerOf(blockId).rules;
    const known = this.#blocks.get(blockId)?.bytes;
    const bytes = known ?? (level.deserialized ? maxBytes : Math.min(maxBytes, diskBytes));
    this.#add(blockId, { bytes, isFirstPut: known === undefined });
  }

  /** A task may read blocks back, unless it ended and had read no cached block at all. */
  readBy({ taskId, stageId }: Pick<RunningTask, "taskId" | "stageId">): void {
    const { evidence, state } = this.#context;
    const known = evidence.task(taskId);
    const isKnown = known?.finishedAt !== undefined && !known.failed;
    if (isKnown && known.inputBytes === 0) return;
    for (const rddId of this.#context.persistedRdds(stageId)) {
      for (const blockId of this.#ofRdd.get(rddId) ?? []) this.#read(blockId);
    }
    for (const ledger of state.ledgers) this.countIn(ledger);
  }

  delete(blockId: string): void {
    const block = this.#blocks.get(blockId);
    if (block === undefined) return;
    this.#blocks.delete(blockId);
    if (block.mayBeBack) this.#count(block, -1);
    const rddId = rddIdOf(blockId) ?? -1;
    const ofRdd = this.#ofRdd.get(rddId);
    ofRdd?.delete(blockId);
    if (ofRdd?.size === 0) this.#ofRdd.delete(rddId);
  }

  deleteRdd(rddId: number): void {
    for (const blockId of this.#ofRdd.get(rddId) ?? []) this.delete(blockId);
  }

  /**
   * Blocks kept as values come back as a task of this executor reads them; as bytes others' reads
   * do it, too (BlockManager.doGetLocalBytes, 2.0+).
   */
  #add(
    blockId: string,
    { bytes, isFirstPut }: { readonly bytes: number; readonly isFirstPut: boolean },
  ): void {
    this.delete(blockId);
    const mayBeBack = isFirstPut || this.#levelOf(blockId)?.deserialized !== true;
    const block = { bytes, ledger: this.#ledgerOf(blockId), mayBeBack };
    this.#blocks.set(blockId, block);
    if (mayBeBack) this.#count(block, 1);
    const rddId = rddIdOf(blockId) ?? -1;
    const ofRdd = this.#ofRdd.get(rddId);
    if (ofRdd === undefined) this.#ofRdd.set(rddId, new Set([blockId]));
    else ofRdd.add(blockId);
    this.countIn(block.ledger);
  }

  #read(blockId: string): void {
    const block = this.#blocks.get(blockId);
    if (block === undefined || block.mayBeBack) return;
    block.mayBeBack = true;
    this.#count(block, 1);
  }

  #count({ ledger, bytes }: BlockOnDisk, sign: 1 | -1): void {
    this.#bytes.set(ledger, this.bytesOf(ledger) + sign * bytes);
  }

  #levelOf(blockId: string): StorageLevelFlags | undefined {
    const rddId = rddIdOf(blockId);
    return rddId === undefined ? undefined : this.#context.levelOfRdd(rddId);
  }

  #ledgerOf(blockId: string): ModeLedger {
    const context = this.#context;
    return context.state.ledger(context.isOffHeap(blockId) ? "off_heap" : "on_heap");
  }
}
