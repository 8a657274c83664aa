/**
 * One run of an application under one configuration, event by event: the driver's schedule, its
 * executors, their tasks.
 */
import { assert } from "../assert.ts";
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";
import { BlockLocations } from "./block-locations.ts";
import type { CacheTrace } from "./cache-trace.ts";
import type { CachedRead, TaskPlacement, WantedMemory, WantedStage } from "./demand.ts";
import { type Draws, PURPOSE } from "./draws.ts";
import { EventQueue } from "./event-queue.ts";
import {
  type SimulatedConfiguration,
  SimulatedExecutor,
  type SimulatedSettings,
  settingsOf,
} from "./executor.ts";
import type { ActiveStage, Happening, RunningTask } from "./happening.ts";
import { noOutcomes, type Outcomes } from "./outcomes.ts";
import { type Room, roomOf } from "./room.ts";
import { type LaunchedTask, SimulatedTask } from "./simulated-task.ts";
import type { StageSurroundings } from "./stage-surroundings.ts";
import { LEVELS, TaskSet } from "./task-set.ts";
import { type Unused, unusedAfter } from "./unused.ts";
import { Work } from "./work.ts";

/**
 * Spark looks for executors once a second when locality made a task wait
 * (`spark.scheduler.revive.interval`).
 */
const REVIVE_MILLIS = 1000;
/** Happenings between two looks at whether a run has come to what was sought. */
const LOOK_EVERY = 256;

/** A run through, or as far as it was needed. */
export interface SimulatedRun {
  readonly outcomes: Outcomes;
  /** It was simulated to its end; else counts are what it came to by then. */
  readonly isWhole: boolean;
  /** Of a whole run that got all it asked for. */
  readonly room: Room | undefined;
}

/**
 * Runs an application through; results in what it came to. `trace` is told of each read of a cached
 * block. Throws TooLongToSimulate.
 */
export function simulate(
  wanted: WantedMemory,
  configuration: SimulatedConfiguration,
  draws: Draws,
  trace?: CacheTrace,
): Outcomes {
  return new Simulation(wanted, configuration, draws, trace).run().outcomes;
}

/**
 * The same, which ends early once it has come to what is sought: asked every few hundred events of
 * the counts so far, which only grow, without peaks. Throws TooLongToSimulate.
 */
export function simulateUntil(
  wanted: WantedMemory,
  configuration: SimulatedConfiguration,
  draws: Draws,
  isReached: (soFar: Outcomes) => boolean,
): SimulatedRun {
  return new Simulation(wanted, configuration, draws, undefined).run(isReached);
}

class Simulation {
  readonly #wanted: WantedMemory;
  readonly #configuration: SimulatedConfiguration;
  readonly #settings: SimulatedSettings;
  readonly #draws: Draws;
  readonly #trace: CacheTrace | undefined;
  readonly #queue = new EventQueue<Happening>();
  readonly #work: Work;
  /** Of all executors; peaks once it ends. */
  readonly #outcomes = noOutcomes();
  readonly #executors: readonly SimulatedExecutor[];
  readonly #locations: BlockLocations;
  readonly #active: ActiveStage[] = [];
  /** Stages by how many must be complete before them. */
  readonly #bySubmission: readonly number[];
  #nextSubmission = 0;
  readonly #isComplete: Uint8Array;
  /** Stages by completion order that are all complete. */
  #completePrefix = 0;
  /** Tasks that are over, by executor: the next ones there take their place. */
  readonly #idle: readonly RunningTask[][];
  readonly #parked = new Map<ExecutionRequest, RunningTask>();
  readonly #unpersisted = new Set<number>();
  /** RDDs and broadcasts that go once so many stages are complete. */
  readonly #unused: ReadonlyMap<number, Unused>;
  #removedUntil = 0;
  #now = 0;
  #offers = 0;
  #attempts = 0;
  #revivesAt = Number.POSITIVE_INFINITY;
  /** Executors that are there and have a free slot. */
  #open = 0;

