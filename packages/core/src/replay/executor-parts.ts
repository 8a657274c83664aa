/** What an executor's replay is made of, and what the application tells it. */

import type { ByteInterval } from "../byte-interval.ts";
import type { StorageLevelFlags } from "../event-fact.ts";
import type { LogFact } from "../log-fact.ts";
import type { MemoryManager } from "../memory/memory-manager.ts";
import type { EmitRow, EvidenceLevel } from "../rows.ts";
import type { ApplicationBlocks } from "./blocks/block-history.ts";
import { BlockLocks } from "./blocks/block-locks.ts";
import { BlockSteps } from "./blocks/block-steps.ts";
import type { BroadcastValues } from "./blocks/broadcast-values.ts";
import type { RemovalReports } from "./blocks/removal-reports.ts";
import type { ReportsAhead } from "./blocks/reported-puts.ts";
import { UnrollWindows } from "./blocks/unroll-windows.ts";
import { UnseenBlocks } from "./blocks/unseen-blocks.ts";
import { Decisions } from "./evidence/decisions.ts";
import { Foresight } from "./evidence/foresight.ts";
import { sentenceOf } from "./evidence/rules/index.ts";
import { SilentRemovals } from "./evidence/rules/silent-removal.ts";
import { UnrollLadder } from "./evidence/unroll-ladder.ts";
import type { ExecutorRules } from "./executor-rules.ts";
import { ExecutorState } from "./executor-state.ts";
import type { LogStep } from "./links/lookahead.ts";
import { PutsUnderWay } from "./links/puts-under-way.ts";
import { RecentChanges } from "./links/recent-changes.ts";
import type { ReplayContext } from "./replay-context.ts";
import { ReportedSteps } from "./reported-steps.ts";
import { ExecutionEstimates } from "./tasks/execution-estimates.ts";
import { PartlyLogged } from "./tasks/partly-logged.ts";
import { RecentPages } from "./tasks/recent-pages.ts";
import { Spills } from "./tasks/spills.ts";
import { TaskSteps } from "./tasks/task-steps.ts";
import { Waits } from "./tasks/waits.ts";

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
  /** What its store's capacity will be, by its heap, settings and registration. */
  foreseenCapacity(): ByteInterval | undefined;
  /** A manager of this executor's version, configuration and layout, nothing used. */
  manager(): MemoryManager | undefined;
  /** RDDs that a stage computes or reads and that are persisted. */
  persistedRdds(stageId: number | undefined): Iterable<number>;
  isOffHeapRdd(rddId: number): boolean;
  levelOfRdd: (rddId: number) => StorageLevelFlags | undefined;
  isDeserializedRdd: (rddId: number) => boolean | undefined;
  isSqlStage: (stageId: number) => boolean;
  /** The event log tells of blocks, as far as settings and version say. */
  reportsBlocks(): boolean;
  /** Its tasks are logged: in a log of its own, or in an event log. */
  isExecutionTold(): boolean;
  /** It has no log, and lines of the driver's tell of its blocks. */
  isToldByDriver(): boolean;
  /** A setting of the application, as written; undefined: not set, or not known. */
  setting(key: string): string | undefined;
  /** a fact about the JVM or identity that decides its layout */
  layoutFact(fact: LogFact, at: { readonly sourceFileId: number; readonly line: number }): void;
  oom(step: LogStep, fact: LogFact, timelineSeq: number | undefined): void;
}

export interface Parts {
  readonly context: ReplayContext;
  readonly blocks: BlockSteps;
  readonly tasks: TaskSteps;
  readonly partly: PartlyLogged;
  readonly spills: Spills;
  readonly waits: Waits;
  readonly puts: PutsUnderWay;
  readonly silent: SilentRemovals;
  readonly reports: ReportedSteps;
}

export function partsOf(
  around: ExecutorSurroundings,
  rules: ExecutorRules,
  removals: RemovalReports,
  ahead: ReportsAhead,
  kept: Pick<
    ReplayContext,
    "evidence" | "history" | "lookahead" | "polled" | "broadcasts" | "logged"
  >,
): Parts {
  const state = new ExecutorState({
    executorId: around.executorId,
    rules,
    manager: around.manager(),
    emit: around.emit,
    followsTasks: around.level === "debug" || around.level === "info",
    isStorageTold: around.hasLog || around.reportsBlocks(),
    isExecutionTold: around.isExecutionTold(),
    sentenceOf,
  });
  const foresight = new Foresight();
  const workerTask = new Map<string, number>();
  const context: ReplayContext = {
    state,
    ...kept,
    windows: new UnrollWindows(state),
    unseen: new UnseenBlocks(state, kept.lookahead, foresight),
    foresight,
    ladder: new UnrollLadder(rules),
    locks: new BlockLocks(),
    decisions: new Decisions(state, around.manager()),
    early: new Set(),
    recent: new RecentChanges(),
    recentPages: new RecentPages(),
    execution: new ExecutionEstimates(state, kept, around.isSqlStage),
    isOffHeap: (blockId) => {
      if (state.offHeap === undefined) return false;
      const rdd = /^rdd_(\d+)_/.exec(blockId);
      return rdd !== null && around.isOffHeapRdd(Number(rdd[1]));
    },
    isDeserializedRdd: around.isDeserializedRdd,
    reportsBlocks: () => around.reportsBlocks(),
    levelOfRdd: around.levelOfRdd,
    persistedRdds: (stageId) => around.persistedRdds(stageId),
    removals,
    removeBlocks: (at, blockIds, origin) => blocks.removeThese(at, blockIds, origin),
    inferRemovals: (step, room) => silent.infer(step, room),
    replayEarly: (step) => {
      blocks.storeEarly(step);
      tasks.takeEarly(step);
    },
    taskOf: (step) => {
      if (step.taskId !== undefined) return step.taskId;
      if (step.thread === undefined) return undefined;
      if (step.fact.kind === "task_running") workerTask.set(step.thread, step.fact.taskId);
      const running = [...state.running.values()].find((task) => task.thread === step.thread);
      return running?.taskId;
    },
  };
  const spills = new Spills(context);
  const waits = new Waits(context);
  const puts = new PutsUnderWay(context);
  const blocks = new BlockSteps(context, puts);
  const silent = new SilentRemovals(context);
  const partly = new PartlyLogged(context);
  const tasks = new TaskSteps(context, { blocks, spills, waits, partly });
  return {
    context,
    blocks,
    tasks,
    partly,
    spills,
    waits,
    puts,
    silent,
    reports: new ReportedSteps(context, blocks, ahead),
  };
}
