/**
 * Replays one executor: its own log's steps in order, or what the driver reported of it, through
 * the ledger.
 */

import type { BlockUpdatedFact, EventFact, TaskEndFact } from "../event-fact.ts";
import type { LogFact } from "../log-fact.ts";
import { type Observation, UNKNOWN_TIME } from "../observation.ts";
import { BlockHistory } from "./blocks/block-history.ts";
import type { PrintedBlock } from "./blocks/printed-block.ts";
import { RemovalReports } from "./blocks/removal-reports.ts";
import { ReportsAhead } from "./blocks/reported-puts.ts";
import { UnloggedStores } from "./blocks/unlogged-stores.ts";
import { type DelayedReport, DelayedReports } from "./delayed-reports.ts";
import { LearnedClasses } from "./evidence/logged-classes.ts";
import { ExecutorEvidence, isInMemory } from "./evidence.ts";
import { type ExecutorSurroundings, type Parts, partsOf } from "./executor-parts.ts";
import type { ExecutorTotals, StepPlace } from "./executor-state.ts";
import { type LogStep, Lookahead } from "./links/lookahead.ts";
import { changeOfFree } from "./links/neighbours.ts";
import { PrivateMaps } from "./links/private-maps.ts";
import { act } from "./log-steps.ts";
import { beginAnew, losesPart } from "./lost-parts.ts";
import { printedWithin, type ReplayContext } from "./replay-context.ts";
import { copyOf } from "./reported-steps.ts";
import { MEASURE_STANDS_MICROS } from "./tasks/execution-estimate.ts";
import type { PartlyLogged } from "./tasks/partly-logged.ts";
import { PolledPeaks } from "./tasks/polled-peaks.ts";

/** µs that a task may run on after its log's last line, as clocks and printed seconds allow */
const LATEST_LINE_MICROS = 2_000_000;
/** What shows how much memory there is, of use until its manager's life begins. */
const SHOWS_CAPACITY = new Set(["block_stored", "eviction_done", "dump_totals"]);
/** What tells of the JVM, of the layout, and of who it is. */
const TELLS_LAYOUT = new Set([
  "executor_command",
  "executor_started",
  "block_manager_registered",
  "spark_version_logged",
  "java_version_logged",
  "store_started",
  "block_level",
]);
const DECOMMISSIONS = "spark.decommission.enabled";
const DRIVER = "driver";

export class ExecutorReplay {
  readonly evidence: ExecutorEvidence = new ExecutorEvidence();
  /** reports of blocks, which carry no time, came since the last event with one */
  waitsForTime = false;
  readonly #around: ExecutorSurroundings;
  readonly #lookahead = new Lookahead();
  readonly #privateMaps = new PrivateMaps();
  readonly #polled: PolledPeaks;
  readonly #history: BlockHistory;
  #parts: Parts | undefined;
  #beganAt: StepPlace | undefined;
  /** its log has the lines that an executor begins with */
  #beginningSeen = false;
  /** its manager's life has not begun, and its store has not printed its capacity */
  #isCapacityOpen = true;
  /** µs up to which time has passed in the ledger */
  #passed = 0;
  readonly #removals = new RemovalReports();
  readonly #ahead = new ReportsAhead();
  readonly #unlogged = new UnloggedStores();
  readonly #logged: LearnedClasses;
  /** as of the last step */
  #grantsLogged: boolean;
  readonly #delayed = new DelayedReports((report) => this.#replayTask(report));
  #last: LogStep | undefined;
  #endedAt: number | undefined;
  #lost = false;
  /** its log says which tasks run */
  #saysTasks = false;
  /** its log has the lines that an executor ends with */
  #endsItself = false;
  /** µs of the last step, for steps without a time */
  #ts = UNKNOWN_TIME;

  constructor(around: ExecutorSurroundings) {
    this.#around = around;
    this.#history = new BlockHistory(around);
    this.#logged = new LearnedClasses(around.level === "debug");
    this.#grantsLogged = this.#logged.grants;
    this.#polled = new PolledPeaks((key) => around.setting(key));
  }