  constructor(
    wanted: WantedMemory,
    configuration: SimulatedConfiguration,
    draws: Draws,
    trace: CacheTrace | undefined,
  ) {
    this.#wanted = wanted;
    this.#trace = trace;
    this.#configuration = configuration;
    this.#settings = settingsOf(configuration);
    this.#draws = draws;
    this.#work = new Work(wanted.stages.reduce((sum, { tasks }) => sum + tasks.length, 0));
    const after = (index: number): number => wanted.stages[index]?.afterStages ?? 0;
    this.#bySubmission = wanted.stages
      .map((_, index) => index)
      .sort((a, b) => after(a) - after(b) || a - b);
    this.#locations = new BlockLocations(wanted.rdds);
    this.#unused = unusedAfter(wanted);
    this.#isComplete = new Uint8Array(wanted.stages.length);
    this.#executors = wanted.executors.map(
      ({ host }, index) =>
        new SimulatedExecutor(configuration, {
          index,
          host,
          outcomes: this.#outcomes,
          slowness: draws.logNormal(wanted.speedSigma, PURPOSE.executorSpeed, index),
        }),
    );
    this.#idle = this.#executors.map(() => []);
  }

  run(isReached: (soFar: Outcomes) => boolean = () => false): SimulatedRun {
    for (const executor of this.#executors)
      this.#queue.add(this.#availableAt(executor.index), { kind: "executor", executor });
    this.#submitReady();
    for (let happened = 1; ; happened++) {
      const next = this.#queue.take();
      if (next === undefined) break;
      this.#now = this.#queue.now;
      this.#happen(next);
      if (happened % LOOK_EVERY !== 0) continue;
      if (!isReached(this.#outcomes)) continue;
      this.#notePeaks();
      return { outcomes: this.#outcomes, isWhole: false, room: undefined };
    }
    this.#notePeaks();
    return { outcomes: this.#outcomes, isWhole: true, room: roomOf(this.#executors) };
  }

  #availableAt(index: number): number {
    const { executors, startSigma = 0 } = this.#wanted;
    const { availableAtMillis = 0, startMillis = 0 } = executors[index] ?? {};
    const slower = this.#draws.logNormal(startSigma, PURPOSE.executorStart, index) - 1;
    return Math.max(0, availableAtMillis + startMillis * slower);
  }

  #notePeaks(): void {
    for (const executor of this.#executors) executor.noteHighest();
  }

  #happen(event: Happening): void {
    switch (event.kind) {
      case "submit":
        this.#submit(event.stage);
        this.#offerAll();
        break;
      case "executor":
        event.executor.isAvailable = true;
        if (event.executor.freeSlots > 0) this.#open++;
        this.#offer(event.executor.alone);
        break;
      case "task":
        this.#step(event, 0);
        break;
      case "launch":
        this.#launchAsPlaced(event.of, event.index);
        break;
      case "revive":
        this.#revivesAt = Number.POSITIVE_INFINITY;
        this.#offerAll();
        break;
    }
  }

  /**
   * Stages whose predecessors are complete are submitted once the driver has done what it did
   * between.
   */
  #submitReady(): void {
    for (;;) {
      const index = this.#bySubmission[this.#nextSubmission];
      const stage = index === undefined ? undefined : this.#wanted.stages[index];
      if (index === undefined || stage === undefined) return;
      if (stage.afterStages > this.#completePrefix) return;
      this.#nextSubmission++;
      this.#queue.add(this.#now + stage.gapMillis, { kind: "submit", stage: index });
    }
  }

  #submit(index: number): void {
    const stage = this.#wanted.stages[index];
    if (stage === undefined) return;
    const tasks = new TaskSet({
      tasks: stage.tasks.length,
      preferred: (task) => this.#preferred(stage, task),
      hostOf: (executor) => this.#executors[executor]?.host ?? "",
      waitMillis: this.#wanted.localityWaitMillis,
      now: this.#now,
    });
    const active: ActiveStage = {
      stage,
      around: this.#around(stage),
      tasks,
      deaths: new Map(),
      given: this.#executors.map(() => 0),
      running: 0,
      unfinished: stage.tasks.length,
    };
    this.#active.push(active);
    this.#launchLater(active);
    if (!this.#wanted.fair)
      this.#active.sort(
        (a, b) => a.stage.jobId - b.stage.jobId || a.stage.stageId - b.stage.stageId,
      );
    if (stage.tasks.length === 0) this.#complete(stage);
  }

  /** Where the demand says when each task ran. */
  #launchLater(of: ActiveStage): void {
    const { placements } = this.#wanted;
    if (placements === undefined) return;
    for (const [index, { taskId }] of of.stage.tasks.entries()) {
      const at = placements.get(taskId)?.launchedAtMillis ?? this.#now;
      this.#queue.add(Math.max(this.#now, at), { kind: "launch", of, index });
    }
  }

  /** Where the log has it a slot was free, whatever is still at work here. */
  #launchAsPlaced(of: ActiveStage, index: number): void {
    const placement = this.#wanted.placements?.get(of.stage.tasks[index]?.taskId ?? -1);
    const executor = this.#executors[placement?.executor ?? 0];
    if (executor !== undefined) this.#launch(of, index, executor, placement);
  }

  #around(stage: WantedStage): StageSurroundings {
    return {
      wanted: this.#wanted,
      stage,
      executors: this.#executors,
      locations: this.#locations,
      draws: this.#draws,
      configuration: this.#configuration,
      settings: this.#settings,
      work: this.#work,
      trace: this.#trace,
      noteEvicted: this.#noteEvicted,
      isCached: this.#isCached,
    };
  }

  /**
   * `DAGScheduler.getPreferredLocs`: who has the nearest cached ancestor, as the driver knows it
   * now.
   */
  #preferred(stage: WantedStage, index: number): readonly number[] | undefined {
    const task = stage.tasks[index];
    if (task === undefined) return undefined;
    if (task.reads !== undefined) {
      for (const { rdd, partition } of task.reads) {
        const found = this.#locationsOf(rdd, partition);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    return this.#nearest(stage.reads, task.partition);
  }

  #nearest(reads: readonly CachedRead[], partition: number): readonly number[] | undefined {
    for (const read of reads) {
      const found =
        this.#locationsOf(read.rdd, partition) ?? this.#nearest(read.parents, partition);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #locationsOf(rdd: number, partition: number): readonly number[] | undefined {
    return this.#isCached(rdd) ? this.#locations.of(rdd, partition) : undefined;
  }

  readonly #isCached = (rdd: number): boolean => !this.#unpersisted.has(rdd);

  #offerAll(): void {
    const free = this.#executors.filter(
      ({ isAvailable, freeSlots }) => isAvailable && freeSlots > 0,
    );
    if (free.length === 0) return;
    const round = this.#offers++;
    const order = free.map((executor) => ({
      executor,
      at: this.#draws.uniform(PURPOSE.offerOrder, round, executor.index),
    }));
    order.sort((a, b) => a.at - b.at);
    this.#offer(order.map(({ executor }) => executor));
  }

  /** `TaskSchedulerImpl.resourceOffers`: by task set and level, one task an executor and round. */
  #offer(executors: readonly SimulatedExecutor[]): void {
    if (this.#wanted.placements !== undefined) return;
    const sets = this.#wanted.fair
      ? [...this.#active].sort((a, b) => a.running - b.running)
      : this.#active;
    for (const active of sets) {
      if (active.tasks.left === 0) continue;
      for (const level of LEVELS) {
        if (!active.tasks.levels.includes(level)) continue;
        let launched = true;
        while (launched) {
          launched = false;
          for (const executor of executors) {
            if (executor.freeSlots === 0 || !executor.isAvailable) continue;
            const index = active.tasks.offer(executor.index, executor.host, level, this.#now);
            if (index === undefined) continue;
            launched = true;
            this.#launch(active, index, executor);
          }
        }
      }
      this.#reviveLater(active);
    }
  }

  #reviveLater(active: ActiveStage): void {
    if (active.tasks.left === 0) return;
    const at = active.tasks.nextLevelAt();
    if (at === undefined) return;
    if (this.#open === 0) return;
    const wake =
      this.#now + REVIVE_MILLIS * Math.max(1, Math.ceil((at - this.#now) / REVIVE_MILLIS));
    if (wake >= this.#revivesAt) return;
    this.#revivesAt = wake;
    this.#queue.add(wake, { kind: "revive" });
  }

  #launch(
    active: ActiveStage,
    index: number,
    executor: SimulatedExecutor,
    placement?: TaskPlacement,
  ): void {
    const task = active.stage.tasks[index];
    assert(task !== undefined, () => `stage ${active.stage.stageId} has no task ${index}`);
    const given = active.given[executor.index] ?? 0;
    active.given[executor.index] = given + 1;
    executor.freeSlots--;
    if (executor.freeSlots === 0 && executor.isAvailable) this.#open--;
    active.running++;
    const running = this.#runningOn(executor, active, {
      task,
      around: active.around,
      attemptId: this.#attempts++,
      isFirst: given < this.#configuration.slots,
      placement,
    });
    // Its overhead passes first: until then it shares nothing with other tasks.
    const overhead = placement?.overheadMillis ?? running.task.overheadMillis;
    this.#queue.add(this.#now + overhead, running);
  }

  #runningOn(executor: SimulatedExecutor, of: ActiveStage, launched: LaunchedTask): RunningTask {
    const idle = this.#idle[executor.index]?.pop();
    if (idle === undefined)
      return { kind: "task", task: new SimulatedTask(executor, launched), of };
    idle.task.launchAgain(launched);
    idle.of = of;
    return idle;
  }

  /** Runs a task until time must pass or a request must wait. */
  #step(running: RunningTask, answer: number): void {
    const { task } = running;
    const { executor } = task;
    let given = answer;
    for (;;) {
      const turn = task.resume(given);
      this.#noteEvicted(executor);
      if (turn === undefined) {
        this.#finish(running);
        return;
      }
      if (typeof turn === "number") {
        this.#queue.add(this.#now + turn, running);
        return;
      }
      const granted = executor.manager.evaluate(turn);
      this.#noteEvicted(executor);
      if (granted === undefined) {
        task.waited = true;
        this.#parked.set(turn, running);
        this.#wake(executor);
        return;
      }
      this.#wake(executor);
      given = granted;
    }
  }

  readonly #noteEvicted = (executor: SimulatedExecutor): void => {
    if (!executor.store.hasEvicted) return;
    executor.noteEvicted(this.#locations);
    this.#trace?.evicted(executor);
  };

  /** Every release and every new task lets the waiting look again. */
  #wake(executor: SimulatedExecutor): void {
    while (executor.manager.needsWake) {
      const answers = executor.manager.wake();
      this.#noteEvicted(executor);
      for (const { request, granted } of answers) {
        const parked = this.#parked.get(request);
        if (parked === undefined || granted === "task_ended") continue;
        this.#parked.delete(request);
        this.#step(parked, granted);
      }
    }
  }

  #finish(running: RunningTask): void {
    const { task, of } = running;
    const { executor } = task;
    executor.freeSlots++;
    if (executor.freeSlots === 1 && executor.isAvailable) this.#open++;
    of.running--;
    this.#wake(executor);
    const retried = task.isDead && this.#wanted.placements === undefined;
    if (retried && this.#deathsWith(task, of) < this.#wanted.maxFailures) {
      of.tasks.retry(of.stage.tasks.indexOf(task.task));
    } else {
      of.unfinished--;
      if (of.unfinished === 0) this.#complete(of.stage);
    }
    this.#idle[executor.index]?.push(running);
    this.#offer(executor.alone);
  }

  #deathsWith(task: SimulatedTask, of: ActiveStage): number {
    const { partition } = task.task;
    const deaths = (of.deaths.get(partition) ?? 0) + 1;
    of.deaths.set(partition, deaths);
    return deaths;
  }

  #complete(stage: WantedStage): void {
    const at = this.#active.findIndex((active) => active.stage === stage);
    if (at >= 0) this.#active.splice(at, 1);
    this.#isComplete[stage.completionOrder] = 1;
    while (this.#isComplete[this.#completePrefix] === 1) this.#completePrefix++;
    while (this.#removedUntil < this.#completePrefix) this.#remove(++this.#removedUntil);
    this.#submitReady();
  }

  /** What the program unpersisted or the cleaner removed when so many stages were complete. */
  #remove(afterStages: number): void {
    const unused = this.#unused.get(afterStages);
    for (const index of unused?.rdds ?? []) {
      this.#unpersisted.add(index);
      for (const [partition, { blockId }] of this.#wanted.rdds[index]?.blocks ?? [])
        this.#removeEverywhere(blockId, index, partition);
    }
    for (const index of unused?.broadcasts ?? []) {
      const broadcast = this.#wanted.broadcasts[index];
      if (broadcast === undefined) continue;
      const name = `broadcast_${broadcast.broadcastId}`;
      for (const executor of this.#executors) {
        if (!executor.broadcasts.has(index)) continue;
        executor.store.remove(name);
        for (const piece of broadcast.pieceBytes.keys())
          executor.store.remove(`${name}_piece${piece}`);
      }
    }
  }

  #removeEverywhere(blockId: string, rdd: number, partition: number): void {
    for (const index of this.#locations.of(rdd, partition) ?? []) {
      const executor = this.#executors[index];
      executor?.store.remove(blockId);
      executor?.onDisk.delete(blockId);
      this.#locations.remove(rdd, partition, index);
    }
  }
}
