/**
 * What an event log must hold by its own word (task ids, planned tasks, what began and ended), and
 * how much of it does not.
 */
import type { EventFact, StageInfo } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";
import { Lingering } from "../lingering.ts";
import { NumberSet } from "../number-set.ts";
import { CountedIds } from "./counted-ids.ts";
import type { Expectation } from "./expectation.ts";

type Fact<Kind extends EventFact["kind"]> = Extract<EventFact, { kind: Kind }>;

/** A stage's first attempt: later ones compute only what is missing. */
interface OpenStage {
  readonly succeeded: NumberSet;
  count: number;
}

/** Completed stages whose late task ends are still counted. */
const SETTLING_STAGES = 1_000;
/** Tasks are logged as they are launched; a driver's clock may be set back a little. */
const DISORDER_MILLIS = 10_000;
/** Stages that a damaged log never completes. */
const OPEN_STAGES = 20_000;

export class EventLogCompleteness {
  started = false;
  ended = false;
  /** settings were logged */
  configured = false;
  #firstTask = Number.POSITIVE_INFINITY;
  #lastTask = -1;
  #tasks = 0;
  readonly #seenTasks = new NumberSet();
  readonly #startedTasks = new NumberSet();
  #endsWithoutStart = 0;
  readonly #stages = new Map<number, OpenStage>();
  readonly #completed = new Lingering<StageInfo>(SETTLING_STAGES, (stage) => this.#settle(stage));
  readonly #settling = new Map<number, StageInfo>();
  #plannedTasks = 0;
  #missingTasks = 0;
  readonly #jobs = new NumberSet();
  #jobStarts = 0;
  #jobEnds = 0;
  #jobEndsAlone = 0;
  /** numbers of rolled parts, from 0 (Databricks) */
  readonly #rolled = new Set<number>();
  readonly #registered = new Set<string>();
  readonly #ran = new Set<string>();
  readonly #added = new Set<string>();
  /**
   * jobs and tasks that stand before the application's start, or well before the launch of one
   * above
   */
  misplaced = 0;
  #startsBeforeStart = 0;
  #lastLaunch = 0;
  #successes = 0;
  #successesWithoutMetrics = 0;
  /** by the driver's own word; it says so at most once a minute, so there may be more */
  #dropped = 0;
  #ends = 0;
  #endsWithoutTime = 0;
  readonly #stagesSeen = new CountedIds();
  readonly #stagesSubmitted = new CountedIds();
  readonly #stagesCompleted = new CountedIds();
  readonly #stagesOfJobs = new NumberSet();
  #stagesWithoutJob = 0;

  /** Ids of tasks that it tells of. */
  get tasks(): NumberSet {
    return this.#seenTasks;
  }

  /** Of all queues, or of the event log's own, which has this name from 2.3 on. */
  droppedByDriver({ count, queue }: Extract<LogFact, { kind: "events_dropped" }>): void {
    if (queue === undefined || queue === "eventLog") this.#dropped += count;
  }

