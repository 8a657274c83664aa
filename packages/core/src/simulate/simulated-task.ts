/** What one task does with memory, in Spark's order: broadcast, cached reads, lazy broadcasts, execution memory, and the end of all. */
import { SparkFailure } from "../assert.ts";
import { SpillLedger } from "../consumers/spill-ledger.ts";
import { Spillable } from "../consumers/spillable.ts";
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import { confLong } from "../spark-conf.ts";
import type { UnrollDemand } from "../storage/unroll.ts";
import { TaskMemoryManager, type TaskStep } from "../tasks/task-memory-manager.ts";
import type {
  BlockRead,
  CachedRead,
  ConsumerDemand,
  SpillableDemand,
  WantedBlock,
  WantedRdd,
} from "./demand.ts";
import { drawn } from "./drawn.ts";
import { type Close, fillPages } from "./fill-pages.ts";
import { growthOf } from "./growth.ts";
import type { TaskSurroundings } from "./task-surroundings.ts";

/** A task's course: it yields milliseconds to let pass, or a request to have answered. */
export type TaskCourse = Generator<number | ExecutionRequest, void, number>;

/** How much of a task's run time goes into computing a partition that is then stored; the rest reads it. */
const COMPUTE_SHARE = 0.8;

/**
 * When a task inserts its records, as shares of its run time: it begins at up to 0.4 of it, earlier ones likelier, and takes
 * 0.3 to 0.8 of the rest. From the first and last acquisitions of 147 tasks of recorded shuffles (Spark 2.4 to 4.0), whose
 * deciles were 0.12, 0.22 and 0.40 (first), 0.39, 0.63 and 0.85 (last).
 */
const INSERTION = { latestBegin: 0.4, leastShare: 0.3, mostShare: 0.8 } as const;

/**
 * By how much a look finds a collection past its threshold: `most · u^power`. From 531 first and 472 later requests of recorded
 * collections (Spark 2.1 to 4.1), whose medians were 0.2 % and 0.05 %, and ninth deciles 5 % and 1 %.
 */
const FIRST_OVERSHOOT = { most: 0.12, power: 6 } as const;
const LATER_OVERSHOOT = { most: 0.04, power: 8 } as const;

/** Time passes in steps of this share of a block at least. */
const LEAST_STEP = 0.08;

export class SimulatedTask {
  readonly around: TaskSurroundings;
  readonly course: TaskCourse;
  /** It died of task memory. */
  isDead = false;
  waited = false;
  readonly ledger: SpillLedger = new SpillLedger();
  readonly #memory: TaskMemoryManager;
  readonly #pinned: string[] = [];
  readonly #speed: number;
  #isMiss = false;

