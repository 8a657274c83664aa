/**
 * What one task does with memory, in Spark's order: broadcast, cached reads, lazy broadcasts,
 * execution memory, and the end of all.
 */
import { SparkFailure } from "../assert.ts";
import { SpillLedger } from "../consumers/spill-ledger.ts";
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { StorageLevel } from "../storage-level.ts";
import { TaskMemoryManager } from "../tasks/task-memory-manager.ts";
import { BlockPut } from "./block-put.ts";
import { type ReadMetBy, storingNeeds } from "./cache-trace.ts";
import type {
  BlockRead,
  CachedRead,
  TaskPlacement,
  WantedBlock,
  WantedRdd,
  WantedTask,
} from "./demand.ts";
import { drawn, logistic } from "./drawn.ts";
import { type Draws, PURPOSE } from "./draws.ts";
import type { SimulatedExecutor } from "./executor.ts";
import { type Close, fillPages } from "./fill-pages.ts";
import { type Filling, SpillableFilling } from "./fill-spillable.ts";
import { growthOf } from "./growth.ts";
import type { StageSurroundings } from "./stage-surroundings.ts";
import { TaskClock, type TaskCourse, type TaskSteps } from "./task-course.ts";
import {
  COMPUTE_SHARE,
  durationSpread,
  INSERTION,
  LAZY_BROADCAST,
  UNROLL_SHARE,
} from "./task-times.ts";

const MIB = 1_048_576;
const NOT_LOGGED: readonly number[] = [];
const BROADCAST_LEVEL: StorageLevel = {
  useDisk: true,
  useMemory: true,
  useOffHeap: false,
  deserialized: true,
  replication: 1,
};

export class SimulatedTask {
  readonly task: WantedTask;
  readonly executor: SimulatedExecutor;
  /** Unique in the simulated run; a retry has another. */
  readonly attemptId: number;
  /** Time before it runs (fetching, deserializing). */
  readonly overheadMillis: number;
  /** It died of task memory. */
  isDead = false;
  waited = false;
  readonly #around: StageSurroundings;
  /** Of a task that has consumers. */
  #ledger: SpillLedger | undefined;
  #memory: TaskMemoryManager | undefined;
  readonly #clock = new TaskClock();
  /** The last one runs; the others wait for it. */
  readonly #courses: TaskCourse[];
  /** What the last course does right now, step by step. */
  #steps: TaskSteps | undefined;
  readonly #pinned: string[] = [];
  readonly #speed: number;
  /** Partitions computed, and the time spent on it without the spread of draws. */
  #computed = 0;
  #computingMillis = 0;
  readonly #computeMillis: readonly number[];
  /** Of its run time, what is over beside computing partitions. */
  #spentMillis: number;

