/**
 * What one task does with memory, in Spark's order: broadcast, cached reads, lazy broadcasts,
 * execution memory, and the end of all.
 */
import { assertNever, SparkFailure } from "../assert.ts";
import { SpillLedger } from "../consumers/spill-ledger.ts";
import type { StorageLevel } from "../storage-level.ts";
import { TaskMemoryManager } from "../tasks/task-memory-manager.ts";
import { CachedReading, type Reader } from "./cached-reading.ts";
import type { CachedRead, ConsumerDemand, TaskPlacement, WantedTask } from "./demand.ts";
import { logistic } from "./drawn.ts";
import { PURPOSE } from "./draws.ts";
import type { SimulatedExecutor } from "./executor.ts";
import { type Close, fillPages } from "./fill-pages.ts";
import { type Filling, SpillableFilling } from "./fill-spillable.ts";
import type { StageSurroundings } from "./stage-surroundings.ts";
import {
  CourseSteps,
  TaskClock,
  type TaskCourse,
  type TaskSteps,
  type TaskTurn,
} from "./task-course.ts";
import { COMPUTE_SHARE, durationSpread, INSERTION, LAZY_BROADCAST } from "./task-times.ts";

const MIB = 1_048_576;
const NOTHING = (): void => {};
const BROADCAST_LEVEL: StorageLevel = {
  useDisk: true,
  useMemory: true,
  useOffHeap: false,
  deserialized: true,
  replication: 1,
};

/** What a task does next. */
type Part =
  | "binary"
  | "reads"
  | "broadcasts"
  | "execution"
  | "consumers"
  | "drains"
  | "rest"
  | "end";

/** A task as it is launched. */
export interface LaunchedTask {
  readonly task: WantedTask;
  readonly around: StageSurroundings;
  /** Unique in the simulated run; a retry has another. */
  readonly attemptId: number;
  /** Among the executor's first tasks of the stage. */
  readonly isFirst: boolean;
  readonly placement: TaskPlacement | undefined;
}

/**
 * One task of an executor after another: thousands that are under way at once would be copied by
 * each collection of young objects, and be old when they are over.
 */
export class SimulatedTask implements Reader {
  readonly executor: SimulatedExecutor;
  readonly clock: TaskClock = new TaskClock();
  speed = 1;
  /** Time before it runs (fetching, deserializing). */
  overheadMillis = 0;
  /** It died of task memory. */
  isDead = false;
  waited = false;
  #launched: LaunchedTask;
  /** Of a task that has consumers. */
  #ledger: SpillLedger | undefined;
  #memory: TaskMemoryManager | undefined;
  #next: Part = "binary";
  /** Reads, broadcasts or consumers that it has begun. */
  #begun = 0;
  /** The innermost: those that need it wait. */
  #reading: CachedReading | undefined;
  readonly #outermost: CachedReading = new CachedReading(this, undefined);
  /** What it does right now, step by step. */
  #steps: TaskSteps | undefined;
  /** RDD blocks that it has read. */
  readonly #pinned: string[] = [];
  /** Partitions computed, and the time spent on it without the spread of draws. */
  #computed = 0;
  #computingMillis = 0;
  /** Of its run time, what is over beside computing partitions. */
  #spentMillis = 0;
  /** How long each of its consumers is filled, and what is left when all are. */
  #fillMillis = 0;
  #restMillis = 0;
  /** By consumer in pages that is filled. */
  #closes: Close[] | undefined;

  constructor(executor: SimulatedExecutor, launched: LaunchedTask) {
    this.executor = executor;
    this.#launched = launched;
    this.#begin();
  }

  /** Another task of its executor; the last one must be over. */
  launchAgain(launched: LaunchedTask): void {
    this.#launched = launched;
    this.isDead = false;
    this.waited = false;
    this.clock.due();
    this.#ledger = undefined;
    this.#memory = undefined;
    this.#next = "binary";
    this.#begun = 0;
    this.#pinned.length = 0;
    this.#computed = 0;
    this.#computingMillis = 0;
    this.#closes = undefined;
    this.#begin();
  }

