/** Replays one executor: its log's steps, in order, through the ledger; one `switch` says what each of them means. */

import { assertNever } from "../assert.ts";
import type { BlockUpdatedFact, EventFact, TaskEndFact } from "../event-fact.ts";
import type { LogFact } from "../log-fact.ts";
import type { MemoryManager } from "../memory/memory-manager.ts";
import type { Observation } from "../observation.ts";
import type { EmitRow, EvidenceLevel } from "../rows.ts";
import { type ApplicationBlocks, BlockHistory } from "./block-history.ts";
import type { BroadcastValues } from "./block-sizes.ts";
import { BlockSteps } from "./block-steps.ts";
import { DelayedReports } from "./delayed-reports.ts";
import { ExecutorEvidence } from "./evidence.ts";
import { ExecutionEstimates } from "./execution-estimates.ts";
import {
  type ExecutorRules,
  ExecutorState,
  type ExecutorTotals,
  type StepPlace,
} from "./executor-state.ts";
import { type LogStep, Lookahead } from "./lookahead.ts";
import { PolledPeaks } from "./polled-peaks.ts";
import { PutsUnderWay } from "./puts-under-way.ts";
import { RecentChanges } from "./recent-changes.ts";
import { changeOfFree } from "./reconcile.ts";
import { RemovalReports } from "./removal-reports.ts";
import { placeOf, printedWithin, type ReplayContext } from "./replay-context.ts";
import { copyOf, ReportedSteps } from "./reported-steps.ts";
import { RecentPages, Spills } from "./spills.ts";
import { capacityOf } from "./statements.ts";
import { TaskSteps } from "./task-steps.ts";
import { UnrollWindows } from "./unroll-windows.ts";
import { Waits } from "./waits.ts";

/** What the application tells its executors' replays. */
export interface ExecutorSurroundings {
  readonly executorId: string;
  readonly emit: EmitRow;
  /** It has a log of its own, which wins over what others say of it. */
  readonly hasLog: boolean;
  readonly level: EvidenceLevel;
  readonly blocks: ApplicationBlocks;
  readonly broadcasts: BroadcastValues;
  /** Once something happens in memory: the executor's rules, from all that is known by then. */
  rules(): ExecutorRules | undefined;
  /** A manager of this executor's version, configuration and layout, nothing used. */
  manager(): MemoryManager | undefined;
  /** RDDs that a stage computes or reads and that are persisted. */
  persistedRdds(stageId: number | undefined): Iterable<number>;
  isOffHeapRdd(rddId: number): boolean;
  isDeserializedRdd: (rddId: number) => boolean | undefined;
  isSqlStage: (stageId: number) => boolean;
  /** A setting of the application, as written; undefined: not set, or not known. */
  setting(key: string): string | undefined;
  /** a fact about the JVM or identity that decides its layout */
  layoutFact(fact: LogFact, step: LogStep): void;
  oom(step: LogStep, fact: LogFact, timelineSeq: number | undefined): void;
}

const LINES_TO_LAYOUT = 1000; // how far ahead facts about the layout are looked for

export class ExecutorReplay {
  readonly evidence: ExecutorEvidence = new ExecutorEvidence();
  /** reports of blocks, which carry no time, came since the last event with one */
  waitsForTime = false;
  readonly #around: ExecutorSurroundings;
  readonly #lookahead = new Lookahead();
  readonly #polled: PolledPeaks;
  readonly #history: BlockHistory;
  #parts: Parts | undefined;
  #beganAt: StepPlace | undefined;
  /** µs up to which time has passed in the ledger */
  #passed = 0;
  readonly #removals = new RemovalReports();
  readonly #delayed = new DelayedReports();
  #last: LogStep | undefined;
  #endedAt: number | undefined;
  #lost = false;
  /** µs of the last step, for steps without a time */
  #ts = 0;

  constructor(around: ExecutorSurroundings) {
    this.#around = around;
    this.#history = new BlockHistory(around);
    this.#polled = new PolledPeaks(() => around.setting("spark.executor.metrics.pollingInterval"));
  }

  /** A log line about this executor; replayed once what follows it is known. */
  observe(observation: Observation, fact: LogFact): void {
    this.#ts = Math.max(this.#ts, observation.ts ?? this.#ts);
    this.#lookahead.add(observation, fact, this.#ts);
    if (fact.kind === "block_removed") this.#around.broadcasts.learn(fact.blockId, fact.bytes);
    this.#drain(false);
  }

