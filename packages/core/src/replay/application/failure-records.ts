/**
 * Failures of tasks, processes and the application, in the words of whichever log holds them: a row
 * each, once.
 */
import type { TaskEndFact } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";
import type { Observation } from "../../observation.ts";
import type { EmitRow, FailureRow } from "../../rows.ts";
import { NumberSet } from "../number-set.ts";
import { failureClassOf } from "./death-errors.ts";
import type { ExecutorRoster } from "./executor-roster.ts";
import type { TaskCensus } from "./task-census.ts";

/** How long after a failure its process may print one of its kind in other words, µs. */
const AGAIN_MICROS = 10_000_000;
/** A process ends of these: it says so once, however often and however late. */
const ENDS: ReadonlySet<FailureRow["class"]> = new Set([
  "jvm_heap",
  "gc_overhead",
  "container",
  "crash",
  "signal",
  "aborted",
]);
const MESSAGE_CHARACTERS = 2000;
const NO_SPILL = "Calling spill() on RowBasedKeyValueBatch. Will not spill but return 0.";
/** The logger of blocks that no executor has any more. */
const MASTER = "BlockManagerMasterEndpoint";

type TaskLost = Extract<LogFact, { kind: "driver_task_ended" }>;
type TaskFinished = Extract<LogFact, { kind: "task_finished" }>;
type Failure = Pick<FailureRow, "what" | "class" | "errorClass" | "message" | "userFrame"> & {
  readonly executorId: string | undefined;
  readonly taskId?: number | undefined;
  readonly stageId?: number | undefined;
  /** What is told once in a while, where that is not its class. */
  readonly key?: string;
};

export class FailureRecords {
  readonly #emit: EmitRow;
  readonly #census: TaskCensus;
  readonly #roster: ExecutorRoster;
  /** An executor's log, the driver's and the event log may each report a task's failure. */
  readonly #tasks = new NumberSet();
  /** executor and class → when it was logged last */
  readonly #recent = new Map<string, number>();
  readonly #commanded = new Set<string>();
  /** Told to stop, or without a driver, while nothing ran: told where their log tells no more. */
  readonly #stops = new Map<string, { readonly at: Observation; readonly failure: Failure }>();
  /** Processes whose tasks are logged, or whose driver told them to stop. */
  readonly #worked = new Set<string>();
  /** An event log or a driver's log tells how executors ended. */
  #isToldByOthers = false;

  constructor(emit: EmitRow, census: TaskCensus, roster: ExecutorRoster) {
    this.#emit = emit;
    this.#census = census;
    this.#roster = roster;
  }