  step(fact: EventFact): void {
    switch (fact.kind) {
      case "log_start":
        if (fact.rollover !== undefined) this.#rolled.add(fact.rollover);
        return;
      case "application_start":
        if (!this.started) this.misplaced += this.#startsBeforeStart;
        this.started = true;
        return;
      case "application_end":
        this.ended = true;
        return;
      case "environment":
        this.configured ||= fact.sparkProperties.size > 0;
        return;
      case "task_start":
        this.#launchedAt(fact.launchedMs);
        this.#taskSeen(fact.taskId);
        this.#startedTasks.add(fact.taskId);
        return;
      case "task_end":
        this.#taskEnded(fact);
        return;
      case "stage_submitted":
        this.#stageSubmitted(fact.stage);
        return;
      case "stage_completed":
        this.#stageCompleted(fact);
        return;
      case "job_start":
        this.#jobStarts++;
        this.#startsBeforeStart++;
        this.#jobs.add(fact.jobId);
        for (const stageId of fact.stageIds) this.#stagesOfJobs.add(stageId);
        return;
      case "job_end":
        this.#jobEnds++;
        if (!this.#jobs.has(fact.jobId)) this.#jobEndsAlone++;
        return;
      case "executor_added":
        this.#added.add(fact.executorId);
        return;
      case "block_manager_added":
        this.#registered.add(fact.executorId);
        return;
      default:
        return;
    }
  }

  expectations(): Expectation[] {
    for (const stage of this.#settling.values()) this.#settle(stage);
    const from = this.started ? 0 : this.#firstTask;
    const ids = this.#tasks === 0 ? 0 : this.#lastTask - from + 1;
    const strangers = [...this.#ran].filter((executorId) => !this.#registered.has(executorId));
    const ran = [...this.#ran].filter((executorId) => executorId !== "driver");
    const submitted = this.#stagesSubmitted.count;
    const seen = this.#stagesSeen.count;
    const parts = this.#rolled.size === 0 ? 0 : Math.max(...this.#rolled) + 1;
    return [
      { what: "events that the driver dropped", expected: this.#dropped, missing: this.#dropped },
      { what: "rolled parts", expected: parts, missing: parts - this.#rolled.size },
      { what: "task ids", expected: ids, missing: Math.max(0, ids - this.#tasks) },
      { what: "task starts", expected: this.#tasks, missing: this.#endsWithoutStart },
      {
        what: "ends of planned tasks",
        expected: this.#plannedTasks,
        missing: this.#missingTasks,
      },
      { what: "job starts", expected: this.#jobEnds, missing: this.#jobEndsAlone },
      {
        what: "job ends",
        expected: this.ended ? this.#jobStarts : 0,
        missing: this.ended
          ? Math.max(0, this.#jobStarts - (this.#jobEnds - this.#jobEndsAlone))
          : 0,
      },
      {
        what: "registrations of executors",
        expected: this.#ran.size,
        missing: strangers.length,
      },
      {
        what: "additions of executors",
        expected: ran.length,
        missing: ran.filter((executorId) => !this.#added.has(executorId)).length,
      },
      {
        what: "metrics of tasks that succeeded",
        expected: this.#successes,
        missing: this.#successesWithoutMetrics,
      },
      { what: "times of tasks", expected: this.#ends, missing: this.#endsWithoutTime },
      { what: "submissions of stages", expected: seen, missing: Math.max(0, seen - submitted) },
      {
        what: "completions of stages",
        expected: this.ended ? submitted : 0,
        missing: this.ended ? Math.max(0, submitted - this.#stagesCompleted.count) : 0,
      },
      { what: "jobs of stages", expected: submitted, missing: this.#stagesWithoutJob },
    ];
  }

  #launchedAt(ms: number): void {
    this.#startsBeforeStart++;
    if (ms < this.#lastLaunch - DISORDER_MILLIS) this.misplaced++;
    this.#lastLaunch = Math.max(this.#lastLaunch, ms);
  }

  #taskSeen(taskId: number): void {
    if (taskId < 0 || this.#seenTasks.has(taskId)) return;
    this.#seenTasks.add(taskId);
    this.#tasks++;
    this.#firstTask = Math.min(this.#firstTask, taskId);
    this.#lastTask = Math.max(this.#lastTask, taskId);
  }

  #taskEnded(fact: Fact<"task_end">): void {
    const { taskId, stageId, stageAttemptId, reason, index } = fact;
    if (reason === "Resubmitted" || taskId < 0) return;
    this.#taskSeen(taskId);
    if (!this.#startedTasks.has(taskId)) {
      this.#endsWithoutStart++;
      this.#startedTasks.add(taskId);
    }
    this.#ran.add(fact.executorId);
    this.#stagesSeen.add(stageId);
    this.#ends++;
    if (!(fact.launchedMs > 0 && (fact.finishedMs ?? 0) > 0)) this.#endsWithoutTime++;
    if (reason === "Success") {
      this.#successes++;
      // A result of no bytes is none: metrics that are all 0 were not measured. Every Spark since
      // 1.0 writes what a task spilled; without it a filter of fields was at work.
      const { hasMetrics, resultBytes, memorySpilledBytes } = fact;
      if (!hasMetrics || resultBytes === 0 || memorySpilledBytes === undefined)
        this.#successesWithoutMetrics++;
    }
    if (reason !== "Success" || stageAttemptId !== 0 || index < 0) return;
    const stage = this.#open(stageId);
    if (stage === undefined || stage.succeeded.has(index)) return;
    stage.succeeded.add(index);
    stage.count++;
  }

  /**
   * A stage runs for a job that began before it; it was submitted before any of its tasks ended.
   */
  #stageSubmitted({ stageId, stageAttemptId }: StageInfo): void {
    this.#stagesSeen.add(stageId);
    if (this.#stagesSubmitted.add(stageId) && !this.#stagesOfJobs.has(stageId)) {
      this.#stagesWithoutJob++;
    }
    if (stageAttemptId === 0) this.#open(stageId);
  }

  #open(stageId: number): OpenStage | undefined {
    let stage = this.#stages.get(stageId);
    if (stage === undefined && this.#stages.size < OPEN_STAGES) {
      stage = { succeeded: new NumberSet(), count: 0 };
      this.#stages.set(stageId, stage);
    }
    return stage;
  }

  #stageCompleted({ stage }: Fact<"stage_completed">): void {
    this.#stagesSeen.add(stage.stageId);
    this.#stagesCompleted.add(stage.stageId);
    if (stage.stageAttemptId !== 0 || this.#settling.has(stage.stageId)) return;
    if (stage.failureReason !== undefined || !this.#stages.has(stage.stageId)) {
      this.#stages.delete(stage.stageId);
      return;
    }
    this.#settling.set(stage.stageId, stage);
    this.#completed.add(stage);
  }

  /** A stage that completed has a success for each task that its first attempt planned. */
  #settle({ stageId, tasks }: StageInfo): void {
    const stage = this.#stages.get(stageId);
    if (stage === undefined || !this.#settling.delete(stageId)) return;
    this.#stages.delete(stageId);
    this.#plannedTasks += tasks;
    this.#missingTasks += Math.max(0, tasks - stage.count);
  }
}