  /** A log line about this executor; replayed once what follows it is known. */
  observe(observation: Observation, fact: LogFact): void {
    this.#ts = Math.max(this.#ts, observation.ts ?? this.#ts);
    if (this.#privateMaps.owns(observation, fact)) return;
    const isOpen = this.#isCapacityOpen && SHOWS_CAPACITY.has(fact.kind);
    if (isOpen || TELLS_LAYOUT.has(fact.kind)) this.#learnLayout(observation, fact);
    this.#lookahead.add(observation, fact, this.#ts);
    this.#logged.learn(fact, this.#ts);
    this.#around.broadcasts.learnFrom(fact);
    this.#drain(false);
  }

  /**
   * Its block manager registered: a memory manager stands behind it, of which nothing is used.
   * @param since  µs since when it may stand, where that is before
   */
  registered(at: Observation, since: number | undefined): void {
    if (this.#around.hasLog) return;
    const isFirst = this.#ts === UNKNOWN_TIME;
    const place = this.#placeOfEvent(at);
    const ts = isFirst && since !== undefined ? Math.min(since, place.ts) : place.ts;
    this.#report({ ...place, ts }, () => {});
  }

  blockUpdated(at: Observation, fact: BlockUpdatedFact): void {
    this.waitsForTime = true;
    const place = this.#placeOfEvent(at);
    const { blocks, executorId } = this.#around;
    const { blockId, level } = fact.status;
    if (this.#around.setting(DECOMMISSIONS) === "true") blocks.migrate();
    if (isInMemory(fact.status)) blocks.reportedOn(executorId, blockId, level.replication);
    if (this.#around.hasLog) {
      this.evidence.blockUpdated(fact.status, place.ts);
      this.#unlogged.heard(copyOf(fact.status), place.ts);
      // DEBUG prints every removal itself.
      if (!this.#logged.removals) this.#removals.heard(fact.status, place.ts);
    } else {
      const status = copyOf(fact.status);
      const migrated = !isInMemory(status) && blocks.isHandedOver(executorId, blockId);
      this.#ahead.hear(status, place.ts);
      this.#report(place, ({ reports }) => reports.blockUpdated(place, status, { migrated }));
    }
  }

  /** The event log has none of the reports that it owes: what its blocks hold is unknown. */
  reportsNothing(): void {
    if (!this.#around.hasLog && !this.#around.isToldByDriver())
      this.#parts?.context.state.showStorage(false);
  }

  /** A line of the driver's log about a block here. */
  printedByDriver(at: Observation, fact: PrintedBlock): void {
    if (this.#around.isToldByDriver()) {
      this.#reportPrinted(at, fact);
      return;
    }
    this.#removals.isTold = true;
    const { blockId, change, where } = fact;
    if (change !== "removed" || where !== "memory") return;
    if (!this.#around.hasLog || this.#logged.removals || at.ts === undefined) return;
    this.#removals.printed(blockId, { from: at.tsMin ?? at.ts, until: at.tsMax ?? at.ts });
  }

  /** The same of an executor of whose blocks nothing else tells. */
  #reportPrinted(at: Observation, fact: PrintedBlock): void {
    const place = this.#placeOfEvent(at);
    const { blocks, executorId } = this.#around;
    const { blockId, change, where, size } = fact;
    const isStored = change !== "removed" && where === "memory";
    if (isStored) blocks.reportedOn(executorId, blockId, 1);
    const migrated = !isStored && blocks.isHandedOver(executorId, blockId);
    const printed = { blockId, change, where, size };
    this.#report(place, ({ reports }) => reports.printed(place, printed, { migrated }));
  }

  taskStarted(at: Observation, fact: Extract<EventFact, { kind: "task_start" }>): void {
    this.evidence.taskStarted(fact);
    this.#polled.taskStarted(fact.taskId, fact.launchedMs);
    if (this.#around.hasLog) return;
    const { taskId, stageId } = fact;
    const index = this.evidence.task(taskId)?.partition;
    const task = { taskId, stageId, index, updatedBlocks: undefined };
    this.#delayed.addTask("started", { ts: this.#timeOfEvent(at), at }, task);
  }

  taskEnded(at: Observation, fact: TaskEndFact): void {
    this.#polled.taskEnded(fact);
    this.#logged.taskEnded(fact);
    this.evidence.taskEnded(fact);
    if (this.#around.hasLog) return;
    const { taskId, stageId, updatedBlocks } = fact;
    const task = { taskId, stageId, index: undefined, updatedBlocks };
    this.#delayed.addTask("ended", { ts: this.#timeOfEvent(at), at }, task);
  }

  /** An event with a time, of whatever kind: reports before it have happened. */
  timePasses(ts: number): void {
    this.waitsForTime = false;
    const settled = Math.max(ts, this.#ts);
    if (this.#around.hasLog) {
      this.#removals.timePasses(ts);
      this.#unlogged.timePasses(ts);
    } else this.#delayed.add(settled, () => this.#parts?.reports.settle(settled));
  }

  /** `RDD.unpersist`: its blocks go, without a line for each. */
  unpersisted(at: Observation, rddId: number): void {
    const place = this.#placeOfEvent(at);
    if (!this.#around.hasLog)
      this.#delayed.add(place.ts, () => this.#parts?.reports.unpersisted(place, rddId));
  }

  /**
   * Once all that was reported so far is replayed: what to do then, given the seq of the state in
   * force.
   */
  afterReports(then: (timelineSeq: number | undefined) => void): void {
    this.#delayed.add(this.#ts, () => then(this.#parts?.context.state.timelineSeq));
  }

  #replayTask(report: DelayedReport): void {
    const parts = this.#begin(report);
    if (parts === undefined) return;
    parts.reports.passTime(report);
    if (report.kind === "started") parts.reports.taskStarted(report, report);
    else parts.reports.taskEnded(report, report);
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
    return this.#lookahead.waitingSince;
  }

  /**
   * By `ts` the executor was gone, and what it held with it: other executors' reads then miss it.
   */
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
      parts.waits.finish(this.#last);
      parts.silent.finish();
      this.#endOfLog(parts);
      parts.context.state.end(this.#endedAt);
    }
    this.#history.finish();
  }

  /** A log that stops while tasks go on says nothing about the rest of the executor's life. */
  #endOfLog({ context, partly }: Parts): void {
    const { state } = context;
    const last = this.#last;
    if (last === undefined || this.#endsItself) return;
    // Where its level hides the lines of tasks, the last line about memory is not the log's last.
    if (!this.#saysTasks && state.totals.stores > 0) return;
    const latest = last.tsMax ?? last.ts;
    const goesOn = this.evidence.aliveUntil > last.ts + LATEST_LINE_MICROS;
    // A driver may hear late of an end, but an executor prints it: one without a line is proof.
    if (!goesOn && !this.evidence.endsUnlogged(latest)) {
      this.#tasksGoOn(context, partly, last);
      return;
    }
    state.unknownFrom(last);
    partly.endOfLog(last);
    state.emit("diagnostics", {
      sourceFileId: last.sourceFileId,
      line: last.line,
      byteOffset: undefined,
      code: "log_ends_early",
      severity: "warning",
      message: `the log of executor ${state.executorId} ends while its tasks go on; what its memory did then is unknown`,
      count: 1,
    });
  }

  /**
   * Tasks run as the log ends, and nothing says for how long: the application was killed, or runs
   * still. Where no grant is logged, what was measured last stands no longer than between lines.
   */
  #tasksGoOn(context: ReplayContext, partly: PartlyLogged, last: LogStep): void {
    const { state, execution, logged } = context;
    if (logged.grants || state.running.size === 0 || last.ts === UNKNOWN_TIME) return;
    const ts = last.ts + MEASURE_STANDS_MICROS + 1;
    execution.update(ts);
    state.sample({ ...last, ts, tsMin: undefined, tsMax: undefined }, "assumed");
    partly.endOfLog(last);
  }

  #drain(all: boolean): void {
    for (let step = this.#lookahead.take(all); step; step = this.#lookahead.take(all)) {
      this.#step(step);
    }
  }

  /**
   * What decides the layout is learned as it is read, before the lines that wait: from 4.0 on the
   * capacity comes after the first task began, levels with the first reads.
   */
  #learnLayout({ sourceFileId, line }: Observation, fact: LogFact): void {
    if (fact.kind === "store_started") {
      this.#beginningSeen = true;
      this.#isCapacityOpen = false;
    }
    this.#around.layoutFact(fact, { sourceFileId, line });
  }

  /** The memory manager's life begins: nothing is used. */
  #begin(at: StepPlace | undefined, step?: LogStep): Parts | undefined {
    if (this.#parts !== undefined) return this.#parts;
    const rules = this.#around.rules();
    if (rules === undefined) return undefined;
    this.#isCapacityOpen = false;
    this.#parts = partsOf(this.#around, rules, this.#removals, this.#ahead, {
      evidence: this.evidence,
      history: this.#history,
      lookahead: this.#lookahead,
      polled: this.#polled,
      broadcasts: this.#around.broadcasts,
      logged: this.#logged,
    });
    const isLogged = this.#around.level === "debug" || this.#around.level === "info";
    if (isLogged && !this.#beginningSeen && step !== undefined)
      this.#parts.context.unseen.begin(step, this.#parts.context);
    // It stood before its registration was logged; since when is assumed.
    const isBefore = at?.tsMin !== undefined && at.ts < at.tsMin;
    if (at !== undefined) this.#parts.context.state.sample(at, isBefore ? "assumed" : "derived");
    return this.#parts;
  }

  /**
   * What changes between two lines, in the order of time: unroll memory and execution memory grow,
   * reported removals take effect. Each change has its own time; none waits for the next line.
   */
  #passTime(parts: Parts, step: LogStep): void {
    parts.blocks.unrolls.look(step.ts);
    const { windows, execution, state, logged } = parts.context;
    // A driver's log has its own blocks; most drivers run no tasks.
    if (!logged.tasks && this.#around.executorId !== DRIVER) parts.partly.tasksAreHidden();
    if (this.#grantsLogged !== logged.grants) {
      this.#grantsLogged = logged.grants;
      for (const ledger of state.ledgers) ledger.forgetExecution();
    }
    const from = this.#passed;
    const breaks = this.#unlogged.breaksUntil(parts.context, step, from);
    breaks.push(...windows.breaksBetween(from, step.ts));
    if (!logged.grants) breaks.push(...execution.breaksBetween(from, step.ts));
    if (!logged.removals) breaks.push(...this.#removals.breaksBetween(from, step.ts));
    for (const ts of breaks.length === 0 ? breaks : inOrder(breaks)) {
      const at = { ...step, ts, tsMin: undefined, tsMax: undefined };
      this.#advance(parts, at, printedWithin(step));
      state.sample(at, "assumed");
    }
    this.#advance(parts, step, printedWithin(step));
    // Before a line without a time any time may have passed, and tasks may have held what they can.
    const isUntimed = step.ts === UNKNOWN_TIME && state.running.size > 0;
    if (isUntimed && !logged.grants) state.sample(step, "assumed");
    this.#passed = Math.max(from, step.ts);
  }

  #advance({ context }: Parts, at: LogStep, openMicros: number): void {
    const { windows, execution, logged } = context;
    if (!logged.removals) this.#removals.apply(context, at);
    this.#unlogged.apply(context, at);
    windows.advance(at.ts);
    context.unseen.passTime(at.ts);
    if (!logged.grants) execution.update(at.ts, openMicros);
  }

  #placeOfEvent(at: Observation): StepPlace {
    // Events run ahead of a log of its own: their time is then not the log's.
    if (this.#around.hasLog) return { ...at, ts: at.ts ?? this.#ts };
    const { tsMin, tsMax, sourceFileId, line } = at;
    return { ts: this.#timeOfEvent(at), tsMin, tsMax, sourceFileId, line };
  }

  #timeOfEvent(at: Observation): number {
    this.#ts = Math.max(this.#ts, at.ts ?? this.#ts);
    return this.#ts;
  }

  #step(step: LogStep): void {
    const last = this.#last;
    this.#last = step;
    const { fact } = step;
    switch (fact.kind) {
      case "task_running":
        this.#saysTasks = true;
        break;
      case "executor_stopping":
      case "store_cleared":
        this.#endsItself = true;
        break;
      case "executor_command":
      case "executor_started":
      case "block_manager_registered":
      case "spark_version_logged":
      case "java_version_logged":
        this.#beginningSeen = true;
        this.#beganAt ??= step;
        return;
      default:
        break;
    }
    const parts = this.#parts ?? this.#begin(this.#beganAt ?? step, step);
    if (parts === undefined) {
      // How much memory there is no line shows: that it ran out, this one does.
      this.#around.oom(step, fact, undefined);
      return;
    }
    // Up to 1.3 broadcasts that are removed have lines of their own at INFO.
    if (fact.kind === "removing" && fact.what === "broadcast") this.#removals.isTold = true;
    const isGap = last !== undefined && this.#saysTasks && losesPart(parts.context, last, step);
    if (isGap) {
      beginAnew(parts, last, step);
      this.#unlogged.beginsAt(step.ts);
    }
    this.#passTime(parts, step);
    const change = changeOfFree(parts.context, step);
    parts.puts.see(step);
    act(parts, step, this.#around);
    parts.context.foresight.passed(step);
    if (change !== undefined) parts.context.recent.add(step, change);
    if (fact.kind === "store_cleared" && parts.context.state.running.size === 0)
      this.#endedAt ??= step.ts;
  }
}

function inOrder(times: readonly number[]): number[] {
  return [...new Set(times)].sort((a, b) => a - b);
}
