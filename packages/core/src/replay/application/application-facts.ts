/**
 * Jobs, stages, SQL executions and RDDs of one application, gathered from events until each has its
 * row.
 */
import type { EventFact, RddInfo, StageInfo, StorageLevelFlags } from "../../event-fact.ts";
import type { EmitRow, JobRow, RddRow, SqlExecutionRow, StageRow } from "../../rows.ts";
import { storageLevelName } from "../../storage-level.ts";
import { Lingering } from "../lingering.ts";
import { NumberSet } from "../number-set.ts";

/** Stages of ended jobs that are still known: executors' logs may be a while behind. */
const STAGES_KEPT = 10_000;
/** Stages that a damaged log's tasks name, and nothing else does. */
const UNNAMED_KEPT = 50_000;
/** An RDD that is not persisted is written once so many others were spoken of after it. */
const MENTIONS_KEPT = 5_000;

type Fact<Kind extends EventFact["kind"]> = Extract<EventFact, { kind: Kind }>;

type StageKey = Pick<StageInfo, "stageId" | "stageAttemptId">;
type StageOfRow = Omit<StageInfo, "name" | "tasks"> & {
  readonly name: string | undefined;
  readonly tasks: number | undefined;
};

export class ApplicationFacts {
  readonly #emit: EmitRow;
  readonly #jobs = new Map<number, JobRow>();
  readonly #stages = new Map<string, StageRow>();
  readonly #jobOfStage = new Map<number, number>();
  readonly #sql = new Map<number, SqlExecutionRow>();
  readonly #rdds = new Map<number, RddRow>();
  readonly #levels = new Map<number, StorageLevelFlags>();
  /** stage → RDDs of its plan that are persisted */
  readonly #persisted = new Map<number, readonly number[]>();

  /** planned by a job and not submitted yet; skipped, once that job has ended */
  readonly #planned = new Map<number, StageRow>();
  /** stages that were submitted, or that were written as skipped */
  readonly #ran = new NumberSet();

  /**
   * Parts of a log may be out of order, or be there twice: what was written is not written again.
   */
  readonly #endedJobs = new NumberSet();
  readonly #endedFirst = new NumberSet();
  /** attempts of stages after their first: few */
  readonly #endedLater = new Set<string>();
  readonly #endedSql = new NumberSet();

  /** stages that only tasks name so far */
  readonly #unnamed = new Map<string, StageKey>();
  #lastStage: StageKey = { stageId: -1, stageAttemptId: -1 };

