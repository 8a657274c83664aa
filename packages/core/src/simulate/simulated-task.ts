/**
 * What one task does with memory, in Spark's order: broadcast, cached reads, lazy broadcasts,
 * execution memory, and the end of all.
 */
import { SparkFailure } from "../assert.ts";
import { SpillLedger } from "../consumers/spill-ledger.ts";
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { UnrollDemand } from "../storage/unroll.ts";
import type { StorageLevel } from "../storage-level.ts";
import { TaskMemoryManager } from "../tasks/task-memory-manager.ts";
import type { BlockRead, CachedRead, WantedBlock, WantedRdd } from "./demand.ts";
import { drawn } from "./drawn.ts";
import { type Close, fillPages } from "./fill-pages.ts";
import { type Filling, fillSpillable } from "./fill-spillable.ts";
import { growthOf } from "./growth.ts";
import { TaskClock, type TaskCourse } from "./task-course.ts";
import type { TaskSurroundings } from "./task-surroundings.ts";

/**
 * How much of a task's run time goes into computing a partition that is then stored; the rest reads
 * it.
 */
const COMPUTE_SHARE = 0.8;

/**
 * When a task inserts its records, as shares of its run time: it begins at up to 0.4 of it, earlier
 * ones likelier, and takes 0.3 to 0.8 of the rest. From the first and last acquisitions of 147
 * tasks of recorded shuffles (Spark 2.4 to 4.0), whose deciles were 0.12, 0.22 and 0.40 (first),
 * 0.39, 0.63 and 0.85 (last).
 */
const INSERTION = { latestBegin: 0.4, leastShare: 0.3, mostShare: 0.8 } as const;

/** Time passes in steps of this share of a block at least. */
const LEAST_STEP = 0.08;

const BROADCAST_LEVEL: StorageLevel = {
  useDisk: true,
  useMemory: true,
  useOffHeap: false,
  deserialized: true,
  replication: 1,
};

export class SimulatedTask {
  readonly around: TaskSurroundings;
  /** Time before it runs (fetching, deserializing). */
  readonly overheadMillis: number;
  /** It died of task memory. */
  isDead = false;
  waited = false;
  readonly ledger: SpillLedger = new SpillLedger();
  #memory: TaskMemoryManager | undefined;
  readonly #clock = new TaskClock();
  /** The last one runs; the others wait for it. */
  readonly #courses: TaskCourse[];
  readonly #pinned: string[] = [];
  readonly #speed: number;
  #isMiss = false;

  constructor(around: TaskSurroundings) {
    this.around = around;
    const { executor, draws, stage, task } = around;
    const spread = draws.logNormal(stage.durationSigma, "duration", stage.stageId, task.partition);
    this.#speed = spread * executor.slowness;
    const overhead = around.isFirst ? this.#firstOverhead() : stage.overheadMillis;
    this.overheadMillis = overhead * executor.slowness;
    this.#courses = [this.#run()];
  }

  /**
   * Goes on until time must pass (ms) or a request must be answered; `undefined`: the task is over.
   */
  resume(answer: number): number | ExecutionRequest | undefined {
    try {
      return this.#turn(answer);
    } catch (failure) {
      if (!(failure instanceof SparkFailure)) throw failure;
      for (const course of this.#courses.splice(0).reverse()) course.return();
      this.isDead = true;
      this.#end();
      return undefined;
    }
  }

  #turn(answer: number): number | ExecutionRequest | undefined {
    for (;;) {
      const course = this.#courses.at(-1);
      if (course === undefined) return undefined;
      const turn = course.next(answer);
      if (turn.done === true) this.#courses.pop();
      else if (typeof turn.value === "number") {
        if (turn.value > 0) return turn.value;
      } else if ("next" in turn.value) this.#courses.push(turn.value);
      else return turn.value;
    }
  }

  *#run(): TaskCourse {
    const { task, stage } = this.around;
    const [binary, ...lazy] = stage.broadcasts;
    if (binary !== undefined && this.#isNew(binary)) yield* this.#readBroadcast(binary);
    if (task.reads !== undefined) for (const read of task.reads) yield this.#readAlone(read);
    else for (const read of stage.reads) yield this.#read(read, task.partition);
    for (const broadcast of lazy) if (this.#isNew(broadcast)) yield* this.#readBroadcast(broadcast);
    yield* this.#execute();
    yield this.#clock.due();
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
    // Also of a task that never asked: whoever waits looks again at every task's end.
    if (this.#memory === undefined) executor.manager.releaseAllExecution(attemptId);
    else this.#memory.cleanUp();
    const { outcomes } = executor;
    const { ledger } = this;
    outcomes.spilled_bytes += ledger.memoryBytes;
    outcomes.spilled_disk_bytes += ledger.diskBytes;
    outcomes.spills += ledger.spills;
    if (ledger.memoryBytes > 0) outcomes.spilled_tasks++;
    if (this.waited) outcomes.waiting_tasks++;
    if (this.isDead) outcomes.oom_tasks++;
  }

  #isNew(broadcast: number): boolean {
    return !this.around.executor.broadcasts.has(broadcast);
  }

  /**
   * Pieces as bytes, then the value through an unroll that needs a whole threshold however small it
   * is.
   */
  *#readBroadcast(index: number): TaskCourse {
    const { wanted, executor, attemptId } = this.around;
    const broadcast = wanted.broadcasts[index];
    yield this.#clock.due();
    if (broadcast === undefined || !this.#isNew(index)) return;
    executor.broadcasts.add(index);
    const level = BROADCAST_LEVEL;
    const name = `broadcast_${broadcast.broadcastId}`;
    for (const [piece, bytes] of broadcast.pieceBytes.entries()) {
      const blockId = `${name}_piece${piece}`;
      if (!executor.store.contains(blockId))
        executor.store.putBytes({ blockId, mode: "on_heap", level, taskId: attemptId }, bytes);
    }
    this.#clock.spend(1);
    yield this.#clock.due();
    if (executor.store.contains(name)) return;
    const bytes = broadcast.valueBytes;
    const put = executor.store.putValues(
      { blockId: name, mode: "on_heap", level, taskId: attemptId },
      { checkedBytes: [bytes], finalBytes: bytes },
    );
    if (put.kind === "failed") executor.store.closePartial(put.partial);
  }

  #readAlone({ rdd, partition }: BlockRead): TaskCourse {
    return this.#read({ rdd, parents: [] }, partition);
  }

