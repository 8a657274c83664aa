/**
 * Replays one application attempt: sends every observation to whom it concerns, and writes what is
 * about the application as a whole.
 */
import { assertNever } from "../assert.ts";
import { managerMayStandSince } from "../calibration/manager-starts.ts";
import type { BlockUpdatedFact, EventFact, TaskEndFact } from "../event-fact.ts";
import type { LogFact } from "../log-fact.ts";
import type { Observation } from "../observation.ts";
import type { EmitRow, EvidenceLevel } from "../rows.ts";
import { ApplicationConf } from "./application/application-conf.ts";
import { ApplicationFacts } from "./application/application-facts.ts";
import { Completeness } from "./application/completeness.ts";
import { ContainerLosses } from "./application/container-losses.ts";
import { DeathRecords } from "./application/death-records.ts";
import { type ExecutorEvent, ExecutorRoster, rowsOf } from "./application/executor-roster.ts";
import { FailureRecords } from "./application/failure-records.ts";
import { FetchFailures } from "./application/fetch-failures.ts";
import { ImpossibleSizes } from "./application/impossible-sizes.ts";
import { writeApplication, writeExecutors } from "./application/life-rows.ts";
import { MetricRows } from "./application/metric-rows.ts";
import { OtherApplications } from "./application/other-applications.ts";
import { SqlPlans } from "./application/sql-plans.ts";
import { TaskCensus } from "./application/task-census.ts";
import { ApplicationBlocks } from "./blocks/block-history.ts";
import { BroadcastValues } from "./blocks/broadcast-values.ts";
import { ExecutorReplay } from "./executor-replay.ts";
import { emptyTotals } from "./executor-state.ts";
import { HELD_MICROS } from "./links/lookahead.ts";
import type { ReplayOptions } from "./replay-options.ts";
import { accuracyOf, bestOf, type ExecutorSummary, type ReplaySummary } from "./replay-summary.ts";
import { TaskRows } from "./tasks/task-rows.ts";

type OfTasksOrBlocks =
  | "task_start"
  | "task_end"
  | "block_updated"
  | "executor_metrics"
  | "unpersist_rdd"
  | "exclusion";
type ApplicationEvent = Exclude<EventFact, ExecutorEvent | { readonly kind: OfTasksOrBlocks }>;
type LogFactOf<Kind extends LogFact["kind"]> = Extract<LogFact, { readonly kind: Kind }>;

