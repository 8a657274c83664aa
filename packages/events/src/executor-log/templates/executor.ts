/**
 * Executor and its backend (spec/log-templates.md 2.6, X1–X13): tasks begin and end, the JVM starts
 * and stops.
 */
import type { LogFact } from "@respark/core";
import { userFrameOf } from "../../user-frame.ts";
import { errorOf, outOfMemoryCause, withFrame, workerErrorOf } from "../error-line.ts";
import { type LogTemplate, type RecordAround, silent, template } from "../log-template.ts";
import { isFrame } from "../record-text.ts";
import { troubleWith } from "./troubles.ts";

export const EXECUTOR: readonly LogTemplate[] = [
  template({
    name: "X3",
    level: "INFO",
    says: "Running task {int}.{int} in stage {int}.{int} (TID {int})",
    example: "Running task 3.0 in stage 0.0 (TID 3)",
    fact: (index, attempt, stageId, stageAttempt, taskId) => ({
      kind: "task_running",
      taskId,
      stageId,
      stageAttempt,
      index,
      attempt,
    }),
  }),
  template({
    name: "X4",
    level: "INFO",
    says: "Finished task {int}.{int} in stage {int}.{int} (TID {int}). {int} bytes result sent to driver",
    example: "Finished task 3.0 in stage 0.0 (TID 3). 1055 bytes result sent to driver",
    fact: (_i, _a, _s, _sa, taskId, resultBytes) => ended(taskId, "finished", { resultBytes }),
  }),
  template({
    name: "X4",
    level: "INFO",
    says: "Finished task {int}.{int} in stage {int}.{int} (TID {int}). {int} bytes result sent via BlockManager)",
    example: "Finished task 3.0 in stage 0.0 (TID 3). 2097260 bytes result sent via BlockManager)",
    fact: (_i, _a, _s, _sa, taskId, resultBytes) =>
      ended(taskId, "finished", { resultBytes, viaBlockManager: true }),
  }),
  template({
    name: "X5",
    level: "WARN",
    says: "Finished task {int}.{int} in stage {int}.{int} (TID {int}). Result is larger than maxResultSize ({size} > {size}), dropping it.",
    example:
      "Finished task 3.0 in stage 0.0 (TID 3). Result is larger than maxResultSize (1536.0 MiB > 1024.0 MiB), dropping it.",
    fact: (_i, _a, _s, _sa, taskId) => ended(taskId, "result_too_large", {}),
  }),
  template({
    name: "X6",
    level: "ERROR",
    says: "Exception in task {int}.{int} in stage {int}.{int} (TID {int})",
    example: "Exception in task 3.0 in stage 0.0 (TID 3)",
    awaitsTrace: true,
    fact: (_i, _a, stageId, _sa, taskId, { trace }) => failed(taskId, { trace, stageId }),
  }),
  // An error after the executor began to stop is printed without its trace (SPARK-19147).
  template({
    name: "X6",
    since: "2.2",
    level: "ERROR",
    says: "Exception in task {int}.{int} in stage {int}.{int} (TID {int}): {text}",
    example: "Exception in task 3.0 in stage 6.0 (TID 22): null",
    fact: (_i, _a, stageId, _sa, taskId) => failed(taskId, { trace: [], stageId }),
  }),
  template({
    name: "X7",
    level: "INFO",
    says: "Executor killed task {int}.{int} in stage {int}.{int} (TID {int}){text}",
    example: "Executor killed task 3.0 in stage 0.0 (TID 3), reason: Stage cancelled",
    fact: (_i, _a, _s, _sa, taskId) => ended(taskId, "killed", {}),
  }),
  template({
    name: "X7",
    since: "2.1",
    level: "INFO",
    says: "Executor interrupted and killed task {int}.{int} in stage {int}.{int} (TID {int}){text}",
    example:
      "Executor interrupted and killed task 3.0 in stage 0.0 (TID 3), reason: another attempt succeeded",
    fact: (_i, _a, _s, _sa, taskId) => ended(taskId, "killed", {}),
  }),
  template({
    name: "X7",
    level: "INFO",
    says: "Executor is trying to kill task {int}.{int} in stage {int}.{int} (TID {int}){text}",
    example:
      "Executor is trying to kill task 3.0 in stage 0.0 (TID 3), interruptThread: false, reason: Stage finished",
    fact: (_i, _a, _s, _sa, taskId) => ({ kind: "task_kill_requested", taskId }),
  }),
  template({
    name: "X8",
    since: "1.4",
    until: "3.0",
    level: "WARN",
    says: "Managed memory leak detected; size = {int} bytes, TID = {int}",
    example: "Managed memory leak detected; size = 5242880 bytes, TID = 12",
    fact: (bytes, taskId) => ({ kind: "task_leak", taskId, bytes }),
  }),
  template({
    name: "X8",
    since: "3.1",
    level: "WARN",
    says: "Managed memory leak detected; size = {int} bytes, task {text} (TID {int})",
    example: "Managed memory leak detected; size = 5242880 bytes, task 3.0 in stage 0.0 (TID 12)",
    fact: (bytes, _task, taskId) => ({ kind: "task_leak", taskId, bytes }),
  }),
  silent(
    "X9",
    "INFO",
    "{int} block locks were not released by TID = {text}",
    "1 block locks were not released by TID = 12:",
  ),
  silent(
    "X9",
    "INFO",
    "{int} block locks were not released by task {text}",
    "1 block locks were not released by task 3.0 in stage 0.0 (TID 12)",
  ),
  template({
    name: "X1",
    level: "INFO",
    says: "Starting executor ID {word} on host {word}",
    example: "Starting executor ID 0 on host 10.0.0.7",
    fact: (executorId, host) => ({ kind: "executor_started", executorId, host }),
  }),
  template({
    name: "V1",
    since: "3.5",
    level: "INFO",
    says: "Running Spark version {word}",
    example: "Running Spark version 3.5.6",
    fact: (version) => ({ kind: "spark_version_logged", version }),
  }),
  template({
    name: "V2",
    since: "3.5",
    level: "INFO",
    says: "Java version {text}",
    example: "Java version 17.0.15",
    fact: (version) => ({ kind: "java_version_logged", version }),
  }),
  silent("X1", "INFO", "OS info {text}", "OS info Linux, 5.10.0, amd64"),
  silent(
    "X1",
    "INFO",
    "Starting executor with user classpath {text}",
    "Starting executor with user classpath (userClassPathFirst = false): ''",
  ),
  silent(
    "X1",
    "INFO",
    "Created or updated repl class loader {text}",
    "Created or updated repl class loader org.apache.spark.util.MutableURLClassLoader@2b for default.",
  ),
  silent(
    "X1",
    "INFO",
    "Using REPL class URI: {text}",
    "Using REPL class URI: spark://10.0.0.7:4711/classes",
  ),
  silent(
    "X1",
    "INFO",
    "Fetching {text} with timestamp {int}",
    "Fetching spark://10.0.0.7:4711/jars/job.jar with timestamp 1480000000000",
  ),
  silent(
    "X1",
    "INFO",
    "Adding file:{text} to class loader",
    "Adding file:/tmp/job.jar to class loader",
  ),
  silent("X1", "INFO", "Told to re-register on heartbeat", "Told to re-register on heartbeat"),
  silent("X11", "INFO", "Telling driver about {text}", "Telling driver about lost executor"),
  // Executor.TaskRunner.run: this failure has no other line.
  template({
    name: "X6",
    since: "3.0",
    level: "WARN",
    says: "task {int}.{int} in stage {int}.{int} (TID {int}) encountered a {word} and failed, but the {word} was hidden by another exception.{gap}Spark is handling this like a fetch failure and ignoring the other exception: {text}",
    example:
      "task 1.0 in stage 5.0 (TID 31) encountered a org.apache.spark.shuffle.FetchFailedException and failed, but the org.apache.spark.shuffle.FetchFailedException was hidden by another exception.  Spark is handling this like a fetch failure and ignoring the other exception: java.io.IOException: closed",
    fact: (_index, _attempt, stageId, _stageAttempt, taskId, fetch, _hidden, other) =>
      hiddenFetch(taskId, stageId, fetch, other),
  }),
  template({
    name: "X6",
    since: "2.2",
    until: "2.4",
    level: "WARN",
    says: "TID {int} encountered a {word} and failed, but the {word} was hidden by another exception.{gap}Spark is handling this like a fetch failure and ignoring the other exception: {text}",
    example:
      "TID 31 encountered a org.apache.spark.shuffle.FetchFailedException and failed, but the org.apache.spark.shuffle.FetchFailedException was hidden by another exception.  Spark is handling this like a fetch failure and ignoring the other exception: java.io.IOException: closed",
    fact: (taskId, fetch, _hidden, other) => hiddenFetch(taskId, undefined, fetch, other),
  }),
  template({
    name: "X15",
    since: "1.6",
    level: "WARN",
    says: "Issue communicating with driver in heartbeater",
    example: "Issue communicating with driver in heartbeater",
    awaitsTrace: true,
    fact: (around) =>
      troubleWith("process", "Issue communicating with driver in heartbeater", around),
  }),
];

