/**
 * The life of each block on one executor: stored, hit, missed, evicted, lost; and what a miss was
 * caused by.
 */

import type { Amount } from "../../amount.ts";
import { rddIdOf } from "../../block-id.ts";
import type { StorageLevelFlags } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";
import type { BlockRow, EmitRow, MissKind } from "../../rows.ts";
import { storageLevelName } from "../../storage-level.ts";
import { Lingering } from "../lingering.ts";

type Level = Extract<LogFact, { kind: "block_level" }>;

/**
 * A class, so that the engine gives all of them one shape: of a literal each had its own, 400 bytes
 * more.
 */
class BlockLife {
  readonly history: BlockHistory;
  readonly blockId: string;
  readonly rddId: number | undefined;
  size: Amount | undefined = undefined;
  diskBytes: number | undefined = undefined;
  onDisk = false;
  /** a read found it on disk, where no line had put it */
  readFromDisk = false;
  /** its put went to disk for want of memory, and the same put tries memory once more */
  triesAgain = false;
  storageLevel: string | undefined = undefined;
  firstStoredAt: number | undefined = undefined;
  lastRemovedAt: number | undefined = undefined;
  stores = 0;
  hits = 0;
  misses = 0;
  evictions = 0;
  /** why it is not here any more, if it ever was */
  absence: MissKind = "cold";
  /** removed, or its RDD unpersisted: it is written after a while without a line of it */
  ended = false;
  /** how often it waits to be written */
  lingers = 0;

  constructor(history: BlockHistory, blockId: string) {
    this.history = history;
    this.blockId = blockId;
    this.rddId = rddIdOf(blockId);
  }
}

/** Ended lives, of all executors together, that wait for a second life before they are written. */
const LIVES_KEPT = 12_000;
/**
 * Unpersisted RDDs, whose evicted blocks are still known to have been there: logs may be a while
 * behind.
 */
const RDDS_KEPT = 4_096;

/** Where a block was reported to be stored last. */
interface Newest {
  readonly executorId: string;
  /** largest number of replicas of its level */
  readonly replication: number;
}

/**
 * Of blocks anywhere in the application: what became of them, so that a read on another executor
 * that finds none knows why.
 */
