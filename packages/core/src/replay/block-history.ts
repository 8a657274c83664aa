/** The life of each block on one executor: stored, hit, missed, evicted, lost; and what a miss was caused by. */

import type { Amount } from "../amount.ts";
import { rddIdOf } from "../block-id.ts";
import type { BlockRow, EmitRow, MissKind } from "../rows.ts";

interface BlockLife {
  size: Amount | undefined;
  diskBytes: number | undefined;
  onDisk: boolean;
  storageLevel: string | undefined;
  firstStoredAt: number | undefined;
  lastRemovedAt: number | undefined;
  stores: number;
  hits: number;
  misses: number;
  evictions: number;
  /** why it is not here any more, if it ever was */
  absence: MissKind;
}

/** What became of blocks anywhere in the application: why a read on another executor finds them nowhere. */
export type KnownBlocks = Map<string, MissKind>;

const RDD_BLOCK = /^rdd_(\d{1,15})_(\d{1,15})$/;

/** `rdd_3_7` → 7; undefined for any other block. */
export function partitionOf(blockId: string): number | undefined {
  const match = RDD_BLOCK.exec(blockId);
  return match === null ? undefined : Number(match[2]);
}

export class BlockHistory {
  readonly #lives = new Map<string, BlockLife>();
  readonly #anywhere: KnownBlocks;
  /** brought back from disk a moment ago, by the read that will say so */
  readonly #readBack = new Set<string>();

  constructor(anywhere: KnownBlocks) {
    this.#anywhere = anywhere;
  }

  stored(blockId: string, size: Amount, ts: number): void {
    const life = this.#life(blockId);
    life.size = size;
    life.firstStoredAt ??= ts;
    life.stores++;
    if (life.onDisk) this.#readBack.add(blockId);
  }

  /** Whether the block in memory is there because the read in hand found it on disk; asked once. */
  takeReadBack(blockId: string): boolean {
    return this.#readBack.delete(blockId);
  }

  storedOnDisk(blockId: string, bytes: number | undefined, ts: number): void {
    const life = this.#life(blockId);
    life.onDisk = true;
    life.diskBytes = bytes ?? life.diskBytes;
    life.firstStoredAt ??= ts;
  }

  resized(blockId: string, size: Amount): void {
    this.#life(blockId).size = size;
  }

  levelSeen(blockId: string, level: string): void {
    this.#life(blockId).storageLevel = level;
  }

  isOnDisk(blockId: string): boolean {
    return this.#lives.get(blockId)?.onDisk ?? false;
  }

  hit(blockId: string): void {
    this.#life(blockId).hits++;
  }

  /** A read that found it nowhere: counts it and says what it was caused by. */
  missed(blockId: string): MissKind {
    const here = this.#lives.get(blockId)?.absence ?? "cold";
    this.#life(blockId).misses++;
    return here === "cold" ? (this.#anywhere.get(blockId) ?? "cold") : here;
  }

  putFailed(blockId: string): void {
    this.#life(blockId).absence = "after_put_fail";
    this.#anywhere.set(blockId, "after_put_fail");
  }

  evicted(blockId: string, ts: number, toDisk: boolean): void {
    const life = this.#life(blockId);
    life.evictions++;
    life.lastRemovedAt = ts;
    if (toDisk) life.onDisk = true;
    else {
      life.absence = "after_evict";
      this.#anywhere.set(blockId, "after_evict");
    }
  }

  removed(blockId: string, ts: number): void {
    const life = this.#life(blockId);
    life.onDisk = false;
    life.lastRemovedAt = ts;
    life.absence = "cold";
  }

  /** The executor is gone, and what it held with it. */
  lose(heldInMemory: Iterable<string>): void {
    for (const blockId of heldInMemory) this.#anywhere.set(blockId, "after_loss");
    for (const [blockId, life] of this.#lives) {
      if (life.onDisk) this.#anywhere.set(blockId, "after_loss");
    }
  }

  /** @param countsReads whether a log could tell hits and misses; else both are unknown */
  write(executorId: string, countsReads: boolean, emit: EmitRow): void {
    for (const [blockId, life] of this.#lives) {
      const row: BlockRow = {
        executorId,
        blockId,
        rddId: rddIdOf(blockId),
        partitionId: partitionOf(blockId),
        storageLevel: life.storageLevel,
        memoryBytes: life.size?.best,
        memoryBytesMin: life.size?.atLeast,
        memoryBytesMax: life.size?.atMost,
        diskBytes: life.diskBytes,
        firstStoredAt: life.firstStoredAt,
        lastRemovedAt: life.lastRemovedAt,
        stores: life.stores,
        hits: countsReads ? life.hits : undefined,
        misses: countsReads ? life.misses : undefined,
        evictions: life.evictions,
      };
      emit("blocks", row);
    }
  }

  #life(blockId: string): BlockLife {
    let life = this.#lives.get(blockId);
    if (life === undefined) {
      life = {
        size: undefined,
        diskBytes: undefined,
        onDisk: false,
        storageLevel: undefined,
        firstStoredAt: undefined,
        lastRemovedAt: undefined,
        stores: 0,
        hits: 0,
        misses: 0,
        evictions: 0,
        absence: "cold",
      };
      this.#lives.set(blockId, life);
    }
    return life;
  }
}
