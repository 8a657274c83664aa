/** Out-of-memory errors, wherever they are told: in a task's end, in an executor's log, or as the JVM's last words. */
import type { TaskEndFact } from "../event-fact.ts";
import type { LogFact } from "../log-fact.ts";
import type { Observation } from "../observation.ts";
import type { EmitRow, OomEventRow } from "../rows.ts";
import { oomClassOf, requestOf } from "./death-classes.ts";
import type { ExecutorKnowledge } from "./executor-roster.ts";
import type { LogStep } from "./lookahead.ts";

/** How long after a task's failure the JVM may say that it dies of it, µs. */
const LAST_WORDS_MICROS = 10_000_000;

interface Failure {
  readonly class: OomEventRow["class"];
  readonly taskId: number | undefined;
  readonly ts: number;
}

export class DeathRecords {
  readonly #emit: EmitRow;
  /** The last of each executor. */
  readonly #failed = new Map<string, Failure>();

  constructor(emit: EmitRow) {
    this.#emit = emit;
  }

  taskFailed(at: Observation, fact: TaskEndFact, timelineSeq: number | undefined): void {
    const found = oomClassOf(fact.failureClass, fact.failureReason);
    if (found === undefined) return;
    this.#write({
      executorId: fact.executorId,
      ts: fact.finishedMs === undefined ? (at.ts ?? 0) : fact.finishedMs * 1000,
      class: found,
      taskId: fact.taskId,
      message: fact.failureReason ?? fact.failureClass ?? "",
      timelineSeq,
      sourceFileId: at.sourceFileId,
      line: at.line,
    });
  }

  /** A failed task's line, or an uncaught error. */
  lineSays(
    executorId: string,
    step: LogStep,
    fact: LogFact,
    timelineSeq: number | undefined,
    known: ExecutorKnowledge,
  ): void {
    if (fact.kind !== "task_finished" && fact.kind !== "uncaught_error") return;
    const message = fact.kind === "task_finished" ? fact.errorMessage : fact.message;
    const found = oomClassOf(fact.errorClass, message);
    if (found === undefined) return;
    if (fact.kind === "uncaught_error" && found !== "task_memory" && found !== "container") {
      known.outOfMemory ??= found;
    }
    const taskId = fact.kind === "task_finished" ? fact.taskId : step.taskId;
    const failed = this.#failed.get(executorId);
    // Spark prints the error of a task, and once more when its JVM dies of it.
    if (
      fact.kind === "uncaught_error" &&
      failed?.class === found &&
      (taskId ?? failed.taskId) === failed.taskId &&
      step.ts - failed.ts <= LAST_WORDS_MICROS
    )
      return;
    this.#failed.set(executorId, { class: found, taskId, ts: step.ts });
    this.#write({
      executorId,
      ts: step.ts,
      class: found,
      taskId,
      message: `${fact.errorClass ?? ""}: ${message ?? ""}`,
      timelineSeq,
      sourceFileId: step.sourceFileId,
      line: step.line,
    });
  }

  #write(oom: {
    executorId: string;
    ts: number;
    class: OomEventRow["class"];
    taskId: number | undefined;
    message: string;
    timelineSeq: number | undefined;
    sourceFileId: number;
    line: number;
  }): void {
    const { requestedBytes, grantedBytes } = requestOf(oom.message);
    this.#emit("oom_events", {
      executorId: oom.executorId,
      ts: oom.ts,
      class: oom.class,
      taskId: oom.taskId,
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