/** CoarseGrainedExecutorBackend and its YARN, Kubernetes and Mesos children. */
export const EXECUTOR_BACKEND: readonly LogTemplate[] = [
  template({
    name: "X2",
    level: "INFO",
    says: "Got assigned task {int}",
    example: "Got assigned task 3",
    fact: (taskId) => ({ kind: "task_assigned", taskId }),
  }),
  template({
    name: "X11",
    level: "INFO",
    says: "Driver commanded a shutdown",
    example: "Driver commanded a shutdown",
    fact: () => stopping("commanded", undefined),
  }),
  template({
    name: "X11",
    level: "ERROR",
    says: "Exit as unable to send heartbeats to driver more than {int} times",
    example: "Exit as unable to send heartbeats to driver more than 60 times",
    anyLogger: true,
    fact: (times) =>
      stopping("self_exit", `unable to send heartbeats to driver more than ${times} times`),
  }),
  template({
    name: "X11",
    level: "ERROR",
    says: "Executor self-exiting due to : {text}",
    example: "Executor self-exiting due to : Driver 10.0.0.7:45345 disassociated! Shutting down.",
    fact: (reason) => stopping("self_exit", reason),
  }),
  template({
    name: "X11",
    level: "ERROR",
    says: "Driver {word} disassociated! Shutting down.",
    example: "Driver 10.0.0.7:45345 disassociated! Shutting down.",
    fact: (driver) => stopping("disassociated", `Driver ${driver} disassociated`),
  }),
  template({
    name: "X11",
    level: "ERROR",
    says: "Slave registration failed: {text}",
    until: "2.4",
    example: "Slave registration failed: Duplicate executor ID: 3",
    fact: (reason) => stopping("self_exit", `Slave registration failed: ${reason}`),
  }),
  template({
    name: "X11",
    level: "ERROR",
    says: "Cannot register with driver: {text}",
    example: "Cannot register with driver: spark://CoarseGrainedScheduler@10.0.0.7:45345",
    fact: (driver) => stopping("self_exit", `Cannot register with driver: ${driver}`),
  }),
  template({
    name: "X11",
    level: "ERROR",
    says: "Received {word} command but executor was null",
    example: "Received LaunchTask command but executor was null",
    fact: (command) => stopping("self_exit", `Received ${command} command but executor was null`),
  }),
  silent(
    "X11",
    "INFO",
    "Driver from {word} disconnected during shutdown",
    "Driver from localhost:41233 disconnected during shutdown",
  ),
  silent(
    "X11",
    "WARN",
    "An unknown ({text}) driver disconnected.",
    "An unknown (10.0.0.7:45345) driver disconnected.",
  ),
  template({
    name: "X12",
    since: "2.0",
    level: "ERROR",
    says: "RECEIVED SIGNAL {text}",
    example: "RECEIVED SIGNAL TERM",
    fact: (signal) => stopping("signal", signal),
  }),
  silent(
    "X1",
    "INFO",
    "Started daemon with process name: {text}",
    "Started daemon with process name: 3562@host-1",
  ),
  silent(
    "X1",
    "INFO",
    "Registered signal handlers for {text}",
    "Registered signal handlers for [TERM, HUP, INT]",
  ),
  silent(
    "X1",
    "INFO",
    "Connecting to driver: {text}",
    "Connecting to driver: spark://CoarseGrainedScheduler@localhost:42217",
  ),
  silent(
    "X1",
    "INFO",
    "Successfully registered with driver",
    "Successfully registered with driver",
  ),
  silent("X1", "INFO", "Registered with driver", "Registered with driver"),
  silent("X1", "INFO", "Resources for {text}", "Resources for spark.executor:"),
];