/**
 * The replay of one application: takes its observations in their order of time and emits the rows
 * of every table. Throws `ModelError` where our own model contradicts itself, never for odd input.
 */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #emit: EmitRow;
  readonly #conf: ApplicationConf;
  readonly #facts: ApplicationFacts;
  readonly #tasks: TaskRows;
  readonly #plans: SqlPlans;
  readonly #metrics: MetricRows;
  readonly #roster = new ExecutorRoster();
  readonly #census = new TaskCensus();
  readonly #deaths: DeathRecords;
  readonly #failures: FailureRecords;
  readonly #completeness = new Completeness();
  readonly #sizes = new ImpossibleSizes();
  readonly #others: OtherApplications;
  readonly #containers = new ContainerLosses();
  readonly #fetches = new FetchFailures();
  readonly #executors = new Map<string, ExecutorReplay>();
  readonly #blocks: ApplicationBlocks;
  readonly #broadcasts = new BroadcastValues();
  #startedAt: number | undefined;
  #endedAt: number | undefined;
  #name: string | undefined;
  #user: string | undefined;
  #blockUpdates = 0;
  #hasEvents = false;
  #nextLoss = Number.NEGATIVE_INFINITY;
  /** executors with block updates since the last event with a time */
  readonly #unsettled: ExecutorReplay[] = [];

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#others = new OtherApplications(options.appId);
    // A caller knows its table, so the pair it hands over is one of the union.
    const emit = options.emit as EmitRow;
    this.#emit = emit;
    this.#conf = new ApplicationConf(options.sparkVersion, options.sparkVersionBounds);
    this.#facts = new ApplicationFacts(emit);
    this.#tasks = new TaskRows(emit);
    this.#plans = new SqlPlans(emit);
    this.#metrics = new MetricRows(emit);
    this.#deaths = new DeathRecords(emit);
    this.#failures = new FailureRecords(emit, this.#census, this.#roster);
    this.#blocks = new ApplicationBlocks({ readsAreTold: (options.executorLogs?.size ?? 0) > 0 });
    this.#name = options.name;
  }

  /** Takes the next observation; its record may be reused by the caller afterwards. */
  step(observation: Observation): void {
    const { fact } = observation;
    if (observation.source === "event_log") {
      this.#hasEvents = true;
      this.#event(observation, fact as EventFact);
    } else this.#line(observation, fact as LogFact);
  }

  /**
   * After the last observation: the next quarter of a second of what still waits for later lines,
   * all executors side by side, so that one's miss knows another's eviction. False: nothing waits.
   * `finish` does the rest at once.
   */
  drainWindow(): boolean {
    let first = Number.POSITIVE_INFINITY;
    for (const executor of this.#executors.values()) {
      first = Math.min(first, executor.waitingSince ?? Number.POSITIVE_INFINITY);
    }
    if (first === Number.POSITIVE_INFINITY) return false;
    for (const executor of this.#executors.values()) executor.loseIfGone(first);
    for (const executor of this.#executors.values())
      executor.drainUntil(first + SIDE_BY_SIDE_MICROS);
    return true;
  }

  /** No more observations: writes what was waiting for its end. */
  finish(): ReplaySummary {
    const executors: ExecutorSummary[] = [];
    while (this.drainWindow());
    for (const [executorId, replay] of this.#executors) {
      replay.finish();
      const known = this.#roster.of(executorId);
      executors.push({
        executorId,
        evidenceLevel: this.#levelOf(executorId),
        maxMemoryBytes: this.#conf.knownLayout(known).maxMemory.bytes,
        removedReason: known.removedReason,
        ...(replay.totals ?? emptyTotals()),
      });
    }
    this.#containers.finish(this.#roster);
    this.#deaths.finish();
    this.#failures.finish();
    this.#facts.finish();
    this.#plans.finish();
    this.#tasks.finish(this.#endedAt !== undefined);
    const summary: ReplaySummary = {
      appId: this.#options.appId,
      attemptId: this.#options.attemptId,
      name: this.#name,
      sparkVersion: this.#conf.versionText,
      evidenceLevel: this.#applicationLevel(executors),
      executors,
      ...accuracyOf(executors),
      completeness: this.#completeness.result((executorId) => this.#hasLog(executorId)),
    };
    const redact = this.#options.redact ?? ((_key: string, value: string) => value);
    this.#sizes.write(this.#emit);
    this.#others.write(this.#emit);
    this.#conf.write(this.#emit, redact);
    writeExecutors(this.#emit, this.#roster, this.#conf, summary);
    writeApplication(this.#emit, summary, this.#conf, {
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      user: this.#user,
    });
    return summary;
  }

  /**
   * The best of its executors'; the driver's own log says it only where the driver is all there is.
   */
  #applicationLevel(executors: ReplaySummary["executors"]): EvidenceLevel {
    const others = executors.filter(({ executorId }) => executorId !== "driver");
    const asked = others.length > 0 ? others : executors;
    return bestOf(asked.map(({ evidenceLevel }) => evidenceLevel)) ?? this.#eventLevel();
  }

  /**
   * Executors that were gone by `ts`, which every log still read has passed: their blocks are lost
   * to the others.
   */
  #loseGone(ts: number): void {
    if (ts < this.#nextLoss) return;
    this.#nextLoss = ts + SIDE_BY_SIDE_MICROS;
    for (const executor of this.#executors.values()) executor.loseIfGone(ts);
  }

  #line(observation: Observation, fact: LogFact): void {
    this.#failures.line(observation, fact);
    if (fact.kind === "driver_task_ended") this.#taskLost(observation, fact);
    if (fact.kind === "driver_task_started" && fact.executorId !== undefined)
      this.#roster.livesOn(fact.executorId);
    this.#census.line(observation, fact);
    this.#completeness.line(observation, fact);
    if (this.#isOfApplication(observation, fact)) return;
    if (fact.kind === "driver_unpersist" && fact.what === "rdd")
      this.#unpersistedByDriver(observation, fact.id);
    if (observation.executorId === undefined) return;
    if (observation.ts !== undefined) this.#loseGone(observation.ts - HELD_MICROS);
    this.#executor(observation.executorId).observe(observation, fact);
  }

  /** Takes what no executor's replay does: of the application, or in the driver's words. */
  #isOfApplication(observation: Observation, fact: LogFact): boolean {
    switch (fact.kind) {
      case "spark_version_logged":
        this.#conf.versionSeen(fact.version, "log");
        return true;
      case "driver_block_manager_added":
        this.#roster.registeredByDriver(fact, observation.ts);
        return true;
      case "driver_executor_lost":
        this.#executorLost(observation, fact);
        return true;
      case "container_launched":
        this.#containers.launched(fact.containerId, fact.executorId);
        return true;
      case "process_ended":
        this.#roster.ended(observation, fact.reason);
        return true;
      case "driver_executor_granted":
        if (!this.#others.isOfAnother(fact.appId, observation))
          this.#roster.of(fact.executorId).cores ??= fact.cores;
        return true;
      case "driver_block":
        this.#blockByDriver(observation, fact);
        return true;
      case "executor_stopping":
        if (observation.executorId !== undefined)
          this.#roster.of(observation.executorId).signalled ||= fact.how === "signal";
        return true;
      default:
        return false;
    }
  }

  #executorLost(observation: Observation, fact: LogFactOf<"driver_executor_lost">): void {
    if (this.#others.isOfAnother(fact.appId, observation)) return;
    const executorId = fact.executorId ?? this.#containers.ended(fact, observation);
    if (executorId === undefined) return;
    this.#containers.ofExecutor(executorId, fact);
    const known = this.#roster.of(executorId);
    known.host ??= fact.host;
    if (!this.#fetches.explain(executorId, fact.reason, observation.ts)) {
      known.removedAt ??= observation.ts;
      this.#roster.gone(executorId, fact.reason, observation);
    }
    if (known.isToldByDriver && observation.ts !== undefined)
      this.#executors.get(executorId)?.removedAt(observation.ts);
  }

  /** Where the event log reports blocks, it does so without a driver's log, and exactly. */
  #blockByDriver(observation: Observation, fact: LogFactOf<"driver_block">): void {
    if (this.#blockUpdates > 0) return;
    const known = this.#roster.byHostPort(fact.hostPort);
    if (known === undefined) return;
    const reported = this.#hasEvents && this.#conf.reportsBlocks;
    known.isToldByDriver ||= !reported && !this.#hasLog(known.executorId);
    this.#executor(known.executorId).printedByDriver(observation, fact);
  }

  /**
   * `RDD.unpersist` in the driver's words: blocks that only its log tells of go without a line
   * each.
   */
  #unpersistedByDriver(observation: Observation, rddId: number): void {
    for (const [executorId, executor] of this.#executors)
      if (this.#roster.of(executorId).isToldByDriver) executor.unpersisted(observation, rddId);
  }

  /** A task's failure in the driver's words, and its executor's loss where only they hold it. */
  #taskLost(observation: Observation, fact: LogFactOf<"driver_task_ended">): void {
    if (fact.lostReason === undefined) return;
    this.#fetches.taskLost(fact.lostReason, observation.ts);
    const executorId = fact.executorId ?? this.#roster.someoneOn(fact.host)?.executorId;
    if (executorId === undefined) return;
    const [, loss, reason = ""] =
      /^ExecutorLostFailure \((executor \S+ (?:exited|lost)[^)]*)\)(?: Reason: ([\s\S]*))?/.exec(
        fact.lostReason,
      ) ?? [];
    if (loss !== undefined) {
      this.#roster.of(executorId).removedAt ??= observation.ts;
      this.#roster.gone(executorId, reason.trim() || loss, observation);
    }
    const { stageId, runningTasks } = this.#census.now(executorId, fact.taskId);
    const around = { stageId: fact.stageId ?? stageId, runningTasks };
    const hasLog = this.#hasLog(executorId);
    const { ts, sourceFileId, line } = observation;
    const at = { ts, sourceFileId, line };
    const told = (timelineSeq?: number): void =>
      this.#deaths.taskLost(at, fact, { executorId, hasLog, timelineSeq, around });
    if (hasLog) told();
    else this.#executor(executorId).afterReports(told);
  }

  #event(observation: Observation, fact: EventFact): void {
    this.#completeness.event(observation, fact);
    if (this.#unsettled.length > 0 && observation.ts !== undefined && settles(observation, fact)) {
      for (const executor of this.#unsettled) executor.timePasses(observation.ts);
      this.#unsettled.length = 0;
    }
    switch (fact.kind) {
      case "task_end":
        this.#taskEnded(observation, fact);
        return;
      case "block_updated":
        this.#blockUpdated(observation, fact);
        return;
      case "task_start":
        if (this.#blockUpdates === 0 && this.#conf.owesReports())
          for (const executor of this.#executors.values()) executor.reportsNothing();
        this.#facts.taskSeen(fact);
        this.#census.event(fact);
        this.#roster.livesOn(fact.executorId);
        this.#tasks.started(fact, observation.sourceFileId, observation.line);
        this.#executor(fact.executorId).taskStarted(observation, fact);
        return;
      case "executor_metrics":
        this.#metrics.write(observation, {
          executorId: fact.executorId,
          stageId: fact.stageId,
          stageAttemptId: fact.stageAttemptId,
          taskId: undefined,
          values: fact.values,
          isPeak: fact.scope === "stage",
        });
        return;
      case "executor_added":
      case "executor_removed":
      case "block_manager_added":
      case "block_manager_removed":
        this.#executorEvent(observation, fact);
        return;
      case "unpersist_rdd":
        this.#facts.unpersisted(fact.rddId, observation.ts);
        this.#blocks.unpersisted(fact.rddId);
        for (const executor of this.#executors.values())
          executor.unpersisted(observation, fact.rddId);
        return;
      case "exclusion":
        this.#emit("exclusions", { ...fact, ts: fact.timeMs * 1000 });
        return;
      default:
        this.#applicationEvent(fact);
    }
  }

  #taskEnded(observation: Observation, fact: TaskEndFact): void {
    this.#facts.taskSeen(fact);
    if (fact.reason === "Resubmitted") {
      this.#tasks.resubmitted(fact, observation);
      return;
    }
    const around = this.#census.now(fact.executorId, fact.taskId);
    this.#failures.taskEnded(observation, fact);
    this.#census.event(fact);
    this.#tasks.ended(fact, observation.sourceFileId, observation.line);
    this.#plans.taskEnded(fact);
    const executor = this.#executor(fact.executorId);
    executor.taskEnded(observation, fact);
    if (fact.executorMetrics !== undefined) {
      this.#metrics.write(observation, {
        executorId: fact.executorId,
        stageId: fact.stageId,
        stageAttemptId: fact.stageAttemptId,
        taskId: fact.taskId,
        values: fact.executorMetrics,
        isPeak: true,
      });
    }
    if (fact.reason !== "Success" && !this.#hasLog(fact.executorId)) {
      const [at, failure] = [{ ...observation }, { ...fact }];
      executor.afterReports((seq) => this.#deaths.taskFailed(at, failure, seq, around));
    }
  }

  #blockUpdated(observation: Observation, fact: BlockUpdatedFact): void {
    const { maxBytes } = this.#roster.of(fact.executorId);
    if (this.#sizes.isImpossible(fact, observation, maxBytes)) return;
    this.#blockUpdates++;
    const executor = this.#executor(fact.executorId);
    if (!executor.waitsForTime) this.#unsettled.push(executor);
    executor.blockUpdated(observation, fact);
  }

  #executorEvent(observation: Observation, fact: ExecutorEvent): void {
    this.#census.event(fact);
    this.#roster.event(fact, observation);
    if (fact.kind === "block_manager_added") {
      const { addedAt } = this.#roster.of(fact.executorId);
      const times = { addedAt, registeredAt: observation.ts, applicationStart: this.#startedAt };
      this.#executor(fact.executorId).registered(observation, managerMayStandSince(times));
    } else if (fact.kind !== "executor_added" && fact.timeMs !== undefined) {
      this.#executors.get(fact.executorId)?.removedAt(fact.timeMs * 1000);
    }
  }

  #applicationEvent(fact: ApplicationEvent): void {
    switch (fact.kind) {
      case "log_start":
        this.#conf.versionSeen(fact.sparkVersion, "event_log");
        return;
      case "environment":
        this.#conf.environment(fact.sparkProperties, fact.systemProperties, fact.jvm);
        return;
      case "resource_profile":
        this.#conf.profile(fact.profileId, fact.executor, fact.task);
        return;
      case "application_start":
        this.#name = fact.name;
        this.#user = fact.user;
        this.#startedAt = fact.timeMs * 1000;
        return;
      case "application_end":
        this.#endedAt = fact.timeMs * 1000;
        return;
      case "job_start":
        this.#facts.jobStarted(fact);
        return;
      case "job_end":
        this.#facts.jobEnded(fact);
        return;
      case "stage_submitted":
        this.#facts.stageSubmitted(fact);
        return;
      case "stage_completed":
        this.#facts.stageCompleted(fact);
        return;
      case "sql_start":
      case "sql_plan":
        if (fact.kind === "sql_start") this.#facts.sqlStarted(fact);
        this.#plans.planned(fact.executionId, fact.nodes);
        return;
      case "sql_end":
        this.#facts.sqlEnded(fact);
        return;
      default:
        assertNever(fact);
    }
  }

  #executor(executorId: string): ExecutorReplay {
    let replay = this.#executors.get(executorId);
    if (replay === undefined) {
      const known = this.#roster.of(executorId);
      replay = new ExecutorReplay({
        executorId,
        emit: rowsOf(known, this.#emit),
        hasLog: this.#hasLog(executorId),
        level: this.#levelOf(executorId),
        blocks: this.#blocks,
        broadcasts: this.#broadcasts,
        rules: () =>
          this.#conf.rules(known, this.#hasLog(executorId) || this.#options.hasNoEventLog === true),
        manager: () => this.#conf.manager(known),
        foreseenCapacity: () => this.#conf.foreseenCapacity(known),
        persistedRdds: (stageId) =>
          stageId === undefined ? [] : this.#facts.persistedRdds(stageId),
        isOffHeapRdd: (rddId) =>
          known.offHeapRdds.has(rddId) || this.#conf.isOffHeap(this.#facts.level(rddId)),
        levelOfRdd: (rddId) => this.#facts.level(rddId),
        isDeserializedRdd: (rddId) => this.#facts.level(rddId)?.deserialized,
        isSqlStage: (stageId) => this.#facts.isSql(stageId),
        reportsBlocks: () =>
          this.#blockUpdates > 0 || this.#conf.reportsBlocks || known.isToldByDriver,
        isExecutionTold: () => this.#hasLog(executorId) || this.#hasEvents,
        isToldByDriver: () => known.isToldByDriver,
        setting: (key) => this.#conf.properties.get(key),
        layoutFact: (fact, step) => this.#roster.learn(executorId, fact, step),
        oom: (step, fact, seq) =>
          this.#deaths.lineSays(executorId, step, fact, seq, known, this.#census.around(step)),
      });
      this.#executors.set(executorId, replay);
    }
    return replay;
  }

  #hasLog(executorId: string): boolean {
    return this.#options.executorLogs?.has(executorId) ?? false;
  }

  #levelOf(executorId: string): EvidenceLevel {
    const logged = this.#options.executorLogs?.get(executorId);
    if (logged !== undefined) return logged;
    return this.#roster.of(executorId).isToldByDriver ? "event_log_blocks" : this.#eventLevel();
  }

  #eventLevel(): EvidenceLevel {
    return this.#blockUpdates > 0 ? "event_log_blocks" : "event_log";
  }
}

const SIDE_BY_SIDE_MICROS = 250_000;

/**
 * Reports of blocks have happened by the next event that has a time of its own, not by metrics,
 * which are written between them and have none; an unpersist comes after what was reported before
 * it.
 */
function settles({ tsMax }: Observation, { kind }: EventFact): boolean {
  return kind !== "block_updated" && (tsMax !== undefined || kind === "unpersist_rdd");
}
