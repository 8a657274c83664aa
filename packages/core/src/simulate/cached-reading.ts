/**
 * One read of a cached partition: met here, on disk or elsewhere, or computed from what it is made
 * of and stored. Follows BlockManager.getOrElseUpdate.
 */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { StorageLevel } from "../storage-level.ts";
import { BlockPut } from "./block-put.ts";
import { type ReadMetBy, storingNeeds } from "./cache-trace.ts";
import type { CachedRead, WantedBlock, WantedRdd, WantedTask } from "./demand.ts";
import { drawn, logistic } from "./drawn.ts";
import { type Draws, PURPOSE } from "./draws.ts";
import type { SimulatedExecutor } from "./executor.ts";
import { growthOf } from "./growth.ts";
import type { StageSurroundings } from "./stage-surroundings.ts";
import type { TaskClock } from "./task-course.ts";
import { UNROLL_SHARE } from "./task-times.ts";

/** How often a task looks whether another has computed the block that it wants, ms. */
const LOOK_MILLIS = 5;

/** The task that reads, as far as its reads need it. */
export interface Reader {
  readonly task: WantedTask;
  readonly executor: SimulatedExecutor;
  readonly attemptId: number;
  readonly around: StageSurroundings;
  readonly clock: TaskClock;
  /** How much longer it takes than the base's. */
  readonly speed: number;
  /** The block stays until the task ends, if it is there. */
  pin(blockId: string): void;
  /** Of the partition that is computed next, at the base's speed. */
  millisToCompute(): number;
}

/** A partition of a cached RDD that a task reads. */
interface CachedBlock {
  readonly rdd: WantedRdd;
  /** Of the RDD in the demand. */
  readonly position: number;
  readonly partition: number;
  readonly block: WantedBlock;
}

/** What a read does next. */
type Step = "begin" | "meet" | "met_elsewhere" | "parents" | "write" | "put" | "put_from_disk";

export class CachedReading {
  /** The read that needs this one, and waits for it. */
  readonly outer: CachedReading | undefined;
  readonly #reader: Reader;
  #read: CachedRead | undefined;
  #partition = 0;
  #next: Step = "begin";
  #parents = 0;
  /** `undefined`: it is not cached, and only what it is made of is read. */
  #cached: CachedBlock | undefined;
  #unrollMillis = 0;
  #put: BlockPut | undefined;
  /** Other tasks of its executor that want the block wait for this one. */
  #holdsOthers = false;

  constructor(reader: Reader, outer: CachedReading | undefined) {
    this.outer = outer;
    this.#reader = reader;
  }

  /** Another read of its task; the last one must be over. */
  begin(read: CachedRead, partition: number): void {
    this.#read = read;
    this.#partition = partition;
    this.#next = "begin";
    this.#parents = 0;
    this.#cached = undefined;
    this.#put = undefined;
  }

  /** Milliseconds to let pass; a read to see through first; `undefined`: it is over. */
  advance(): number | CachedReading | undefined {
    const cached = this.#cached;
    if (cached === undefined) return this.#next === "begin" ? this.#begin() : this.#parentToRead();
    switch (this.#next) {
      case "meet":
        return this.#meet(cached);
      case "met_elsewhere":
        this.#reader.executor.hasReadRemotely = true;
        return undefined;
      case "parents":
        return this.#parentToRead() ?? this.#compute(cached);
      case "write":
        this.#written(cached);
        return this.#over();
      case "put":
        return this.#unroll(cached, this.#unrollMillis) ?? this.#unrolled(cached);
      default:
        return this.#unrollFromDisk(cached);
    }
  }

  /** Its task is dead. */
  abandon(): void {
    this.#over();
  }

  #begin(): number {
    const { around, clock } = this.#reader;
    const position = this.#read?.rdd ?? -1;
    const rdd = around.wanted.rdds[position];
    const block = rdd?.blocks.get(this.#partition);
    if (rdd === undefined || block === undefined || !around.isCached(position)) {
      this.#next = "parents";
      return 0;
    }
    this.#cached = { rdd, position, partition: this.#partition, block };
    this.#next = "meet";
    return clock.due();
  }

  #parentToRead(): CachedReading | undefined {
    const parent = this.#read?.parents[this.#parents++];
    if (parent === undefined) return undefined;
    const inner = new CachedReading(this.#reader, this);
    inner.begin(parent, this.#partition);
    return inner;
  }

  #meet(cached: CachedBlock): number | undefined {
    const { executor, around } = this.#reader;
    const { position, partition } = cached;
    const { blockId } = cached.block;
    if (executor.isComputing(blockId)) return LOOK_MILLIS;
    const { outcomes } = executor;
    if (executor.store.get(blockId)) {
      outcomes.memory_hits++;
      this.#reader.pin(blockId);
      this.#traced(cached, "memory");
      return undefined;
    }
    // The block read before may just have evicted this one.
    around.noteEvicted(executor);
    if (executor.isOnDisk(blockId)) {
      outcomes.disk_hits++;
      this.#traced(cached, "disk");
      return this.#readFromDisk(cached);
    }
    const holders = around.locations.of(position, partition);
    if (holders !== undefined) {
      outcomes.remote_hits++;
      this.#traced(cached, "remote");
      return this.#readRemotely(blockId, holders);
    }
    outcomes.misses++;
    const isRecomputed = around.locations.computed(position, partition);
    if (isRecomputed) outcomes.recomputes++;
    this.#traced(cached, isRecomputed ? "again" : "first");
    this.#holdOthers(blockId);
    this.#next = "parents";
    return 0;
  }