  constructor(
    around: StageSurroundings,
    given: {
      readonly task: WantedTask;
      readonly executor: SimulatedExecutor;
      readonly attemptId: number;
      /** Among the executor's first tasks of the stage. */
      readonly isFirst: boolean;
      readonly placement?: TaskPlacement | undefined;
    },
  ) {
    const { executor, task, isFirst } = given;
    this.#around = around;
    this.task = task;
    this.executor = executor;
    this.attemptId = given.attemptId;
    this.#spentMillis = given.placement?.ranMillis ?? 0;
    this.#computeMillis = given.placement?.computeMillis ?? NOT_LOGGED;
    const { draws, stage } = around;
    const { durationSigma, stageId } = stage;
    const { ofExecutors, ofTasks } = durationSpread(around.wanted.speedSigma);
    const { index } = executor;
    const here = draws.logNormal(ofExecutors * durationSigma, PURPOSE.pace, stageId, index);
    const own = draws.logNormal(ofTasks * durationSigma, PURPOSE.duration, stageId, task.partition);
    this.#speed = here * own * executor.slowness;
    const overhead = isFirst ? this.#firstOverhead() : stage.overheadMillis;
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
      this.#steps = undefined;
      this.isDead = true;
      this.#end();
      return undefined;
    }
  }

  #turn(answer: number): number | ExecutionRequest | undefined {
    for (;;) {
      this.#around.work.step();
      const turn = this.#steps === undefined ? this.#courseTurn(answer) : this.#stepTurn(answer);
      if (turn === undefined) return undefined;
      if (typeof turn !== "number") return turn;
      if (turn > 0) return turn;
    }
  }

  /** 0 when the steps are through: the course goes on. */
  #stepTurn(answer: number): number | ExecutionRequest {
    const turn = this.#steps?.advance(answer);
    if (turn === undefined) this.#steps = undefined;
    return turn ?? 0;
  }

  #courseTurn(answer: number): number | ExecutionRequest | undefined {
    const course = this.#courses.at(-1);
    if (course === undefined) return undefined;
    const turn = course.next(answer);
    if (turn.done === true) this.#courses.pop();
    else if (typeof turn.value === "number" || !("next" in turn.value)) return turn.value;
    else this.#courses.push(turn.value);
    return 0;
  }

  /** To be yielded: the course goes on when these steps are through. */
  #through(steps: TaskSteps): number {
    this.#steps = steps;
    return 0;
  }

  *#run(): TaskCourse {
    const { task } = this;
    const { stage } = this.#around;
    const [binary, ...lazy] = stage.broadcasts;
    if (binary !== undefined && this.#isNew(binary)) yield* this.#readBroadcast(binary, 0);
    if (task.reads !== undefined) for (const read of task.reads) yield this.#readAlone(read);
    else for (const read of stage.reads) yield this.#read(read, task.partition);
    for (const broadcast of lazy)
      if (this.#isNew(broadcast))
        yield* this.#readBroadcast(broadcast, this.#slownessOfRead(broadcast));
    yield* this.#execute();
    yield this.#clock.due();
    this.#end();
  }

  #firstOverhead(): number {
    const { executor } = this;
    const { stage, draws, wanted } = this.#around;
    const spread = draws.logNormal(
      wanted.overheadSigma,
      PURPOSE.lateStart,
      stage.stageId,
      executor.index,
    );
    return stage.firstOverheadMillis * spread;
  }

  #end(): void {
    const { executor, attemptId } = this;
    for (const blockId of this.#pinned) executor.store.unpin(blockId);
    executor.store.releaseUnrollOfTask(attemptId);
    // Also of a task that never asked: whoever waits looks again at every task's end.
    if (this.#memory === undefined) executor.manager.releaseAllExecution(attemptId);
    else this.#memory.cleanUp();
    const { outcomes } = executor;
    const ledger = this.#ledger;
    if (ledger !== undefined) {
      outcomes.spilled_bytes += ledger.memoryBytes;
      outcomes.spilled_disk_bytes += ledger.diskBytes;
      outcomes.spills += ledger.spills;
      if (ledger.memoryBytes > 0) outcomes.spilled_tasks++;
    }
    if (this.waited) outcomes.waiting_tasks++;
    if (this.isDead) outcomes.oom_tasks++;
  }

  #isNew(broadcast: number): boolean {
    return !this.executor.broadcasts.has(broadcast);
  }

  /** 0 for one that is so small that none like it was measured. */
  #slownessOfRead(index: number): number {
    const { draws, stage, wanted } = this.#around;
    const { executor } = this;
    if ((wanted.broadcasts[index]?.valueBytes ?? 0) < MIB) return 0;
    const { sigma } = LAZY_BROADCAST;
    const spread = draws.logNormal(sigma, PURPOSE.lazyBroadcast, stage.stageId, executor.index);
    return spread * executor.slowness;
  }

  /** Lets time of the task's run pass. */
  #spend(millis: number): number {
    this.#spentMillis += millis;
    return millis;
  }

  /**
   * Pieces as bytes, then the value through an unroll that needs a whole threshold however small it
   * is. With a slowness of 0 it takes no time of the task's own.
   */
  *#readBroadcast(index: number, slowness: number): TaskCourse {
    const { executor, attemptId } = this;
    const { wanted } = this.#around;
    const broadcast = wanted.broadcasts[index];
    yield this.#clock.due();
    if (broadcast === undefined || !this.#isNew(index)) return;
    executor.broadcasts.add(index);
    const level = BROADCAST_LEVEL;
    const name = `broadcast_${broadcast.broadcastId}`;
    if (slowness > 0) yield this.#spend(LAZY_BROADCAST.waitMillis * slowness);
    for (const [piece, bytes] of broadcast.pieceBytes.entries()) {
      if (slowness > 0 && piece > 0)
        yield this.#spend((bytes / MIB) * LAZY_BROADCAST.millisPerMiB * slowness);
      const blockId = `${name}_piece${piece}`;
      if (!executor.store.contains(blockId))
        executor.store.putBytes({ blockId, mode: "on_heap", level, taskId: attemptId }, bytes);
    }
    yield slowness > 0 ? this.#spend(LAZY_BROADCAST.valueMillis * slowness) : 1;
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
    const { executor } = this;
    const { wanted, locations } = this.#around;
    const rdd = wanted.rdds[read.rdd];
    const block = rdd?.blocks.get(partition);
    if (rdd === undefined || block === undefined || !this.#around.isCached(read.rdd)) {
      for (const parent of read.parents) yield this.#read(parent, partition);
      return;
    }
    yield this.#clock.due();
    const { blockId } = block;
    while (executor.isComputing(blockId)) yield 5;
    const { outcomes } = executor;
    if (executor.store.get(blockId)) {
      outcomes.memory_hits++;
      this.#pin(blockId);
      if (this.#around.trace !== undefined)
        this.#traced({ rdd, position: read.rdd, partition, block }, "memory");
      return;
    }
    // The block read before may just have evicted this one.
    this.#around.noteEvicted(executor);
    const cached: CachedBlock = { rdd, position: read.rdd, partition, block };
    if (executor.isOnDisk(blockId)) {
      outcomes.disk_hits++;
      this.#traced(cached, "disk");
      yield this.#readFromDisk(cached);
      return;
    }
    const holders = locations.of(read.rdd, partition);
    if (holders !== undefined) {
      outcomes.remote_hits++;
      this.#traced(cached, "remote");
      yield* this.#readRemotely(blockId, holders);
      return;
    }
    outcomes.misses++;
    const isRecomputed = locations.computed(read.rdd, partition);
    if (isRecomputed) outcomes.recomputes++;
    this.#traced(cached, isRecomputed ? "again" : "first");
    executor.computing.add(blockId);
    try {
      for (const parent of read.parents) yield this.#read(parent, partition);
      yield this.#compute(cached);
    } finally {
      executor.computing.delete(blockId);
    }
  }

  #traced({ rdd, block, partition }: CachedBlock, met: ReadMetBy): void {
    const { trace, draws, settings } = this.#around;
    if (trace === undefined || !rdd.level.useMemory) return;
    const { deserialized } = rdd.level;
    const bytes = bytesOf(block, draws, rdd.rddId, partition);
    const growth = growthOf(bytes, block.elements, settings.unroll, deserialized);
    const needBytes = storingNeeds(growth, settings.unroll);
    trace.read(this.executor, modeOf(rdd.level), { blockId: block.blockId, bytes, needBytes }, met);
  }

  /** The block becomes its holder's youngest, and no copy is made here. */
  *#readRemotely(blockId: string, holders: readonly number[]): TaskCourse {
    const { executor, task } = this;
    const { executors, wanted, draws, stage } = this.#around;
    for (const holder of holders) if (executors[holder]?.store.get(blockId) === true) break;
    const { firstMillis, laterMillis, sigma } = wanted.remoteReads;
    const spread = draws.logNormal(sigma, PURPOSE.remoteRead, stage.stageId, task.partition);
    yield (executor.hasReadRemotely ? laterMillis : firstMillis) * spread * executor.slowness;
    executor.hasReadRemotely = true;
  }

  #pin(blockId: string): void {
    if (this.executor.store.pin(blockId)) this.#pinned.push(blockId);
  }

  /**
   * A block on disk goes back into memory where its level has any: bytes in one piece, values
   * through an unroll.
   */
  *#readFromDisk(cached: CachedBlock): TaskCourse {
    const { level } = cached.rdd;
    const { blockId } = cached.block;
    if (!level.useMemory) return;
    const { executor, attemptId } = this;
    const { draws } = this.#around;
    if (!level.deserialized) {
      const put = { blockId, mode: modeOf(level), level, taskId: attemptId };
      const bytes = bytesOf(cached.block, draws, cached.rdd.rddId, cached.partition);
      if (executor.store.putBytes(put, bytes) === "stored") this.#pin(blockId);
      return;
    }
    executor.computing.add(blockId);
    const put = this.#put(cached, this.task.hitMillis * this.#speed);
    yield this.#through(put);
    executor.computing.delete(blockId);
    if (put.isStored) this.#pin(blockId);
    else executor.outcomes.failed_puts++;
  }

  *#compute(cached: CachedBlock): TaskCourse {
    const { executor } = this;
    const { locations } = this.#around;
    const { level } = cached.rdd;
    const millis = this.#millisToCompute() * this.#speed;
    if (!level.useMemory) {
      yield millis;
      this.#written(cached);
      return;
    }
    const { draws } = this.#around;
    const { rddId } = cached.rdd;
    const unrolling =
      millis * logistic(UNROLL_SHARE, draws, PURPOSE.unrollShare, rddId, cached.partition);
    yield millis - unrolling;
    const put = this.#put(cached, unrolling);
    yield this.#through(put);
    if (put.isStored) {
      locations.add(cached.position, cached.partition, executor.index);
      this.#pin(cached.block.blockId);
      return;
    }
    executor.outcomes.failed_puts++;
    if (!level.useDisk) return;
    this.#written(cached);
    yield this.#readFromDisk(cached);
  }

  /** Of the partition that is computed next. */
  #millisToCompute(): number {
    const { draws, stage } = this.#around;
    const { missMillis, partition } = this.task;
    const known = this.#computeMillis[this.#computed++];
    const key = partition + this.#computed * 1_000_003;
    const millis =
      known ??
      missMillis * logistic(COMPUTE_SHARE, draws, PURPOSE.computeShare, stage.stageId, key);
    this.#computingMillis += millis;
    return millis;
  }

  #written({ block, position, partition }: CachedBlock): void {
    const { executor } = this;
    const { locations } = this.#around;
    executor.onDisk.add(block.blockId);
    locations.add(position, partition, executor.index);
  }

  #put({ block, rdd, partition }: CachedBlock, millis: number): BlockPut {
    const { executor, attemptId } = this;
    const { settings, draws } = this.#around;
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

  *#execute(): TaskCourse {
    const { task } = this;
    const { draws, stage } = this.#around;
    const clock = this.#clock;
    const unspread =
      this.#computed > 0 ? Math.max(0, task.missMillis - this.#computingMillis) : task.hitMillis;
    const run = Math.max(0, unspread * this.#speed - this.#spentMillis);
    if (task.consumers.length === 0) {
      clock.spend(run);
      return;
    }
    const key = task.partition;
    const { latestBegin, leastShare, mostShare } = INSERTION;
    const spread = draws.uniform(PURPOSE.insertionShare, stage.stageId, key);
    const share = leastShare + (mostShare - leastShare) * spread;
    const before = latestBegin * draws.uniform(PURPOSE.insertionStart, stage.stageId, key) ** 2;
    clock.spend(run * before);
    const each = (run * share * (1 - before)) / task.consumers.length;
    const closes: (Close | undefined)[] = [];
    for (const [index, demand] of task.consumers.entries()) {
      if (demand.kind === "spillable")
        yield this.#through(new SpillableFilling(demand, this.#filling(index, each)));
      else closes[index] = yield* fillPages(demand, this.#filling(index, each));
      if (demand.drains === undefined) continue;
      yield clock.due();
      for (const drained of demand.drains) closes[drained]?.();
    }
    clock.spend(run * (1 - share) * (1 - before));
  }

  #memoryManager(): TaskMemoryManager {
    const { executor, attemptId } = this;
    const { configuration } = this.#around;
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
    this.#ledger ??= new SpillLedger();
    return {
      id,
      memory: this.#memoryManager(),
      ledger: this.#ledger,
      task: this.task,
      around: this.#around,
      clock: this.#clock,
      millis,
    };
  }
}

/** A partition of a cached RDD that a task reads. */
interface CachedBlock {
  readonly rdd: WantedRdd;
  /** Of the RDD in the demand. */
  readonly position: number;
  readonly partition: number;
  readonly block: WantedBlock;
}

function bytesOf(block: WantedBlock, draws: Draws, rddId: number, partition: number): number {
  return Math.max(1, Math.round(drawn(block.bytes, draws, PURPOSE.blockSize, rddId, partition)));
}

function modeOf({ useOffHeap }: StorageLevel): MemoryMode {
  return useOffHeap ? "off_heap" : "on_heap";
}
