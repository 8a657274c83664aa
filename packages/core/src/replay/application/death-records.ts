/**
 * Out-of-memory errors, wherever they are logged: in a task's end, in an executor's log, or as the
 * JVM's last words.
 */
import type { TaskEndFact } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";
import type { Observation } from "../../observation.ts";
import type { EmitRow, OomEventRow } from "../../rows.ts";
import type { LogStep } from "../links/lookahead.ts";
import { NumberSet } from "../number-set.ts";
import type { JvmMemoryClass } from "./death-classes.ts";
import { oomClassOf, requestOf } from "./death-errors.ts";
import type { ExecutorKnowledge } from "./executor-roster.ts";
import { isQuoted, lostError } from "./failure-records.ts";
import type { Circumstances } from "./task-census.ts";

/**
 * How long after an error its process may say it again and live on, µs: collecting garbage it may
 * stand still for long. Last words of a JVM have no such limit: it dies once.
 */
const SAID_AGAIN_MICROS = 60_000_000;

interface Failure {
  readonly class: OomEventRow["class"];
  taskId: number | undefined;
  /** when it was said last, µs */
  ts: number;
}

interface OutOfMemory {
  readonly executorId: string;
  readonly ts: number;
  readonly class: OomEventRow["class"];
  readonly taskId: number | undefined;
  readonly message: string;
  readonly timelineSeq: number | undefined;
  readonly around: Circumstances;
  readonly sourceFileId: number;
  readonly line: number;
}

/** What a driver's log holds of tasks that failed for memory, and executors' logs may hold too. */
const KEPT = 10_000;

export class DeathRecords {
  readonly #emit: EmitRow;
  /** Of each executor since it started: each may be said again. */
  readonly #recent = new Map<string, Failure[]>();
  /** Logged by an executor before any task failed of it: a later line may name the task. */
  readonly #pending = new Map<string, OutOfMemory & { readonly saidAt: number }>();

  /** Tasks whose error has its row. */
  readonly #tasks = new NumberSet();
  /**
   * Of tasks on executors with a log of their own, by the driver's word: written where that log has
   * none.
   */
  readonly #byDriver = new Map<number, OutOfMemory>();

  constructor(emit: EmitRow) {
    this.#emit = emit;
  }

  /** A driver's `Lost task`. `hasLog`: its executor's own log may hold the error too. */
  taskLost(
    at: Pick<Observation, "ts" | "sourceFileId" | "line">,
    fact: Extract<LogFact, { kind: "driver_task_ended" }>,
    place: {
      readonly executorId: string;
      readonly hasLog: boolean;
      readonly timelineSeq: number | undefined;
      readonly around: Circumstances;
    },
  ): void {
    const error = fact.cause ?? lostError(fact.lostReason ?? "");
    const found = oomClassOf(error.errorClass, error.message);
    if (found === undefined) return;
    const told: OutOfMemory = {
      executorId: place.executorId,
      ts: at.ts ?? 0,
      class: found,
      taskId: fact.taskId,
      message: `${error.errorClass ?? ""}: ${error.message}`,
      timelineSeq: place.timelineSeq,
      around: place.around,
      sourceFileId: at.sourceFileId,
      line: at.line,
    };
    if (!place.hasLog) this.#write(told);
    else if (this.#byDriver.size < KEPT) this.#byDriver.set(fact.taskId, told);
  }

  taskFailed(
    at: Observation,
    fact: TaskEndFact,
    timelineSeq: number | undefined,
    around: Circumstances,
  ): void {
    const found = oomClassOf(fact.failureClass, fact.failureReason);
    if (found === undefined) return;
    this.#write({
      executorId: fact.executorId,
      ts: fact.finishedMs === undefined ? (at.ts ?? 0) : fact.finishedMs * 1000,
      class: found,
      taskId: fact.taskId,
      message: fact.failureReason ?? fact.failureClass ?? "",
      timelineSeq,
      around: { ...around, stageId: fact.stageId },
      sourceFileId: at.sourceFileId,
      line: at.line,
    });
  }

  /** A failed task's line, an uncaught error, or one that a warning or an error has below it. */
  lineSays(
    executorId: string,
    step: LogStep,
    fact: LogFact,
    timelineSeq: number | undefined,
    known: ExecutorKnowledge,
    around: Circumstances = NOTHING_KNOWN,
  ): void {
    if (fact.kind === "store_started") this.#startsAnew(executorId);
    const error = errorIn(fact, step);
    if (error === undefined) return;
    const told: OutOfMemory = {
      executorId,
      ts: step.ts,
      class: error.class,
      taskId: fact.kind === "task_finished" ? fact.taskId : step.taskId,
      message: error.message,
      timelineSeq,
      around: fact.kind === "task_finished" ? withStage(around, fact.stageId) : around,
      sourceFileId: step.sourceFileId,
      line: step.line,
    };
    learn(known, fact, told);
    if (this.#isToldAgain(fact, told)) return;
    this.#writePending(executorId);
    if (fact.kind === "error_logged") this.#pending.set(executorId, { ...told, saidAt: told.ts });
    else this.#write(told);
  }

  /** No log says any more. */
  finish(): void {
    for (const executorId of this.#pending.keys()) this.#writePending(executorId);
    for (const told of this.#byDriver.values()) this.#write(told);
  }

  /** Another process has this executor's name now: what it says is no word of the one before. */
  #startsAnew(executorId: string): void {
    this.#writePending(executorId);
    this.#recent.delete(executorId);
  }

  /**
   * Spark prints one error several times: where it was thrown, as the task's failure, and once more
   * when its JVM dies of it.
   */
  #isToldAgain(fact: LogFact, told: OutOfMemory): boolean {
    const said = this.#recent.get(told.executorId) ?? [];
    this.#recent.set(told.executorId, said);
    if (this.#isPendingAgain(fact, told)) return true;
    const isLate = (before: Failure): boolean =>
      fact.kind !== "uncaught_error" && told.ts - before.ts > SAID_AGAIN_MICROS;
    const same =
      fact.kind === "task_finished"
        ? undefined
        : said.find((before) => isSame(before, told) && !isLate(before));
    if (same !== undefined) same.ts = told.ts;
    else if (said.length < KEPT) said.push({ class: told.class, taskId: told.taskId, ts: told.ts });
    return same !== undefined;
  }

  /** Of a thread that is no task's, only the same words are those of a task's error. */
  #isPendingAgain(fact: LogFact, told: OutOfMemory): boolean {
    const { executorId, taskId } = told;
    const pending = this.#pending.get(executorId);
    if (pending === undefined || !isSame(pending, told)) return false;
    const isLate = told.ts - pending.saidAt > SAID_AGAIN_MICROS;
    if (isLate && fact.kind !== "uncaught_error") return false;
    const isNew = taskId !== undefined && pending.taskId === undefined;
    if (isNew && pending.message !== told.message) return false;
    const both = { ...pending, taskId: pending.taskId ?? taskId, saidAt: told.ts };
    this.#pending.set(executorId, both);
    for (const before of this.#recent.get(executorId) ?? []) {
      if (!isSame(before, told)) continue;
      before.taskId ??= taskId;
      before.ts = told.ts;
      break;
    }
    // A second task that fails has a row of its own.
    if (fact.kind === "task_finished") this.#writePending(executorId);
    return true;
  }

  #writePending(executorId: string): void {
    const pending = this.#pending.get(executorId);
    if (pending === undefined) return;
    this.#pending.delete(executorId);
    this.#write(pending);
  }

  #write(oom: OutOfMemory): void {
    if (oom.taskId !== undefined) {
      if (this.#tasks.has(oom.taskId)) return;
      this.#tasks.add(oom.taskId);
    }
    const { requestedBytes, grantedBytes } = requestOf(oom.message);
    this.#emit("oom_events", {
      executorId: oom.executorId,
      ts: oom.ts,
      class: oom.class,
      taskId: oom.taskId,
      stageId: oom.around.stageId,
      runningTasks: oom.around.runningTasks,
      requestedBytes,
      grantedBytes,
      timelineSeq: oom.timelineSeq,
      message: oom.message.slice(0, 2000),
      origin: "logged",
      sourceFileId: oom.sourceFileId,
      sourceLine: oom.line,
    });
  }
}

