/**
 * From a log record to an Observation: which executor, which task, and when on the event log's
 * clock.
 */
import type { Observation, ObservationSource } from "@respark/core";
import type { LogRecord } from "../executor-log/log-record.ts";

/** Turns a file's local wall clock into UTC; undefined where its zone is not known. */
export interface LocalClock {
  utcMicros(localMicros: number): number | undefined;
}

export interface LogContextOptions {
  readonly source: ObservationSource;
  /** `driver` for a driver's log; undefined where nothing names the executor. */
  readonly executorId: string | undefined;
  readonly sourceFileId: number;
  /** Of records whose own text does not say the zone. */
  readonly clock: LocalClock;
}

/** What is known of one log (or one container in it) while its records become observations. */
export class LogContext {
  readonly source: ObservationSource;
  executorId: string | undefined;
  readonly sourceFileId: number;
  readonly clock: LocalClock;
  /** Up to Spark 2.1 threads are `Executor task launch worker-3`: the task each ran last. */
  readonly taskOfThread: Map<string, number> = new Map();

  constructor({ source, executorId, sourceFileId, clock }: LogContextOptions) {
    this.source = source;
    this.executorId = executorId;
    this.sourceFileId = sourceFileId;
    this.clock = clock;
  }
}

/**
 * Fills `out` from a record; false (and `out` is untouched) when the record carries no fact.
 * Task ids follow spec/memory-model.md 5.4; a line that the default layout prints without thread
 * has none.
 */
export function observationFromRecord(
  record: LogRecord,
  context: LogContext,
  out: Observation,
): boolean {
  const fact = record.fact;
  if (fact === undefined) return false;
  const thread = record.thread;
  out.fact = fact;
  out.source = context.source;
  out.executorId = context.executorId;
  out.thread = thread;
  out.taskId = taskIdOf(record, thread, context);
  out.sourceFileId = context.sourceFileId;
  out.line = record.line;
  setTime(record, context, out);
  return true;
}

function setTime(record: LogRecord, { clock }: LogContext, out: Observation): void {
  const local = record.localMicros;
  const utc = local === undefined || record.zoned ? local : clock.utcMicros(local);
  out.ts = utc ?? local;
  out.tsMin = utc;
  // A line without a time of its own was printed at an unknown time after the one before it.
  out.tsMax = utc === undefined || !record.timed ? undefined : utc + record.resolutionMicros - 1;
}

function taskIdOf(
  record: LogRecord,
  thread: string | undefined,
  context: LogContext,
): number | undefined {
  const named = record.taskName;
  if (named !== undefined) {
    const taskId = taskIdOfName(named);
    if (taskId !== undefined) return taskId;
  }
  // The handler's own words name the thread, whichever layout prints them.
  const spoken = record.fact?.kind === "uncaught_error" ? record.fact.thread : undefined;
  const ofSpoken = spoken === undefined ? undefined : taskIdOfThread(spoken);
  if (ofSpoken !== undefined || thread === undefined) return ofSpoken;
  const taskId = taskIdOfThread(thread);
  if (taskId !== undefined) return taskId;
  return taskOfPooledThread(record, thread, context.taskOfThread);
}

// More digits than Spark counts are damage, and not exact as a number.
const TID = /\(TID (\d{1,15})\)/;
const NAMED_BY_TID = /^Executor task launch worker for task (\d{1,15})$/;
const POOLED = /^Executor task launch worker-\d+$/;

/** `task 3.0 in stage 0.0 (TID 7)`, and `TID 7` or `7` as some patterns print it. */
function taskIdOfName(name: string): number | undefined {
  const tid = TID.exec(name)?.[1] ?? /^(?:TID )?(\d{1,15})$/.exec(name)?.[1];
  return tid === undefined ? undefined : Number(tid);
}

/**
 * 2.1.3, 2.2–3.0: `… for task 7`, the TID; 3.1+: `… for task 3.0 in stage 0.0 (TID 7)`.
 */
export function taskIdOfThread(thread: string): number | undefined {
  if (!thread.startsWith("Executor task launch worker for task ")) return undefined;
  const tid = TID.exec(thread)?.[1] ?? NAMED_BY_TID.exec(thread)?.[1];
  return tid === undefined ? undefined : Number(tid);
}

/** A pool thread works on the task it said to be running, until that task has ended. */
function taskOfPooledThread(
  record: LogRecord,
  thread: string,
  tasks: Map<string, number>,
): number | undefined {
  if (!POOLED.test(thread)) return undefined;
  const fact = record.fact;
  if (fact?.kind === "task_running") tasks.set(thread, fact.taskId);
  const taskId = tasks.get(thread);
  if (fact?.kind === "task_finished") tasks.delete(thread);
  return taskId;
}
