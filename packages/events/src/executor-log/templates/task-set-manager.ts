/**
 * TaskSetManager (spec/log-templates.md 2.6, D11–D13): tasks as the driver places and loses them.
 */
import type { LogFact } from "@respark/core";
import { userFrameOf } from "../../user-frame.ts";
import { outOfMemoryCause, withFrame, workerErrorOf } from "../error-line.ts";
import { type LogTemplate, template } from "../log-template.ts";
import { isFrame } from "../record-text.ts";
import { withTrace } from "./scheduler.ts";

export const TASK_SET_MANAGER: readonly LogTemplate[] = [
  template({
    name: "D11",
    since: "3.1",
    level: "INFO",
    says: "Starting task {int}.{int} in stage {int}.{int} (TID {int}) ({word},{text}executor {word}, partition {int}, {text}",
    example:
      "Starting task 3.0 in stage 0.0 (TID 3) (10.0.0.7, executor 1, partition 3, PROCESS_LOCAL, 7344 bytes) taskResourceAssignments Map()",
    fact: (_i, _a, stageId, _sa, taskId, host, _blank, executorId, partition) =>
      started(taskId, { executorId, host, stageId, partition }),
  }),
  template({
    name: "D11",
    since: "2.0",
    until: "3.0",
    level: "INFO",
    says: "Starting task {int}.{int} in stage {int}.{int} (TID {int}, {word}, executor {word}, partition {int}, {text}",
    example:
      "Starting task 3.0 in stage 0.0 (TID 3, 10.0.0.7, executor 1, partition 3, PROCESS_LOCAL, 7344 bytes)",
    fact: (_i, _a, stageId, _sa, taskId, host, executorId, partition) =>
      started(taskId, { executorId, host, stageId, partition }),
  }),
  template({
    name: "D11",
    since: "1.3",
    until: "2.0",
    level: "INFO",
    says: "Starting task {int}.{int} in stage {int}.{int} (TID {int}, {word}, partition {int},{text}",
    example:
      "Starting task 3.0 in stage 0.0 (TID 3, 10.0.0.7, partition 3,PROCESS_LOCAL, 2152 bytes)",
    fact: (_i, _a, stageId, _sa, taskId, host, partition) =>
      started(taskId, { executorId: undefined, host, stageId, partition }),
  }),
  template({
    name: "D11",
    until: "1.5",
    level: "INFO",
    says: "Starting task {int}.{int} in stage {int}.{int} (TID {int}, {word}, {word}, {int} bytes)",
    example: "Starting task 3.0 in stage 0.0 (TID 3, 10.0.0.7, PROCESS_LOCAL, 1184 bytes)",
    fact: (_i, _a, stageId, _sa, taskId, host) =>
      started(taskId, { executorId: undefined, host, stageId, partition: undefined }),
  }),
  template({
    name: "D12",
    since: "2.0",
    level: "INFO",
    says: "Finished task {int}.{int} in stage {int}.{int} (TID {int}) in {int} ms on {word} (executor {word}) ({int}/{int})",
    example: "Finished task 3.0 in stage 0.0 (TID 3) in 123 ms on 10.0.0.7 (executor 1) (4/8)",
    fact: (_i, _a, _s, _sa, taskId, _ms, _host, executorId) => ended(taskId, executorId, undefined),
  }),
  template({
    name: "D12",
    until: "1.6",
    level: "INFO",
    says: "Finished task {int}.{int} in stage {int}.{int} (TID {int}) in {int} ms on {word} ({int}/{int})",
    example: "Finished task 3.0 in stage 0.0 (TID 3) in 123 ms on 10.0.0.7 (4/8)",
    fact: (_i, _a, _s, _sa, taskId) => ended(taskId, undefined, undefined),
  }),
  template({
    name: "D13",
    since: "3.1",
    level: "WARN",
    says: "Lost task {int}.{int} in stage {int}.{int} (TID {int}) ({word} executor {word}): {text}",
    example:
      "Lost task 3.0 in stage 0.0 (TID 3) (10.0.0.7 executor 1): java.lang.OutOfMemoryError: Java heap space",
    awaitsTrace: true,
    fact: (_i, _a, stageId, _sa, taskId, host, executorId, reason, { trace }) =>
      lostTask(taskId, { executorId, host, stageId, reason, trace }),
  }),
  template({
    name: "D13",
    since: "2.0",
    until: "3.0",
    level: "WARN",
    says: "Lost task {int}.{int} in stage {int}.{int} (TID {int}, {word}, executor {word}): {text}",
    example:
      "Lost task 3.0 in stage 0.0 (TID 3, 10.0.0.7, executor 1): ExecutorLostFailure (executor 1 exited caused by one of the running tasks) Reason: worker lost",
    awaitsTrace: true,
    fact: (_i, _a, stageId, _sa, taskId, host, executorId, reason, { trace }) =>
      lostTask(taskId, { executorId, host, stageId, reason, trace }),
  }),
  template({
    name: "D13",
    until: "2.0",
    level: "WARN",
    says: "Lost task {int}.{int} in stage {int}.{int} (TID {int}, {word}): {text}",
    example: "Lost task 3.0 in stage 0.0 (TID 3, 10.0.0.7): ExecutorLostFailure (executor 1 lost)",
    awaitsTrace: true,
    fact: (_i, _a, stageId, _sa, taskId, host, reason, { trace }) =>
      lostTask(taskId, { executorId: undefined, host, stageId, reason, trace }),
  }),
  template({
    name: "D13",
    since: "2.0",
    level: "INFO",
    says: "Lost task {int}.{int} in stage {int}.{int} (TID {int}) on {word}, executor {word}: {text}",
    example:
      "Lost task 3.1 in stage 0.0 (TID 9) on 10.0.0.7, executor 1: java.lang.OutOfMemoryError (Java heap space) [duplicate 1]",
    fact: (_i, _a, stageId, _sa, taskId, host, executorId, reason) =>
      lostTask(taskId, { executorId, host, stageId, reason, trace: [] }),
  }),
  template({
    name: "D13",
    until: "1.6",
    level: "INFO",
    says: "Lost task {int}.{int} in stage {int}.{int} (TID {int}) on executor {word}: {text}",
    example:
      "Lost task 3.1 in stage 0.0 (TID 9) on executor 10.0.0.7: java.lang.OutOfMemoryError (Java heap space) [duplicate 1]",
    // In 1.x the word after `executor` is the host.
    fact: (_i, _a, stageId, _sa, taskId, host, reason) =>
      lostTask(taskId, { executorId: undefined, host, stageId, reason, trace: [] }),
  }),
  template({
    name: "X15",
    level: "ERROR",
    says: "Total size of serialized results of {int} tasks ({text}) is bigger than {text}",
    example:
      "Total size of serialized results of 16 tasks (1048.5 MiB) is bigger than spark.driver.maxResultSize (1024.0 MiB)",
    fact: (tasks, size, limit) => ({
      kind: "trouble_logged",
      what: "application",
      message: `Total size of serialized results of ${tasks} tasks (${size}) is bigger than ${limit.replace(/^(?=\d|\()/, "maxResultSize ")}`,
    }),
  }),
  template({
    name: "X15",
    level: "ERROR",
    says: "{word} {text} in stage {int}.{int} (TID {int}) had a not serializable result: {text}",
    example:
      "Task 3.0 in stage 2.0 (TID 5) had a not serializable result: java.io.NotSerializableException: org.apache.hadoop.io.Text; not retrying",
    fact: (_task, index, stageId, attempt, taskId, text) =>
      aborts(
        stageId,
        `Task ${index} in stage ${stageId}.${attempt} (TID ${taskId}) had a not serializable result: ${text}`,
      ),
  }),
  template({
    name: "X15",
    level: "ERROR",
    says: "{word} {text} in stage {int}.{int} (TID {int}) can not write to output file: {text}",
    example:
      "Task 3.0 in stage 2.0 (TID 5) can not write to output file: java.io.FileAlreadyExistsException: /out/part-0; not retrying",
    fact: (_task, index, stageId, attempt, taskId, text) =>
      aborts(
        stageId,
        `Task ${index} in stage ${stageId}.${attempt} (TID ${taskId}) can not write to output file: ${text}`,
      ),
  }),
  // A paste cut it.
  template({
    name: "X15",
    level: "ERROR",
    says: "Task {int} in stage {int}.{int} failed",
    example: "Task 3 in stage 2.0 failed",
    fact: (index, stageId, attempt) =>
      aborts(stageId, `Task ${index} in stage ${stageId}.${attempt} failed`),
  }),
  template({
    name: "X15",
    level: "ERROR",
    says: "Task {int} in stage {int}.{int} failed {int} times; aborting job",
    example: "Task 3 in stage 2.0 failed 4 times; aborting job",
    fact: (index, stageId, _attempt, times) => ({
      kind: "trouble_logged",
      what: "application",
      stageId,
      message: `Task ${index} in stage ${stageId}.${_attempt} failed ${times} times; aborting job`,
    }),
  }),
];