export class ApplicationBlocks {
  readonly #readsAreTold: boolean;
  /** by RDD; other blocks under −1 */
  readonly #absences = new Map<number, Map<string, MissKind>>();
  readonly #unpersisted = new Lingering<number>(RDDS_KEPT, (rddId) => {
    this.#absences.delete(rddId);
  });
  readonly #ended = new Lingering<BlockLife>(LIVES_KEPT, (life) => life.history.forget(life));

  /** RDD → block → where it was stored last; kept only where blocks migrate */
  readonly #newest = new Map<number, Map<string, Newest>>();
  #migrates = false;

  /** @param readsAreTold  whether any log has reads: else no miss is looked up */
  constructor({ readsAreTold }: { readonly readsAreTold: boolean }) {
    this.#readsAreTold = readsAreTold;
  }

  absenceOf(blockId: string): MissKind | undefined {
    return this.#absences.get(rddIdOf(blockId) ?? -1)?.get(blockId);
  }

  absent(blockId: string, why: MissKind): void {
    if (!this.#readsAreTold) return;
    const rddId = rddIdOf(blockId) ?? -1;
    const known = this.#absences.get(rddId);
    if (known === undefined) this.#absences.set(rddId, new Map([[blockId, why]]));
    else known.set(blockId, why);
  }

  unpersisted(rddId: number): void {
    this.#newest.delete(rddId);
    this.#unpersisted.add(rddId);
  }

  /** A report of an executor: it holds a block in memory, of a level with so many replicas. */
  reportedOn(executorId: string, blockId: string, replication: number): void {
    if (!this.#migrates) return;
    const rddId = rddIdOf(blockId);
    if (rddId === undefined) return;
    const ofRdd = this.#newest.get(rddId) ?? new Map<string, Newest>();
    this.#newest.set(rddId, ofRdd);
    const known = ofRdd.get(blockId);
    ofRdd.set(blockId, { executorId, replication: Math.max(replication, known?.replication ?? 1) });
  }

  /**
   * A block without replicas that an executor loses after another has stored it was handed over:
   * a leaving executor removes it once its peer has it (BlockManagerDecommissioner, 3.1+).
   */
  isHandedOver(executorId: string, blockId: string): boolean {
    const newest = this.#newest.get(rddIdOf(blockId) ?? -1)?.get(blockId);
    return newest !== undefined && newest.executorId !== executorId && newest.replication <= 1;
  }

  /** Executors that leave hand their blocks to others (`spark.decommission.enabled`). */
  migrate(): void {
    this.#migrates = true;
  }

  ended(life: BlockLife): void {
    this.#ended.add(life);
  }
}

const RDD_BLOCK = /^rdd_(\d{1,15})_(\d{1,15})$/;

/** `rdd_3_7` → 7; undefined for any other block. */
export function partitionOf(blockId: string): number | undefined {
  const match = RDD_BLOCK.exec(blockId);
  return match === null ? undefined : Number(match[2]);
}

export class BlockHistory {
  readonly #of: {
    readonly executorId: string;
    /** whether a log could tell hits and misses; else both are unknown */
    readonly hasLog: boolean;
    readonly emit: EmitRow;
    readonly blocks: ApplicationBlocks;
    levelOfRdd(rddId: number): StorageLevelFlags | undefined;
  };
  readonly #lives = new Map<string, BlockLife>();
  /** RDD → lives of its blocks that have not ended */
  readonly #ofRdd = new Map<number, Set<BlockLife>>();
  /** brought back from disk a moment ago, by the read that will say so */
  readonly #readBack = new Set<string>();

  constructor(of: {
    readonly executorId: string;
    readonly hasLog: boolean;
    readonly emit: EmitRow;
    readonly blocks: ApplicationBlocks;
    levelOfRdd(rddId: number): StorageLevelFlags | undefined;
  }) {
    this.#of = of;
  }

  stored(blockId: string, size: Amount, ts: number): void {
    const life = this.#begun(blockId);
    life.size = size;
    life.firstStoredAt ??= ts;
    life.stores++;
    // A second try of the put that wrote it is no read.
    if (life.onDisk && !life.triesAgain) this.#readBack.add(blockId);
    life.triesAgain = false;
  }

  /** Whether the block in memory is there because the read in hand found it on disk; asked once. */
  takeReadBack(blockId: string): boolean {
    return this.#readBack.delete(blockId);
  }

  /** A put without room in memory went to disk, and reads it from there into memory if it can. */
  persistedInstead(blockId: string, ts: number): void {
    this.storedOnDisk(blockId, undefined, ts);
    this.#life(blockId).triesAgain = true;
  }

  /** No room: if it was the second try of a put, that is over. */
  refused(blockId: string): void {
    const life = this.#lives.get(blockId);
    if (life !== undefined) life.triesAgain = false;
  }

  storedOnDisk(blockId: string, bytes: number | undefined, ts: number): void {
    const life = this.#begun(blockId);
    life.onDisk = true;
    life.diskBytes = bytes ?? life.diskBytes;
    life.firstStoredAt ??= ts;
  }

  resized(blockId: string, size: Amount): void {
    this.#life(blockId).size = size;
  }

  levelSeen(blockId: string, level: Level): void {
    this.#life(blockId).storageLevel = storageLevelName(level);
  }

  isOnDisk(blockId: string): boolean {
    return this.#lives.get(blockId)?.onDisk ?? false;
  }

  /** When it left memory last, µs; undefined: never, as far as is known. */
  removedAt(blockId: string): number | undefined {
    return this.#lives.get(blockId)?.lastRemovedAt;
  }

  hit(blockId: string, fromDisk: boolean): void {
    const life = this.#life(blockId);
    life.hits++;
    if (fromDisk) life.readFromDisk = true;
    life.triesAgain = false;
  }

  /** A read that found it nowhere: counts it and says what it was caused by. */
  missed(blockId: string): MissKind {
    const here = this.#lives.get(blockId)?.absence ?? "cold";
    this.#life(blockId).misses++;
    return here === "cold" ? (this.#of.blocks.absenceOf(blockId) ?? "cold") : here;
  }

  putFailed(blockId: string): void {
    this.#life(blockId).absence = "after_put_fail";
    this.#of.blocks.absent(blockId, "after_put_fail");
  }

  evicted(blockId: string, ts: number, toDisk: boolean): void {
    const life = this.#life(blockId);
    life.evictions++;
    life.lastRemovedAt = ts;
    if (toDisk) life.onDisk = true;
    else {
      life.absence = "after_evict";
      this.#of.blocks.absent(blockId, "after_evict");
    }
  }

  removed(blockId: string, ts: number): void {
    const life = this.#life(blockId);
    life.onDisk = false;
    life.lastRemovedAt = ts;
    life.absence = "cold";
    this.#end(life);
  }

  /** `RDD.unpersist`: what of it was evicted before goes, too. */
  unpersisted(rddId: number): void {
    for (const life of this.#ofRdd.get(rddId) ?? []) this.#end(life);
  }

  /** What of an RDD is on disk alone goes without a line or a report of its own. */
  removedFromDisk(rddId: number, ts: number): void {
    for (const life of this.#ofRdd.get(rddId) ?? []) {
      if (!life.onDisk && !life.readFromDisk) continue;
      life.onDisk = false;
      life.readFromDisk = false;
      life.lastRemovedAt = ts;
    }
  }

  /** The executor is gone, and what it held with it. */
  lose(heldInMemory: Iterable<string>): void {
    for (const blockId of heldInMemory) this.#of.blocks.absent(blockId, "after_loss");
    for (const [blockId, life] of this.#lives) {
      if (life.onDisk) this.#of.blocks.absent(blockId, "after_loss");
    }
  }

  /** Writes what is still known. */
  finish(): void {
    for (const life of this.#lives.values()) this.#write(life);
    this.#lives.clear();
  }

  /** A life that ended and lingered: it is written unless it began again. */
  forget(life: BlockLife): void {
    life.lingers--;
    if (!life.ended || life.lingers > 0 || this.#lives.get(life.blockId) !== life) return;
    this.#write(life);
    this.#lives.delete(life.blockId);
    this.#readBack.delete(life.blockId);
  }

  /** Of an RDD's blocks, as stages list it. */
  #levelOf(rddId: number | undefined): string | undefined {
    const level = rddId === undefined ? undefined : this.#of.levelOfRdd(rddId);
    return level === undefined ? undefined : storageLevelName(level);
  }

  #write(life: BlockLife): void {
    const { executorId, hasLog, emit } = this.#of;
    const row: BlockRow = {
      executorId,
      blockId: life.blockId,
      rddId: life.rddId,
      partitionId: partitionOf(life.blockId),
      storageLevel: life.storageLevel ?? this.#levelOf(life.rddId),
      memoryBytes: life.size?.best,
      memoryBytesMin: life.size?.atLeast,
      memoryBytesMax: life.size?.atMost,
      diskBytes: life.diskBytes,
      firstStoredAt: life.firstStoredAt,
      lastRemovedAt: life.lastRemovedAt,
      stores: life.stores,
      hits: hasLog ? life.hits : undefined,
      misses: hasLog ? life.misses : undefined,
      evictions: life.evictions,
    };
    emit("blocks", row);
  }

  #end(life: BlockLife): void {
    if (life.ended) return;
    life.ended = true;
    life.lingers++;
    if (life.rddId !== undefined) {
      const ofRdd = this.#ofRdd.get(life.rddId);
      ofRdd?.delete(life);
      if (ofRdd?.size === 0) this.#ofRdd.delete(life.rddId);
    }
    this.#of.blocks.ended(life);
  }

  /** The block is here (again). */
  #begun(blockId: string): BlockLife {
    const life = this.#life(blockId);
    if (life.ended) {
      life.ended = false;
      this.#list(life);
    }
    return life;
  }

  #list(life: BlockLife): void {
    if (life.rddId === undefined) return;
    const ofRdd = this.#ofRdd.get(life.rddId);
    if (ofRdd === undefined) this.#ofRdd.set(life.rddId, new Set([life]));
    else ofRdd.add(life);
  }

  #life(blockId: string): BlockLife {
    let life = this.#lives.get(blockId);
    if (life === undefined) {
      life = new BlockLife(this, blockId);
      this.#lives.set(blockId, life);
      this.#list(life);
    }
    return life;
  }
}