  /**
   * `BlockManager.getOrElseUpdate`: here, elsewhere, or computed from what it is made of and
   * stored.
   */
  *#read(read: CachedRead, partition: number): TaskCourse {
    const { wanted, executor, locations } = this.around;
    const rdd = wanted.rdds[read.rdd];
    const block = rdd?.blocks.get(partition);
    if (rdd === undefined || block === undefined || !this.around.isCached(read.rdd)) {
      for (const parent of read.parents) yield this.#read(parent, partition);
      return;
    }
    yield this.#clock.due();
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
    const holders = locations.of(block.blockId);
    if (holders !== undefined) {
      outcomes.remote_hits++;
      yield* this.#readRemotely(block.blockId, holders);
      return;
    }
    outcomes.misses++;
    if (locations.computed(block.blockId)) outcomes.recomputes++;
    executor.computing.add(block.blockId);
    try {
      for (const parent of read.parents) yield this.#read(parent, partition);
      yield* this.#compute(rdd, block);
    } finally {
      executor.computing.delete(block.blockId);
    }
  }

  /** The block becomes its holder's youngest, and no copy is made here. */
  *#readRemotely(blockId: string, holders: ReadonlySet<number>): TaskCourse {
    const { executor, executors, wanted, draws, stage, task } = this.around;
    for (const holder of holders) if (executors[holder]?.store.get(blockId) === true) break;
    const { firstMillis, laterMillis, sigma } = wanted.remoteReads;
    const spread = draws.logNormal(sigma, "remote_read", stage.stageId, task.partition);
    yield (executor.hasReadRemotely ? laterMillis : firstMillis) * spread * executor.slowness;
    executor.hasReadRemotely = true;
  }

  #pin(blockId: string): void {
    if (this.around.executor.store.pin(blockId)) this.#pinned.push(blockId);
  }

  /**
   * A block on disk goes back into memory where its level has any: bytes in one piece, values
   * through an unroll.
   */
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
    const { executor, attemptId, settings } = this.around;
    const mode: MemoryMode = rdd.level.useOffHeap ? "off_heap" : "on_heap";
    const bytes = this.#bytesOf(rdd, block);
    const put = { blockId: block.blockId, mode, level: rdd.level, taskId: attemptId };
    const demand: UnrollDemand = growthOf(bytes, block.elements, settings.unroll);
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
    const clock = this.#clock;
    const run =
      (this.#isMiss ? task.missMillis * (1 - COMPUTE_SHARE) : task.hitMillis) * this.#speed;
    if (task.consumers.length === 0) {
      clock.spend(run);
      return;
    }
    const key = task.partition;
    const { latestBegin, leastShare, mostShare } = INSERTION;
    const spread = draws.uniform("insertion_share", stage.stageId, key);
    const share = leastShare + (mostShare - leastShare) * spread;
    const before = latestBegin * draws.uniform("insertion_start", stage.stageId, key) ** 2;
    clock.spend(run * before);
    const each = (run * share * (1 - before)) / task.consumers.length;
    const closes: (Close | undefined)[] = [];
    for (const [index, demand] of task.consumers.entries()) {
      if (demand.kind === "spillable") yield fillSpillable(demand, this.#filling(index, each));
      else closes[index] = yield* fillPages(demand, this.#filling(index, each));
      if (demand.drains === undefined) continue;
      yield clock.due();
      for (const drained of demand.drains) closes[drained]?.();
    }
    clock.spend(run * (1 - share) * (1 - before));
  }

  #memoryManager(): TaskMemoryManager {
    const { configuration, executor, attemptId } = this.around;
    this.#memory ??= new TaskMemoryManager({
      behaviour: configuration.behaviour,
      manager: executor.manager,
      taskId: attemptId,
      tungstenMode: configuration.capacity.tungstenMode,
      answersWhenNobodyWaits: true,
    });
    return this.#memory;
  }

  #filling(id: number, millis: number): Filling {
    return {
      id,
      memory: this.#memoryManager(),
      ledger: this.ledger,
      around: this.around,
      clock: this.#clock,
      millis,
    };
  }
}

function partitionOf(blockId: string): number {
  return Number(blockId.slice(blockId.lastIndexOf("_") + 1));
}
