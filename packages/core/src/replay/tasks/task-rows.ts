/**
 * Tasks of one application: one row an attempt, at its end or, without one, at the end of the log.
 */
import type { EventFact, TaskEndFact } from "../../event-fact.ts";
import type { EmitRow, TaskRow } from "../../rows.ts";
import { NumberSet } from "../number-set.ts";

type TaskStart = Extract<EventFact, { kind: "task_start" }>;

/** A copy of a task's start, and where it stands. */
interface OpenTask extends Omit<TaskStart, "kind"> {
  readonly sourceFileId: number;
  readonly line: number;
}

interface TaskResubmissionPlace {
  readonly ts: number | undefined;
  readonly sourceFileId: number;
  readonly line: number;
}

export class TaskRows {
  readonly #emit: EmitRow;
  readonly #open = new Map<number, OpenTask>();
  readonly #row: TaskRow = emptyRow();
  /** Parts of a log may be out of order, or be there twice. */
  readonly #ended = new NumberSet();

  constructor(emit: EmitRow) {
    this.#emit = emit;
  }

  started(fact: TaskStart, sourceFileId: number, line: number): void {
    if (this.#ended.has(fact.taskId)) return;
    this.#open.set(fact.taskId, {
      taskId: fact.taskId,
      stageId: fact.stageId,
      stageAttemptId: fact.stageAttemptId,
      index: fact.index,
      partitionId: fact.partitionId,
      attempt: fact.attempt,
      executorId: fact.executorId,
      host: fact.host,
      launchedMs: fact.launchedMs,
      locality: fact.locality,
      speculative: fact.speculative,
      sourceFileId,
      line,
    });
  }

  ended(fact: TaskEndFact, sourceFileId: number, line: number): void {
    this.#open.delete(fact.taskId);
    if (this.#ended.has(fact.taskId)) return;
    this.#ended.add(fact.taskId);
    const row = this.#row;
    row.taskId = fact.taskId;
    row.stageId = fact.stageId;
    row.stageAttemptId = fact.stageAttemptId;
    row.taskIndex = fact.index;
    row.partitionId = fact.partitionId;
    row.attempt = fact.attempt;
    row.executorId = fact.executorId;
    row.host = fact.host;
    row.launchedAt = fact.launchedMs * 1000;
    row.finishedAt = fact.finishedMs === undefined ? undefined : fact.finishedMs * 1000;
    row.status = statusOf(fact);
    row.speculative = fact.speculative;
    row.locality = fact.locality;
    const succeeded = row.status === "success";
    row.failureClass = succeeded ? undefined : (fact.failureClass ?? fact.reason);
    row.failureReason = fact.failureReason;
    row.peakExecutionBytes = fact.peakExecutionBytes;
    row.peakOnHeapExecutionBytes = fact.peakOnHeapExecutionBytes;
    row.peakOffHeapExecutionBytes = fact.peakOffHeapExecutionBytes;
    row.memorySpilledBytes = fact.memorySpilledBytes;
    row.diskSpilledBytes = fact.diskSpilledBytes;
    row.runMillis = fact.runMillis;
    row.cpuNanos = fact.cpuNanos;
    row.deserializeMillis = fact.deserializeMillis;
    row.gcMillis = fact.gcMillis;
    row.resultBytes = fact.resultBytes;
    row.resultSerializationMillis = fact.resultSerializationMillis;
    row.inputBytes = fact.inputBytes;
    row.inputRecords = fact.inputRecords;
    row.outputBytes = fact.outputBytes;
    row.outputRecords = fact.outputRecords;
    row.shuffleReadBytes = shuffleReadBytes(fact);
    row.shuffleReadRemoteBytes = fact.shuffleReadRemoteBytes;
    row.shuffleReadLocalBytes = fact.shuffleReadLocalBytes;
    row.shuffleReadRecords = fact.shuffleReadRecords;
    row.shuffleFetchWaitMillis = fact.shuffleFetchWaitMillis;
    row.shuffleWriteBytes = fact.shuffleWriteBytes;
    row.shuffleWriteRecords = fact.shuffleWriteRecords;
    row.sourceFileId = sourceFileId;
    row.sourceLine = line;
    this.#emit("tasks", row);
  }

  /**
   * A finished task's output was lost: it ends once more, in the words of its first end and without
   * totals.
   */
  resubmitted(fact: TaskEndFact, at: TaskResubmissionPlace): void {
    this.#emit("task_resubmissions", {
      taskId: fact.taskId,
      stageId: fact.stageId,
      stageAttemptId: fact.stageAttemptId,
      taskIndex: fact.index,
      executorId: fact.executorId,
      ts: at.ts,
      sourceFileId: at.sourceFileId,
      sourceLine: at.line,
    });
    // Only a task that had succeeded is resubmitted; its own end is not in this log.
    if (!this.#ended.has(fact.taskId)) this.ended(fact, at.sourceFileId, at.line);
  }

  /** Tasks without an end: running when the log stopped, or lost with their executor. */
  finish(applicationEnded: boolean): void {
    for (const task of this.#open.values()) {
      this.#emit("tasks", {
        ...emptyRow(),
        taskId: task.taskId,
        stageId: task.stageId,
        stageAttemptId: task.stageAttemptId,
        taskIndex: task.index,
        partitionId: task.partitionId,
        attempt: task.attempt,
        executorId: task.executorId,
        host: task.host,
        launchedAt: task.launchedMs * 1000,
        status: applicationEnded ? "unknown" : "running",
        speculative: task.speculative,
        locality: task.locality,
        sourceFileId: task.sourceFileId,
        sourceLine: task.line,
      });
    }
    this.#open.clear();
  }
}

function statusOf(fact: TaskEndFact): TaskRow["status"] {
  if (fact.reason === "Success" || fact.reason === "Resubmitted") return "success";
  return fact.killed || fact.reason === "TaskKilled" ? "killed" : "failed";
}

/** Unknown where one of its parts is: local bytes are not logged before Spark 1.3. */
function shuffleReadBytes({
  shuffleReadRemoteBytes: remote,
  shuffleReadLocalBytes: local,
}: TaskEndFact): number | undefined {
  return remote === undefined || local === undefined ? undefined : remote + local;
}

function emptyRow(): TaskRow {
  return {
    taskId: 0,
    stageId: 0,
    stageAttemptId: 0,
    taskIndex: 0,
    partitionId: undefined,
    attempt: 0,
    executorId: "",
    host: undefined,
    launchedAt: undefined,
    finishedAt: undefined,
    status: "unknown",
    speculative: undefined,
    locality: undefined,
    failureClass: undefined,
    failureReason: undefined,
    peakExecutionBytes: undefined,
    peakOnHeapExecutionBytes: undefined,
    peakOffHeapExecutionBytes: undefined,
    memorySpilledBytes: undefined,
    diskSpilledBytes: undefined,
    runMillis: undefined,
    cpuNanos: undefined,
    deserializeMillis: undefined,
    gcMillis: undefined,
    resultBytes: undefined,
    resultSerializationMillis: undefined,
    inputBytes: undefined,
    inputRecords: undefined,
    outputBytes: undefined,
    outputRecords: undefined,
    shuffleReadBytes: undefined,
    shuffleReadRemoteBytes: undefined,
    shuffleReadLocalBytes: undefined,
    shuffleReadRecords: undefined,
    shuffleFetchWaitMillis: undefined,
    shuffleWriteBytes: undefined,
    shuffleWriteRecords: undefined,
    sourceFileId: 0,
    sourceLine: 0,
  };
}