  readonly #sqlStages = new Set<number>();
  readonly #endedStages = new Lingering<number>(STAGES_KEPT, (stageId) =>
    this.#forgetStage(stageId),
  );

  /** RDD → when it was spoken of last */
  readonly #mentions = new Map<number, number>();
  readonly #mentioned = new Lingering<{ readonly rddId: number; readonly mention: number }>(
    MENTIONS_KEPT,
    ({ rddId, mention }) => this.#forgetRdd(rddId, mention),
  );
  readonly #writtenRdds = new NumberSet();
  #mention = 0;

  constructor(emit: EmitRow) {
    this.#emit = emit;
  }

  jobStarted(fact: Fact<"job_start">): void {
    for (const stageId of fact.stageIds) {
      this.#jobOfStage.set(stageId, fact.jobId);
      if (fact.sqlExecutionId !== undefined) this.#sqlStages.add(stageId);
    }
    for (const stage of fact.stages ?? []) {
      if (this.#ran.has(stage.stageId) || this.#planned.has(stage.stageId)) continue;
      this.#planned.set(stage.stageId, stageRow(stage, fact.jobId, fact.sqlExecutionId));
    }
    if (this.#endedJobs.has(fact.jobId)) return;
    this.#jobs.set(fact.jobId, {
      jobId: fact.jobId,
      submittedAt: micros(fact.timeMs),
      completedAt: undefined,
      status: "running",
      error: undefined,
      description: fact.description,
      jobGroup: fact.jobGroup,
      sqlExecutionId: fact.sqlExecutionId,
      stageIds: fact.stageIds,
    });
  }

  jobEnded(fact: Fact<"job_end">): void {
    if (this.#endedJobs.has(fact.jobId)) return;
    this.#endedJobs.add(fact.jobId);
    const job = this.#jobs.get(fact.jobId) ?? {
      jobId: fact.jobId,
      submittedAt: undefined,
      completedAt: undefined,
      status: "running" as const,
      error: undefined,
      description: undefined,
      jobGroup: undefined,
      sqlExecutionId: undefined,
      stageIds: [],
    };
    job.completedAt = micros(fact.timeMs);
    job.status = fact.succeeded ? "succeeded" : "failed";
    job.error = fact.error;
    this.#emit("jobs", job);
    this.#jobs.delete(fact.jobId);
    for (const stageId of job.stageIds) {
      const planned = this.#planned.get(stageId);
      if (planned !== undefined) planned.status = "skipped";
      this.#endedStages.add(stageId);
    }
  }

  stageSubmitted(fact: Fact<"stage_submitted">): void {
    this.#learnRdds(fact.stage);
    this.#begin(fact.stage.stageId);
    if (fact.sqlExecutionId !== undefined) this.#sqlStages.add(fact.stage.stageId);
    if (this.#hasEnded(fact.stage)) return;
    const row = stageRow(fact.stage, this.#jobOfStage.get(fact.stage.stageId), fact.sqlExecutionId);
    this.#stages.set(keyOf(fact.stage), { ...row, status: "running" });
  }

  stageCompleted(fact: Fact<"stage_completed">): void {
    const { stage } = fact;
    this.#learnRdds(stage);
    this.#begin(stage.stageId);
    if (this.#hasEnded(stage)) return;
    if (stage.stageAttemptId === 0) this.#endedFirst.add(stage.stageId);
    else this.#endedLater.add(keyOf(stage));
    const known = this.#stages.get(keyOf(stage));
    const row = stageRow(stage, this.#jobOfStage.get(stage.stageId), known?.sqlExecutionId);
    row.submittedAt ??= known?.submittedAt;
    row.status = stage.failureReason === undefined ? "complete" : "failed";
    this.#emit("stages", row);
    this.#stages.delete(keyOf(stage));
    this.#endedStages.add(stage.stageId);
  }

  /** A task's stage has a row even where its own events are not in the log. */
  taskSeen({ stageId, stageAttemptId }: StageKey): void {
    const last = this.#lastStage;
    if (last.stageId === stageId && last.stageAttemptId === stageAttemptId) return;
    const stage = { stageId, stageAttemptId };
    this.#lastStage = stage;
    if (this.#stages.has(keyOf(stage)) || this.#hasEnded(stage)) return;
    if (this.#unnamed.size < UNNAMED_KEPT) this.#unnamed.set(keyOf(stage), stage);
  }

  #hasEnded(stage: StageKey): boolean {
    return stage.stageAttemptId === 0
      ? this.#endedFirst.has(stage.stageId)
      : this.#endedLater.has(keyOf(stage));
  }

  sqlStarted(fact: Fact<"sql_start">): void {
    if (this.#endedSql.has(fact.executionId)) return;
    this.#sql.set(fact.executionId, {
      executionId: fact.executionId,
      rootExecutionId: fact.rootExecutionId,
      description: fact.description,
      plan: fact.plan,
      startedAt: micros(fact.timeMs),
      endedAt: undefined,
      status: "running",
      error: undefined,
    });
  }

  sqlEnded(fact: Fact<"sql_end">): void {
    const row = this.#sql.get(fact.executionId);
    if (row === undefined) return;
    row.endedAt = micros(fact.timeMs);
    const failed = fact.error !== undefined && fact.error !== "";
    row.status = failed ? "failed" : "succeeded";
    row.error = failed ? fact.error : undefined;
    this.#emit("sql_executions", row);
    this.#endedSql.add(fact.executionId);
    this.#sql.delete(fact.executionId);
  }

  unpersisted(rddId: number, ts: number | undefined): void {
    const row = this.#rdds.get(rddId);
    if (row !== undefined) row.unpersistedAt = ts;
    this.#speakOf(rddId);
  }

  /** Persisted RDDs in the plan of a stage. */
  persistedRdds(stageId: number): readonly number[] {
    return this.#persisted.get(stageId) ?? [];
  }

  /** Stages of a SQL query, by its job or its own properties. */
  isSql(stageId: number): boolean {
    return this.#sqlStages.has(stageId);
  }

  level(rddId: number): StorageLevelFlags | undefined {
    return this.#levels.get(rddId);
  }

  finish(): void {
    for (const job of this.#jobs.values()) this.#emit("jobs", job);
    for (const stage of this.#stages.values()) this.#emit("stages", stage);
    for (const stage of this.#unnamed.values()) {
      if (this.#stages.has(keyOf(stage)) || this.#hasEnded(stage)) continue;
      const planned = this.#planned.get(stage.stageId);
      this.#planned.delete(stage.stageId);
      const jobId = this.#jobOfStage.get(stage.stageId);
      this.#emit("stages", {
        ...(planned ?? stageRow(unnamedStage(stage), jobId, undefined)),
        ...stage,
        status: "unknown",
      });
    }
    for (const stage of this.#planned.values()) this.#emit("stages", stage);
    for (const sql of this.#sql.values()) this.#emit("sql_executions", sql);
    for (const rdd of this.#rdds.values()) this.#emit("rdds", rdd);
  }

  #learnRdds(stage: StageInfo): void {
    const persisted: number[] = [];
    for (const rdd of stage.rdds) {
      if (rdd.level.useMemory || rdd.level.useDisk) {
        persisted.push(rdd.rddId);
        this.#levels.set(rdd.rddId, rdd.level);
      }
      const known = this.#rdds.get(rdd.rddId);
      if (known !== undefined)
        known.storageLevel = storageLevelName(rdd.level) ?? known.storageLevel;
      else if (!this.#writtenRdds.has(rdd.rddId))
        this.#rdds.set(rdd.rddId, rddRow(rdd, stage.stageId));
      this.#speakOf(rdd.rddId);
    }
    if (persisted.length > 0) this.#persisted.set(stage.stageId, persisted);
    else this.#persisted.delete(stage.stageId);
  }

  #begin(stageId: number): void {
    this.#planned.delete(stageId);
    this.#ran.add(stageId);
  }

  #speakOf(rddId: number): void {
    const mention = ++this.#mention;
    this.#mentions.set(rddId, mention);
    this.#mentioned.add({ rddId, mention });
  }

  /** An RDD without an event for a while; a persisted one is kept until it is unpersisted. */
  #forgetRdd(rddId: number, mention: number): void {
    if (this.#mentions.get(rddId) !== mention) return;
    const row = this.#rdds.get(rddId);
    if (row !== undefined && row.unpersistedAt === undefined && this.#levels.has(rddId)) return;
    this.#mentions.delete(rddId);
    this.#levels.delete(rddId);
    if (row === undefined) return;
    this.#emit("rdds", row);
    this.#rdds.delete(rddId);
    this.#writtenRdds.add(rddId);
  }

  /** Unless a job that has not ended computes it again. */
  #forgetStage(stageId: number): void {
    const jobId = this.#jobOfStage.get(stageId);
    if (jobId !== undefined && this.#jobs.has(jobId)) return;
    const planned = this.#planned.get(stageId);
    if (planned !== undefined) {
      this.#emit("stages", planned);
      this.#begin(stageId);
    }
    this.#jobOfStage.delete(stageId);
    this.#sqlStages.delete(stageId);
    this.#persisted.delete(stageId);
  }
}

function unnamedStage(stage: StageKey): StageOfRow {
  return {
    ...stage,
    name: undefined,
    details: undefined,
    submittedMs: undefined,
    completedMs: undefined,
    failureReason: undefined,
    tasks: undefined,
    parentIds: [],
    rdds: [],
    resourceProfileId: undefined,
  };
}

function stageRow(
  stage: StageOfRow,
  jobId: number | undefined,
  sqlExecutionId: number | undefined,
): StageRow {
  return {
    stageId: stage.stageId,
    stageAttemptId: stage.stageAttemptId,
    name: stage.name,
    details: stage.details,
    submittedAt: micros(stage.submittedMs),
    completedAt: micros(stage.completedMs),
    status: "pending",
    failureReason: stage.failureReason,
    tasks: stage.tasks,
    jobId,
    sqlExecutionId,
    parentIds: stage.parentIds,
    rddIds: stage.rdds.map((rdd) => rdd.rddId),
    resourceProfileId: stage.resourceProfileId,
  };
}

function rddRow(rdd: RddInfo, stageId: number): RddRow {
  return {
    rddId: rdd.rddId,
    name: rdd.name,
    callSite: rdd.callSite,
    scope: rdd.scope,
    storageLevel: storageLevelName(rdd.level),
    partitions: rdd.partitions,
    parentIds: rdd.parentIds,
    firstStageId: stageId,
    unpersistedAt: undefined,
  };
}

function keyOf(stage: StageKey): string {
  return `${stage.stageId}.${stage.stageAttemptId}`;
}

function micros(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms * 1000;
}