  /** No log says any more. */
  finish(): void {
    for (const [executorId, { at, failure }] of this.#stops) {
      const isTold = executorId !== "driver" && this.#isToldByOthers;
      if (!isTold && !this.#worked.has(executorId)) this.#write(at, failure);
    }
  }

  taskEnded(at: Observation, fact: TaskEndFact): void {
    this.#isToldByOthers = true;
    this.#worked.add("driver");
    if (fact.reason === "Success" || fact.reason === "Resubmitted") return;
    if (fact.killed || fact.reason === "TaskKilled") return;
    this.#write(at, {
      what: "task",
      class: failureClassOf(fact.failureClass, fact.failureReason),
      executorId: fact.executorId,
      taskId: fact.taskId,
      stageId: fact.stageId,
      errorClass: fact.failureClass,
      message: fact.failureReason ?? fact.failureClass ?? fact.reason,
      userFrame: fact.userFrame,
    });
  }

  line(at: Observation, fact: LogFact): void {
    if (at.source === "driver_log") this.#isToldByOthers = true;
    switch (fact.kind) {
      case "store_started":
        this.#startsAnew(at.executorId);
        return;
      case "task_running":
      case "driver_task_started":
        this.#worked.add(at.executorId ?? "");
        return;
      case "task_finished":
        this.#worked.add(at.executorId ?? "");
        this.#taskFailed(at, fact);
        return;
      case "page_allocation_failed":
      case "put_failed":
        this.#refused(at, fact);
        return;
      case "spill_declined":
      case "block_lost":
        this.#warningLogged(at, fact);
        return;
      case "driver_task_ended":
        this.#worked.add(at.executorId ?? "");
        if (fact.lostReason !== undefined) this.#taskLost(at, fact, fact.lostReason);
        return;
      case "uncaught_error":
      case "error_logged":
        this.#errorLogged(at, fact);
        return;
      case "trouble_logged":
        this.#write(at, {
          what: fact.what,
          class: failureClassOf(undefined, fact.message),
          executorId: fact.isNobodys === true ? undefined : at.executorId,
          stageId: fact.stageId,
          errorClass: undefined,
          message: fact.message,
          userFrame: undefined,
        });
        return;
      case "spark_error":
        this.#sparkError(at, fact);
        return;
      case "driver_executor_lost":
        // Of a lost executor the roster tells; the driver is in none.
        if (fact.executorId === "driver") this.#driverEnded(at, fact.reason);
        return;
      case "process_ended":
        if (at.executorId === undefined || at.executorId === "driver")
          this.#driverEnded(at, fact.reason);
        return;
      case "executor_stopping":
        this.#stopping(at, fact);
        return;
      default:
        return;
    }
  }

  /** Another process has this name now. */
  #startsAnew(executorId: string | undefined): void {
    for (const known of ENDS) this.#recent.delete(`${executorId ?? ""} ${known}`);
  }

  /** Memory or a disk that a put or a page had no room in; what else fails a put fails its task. */
  #refused(
    at: Observation,
    fact: Extract<LogFact, { kind: "page_allocation_failed" | "put_failed" }>,
  ): void {
    if (fact.kind === "put_failed" && fact.reason === undefined) {
      this.#warned(at, "BlockManager", `Putting block ${fact.blockId} failed`);
      return;
    }
    const message =
      fact.kind === "put_failed"
        ? (fact.reason ?? "")
        : `Failed to allocate a page (${fact.bytes} bytes), try again.`;
    const found = failureClassOf(undefined, message);
    if (found === "other") return;
    this.#write(at, {
      what: "process",
      class: found,
      executorId: at.executorId,
      errorClass: undefined,
      message,
      userFrame: undefined,
    });
  }

  #driverEnded(at: Observation, reason: string): void {
    this.#write(at, {
      what: "application",
      class: failureClassOf(undefined, reason),
      executorId: "driver",
      errorClass: undefined,
      message: reason,
      userFrame: undefined,
    });
  }

  #taskFailed(at: Observation, fact: TaskFinished): void {
    if (fact.how !== "failed" && fact.how !== "result_too_large") return;
    const error = fact.cause ?? { errorClass: fact.errorClass, message: fact.errorMessage };
    const message =
      fact.how === "failed"
        ? (fact.errorMessage ?? "")
        : "Result is larger than maxResultSize, dropping it.";
    this.#write(at, {
      what: "task",
      class:
        fact.how === "failed"
          ? failureClassOf(error.errorClass, error.message)
          : failureClassOf(undefined, message),
      executorId: at.executorId,
      taskId: fact.taskId,
      stageId: fact.stageId,
      errorClass: fact.errorClass,
      message: fact.cause === undefined ? message : withCause(message, fact.cause),
      userFrame: fact.userFrame,
    });
  }

  #taskLost(at: Observation, fact: TaskLost, reason: string): void {
    if (/^TaskKilled\b|^Resubmitted\b/.test(reason)) {
      const quoted = fact.killedFor;
      if (quoted !== undefined)
        this.#taskLost(at, { kind: "driver_task_ended", ...quoted }, quoted.lostReason);
      return;
    }
    const { errorClass, message } = lostError(reason);
    this.#write(at, {
      what: "task",
      class:
        fact.cause === undefined
          ? failureClassOf(errorClass, message)
          : failureClassOf(fact.cause.errorClass, fact.cause.message),
      executorId: fact.executorId ?? this.#roster.someoneOn(fact.host)?.executorId,
      taskId: fact.taskId,
      stageId: fact.stageId,
      errorClass,
      message: fact.cause === undefined ? message : withCause(message, fact.cause),
      userFrame: fact.userFrame,
    });
  }

  #errorLogged(
    at: Observation,
    fact: Extract<LogFact, { kind: "uncaught_error" | "error_logged" }>,
  ): void {
    const isDriver = at.source === "driver_log";
    const error = fact.kind === "uncaught_error" ? (fact.cause ?? fact) : fact;
    const found = isQuoted(at, fact) ? "aborted" : failureClassOf(error.errorClass, error.message);
    // What a driver's error was caused by, an executor may have sent to it.
    if (isDriver && fact.kind === "error_logged" && fact.isCause && found !== "broadcast") return;
    if (fact.kind === "error_logged" && at.taskId !== undefined && !isDriver) return;
    this.#write(at, {
      what: isDriver ? "application" : "process",
      class: found,
      executorId: at.executorId,
      errorClass: error.errorClass,
      message: error.message,
      userFrame: fact.kind === "uncaught_error" ? fact.userFrame : undefined,
    });
  }

  #warningLogged(
    at: Observation,
    fact: Extract<LogFact, { kind: "spill_declined" | "block_lost" }>,
  ): void {
    if (fact.kind === "spill_declined") this.#warned(at, "RowBasedKeyValueBatch", NO_SPILL);
    else this.#warned(at, MASTER, `No more replicas available for ${fact.blockId}`);
  }

  #warned(at: Observation, logger: string, message: string): void {
    this.#sparkError(at, { kind: "spark_error", logger, message, error: undefined });
  }

  #sparkError(at: Observation, fact: Extract<LogFact, { kind: "spark_error" }>): void {
    const { logger, message, error } = fact;
    this.#write(at, {
      what: "error",
      class: failureClassOf(undefined, error === undefined ? message : `${message}\n${error}`),
      executorId: at.executorId,
      errorClass: undefined,
      message: `${logger}: ${message}${error === undefined ? "" : `\n${error}`}`,
      userFrame: undefined,
      key: `error ${logger}`,
    });
  }

  #stopping(at: Observation, fact: Extract<LogFact, { kind: "executor_stopping" }>): void {
    const isDriver = at.source === "driver_log" || at.executorId === "driver";
    const executorId = isDriver ? "driver" : at.executorId;
    if (executorId === undefined) return;
    const isSignal = fact.how === "signal";
    const [words, runningTasks] = [
      `${isSignal ? "RECEIVED SIGNAL " : ""}${fact.reason ?? ""}`.trim(),
      (isDriver ? this.#census.anywhere() : this.#census.now(executorId)).runningTasks ?? 0,
    ];
    const failure: Failure = {
      what: isDriver ? "application" : "process",
      class: isSignal ? "signal" : "stopped",
      executorId,
      errorClass: undefined,
      message: words,
      userFrame: undefined,
    };
    if (!isSignal) {
      this.#commanded.add(executorId);
      if (fact.how === "commanded") this.#worked.add(executorId);
      if (fact.how === "self_exit") this.#exited(at, words);
      if (/disassociated/.test(words)) this.#stops.set(executorId, { at: { ...at }, failure });
      return;
    }
    if (this.#commanded.has(executorId)) return;
    if (runningTasks > 0) this.#write(at, failure, runningTasks);
    else this.#stops.set(executorId, { at: { ...at }, failure });
  }

  /** What it stopped for, unless its work was done or its driver went. */
  #exited(at: Observation, reason: string): void {
    if (reason === "" || /disassociated|disconnected|decommission/i.test(reason)) return;
    this.#write(at, {
      what: "process",
      class: failureClassOf(undefined, reason),
      executorId: at.executorId,
      errorClass: undefined,
      message: reason,
      userFrame: undefined,
    });
  }

  /** `runningTasks`: where not those of its executor. */
  #write(at: Observation, failure: Failure, runningTasks?: number): void {
    const { taskId } = failure;
    const ts = at.ts ?? 0;
    const executorId = failure.executorId;
    const key = `${executorId ?? ""} ${failure.key ?? failure.class}`;
    const before = this.#recent.get(key);
    if (taskId === undefined) {
      const isEnd = failure.key === undefined && ENDS.has(failure.class);
      if (before !== undefined && (isEnd || ts - before <= AGAIN_MICROS)) return;
    } else {
      if (this.#tasks.has(taskId)) return;
      this.#tasks.add(taskId);
    }
    this.#recent.set(key, ts);
    const around =
      executorId === undefined
        ? { stageId: undefined, runningTasks: undefined }
        : this.#census.now(executorId, taskId);
    this.#emit("failures", {
      executorId,
      ts,
      what: failure.what,
      class: failure.class,
      taskId,
      stageId: failure.stageId ?? around.stageId,
      runningTasks: runningTasks ?? around.runningTasks,
      errorClass: failure.errorClass,
      message: failure.message.slice(0, MESSAGE_CHARACTERS),
      userFrame: failure.userFrame,
      origin: "logged",
      sourceFileId: at.sourceFileId,
      sourceLine: at.line,
    });
  }
}

/** A driver's message quotes what its executors failed of. */
export function isQuoted(
  at: Pick<Observation, "source">,
  { message }: { readonly message: string },
): boolean {
  return at.source === "driver_log" && message.startsWith("Job aborted");
}

function withCause(message: string, cause: { errorClass: string; message: string }): string {
  const caused = `Caused by: ${cause.errorClass}: ${cause.message}`;
  return message === "" ? caused : `${message}\n${caused}`;
}

/**
 * `java.lang.OutOfMemoryError: Java heap space`; since 1.x `java.lang.OutOfMemoryError (Java heap
 * space) [duplicate 1]`.
 */
export function lostError(reason: string): {
  readonly errorClass: string | undefined;
  readonly message: string;
} {
  const [, javaClass, message] = /^([\w$.]+\.[\w$]+)(?::\s|\s\()([\s\S]*)$/.exec(reason) ?? [];
  if (javaClass !== undefined) return { errorClass: javaClass, message: message ?? "" };
  const [, word] = /^(\w+(?:Failure|Failed|Denied|Lost))\b/.exec(reason) ?? [];
  return { errorClass: word, message: reason };
}