  constructor(around: TaskSurroundings) {
    this.around = around;
    const { executor, draws, stage, task, configuration } = around;
    this.#memory = new TaskMemoryManager({
      behaviour: configuration.behaviour,
      manager: executor.manager,
      taskId: around.attemptId,
      tungstenMode: configuration.capacity.tungstenMode,
    });
    const spread = draws.logNormal(stage.durationSigma, "duration", stage.stageId, task.partition);
    this.#speed = spread * executor.slowness;
    this.course = this.#run();
  }

  *#run(): TaskCourse {
    const { task, stage, executor, isFirst } = this.around;
    yield (isFirst ? this.#firstOverhead() : stage.overheadMillis) * executor.slowness;
    const [binary, ...lazy] = stage.broadcasts;
    if (binary !== undefined) yield* this.#readBroadcast(binary);
    try {
      if (task.reads !== undefined) yield* this.#readInTurn(task.reads);
      else for (const read of stage.reads) yield* this.#read(read, task.partition);
      for (const broadcast of lazy) yield* this.#readBroadcast(broadcast);
      yield* this.#execute();
    } catch (failure) {
      if (!(failure instanceof SparkFailure)) throw failure;
      this.isDead = true;
    }
    this.#end();
  }

  #firstOverhead(): number {
    const { stage, executor, draws, wanted } = this.around;
    const spread = draws.logNormal(
      wanted.overheadSigma,
      "late_start",
      stage.stageId,
      executor.index,
    );
    return stage.firstOverheadMillis * spread;
  }

  #end(): void {
    const { executor, attemptId } = this.around;
    for (const blockId of this.#pinned) executor.store.unpin(blockId);
    executor.store.releaseUnrollOfTask(attemptId);
    this.#memory.cleanUp();
    const { outcomes } = executor;
    const { ledger } = this;
    outcomes.spilled_bytes += ledger.memoryBytes;
    outcomes.spilled_disk_bytes += ledger.diskBytes;
    outcomes.spills += ledger.spills;
    if (ledger.memoryBytes > 0) outcomes.spilled_tasks++;
    if (this.waited) outcomes.waiting_tasks++;
    if (this.isDead) outcomes.oom_tasks++;
  }

  /** Pieces as bytes, then the value through an unroll that needs a whole threshold however small it is. */
  *#readBroadcast(index: number): TaskCourse {
    const { wanted, executor, attemptId } = this.around;
    const broadcast = wanted.broadcasts[index];
    if (broadcast === undefined || executor.broadcasts.has(index)) return;
    executor.broadcasts.add(index);
    const level = {
      useDisk: true,
      useMemory: true,
      useOffHeap: false,
      deserialized: true,
      replication: 1,
    };
    const name = `broadcast_${broadcast.broadcastId}`;
    for (const [piece, bytes] of broadcast.pieceBytes.entries()) {
      const blockId = `${name}_piece${piece}`;
      if (!executor.store.contains(blockId))
        executor.store.putBytes({ blockId, mode: "on_heap", level, taskId: attemptId }, bytes);
    }
    yield 1;
    if (executor.store.contains(name)) return;
    const bytes = broadcast.valueBytes;
    const put = executor.store.putValues(
      { blockId: name, mode: "on_heap", level, taskId: attemptId },
      { checkedBytes: [bytes], finalBytes: bytes },
    );
    if (put.kind === "failed") executor.store.closePartial(put.partial);
  }

  *#readInTurn(reads: readonly BlockRead[]): TaskCourse {
    for (const { rdd, partition } of reads) yield* this.#read({ rdd, parents: [] }, partition);
  }

  /** `BlockManager.getOrElseUpdate`: here, elsewhere, or computed from what it is made of and stored. */
  *#read(read: CachedRead, partition: number): TaskCourse {
    const { wanted, executor, locations } = this.around;
    const rdd = wanted.rdds[read.rdd];
    const block = rdd?.blocks.get(partition);
    if (rdd === undefined || block === undefined || !this.around.isCached(read.rdd)) {
      for (const parent of read.parents) yield* this.#read(parent, partition);
      return;
    }
    while (executor.computing.has(block.blockId)) yield 5;
    const { outcomes, store } = executor;
    if (store.get(block.blockId)) {
      outcomes.memory_hits++;
      this.#pin(block.blockId);
      return;
    }
    if (executor.onDisk.has(block.blockId)) {
      outcomes.disk_hits++;
      yield* this.#readFromDisk(rdd, block);
      return;
    }
    if (locations.of(block.blockId) !== undefined) {
      outcomes.remote_hits++;
      return;
    }
    outcomes.misses++;
    if (locations.computed(block.blockId)) outcomes.recomputes++;
    executor.computing.add(block.blockId);
    try {
      for (const parent of read.parents) yield* this.#read(parent, partition);
      yield* this.#compute(rdd, block);
    } finally {
      executor.computing.delete(block.blockId);
    }
  }

  #pin(blockId: string): void {
    if (this.around.executor.store.pin(blockId)) this.#pinned.push(blockId);
  }

  /** A block on disk goes back into memory where its level has any: bytes in one piece, values through an unroll. */
  *#readFromDisk(rdd: WantedRdd, block: WantedBlock): TaskCourse {
    if (!rdd.level.useMemory) return;
    const { executor, attemptId } = this.around;
    if (!rdd.level.deserialized) {
      const mode: MemoryMode = rdd.level.useOffHeap ? "off_heap" : "on_heap";
      const put = { blockId: block.blockId, mode, level: rdd.level, taskId: attemptId };
      if (executor.store.putBytes(put, this.#bytesOf(rdd, block)) === "stored")
        this.#pin(block.blockId);
      return;
    }
    executor.computing.add(block.blockId);
    const stored = yield* this.#put(rdd, block, this.around.task.hitMillis * this.#speed);
    executor.computing.delete(block.blockId);
    if (stored) this.#pin(block.blockId);
    else executor.outcomes.failed_puts++;
  }

  *#compute(rdd: WantedRdd, block: WantedBlock): TaskCourse {
    const { executor, locations } = this.around;
    const millis = this.around.task.missMillis * this.#speed * COMPUTE_SHARE;
    this.#isMiss = true;
    if (!rdd.level.useMemory) {
      yield millis;
      this.#written(block);
      return;
    }
    const stored = yield* this.#put(rdd, block, millis);
    if (stored) {
      locations.add(block.blockId, executor.index);
      this.#pin(block.blockId);
      return;
    }
    executor.outcomes.failed_puts++;
    if (!rdd.level.useDisk) return;
    this.#written(block);
    yield* this.#readFromDisk(rdd, block);
  }

  #written(block: WantedBlock): void {
    this.around.executor.onDisk.add(block.blockId);
    this.around.locations.add(block.blockId, this.around.executor.index);
  }

  #bytesOf(rdd: WantedRdd, block: WantedBlock): number {
    const partition = partitionOf(block.blockId);
    const size = drawn(block.bytes, this.around.draws, "block_size", rdd.rddId, partition);
    return Math.max(1, Math.round(size));
  }

  /** A put that takes its time; whether the block is stored now. */
  *#put(rdd: WantedRdd, block: WantedBlock, millis: number): Generator<number, boolean, number> {
    const { executor, attemptId, configuration } = this.around;
    const mode: MemoryMode = rdd.level.useOffHeap ? "off_heap" : "on_heap";
    const bytes = this.#bytesOf(rdd, block);
    const put = { blockId: block.blockId, mode, level: rdd.level, taskId: attemptId };
    const demand: UnrollDemand = growthOf(bytes, block.elements, configuration);
    const steps = rdd.level.deserialized
      ? executor.store.putValuesByStep(put, demand)
      : executor.store.putIteratorAsBytesByStep(put, demand);
    let unrolled = 0;
    for (;;) {
      const turn = steps.next();
      if (turn.done === true) {
        if (turn.value.kind !== "failed") {
          return turn.value.kind === "stored";
        }
        const { partial } = turn.value;
        // What was unrolled keeps its memory until it is read; the rest is computed as it is read.
        yield (millis * (1 - unrolled / bytes)) / 2;
        executor.store.closePartial(partial);
        yield (millis * (1 - unrolled / bytes)) / 2;
        return false;
      }
      // Growth in small steps at the beginning is one step: nothing of note happens between.
      if (turn.value < bytes * LEAST_STEP + unrolled) continue;
      yield (millis * (turn.value - unrolled)) / bytes;
      unrolled = turn.value;
    }
  }

  *#execute(): TaskCourse {
    const { task, draws, stage } = this.around;
    const run =
      (this.#isMiss ? task.missMillis * (1 - COMPUTE_SHARE) : task.hitMillis) * this.#speed;
    if (task.consumers.length === 0) {
      yield run;
      return;
    }
    const key = task.partition;
    const { latestBegin, leastShare, mostShare } = INSERTION;
    const spread = draws.uniform("insertion_share", stage.stageId, key);
    const share = leastShare + (mostShare - leastShare) * spread;
    const before = latestBegin * draws.uniform("insertion_start", stage.stageId, key) ** 2;
    yield run * before;
    const each = (run * share * (1 - before)) / task.consumers.length;
    const closes: Close[] = [];
    for (const [index, demand] of task.consumers.entries()) {
      closes[index] = yield* this.#consume(demand, index, each);
      for (const drained of demand.drains ?? []) closes[drained]?.();
    }
    yield run * (1 - share) * (1 - before);
  }

  *#consume(
    demand: ConsumerDemand,
    index: number,
    millis: number,
  ): Generator<number | ExecutionRequest, Close, number> {
    if (demand.kind === "spillable") {
      yield* this.#fillSpillable(demand, index, millis);
      return () => {};
    }
    return yield* fillPages(demand, {
      id: index,
      memory: this.#memory,
      ledger: this.ledger,
      around: this.around,
      millis,
    });
  }

  /** How far a size is past the threshold at the look that finds it so. */
  #overshoot(key: number, look: number): number {
    const { draws, stage } = this.around;
    const { most, power } = look === 0 ? FIRST_OVERSHOOT : LATER_OVERSHOOT;
    return most * draws.uniform("overshoot", stage.stageId, key * 64 + look) ** power;
  }

  *#fillSpillable(demand: SpillableDemand, index: number, millis: number): TaskCourse {
    const { draws, stage, task, configuration } = this.around;
    const { behaviour, conf } = configuration;
    const key = task.partition + index * 1_000_003;
    const total = drawn(demand.bytes, draws, "demand", stage.stageId, key);
    const collection = new Spillable({
      id: index,
      name: demand.consumer,
      memory: this.#memory,
      ledger: this.ledger,
      initialThresholdBytes: confLong(
        conf,
        "spark.shuffle.spill.initialMemoryThreshold",
        behaviour,
      ),
      asksAsConsumer: behaviour.consumerRequired,
      diskRatio: drawn(demand.diskRatio, draws, "spill_ratio", stage.stageId, 0),
    });
    const spillMillisPerByte =
      (0.025 * draws.logNormal(0.6, "spill_cost", stage.stageId, key)) / 1024;
    let inserted = 0;
    for (let look = 0; ; look++) {
      const overshoot = this.#overshoot(key, look);
      const size = collection.thresholdBytes * (1 + overshoot);
      const already = inserted - collection.sizeBytes;
      if (already + size >= total) {
        yield ((total - inserted) / total) * millis;
        yield* collection.look(Math.min(total - already, collection.thresholdBytes - 1));
        break;
      }
      yield ((already + size - inserted) / total) * millis;
      inserted = already + size;
      if (yield* spilled(collection.look(size))) yield (size * spillMillisPerByte) / 1024;
    }
    collection.startReading();
  }
}

function* spilled(step: TaskStep<boolean>): Generator<number | ExecutionRequest, boolean, number> {
  return yield* step;
}

function partitionOf(blockId: string): number {
  return Number(blockId.slice(blockId.lastIndexOf("_") + 1));
}