  /** Its block manager registered: a memory manager stands behind it. */
  registered(at: Observation): void {
    if (!this.#around.hasLog) this.#report(this.#placeOfEvent(at), () => {});
  }

  blockUpdated(at: Observation, fact: BlockUpdatedFact): void {
    this.waitsForTime = true;
    const place = this.#placeOfEvent(at);
    if (this.#around.hasLog) {
      this.evidence.blockUpdated(fact.status, place.ts);
      // DEBUG prints every removal itself.
      if (this.#around.level !== "debug") this.#removals.heard(fact.status, place.ts);
    } else {
      const status = copyOf(fact.status);
      this.#report(place, ({ reports }) => reports.blockUpdated(place, status));
    }
  }

  taskStarted(at: Observation, fact: Extract<EventFact, { kind: "task_start" }>): void {
    this.evidence.taskStarted(fact);
    this.#polled.taskStarted(fact.taskId, fact.launchedMs);
    const place = this.#placeOfEvent(at);
    if (this.#around.hasLog) return;
    const { taskId, stageId, index, partitionId } = fact;
    const task = { taskId, stageId, index: partitionId ?? index };
    this.#report(place, ({ reports }) => reports.taskStarted(place, task));
  }

  taskEnded(at: Observation, fact: TaskEndFact): void {
    this.evidence.taskEnded(fact);
    this.#polled.taskEnded(fact);
    const place = this.#placeOfEvent(at);
    if (this.#around.hasLog) return;
    const { taskId, updatedBlocks } = fact;
    this.#report(place, ({ reports }) => reports.taskEnded(place, { taskId, updatedBlocks }));
  }

  /** An event with a time, of whatever kind: reports before it have happened. */
  timePasses(ts: number): void {
    this.waitsForTime = false;
    const settled = Math.max(ts, this.#ts);
    if (this.#around.hasLog) this.#removals.timePasses(ts);
    else this.#delayed.add(settled, () => this.#parts?.reports.settle(settled));
  }

  /** `RDD.unpersist`: its blocks go, without a word per block. */
  unpersisted(at: Observation, rddId: number): void {
    const place = this.#placeOfEvent(at);
    if (!this.#around.hasLog)
      this.#delayed.add(place.ts, () => this.#parts?.reports.unpersisted(place, rddId));
  }

  /** Once all that was reported so far is replayed: what to do then, given the seq of the state in force. */
  afterReports(then: (timelineSeq: number | undefined) => void): void {
    this.#delayed.add(this.#ts, () => then(this.#parts?.context.state.timelineSeq));
  }

  #report(place: StepPlace, replay: (parts: Parts) => void): void {
    this.#delayed.add(place.ts, () => {
      const parts = this.#begin(place);
      parts?.reports.passTime(place);
      if (parts !== undefined) replay(parts);
    });
  }

  /** The executor is gone as far as the event log knows (µs). */
  removedAt(ts: number): void {
    this.#endedAt = ts;
  }

  get totals(): ExecutorTotals | undefined {
    return this.#parts?.context.state.totals;
  }

  /** Replays what waits up to this time, for those who replay several executors side by side. */
  drainUntil(ts: number): void {
    this.#delayed.drainUntil(ts);
    for (let step = this.#lookahead.takeUntil(ts); step; step = this.#lookahead.takeUntil(ts)) {
      this.#step(step);
    }
  }

  /** Time of the step that waits first; undefined: none waits. */
  get waitingSince(): number | undefined {
    return this.#lookahead.peek(1)?.ts;
  }

  /** By `ts` the executor was gone, and what it held with it: other executors' reads then miss it. */
  loseIfGone(ts: number): void {
    if (this.#lost || this.#endedAt === undefined || this.#endedAt > ts) return;
    this.drainUntil(ts);
    this.#lost = true;
    this.#history.lose(this.#parts?.context.state.onHeap.blocks.keys() ?? []);
  }

  finish(): void {
    this.#drain(true);
    this.#delayed.drainUntil(Number.POSITIVE_INFINITY);
    this.#parts?.reports.settle(this.#ts);
    const parts = this.#parts ?? this.#begin(this.#beganAt);
    if (parts !== undefined) {
      parts.context.waits.finish(this.#last);
      parts.context.state.end(this.#endedAt);
    }
    this.#history.finish();
  }

  #drain(all: boolean): void {
    for (let step = this.#lookahead.take(all); step; step = this.#lookahead.take(all)) {
      this.#step(step);
    }
  }

  /** What decides the layout may be told later: from 4.0 on the capacity comes after the first task began, levels with the first reads. */
  #learnLayoutAhead(): void {
    for (let ahead = 1; ahead < LINES_TO_LAYOUT; ahead++) {
      const next = this.#lookahead.peek(ahead);
      if (next === undefined) return;
      const { kind } = next.fact;
      if (kind === "store_started" || kind === "block_level")
        this.#around.layoutFact(next.fact, next);
    }
  }

  /** The memory manager's life begins: nothing is used. */
  #begin(at: StepPlace | undefined): Parts | undefined {
    if (this.#parts !== undefined) return this.#parts;
    this.#learnLayoutAhead();
    const rules = this.#around.rules();
    if (rules === undefined) return undefined;
    this.#parts = partsOf(this.#around, rules, this.#removals, {
      evidence: this.evidence,
      history: this.#history,
      lookahead: this.#lookahead,
      polled: this.#polled,
      broadcasts: this.#around.broadcasts,
    });
    if (at !== undefined) this.#parts.context.state.sample(at, "derived");
    return this.#parts;
  }

  /** What is held without a word changes with time: told at the times when it does. */
  #passTime({ context }: Parts, step: LogStep): void {
    const { windows, execution, state, debug } = context;
    const from = this.#passed;
    const breaks = windows.breaksBetween(from, step.ts);
    if (!debug) breaks.push(...execution.breaksBetween(from, step.ts));
    for (const ts of breaks.sort((a, b) => a - b)) {
      windows.advance(ts);
      if (!debug) execution.update(ts, printedWithin(step));
      state.sample({ ...placeOf(step), ts, tsMin: undefined, tsMax: undefined }, "assumed");
    }
    windows.advance(step.ts);
    if (!debug) execution.update(step.ts, printedWithin(step));
    this.#passed = Math.max(from, step.ts);
  }

  #placeOfEvent(at: Observation): StepPlace {
    // Events run ahead of a log of its own: their time is then not the log's.
    if (this.#around.hasLog) return { ...at, ts: at.ts ?? this.#ts };
    this.#ts = Math.max(this.#ts, at.ts ?? this.#ts);
    const { tsMin, tsMax, sourceFileId, line } = at;
    return { ts: this.#ts, tsMin, tsMax, sourceFileId, line };
  }

  #step(step: LogStep): void {
    this.#last = step;
    const { fact } = step;
    switch (fact.kind) {
      case "executor_command":
      case "executor_started":
      case "block_manager_registered":
      case "spark_version_logged":
      case "java_version_logged":
        this.#beganAt ??= placeOf(step);
        this.#around.layoutFact(fact, step);
        return;
      case "store_started":
        this.#around.layoutFact(fact, step);
        break;
      default:
        break;
    }
    const parts = this.#parts ?? this.#begin(this.#beganAt ?? placeOf(step));
    if (parts === undefined) return;
    if (!parts.context.debug) this.#removals.apply(parts.context, parts.blocks, step);
    this.#passTime(parts, step);
    const change = changeOfFree(parts.context, step);
    parts.context.puts.see(step);
    act(parts, step, this.#around);
    if (change !== undefined) parts.context.recent.add(step, change);
    if (fact.kind === "store_cleared" && parts.context.state.running.size === 0)
      this.#endedAt ??= step.ts;
  }
}

interface Parts {
  readonly context: ReplayContext;
  readonly blocks: BlockSteps;
  readonly tasks: TaskSteps;
  readonly reports: ReportedSteps;
}

function partsOf(
  around: ExecutorSurroundings,
  rules: ExecutorRules,
  removals: RemovalReports,
  kept: Pick<ReplayContext, "evidence" | "history" | "lookahead" | "polled" | "broadcasts">,
): Parts {
  const state = new ExecutorState({
    executorId: around.executorId,
    rules,
    manager: around.manager(),
    emit: around.emit,
    followsTasks: around.level === "debug" || around.level === "info",
  });
  const workerTask = new Map<string, number>();
  const context: ReplayContext & { spills: Spills; waits: Waits; puts: PutsUnderWay } = {
    state,
    ...kept,
    windows: new UnrollWindows(state),
    recent: new RecentChanges(),
    recentPages: new RecentPages(),
    execution: new ExecutionEstimates(state, kept, around.isSqlStage),
    debug: around.level === "debug",
    isOffHeap: (blockId) => {
      if (state.offHeap === undefined) return false;
      const rdd = /^rdd_(\d+)_/.exec(blockId);
      return rdd !== null && around.isOffHeapRdd(Number(rdd[1]));
    },
    isDeserializedRdd: around.isDeserializedRdd,
    persistedRdds: (stageId) => around.persistedRdds(stageId),
    removedBefore: (step, missing) => removals.wentBefore(context, blocks, step, missing),
    replayEarly: (step) => {
      blocks.storeEarly(step);
      tasks.takeEarly(step);
    },
    replayedEarly: (step) => blocks.storedEarly(step) || tasks.tookEarly(step),
    taskOf: (step) => {
      if (step.taskId !== undefined) return step.taskId;
      if (step.thread === undefined) return undefined;
      if (step.fact.kind === "task_running") workerTask.set(step.thread, step.fact.taskId);
      const running = [...state.running.values()].find((task) => task.thread === step.thread);
      return running?.taskId;
    },
    spills: undefined as never,
    waits: undefined as never,
    puts: undefined as never,
  };
  context.spills = new Spills(context);
  context.waits = new Waits(context);
  context.puts = new PutsUnderWay(context);
  const blocks = new BlockSteps(context);
  const tasks = new TaskSteps(context, blocks);
  return {
    context,
    blocks,
    tasks,
    reports: new ReportedSteps(context, blocks),
  };
}

function act({ context, blocks, tasks }: Parts, step: LogStep, around: ExecutorSurroundings): void {
  const { fact } = step;
  const { state } = context;
  switch (fact.kind) {
    case "store_started":
      state.check(placeOf(step), {
        quantity: "capacity",
        logged: fact.capacity,
        replayed: capacityOf(state),
        usedFor: "layout",
      });
      state.sample(placeOf(step), "logged");
      return;
    case "block_stored":
      blocks.stored(step, fact);
      return;
    case "store_refused":
      blocks.refused(step, fact);
      return;
    case "eviction_selected":
      blocks.evictions.selected(step, fact.blocks, fact.freed);
      return;
    case "block_dropping":
      blocks.dropping(step, fact.blockId);
      return;
    case "eviction_done":
      blocks.evictions.done(step, fact.free);
      return;
    case "unroll_failed":
      blocks.unrollFailed(step, fact);
      return;
    case "memory_use":
      blocks.memoryUse(step, fact);
      return;
    case "block_removed":
      blocks.removed(step, fact);
      return;
    case "store_cleared":
      blocks.cleared(step);
      return;
    case "persisting_to_disk":
      blocks.persistingToDisk(step, fact.blockId);
      return;
    case "block_writing_to_disk":
      blocks.writingToDisk(step, fact.blockId);
      return;
    case "disk_put":
      blocks.diskPut(step, fact);
      return;
    case "block_found":
      blocks.found(step, fact);
      return;
    case "block_missing":
      blocks.missing(step, fact);
      return;
    case "block_level":
      context.history.levelSeen(fact.blockId, fact);
      return;
    case "removing":
      if (fact.what === "rdd") blocks.removeRdd(step, Number(fact.id));
      else if (!context.debug && fact.what === "broadcast") {
        blocks.removeBroadcast(placeOf(step), fact.id, "logged");
      }
      return;
    case "task_running":
      tasks.running(step, fact, around.persistedRdds(fact.stageId));
      return;
    case "task_finished":
      if (fact.how === "failed") around.oom(step, fact, state.timelineSeq);
      tasks.finished(step, fact.taskId);
      return;
    case "execution_acquired":
      tasks.acquired(step, fact);
      return;
    case "execution_released":
      tasks.released(step, fact);
      return;
    case "execution_spilled":
      tasks.spilledAtDebug(step, fact);
      return;
    case "spill_wanted":
      tasks.spillWanted(step, fact);
      return;
    case "page_freed":
      tasks.pageFreed(step, fact.bytes);
      return;
    case "spill":
      tasks.spilled(step, fact);
      return;
    case "spill_threshold_crossed":
      context.spills.thresholdCrossed(fact.consumer);
      return;
    case "execution_waiting":
      tasks.waiting(step, fact);
      return;
    case "task_leak":
      tasks.leak(step, fact);
      return;
    case "dump_task":
      tasks.dumpTask(fact);
      return;
    case "dump_totals":
      tasks.dumpTotals(step, fact);
      return;
    case "uncaught_error":
      around.oom(step, fact, state.timelineSeq);
      return;
    case "executor_command":
    case "executor_started":
    case "block_manager_registered":
    case "spark_version_logged":
    case "java_version_logged":
    case "executor_stopping":
    case "ensure_free_space":
    case "block_remark":
    case "unroll_refused":
    case "unroll_interrupted":
    case "block_lookup":
    case "block_read":
    case "put_failed":
    case "put_done":
    case "block_reported":
    case "block_replicated":
    case "broadcast_read":
    case "task_assigned":
    case "task_kill_requested":
    case "page_allocated":
    case "page_allocation_failed":
    case "unreleased":
    case "dump_consumer":
    case "dump_unaccounted":
    case "spill_declined":
    case "release_mismatch":
    case "driver_block_manager_added":
    case "driver_block_manager_removed":
    case "driver_block":
    case "block_lost":
    case "driver_task_started":
    case "driver_task_ended":
    case "driver_executor_lost":
    case "driver_executor_granted":
    case "driver_unpersist":
    case "container_requested":
      return;
    default:
      assertNever(fact);
  }
}