/** SparkUncaughtExceptionHandler (2.x+), ExecutorUncaughtExceptionHandler (1.x). */
export const UNCAUGHT_EXCEPTION_HANDLER: readonly LogTemplate[] = [
  template({
    name: "X13",
    level: "ERROR",
    says: "Uncaught exception in thread Thread[{text}",
    example: "Uncaught exception in thread Thread[Executor task launch worker for task 12,5,main]",
    awaitsTrace: true,
    fact: (thread, around) => uncaught(thread.replace(/(?:,\d+)?,[^,]*\]$/, ""), around),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "[Container in shutdown] Uncaught exception in thread Thread[{text}",
    example:
      "[Container in shutdown] Uncaught exception in thread Thread[Executor task launch worker-0,5,main]",
    awaitsTrace: true,
    fact: (thread, around) => uncaught(thread.replace(/(?:,\d+)?,[^,]*\]$/, ""), around),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "Uncaught exception in thread {text}",
    example: "Uncaught exception in thread Executor task launch worker-0",
    awaitsTrace: true,
    fact: uncaught,
  }),
  template({
    name: "X13",
    since: "2.4",
    level: "ERROR",
    says: "Uncaught OutOfMemoryError in thread {text}, process halted.",
    example: "Uncaught OutOfMemoryError in thread Thread[main,5,main], process halted.",
    fact: (thread) => ({
      kind: "uncaught_error",
      thread: thread.replace(/^Thread\[/, "").replace(/(?:,\d+)?,[^,]*\]$/, ""),
      errorClass: "java.lang.OutOfMemoryError",
      message: "",
    }),
  }),
];