/** The failed task's own line names its stage. */
function withStage(around: Circumstances, stageId: number | undefined): Circumstances {
  return stageId === undefined ? around : { ...around, stageId };
}

const NOTHING_KNOWN: Circumstances = { stageId: undefined, runningTasks: undefined };

/** Nobody says that these are two tasks' errors. */
function isSame(one: Pick<Failure, "class" | "taskId">, other: OutOfMemory): boolean {
  return (
    isSameMemory(one.class, other.class) &&
    (one.taskId === undefined || other.taskId === undefined || one.taskId === other.taskId)
  );
}

/** A heap that runs out says so in either of two ways, one JVM in both. */
function isSameMemory(one: OomEventRow["class"], other: OomEventRow["class"]): boolean {
  return one === other || (OF_THE_HEAP.includes(one) && OF_THE_HEAP.includes(other));
}

const OF_THE_HEAP: readonly OomEventRow["class"][] = ["jvm_heap", "gc_overhead"];

/** The error that a line tells, or the OutOfMemoryError among its causes. */
function errorIn(
  fact: LogFact,
  step: LogStep,
): { readonly class: OomEventRow["class"]; readonly message: string } | undefined {
  if (
    fact.kind !== "task_finished" &&
    fact.kind !== "uncaught_error" &&
    fact.kind !== "error_logged"
  )
    return undefined;
  const message = fact.kind === "task_finished" ? fact.errorMessage : fact.message;
  const found = oomClassOf(fact.errorClass, message);
  // An error at the driver may have been sent by an executor; a broadcast table is its
  // own.
  if (step.source === "driver_log" && found !== "broadcast") {
    if (fact.kind === "error_logged" && fact.isCause) return undefined;
    if (isQuoted(step, { message: message ?? "" })) return undefined;
  }
  if (found !== undefined)
    return { class: found, message: `${fact.errorClass ?? ""}: ${message ?? ""}` };
  if (fact.kind === "error_logged" || fact.cause === undefined) return undefined;
  const { cause } = fact;
  const caused = oomClassOf(cause.errorClass, cause.message);
  if (caused === undefined) return undefined;
  if (step.source === "driver_log" && caused !== "broadcast") return undefined;
  return { class: caused, message: `${cause.errorClass}: ${cause.message}` };
}

/** What an error says of the end of its executor, if it ends. */
function learn(known: ExecutorKnowledge, fact: LogFact, told: OutOfMemory): void {
  const ended = OF_THE_JVM.find((kind) => kind === told.class);
  if (ended === undefined) {
    if (fact.kind === "uncaught_error" && told.class === "native") known.crashed = true;
    return;
  }
  if (fact.kind === "uncaught_error") known.outOfMemory ??= ended;
  else known.loggedOutOfMemory = { class: ended, ts: told.ts };
}

const OF_THE_JVM: readonly JvmMemoryClass[] = ["jvm_heap", "gc_overhead", "direct"];