function aborts(stageId: number, message: string): LogFact {
  return { kind: "trouble_logged", what: "application", stageId, message };
}

function started(
  taskId: number,
  place: {
    executorId: string | undefined;
    host: string;
    stageId: number;
    partition: number | undefined;
  },
): LogFact {
  return { kind: "driver_task_started", taskId, ...place };
}

interface Lost {
  readonly executorId: string | undefined;
  readonly host: string;
  readonly stageId: number;
  readonly reason: string;
  readonly trace: readonly string[];
}

/** Up to 2.0 the line has the host alone, but the loss of an executor names it. */
const NAMED_BY_LOSS = /^ExecutorLostFailure \(executor (\S+) /;

/**
 * Of an error its first line and what caused it; of a lost executor the lines below too, which give
 * the reason.
 */
export function lostTask(
  taskId: number,
  { executorId, host, stageId, reason, trace }: Lost,
): LogFact {
  const isLoss = reason === "" || isLossWord(reason);
  const loss = isLoss
    ? withTrace(LOSS.startsWith(reason) && reason !== "" ? LOSS : reason, trace)
    : undefined;
  const said = workerErrorOf([reason, ...trace]);
  return {
    kind: "driver_task_ended",
    taskId,
    executorId: executorId ?? NAMED_BY_LOSS.exec(loss ?? "")?.[1],
    host,
    stageId,
    lostReason:
      loss ??
      `${withFrame(fetchError(reason, trace), trace)}${said === undefined ? "" : `\n${said}`}`,
    cause: outOfMemoryCause([reason, ...trace]),
    userFrame: userFrameOf(trace),
    ...(reason.startsWith("TaskKilled") ? killedFor(reason, trace) : {}),
  };
}

type TaskEnded = Extract<LogFact, { kind: "driver_task_ended" }>;

/** `TaskKilled (Stage cancelled: Job aborted due to stage failure: …`, 3.4 and later. */
const QUOTED =
  /most recent failure: Lost task [\d.]+ in stage (\d+)\.\d+ \(TID (\d+)\) \((\S+) executor (\S+?)\): (.*)$/;

/**
 * A stage that is given up kills its other tasks, and their ends quote the failure: it may have no
 * other line. A terminal may have broken that line, too.
 */
function killedFor(reason: string, trace: readonly string[]): Pick<TaskEnded, "killedFor"> {
  const [first = "", ...below] = trace;
  const whole = QUOTED.exec(reason);
  const found = whole ?? (isFrame(first) ? null : QUOTED.exec(`${reason}${first}`));
  if (found === null) return {};
  const [, stageId, taskId, host = "", executorId, said = ""] = found;
  const error = said.trimEnd();
  const rest = whole === null ? below : trace;
  return {
    killedFor: {
      taskId: Number(taskId),
      executorId,
      host,
      stageId: Number(stageId),
      lostReason: withFrame(error, rest),
      cause: outOfMemoryCause([error, ...rest]),
      userFrame: userFrameOf(rest),
    },
  };
}

const LOSS = "ExecutorLostFailure";

/** A paste may end within the word. */
function isLossWord(reason: string): boolean {
  return reason.startsWith(LOSS) || (reason.length > 8 && LOSS.startsWith(reason));
}

/** `FetchFailed(…, message=` has its error on the next line. */
function fetchError(reason: string, [first = ""]: readonly string[]): string {
  return /^FetchFailed\(.*message=\s*$/.test(reason) ? `${reason.trimEnd()}${first}` : reason;
}

function ended(
  taskId: number,
  executorId: string | undefined,
  lostReason: string | undefined,
): LogFact {
  return { kind: "driver_task_ended", taskId, executorId, lostReason };
}