/** A terminal may have broken the line itself: what is left of it stands first. */
const REST_OF_HEAD = /^[^\s:]{0,80}\]$/;

function uncaught(thread: string, { trace: below }: RecordAround): LogFact {
  const trace = REST_OF_HEAD.test(below[0] ?? "") ? below.slice(1) : below;
  const [first = ""] = isFrame(trace[0] ?? "") ? [] : trace;
  return {
    kind: "uncaught_error",
    thread,
    ...errorOf(withFrame(first, trace.slice(1))),
    cause: outOfMemoryCause(trace),
    userFrame: userFrameOf(trace),
  };
}

interface Failed extends Pick<RecordAround, "trace"> {
  /** 0.9 to 1.1 name the task alone. */
  readonly stageId?: number;
}

function failed(taskId: number, { trace, stageId }: Failed): LogFact {
  // A piece may lack the error's own line: a frame is none.
  const [first, ...below] = isFrame(trace[0] ?? "") ? [] : trace;
  const error = first === undefined ? undefined : errorOf(withFrame(first, below));
  const said = workerErrorOf(trace);
  return {
    kind: "task_finished",
    taskId,
    how: "failed",
    stageId,
    resultBytes: undefined,
    viaBlockManager: false,
    errorClass: error?.errorClass,
    errorMessage: said ?? error?.message,
    cause: outOfMemoryCause(trace),
    userFrame: userFrameOf(trace),
  };
}

function ended(
  taskId: number,
  how: "finished" | "killed" | "result_too_large",
  { resultBytes, viaBlockManager = false }: { resultBytes?: number; viaBlockManager?: boolean },
): LogFact {
  return {
    kind: "task_finished",
    taskId,
    how,
    resultBytes,
    viaBlockManager,
    errorClass: undefined,
    errorMessage: undefined,
  };
}

function stopping(
  how: "commanded" | "self_exit" | "disassociated" | "signal",
  reason: string | undefined,
): LogFact {
  return { kind: "executor_stopping", how, reason };
}

function hiddenFetch(
  taskId: number,
  stageId: number | undefined,
  errorClass: string,
  other: string,
): LogFact {
  return {
    kind: "task_finished",
    taskId,
    how: "failed",
    resultBytes: undefined,
    viaBlockManager: false,
    stageId,
    errorClass,
    errorMessage: `hidden by another exception: ${other}`,
  };
}