  #holdOthers(blockId: string): void {
    this.#reader.executor.computing.add(blockId);
    this.#holdsOthers = true;
  }

  #over(): undefined {
    if (this.#holdsOthers && this.#cached !== undefined)
      this.#reader.executor.computing.delete(this.#cached.block.blockId);
    this.#holdsOthers = false;
    return undefined;
  }

  /** The block becomes its holder's youngest, and no copy is made here. */
  #readRemotely(blockId: string, holders: readonly number[]): number {
    const { executor, task } = this.#reader;
    const { executors, wanted, draws, stage } = this.#reader.around;
    for (const holder of holders) if (executors[holder]?.store.get(blockId) === true) break;
    const { firstMillis, laterMillis, sigma } = wanted.remoteReads;
    const spread = draws.logNormal(sigma, PURPOSE.remoteRead, stage.stageId, task.partition);
    this.#next = "met_elsewhere";
    return (executor.hasReadRemotely ? laterMillis : firstMillis) * spread * executor.slowness;
  }

  /** Unrolled in the last part of the time that computing takes. */
  #compute({ rdd, partition }: CachedBlock): number {
    const reader = this.#reader;
    const millis = reader.millisToCompute() * reader.speed;
    if (!rdd.level.useMemory) {
      this.#next = "write";
      return millis;
    }
    const { draws } = reader.around;
    this.#unrollMillis =
      millis * logistic(UNROLL_SHARE, draws, PURPOSE.unrollShare, rdd.rddId, partition);
    this.#next = "put";
    return millis - this.#unrollMillis;
  }

  /** What the put does next; `undefined`: it is over. */
  #unroll(cached: CachedBlock, millis: number): number | undefined {
    this.#put ??= this.#putOf(cached, millis);
    return this.#put.advance();
  }

  #unrolled(cached: CachedBlock): number | undefined {
    const { executor, around } = this.#reader;
    const isStored = this.#put?.isStored === true;
    this.#put = undefined;
    if (isStored) {
      around.locations.add(cached.position, cached.partition, executor.index);
      this.#reader.pin(cached.block.blockId);
      return this.#over();
    }
    executor.outcomes.failed_puts++;
    if (!cached.rdd.level.useDisk) return this.#over();
    this.#written(cached);
    return this.#readFromDisk(cached);
  }

  #written({ block, position, partition }: CachedBlock): void {
    const { executor, around } = this.#reader;
    executor.onDisk.add(block.blockId);
    around.locations.add(position, partition, executor.index);
  }

  /**
   * A block on disk goes back into memory where its level has any: bytes in one piece, values
   * through an unroll.
   */
  #readFromDisk({ rdd, block, partition }: CachedBlock): number | undefined {
    const { level, rddId } = rdd;
    const { blockId } = block;
    if (!level.useMemory) return this.#over();
    const { executor, attemptId, around } = this.#reader;
    if (level.deserialized) {
      this.#holdOthers(blockId);
      this.#next = "put_from_disk";
      return 0;
    }
    const put = { blockId, mode: modeOf(level), level, taskId: attemptId };
    const bytes = bytesOf(block, around.draws, rddId, partition);
    if (executor.store.putBytes(put, bytes) === "stored") this.#reader.pin(blockId);
    return this.#over();
  }

  #unrollFromDisk(cached: CachedBlock): number | undefined {
    const { task, speed, executor } = this.#reader;
    const turn = this.#unroll(cached, task.hitMillis * speed);
    if (turn !== undefined) return turn;
    if (this.#put?.isStored === true) this.#reader.pin(cached.block.blockId);
    else executor.outcomes.failed_puts++;
    return this.#over();
  }

  #putOf({ block, rdd, partition }: CachedBlock, millis: number): BlockPut {
    const { executor, attemptId } = this.#reader;
    const { settings, draws } = this.#reader.around;
    const { level } = rdd;
    const put = { blockId: block.blockId, mode: modeOf(level), level, taskId: attemptId };
    return new BlockPut(executor.store, put, {
      bytes: bytesOf(block, draws, rdd.rddId, partition),
      elements: block.elements,
      millis,
      deserialized: level.deserialized,
      unroll: settings.unroll,
    });
  }

  #traced({ rdd, block, partition }: CachedBlock, met: ReadMetBy): void {
    const { trace, draws, settings } = this.#reader.around;
    if (trace === undefined || !rdd.level.useMemory) return;
    const { executor } = this.#reader;
    const { deserialized } = rdd.level;
    const { blockId } = block;
    const bytes = bytesOf(block, draws, rdd.rddId, partition);
    const growth = growthOf(bytes, block.elements, settings.unroll, deserialized);
    const needBytes = storingNeeds(growth, settings.unroll);
    trace.read(executor, modeOf(rdd.level), { blockId, bytes, needBytes }, met);
  }
}

function bytesOf(block: WantedBlock, draws: Draws, rddId: number, partition: number): number {
  return Math.max(1, Math.round(drawn(block.bytes, draws, PURPOSE.blockSize, rddId, partition)));
}

function modeOf({ useOffHeap }: StorageLevel): MemoryMode {
  return useOffHeap ? "off_heap" : "on_heap";
}
