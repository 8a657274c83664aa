/**
 * What a sample of an event log tells about its application: names, executors, zones, and when its
 * tasks ran.
 */
import type { EventFact } from "@respark/core";

export interface SampledExecutor {
  readonly executorId: string;
  host: string | undefined;
  readonly ports: Set<number>;
  /** ms */
  addedMs: number | undefined;
  /** ms; each registration of its block manager */
  readonly registeredMs: number[];
  blockUpdates: boolean;
}

export interface SampledTask {
  readonly executorId: string;
  readonly stageId: number;
  readonly stageAttemptId: number;
  readonly index: number;
  readonly attempt: number;
  readonly launchedMs: number;
  /** undefined: not seen, or booked by the driver for another reason than the task's own end */
  finishedMs: number | undefined;
}

/** Collects from event facts; keeps tasks of sampled stretches only. */
export class EventLogSample {
  appId: string | undefined;
  attemptId: string | undefined;
  name: string | undefined;
  sparkVersion: string | undefined;
  /** Databricks: of the first part of this log */
  contextId: string | undefined;
  rollover: number | undefined;
  startedMs: number | undefined;
  endedMs: number | undefined;
  /** least and greatest time of any event seen, ms */
  firstMs: number | undefined;
  lastMs: number | undefined;
  blockUpdates = false;
  stageMetrics = false;
  /** facts of any kind */
  facts = 0;
  /** lines that gave nothing because they are damaged */
  lostLines = 0;
  readonly executors: Map<string, SampledExecutor> = new Map();
  readonly tasks: Map<number, SampledTask> = new Map();
  /** `spark.master` */
  master: string | undefined;
  /** zones that the application's properties name */
  readonly zones: string[] = [];
  /** tasks worth keeping; undefined: all */
  wanted: ReadonlySet<number> | undefined;

  /** `ms` is the fact's own time where it has one. */
  see(fact: EventFact): void {
    this.facts++;
    switch (fact.kind) {
      case "log_start":
        this.sparkVersion ??= fact.sparkVersion;
        this.contextId ??= fact.contextId;
        this.rollover ??= fact.rollover;
        break;
      case "application_start":
        // Settings come before it in the log, and copied ones name another application.
        this.appId = fact.appId ?? this.appId;
        this.attemptId ??= fact.attemptId;
        this.name = fact.name;
        this.startedMs ??= fact.timeMs;
        this.#time(fact.timeMs);
        break;
      case "application_end":
        this.endedMs = fact.timeMs;
        this.#time(fact.timeMs);
        break;
      case "environment":
        this.#environment(fact.sparkProperties, fact.systemProperties);
        break;
      case "block_updated":
        this.blockUpdates = true;
        this.#executor(fact.executorId).blockUpdates = true;
        break;
      case "executor_metrics":
        if (fact.scope === "stage") this.stageMetrics = true;
        break;
      case "executor_added":
      case "block_manager_added":
        this.#came(fact);
        break;
      case "task_start":
      case "task_end":
        this.#ran(fact);
        break;
      default:
        break;
    }
  }

  #came(fact: Extract<EventFact, { kind: "executor_added" | "block_manager_added" }>): void {
    const executor = this.#executor(fact.executorId);
    executor.host ??= fact.host;
    if (fact.timeMs !== undefined) this.#time(fact.timeMs);
    if (fact.kind === "executor_added") {
      executor.host = fact.host;
      executor.addedMs ??= fact.timeMs;
      return;
    }
    executor.ports.add(fact.port);
    if (fact.timeMs !== undefined) executor.registeredMs.push(fact.timeMs);
  }

  #ran(fact: Extract<EventFact, { kind: "task_start" | "task_end" }>): void {
    const ended = fact.kind === "task_end" ? fact.finishedMs : undefined;
    this.#time(ended ?? fact.launchedMs);
    if (!this.#keeps(fact.taskId)) return;
    const finished = fact.kind === "task_end" && fact.reason === "Success" ? ended : undefined;
    const known = this.tasks.get(fact.taskId);
    if (known === undefined) this.tasks.set(fact.taskId, taskOf(fact, finished));
    else known.finishedMs ??= finished;
  }

  #keeps(taskId: number): boolean {
    return this.wanted === undefined || this.wanted.has(taskId);
  }

  #executor(executorId: string): SampledExecutor {
    let executor = this.executors.get(executorId);
    if (!executor) {
      executor = {
        executorId,
        host: undefined,
        ports: new Set(),
        addedMs: undefined,
        registeredMs: [],
        blockUpdates: false,
      };
      this.executors.set(executorId, executor);
    }
    return executor;
  }

  #time(ms: number): void {
    // 0 and −1 stand for "none" in several versions.
    if (ms <= 0) return;
    if (this.firstMs === undefined || ms < this.firstMs) this.firstMs = ms;
    if (this.lastMs === undefined || ms > this.lastMs) this.lastMs = ms;
  }

  #environment(spark: ReadonlyMap<string, string>, system: ReadonlyMap<string, string>): void {
    this.blockUpdates ||= spark.get("spark.eventLog.logBlockUpdates.enabled") === "true";
    this.stageMetrics ||= spark.get("spark.eventLog.logStageExecutorMetrics") === "true";
    this.appId ??= spark.get("spark.app.id");
    this.master ??= spark.get("spark.master");
    this.name ??= spark.get("spark.app.name");
    const option = /-Duser\.timezone=["']?([^\s"']+)/;
    for (const zone of [
      option.exec(spark.get("spark.executor.extraJavaOptions") ?? "")?.[1],
      spark.get("spark.executorEnv.TZ"),
      system.get("user.timezone"),
      option.exec(spark.get("spark.driver.extraJavaOptions") ?? "")?.[1],
      spark.get("spark.sql.session.timeZone"),
    ]) {
      if (zone !== undefined && zone !== "" && !this.zones.includes(zone)) this.zones.push(zone);
    }
  }
}

function taskOf(
  fact: Extract<EventFact, { kind: "task_start" | "task_end" }>,
  finishedMs: number | undefined,
): SampledTask {
  return {
    executorId: fact.executorId,
    stageId: fact.stageId,
    stageAttemptId: fact.stageAttemptId,
    index: fact.index,
    attempt: fact.attempt,
    launchedMs: fact.launchedMs,
    finishedMs,
  };
}