  #begin(): void {
    const { executor, task } = this;
    const { around, isFirst, placement } = this.#launched;
    this.#spentMillis = placement?.ranMillis ?? 0;
    const { draws, stage } = around;
    const { durationSigma, stageId } = stage;
    const { ofExecutors, ofTasks } = durationSpread(around.wanted.speedSigma);
    const { index } = executor;
    const here = draws.logNormal(ofExecutors * durationSigma, PURPOSE.pace, stageId, index);
    const own = draws.logNormal(ofTasks * durationSigma, PURPOSE.duration, stageId, task.partition);
    this.speed = here * own * executor.slowness;
    const overhead = isFirst ? this.#firstOverhead() : stage.overheadMillis;
    this.overheadMillis = overhead * executor.slowness;
  }

  get task(): WantedTask {
    return this.#launched.task;
  }

  get around(): StageSurroundings {
    return this.#launched.around;
  }

  get attemptId(): number {
    return this.#launched.attemptId;
  }

  /**
   * Goes on until time must pass (ms) or a request must be answered; `undefined`: the task is over.
   */
  resume(answer: number): TaskTurn | undefined {
    try {
      return this.#turn(answer);
    } catch (failure) {
      if (!(failure instanceof SparkFailure)) throw failure;
      for (let reading = this.#reading; reading !== undefined; reading = reading.outer)
        reading.abandon();
      this.#reading = undefined;
      this.#steps = undefined;
      this.isDead = true;
      this.#end();
      return undefined;
    }
  }

  #turn(answer: number): TaskTurn | undefined {
    for (;;) {
      this.around.work.step();
      const turn =
        this.#reading !== undefined
          ? this.#readOn(this.#reading)
          : this.#steps !== undefined
            ? this.#stepOn(this.#steps, answer)
            : this.#nextTurn();
      if (typeof turn !== "number" || turn > 0) return turn;
    }
  }

  #readOn(reading: CachedReading): number {
    const turn = reading.advance();
    if (typeof turn === "number") return turn;
    this.#reading = turn ?? reading.outer;
    return 0;
  }

  /** 0 when the steps are through. */
  #stepOn(steps: TaskSteps, answer: number): TaskTurn {
    const turn = steps.advance(answer);
    if (turn === undefined) this.#steps = undefined;
    return turn ?? 0;
  }

  /** What comes next, once nothing is under way; 0: no time passes. */
  #nextTurn(): number | undefined {
    switch (this.#next) {
      case "binary":
        return this.#readBinary();
      case "reads":
        return this.#readNext();
      case "broadcasts":
        return this.#readBroadcasts();
      case "execution":
        return this.#execute();
      case "consumers":
        return this.#fillNext();
      case "drains":
        return this.#drain();
      case "rest":
        this.#next = "end";
        return this.clock.due();
      case "end":
        this.#end();
        return undefined;
      default:
        return assertNever(this.#next);
    }
  }

  #readBinary(): number {
    const binary = this.around.stage.broadcasts[0];
    this.#next = "reads";
    if (binary !== undefined && this.#isNew(binary)) this.#steps = this.#broadcast(binary, 0);
    return 0;
  }

  #readNext(): number {
    const { task, around } = this;
    const at = this.#begun++;
    const alone = task.reads?.[at];
    const read: CachedRead | undefined =
      task.reads === undefined ? around.stage.reads[at] : alone && { rdd: alone.rdd, parents: [] };
    if (read === undefined) {
      this.#next = "broadcasts";
      this.#begun = 1;
      return 0;
    }
    this.#outermost.begin(read, alone?.partition ?? task.partition);
    this.#reading = this.#outermost;
    return 0;
  }

  /** Those that it asks for in mid-run. */
  #readBroadcasts(): number {
    const { broadcasts } = this.around.stage;
    while (this.#begun < broadcasts.length) {
      const broadcast = broadcasts[this.#begun++];
      if (broadcast === undefined || !this.#isNew(broadcast)) continue;
      this.#steps = this.#broadcast(broadcast, this.#slownessOfRead(broadcast));
      return 0;
    }
    this.#next = "execution";
    return 0;
  }

  #broadcast(index: number, slowness: number): TaskSteps {
    return new CourseSteps(this.#readBroadcast(index, slowness), NOTHING);
  }

  #firstOverhead(): number {
    const { executor } = this;
    const { stage, draws, wanted } = this.around;
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
    const { draws, stage, wanted } = this.around;
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
  *#readBroadcast(index: number, slowness: number): TaskCourse<void> {
    const { executor, attemptId } = this;
    const { wanted } = this.around;
    const broadcast = wanted.broadcasts[index];
    yield this.clock.due();
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

  /** Of the partition that is computed next. */
  millisToCompute(): number {
    const { draws, stage } = this.around;
    const { missMillis, partition } = this.task;
    const known = this.#launched.placement?.computeMillis[this.#computed];
    this.#computed++;
    const key = partition + this.#computed * 1_000_003;
    const millis =
      known ??
      missMillis * logistic(COMPUTE_SHARE, draws, PURPOSE.computeShare, stage.stageId, key);
    this.#computingMillis += millis;
    return millis;
  }

  pin(blockId: string): void {
    if (this.executor.store.pin(blockId)) this.#pinned.push(blockId);
  }

  /** What time its run has left goes to its consumers, from a point in it on. */
  #execute(): number {
    const { task } = this;
    const { draws, stage } = this.around;
    const unspread =
      this.#computed > 0 ? Math.max(0, task.missMillis - this.#computingMillis) : task.hitMillis;
    const run = Math.max(0, unspread * this.speed - this.#spentMillis);
    if (task.consumers.length === 0) {
      this.clock.spend(run);
      this.#next = "rest";
      return 0;
    }
    const key = task.partition;
    const { latestBegin, leastShare, mostShare } = INSERTION;
    const spread = draws.uniform(PURPOSE.insertionShare, stage.stageId, key);
    const share = leastShare + (mostShare - leastShare) * spread;
    const before = latestBegin * draws.uniform(PURPOSE.insertionStart, stage.stageId, key) ** 2;
    this.clock.spend(run * before);
    this.#fillMillis = (run * share * (1 - before)) / task.consumers.length;
    this.#restMillis = run * (1 - share) * (1 - before);
    this.#next = "consumers";
    this.#begun = 0;
    return 0;
  }

  #fillNext(): number {
    const at = this.#begun++;
    const demand = this.task.consumers[at];
    if (demand === undefined) {
      this.clock.spend(this.#restMillis);
      this.#next = "rest";
      return 0;
    }
    if (demand.drains !== undefined) this.#next = "drains";
    this.#steps = this.#fill(demand, at);
    return 0;
  }

  #fill(demand: ConsumerDemand, at: number): TaskSteps {
    const filling = this.#filling(at, this.#fillMillis);
    if (demand.kind === "spillable") return new SpillableFilling(demand, filling);
    return new CourseSteps(fillPages(demand, filling), (close) => {
      this.#closes ??= [];
      this.#closes[at] = close;
    });
  }

  /** Once the last consumer is filled: it has read earlier ones to their end. */
  #drain(): number {
    const drains = this.task.consumers[this.#begun - 1]?.drains ?? [];
    this.#steps = new CourseSteps(this.#closeAll(drains), NOTHING);
    this.#next = "consumers";
    return 0;
  }

  *#closeAll(consumers: readonly number[]): TaskCourse<void> {
    yield this.clock.due();
    for (const consumer of consumers) this.#closes?.[consumer]?.();
  }

  #memoryManager(): TaskMemoryManager {
    const { executor, attemptId } = this;
    const { configuration } = this.around;
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
      around: this.around,
      clock: this.clock,
      millis,
    };
  }
}
