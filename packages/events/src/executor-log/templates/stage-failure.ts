/**
 * Why a job was aborted, wherever it is quoted: DAGScheduler's lines, an ApplicationMaster's, the
 * exception that a shell, Py4J or a launcher printed. It may be all that was kept of a run.
 */
import { type LogTemplate, type RecordAround, template } from "../log-template.ts";
import { lostTask } from "./task-set-manager.ts";

/** Of 2.0 and later, whose words name the executor beside the host. */
const lostWithExecutor = (
  _before: string,
  _index: number,
  _stage: number,
  _attempt: number,
  _times: number,
  _i: number,
  _a: number,
  stageId: number,
  _sa: number,
  taskId: number,
  host: string,
  executorId: string,
  reason: string,
  { trace }: RecordAround,
) => lostTask(taskId, { executorId, host, stageId, reason, trace });

export const STAGE_FAILURE: readonly LogTemplate[] = [
  template({
    name: "D13",
    since: "3.1",
    level: "ERROR",
    says: "{text}Job aborted due to stage failure: Task {int} in stage {int}.{int} failed {int} times, most recent failure: Lost task {int}.{int} in stage {int}.{int} (TID {int}) ({word} executor {word}): {text}",
    example:
      "org.apache.spark.SparkException: Job aborted due to stage failure: Task 4 in stage 17.0 failed 4 times, most recent failure: Lost task 4.3 in stage 17.0 (TID 926) (10.0.0.7 executor 1): java.lang.OutOfMemoryError: Java heap space",
    awaitsTrace: true,
    fact: lostWithExecutor,
  }),
  template({
    name: "D13",
    since: "2.0",
    until: "3.0",
    level: "ERROR",
    says: "{text}Job aborted due to stage failure: Task {int} in stage {int}.{int} failed {int} times, most recent failure: Lost task {int}.{int} in stage {int}.{int} (TID {int}, {word}, executor {word}): {text}",
    example:
      "org.apache.spark.SparkException: Job aborted due to stage failure: Task 4 in stage 17.0 failed 4 times, most recent failure: Lost task 4.3 in stage 17.0 (TID 926, 10.0.0.7, executor 1): java.lang.OutOfMemoryError: Java heap space",
    awaitsTrace: true,
    fact: lostWithExecutor,
  }),
  template({
    name: "D13",
    until: "2.0",
    level: "ERROR",
    says: "{text}Job aborted due to stage failure: Task {int} in stage {int}.{int} failed {int} times, most recent failure: Lost task {int}.{int} in stage {int}.{int} (TID {int},{gap}{word}): {text}",
    example:
      "org.apache.spark.SparkException: Job aborted due to stage failure: Task 4 in stage 17.0 failed 4 times, most recent failure: Lost task 4.3 in stage 17.0 (TID 926, 10.0.0.7): ExecutorLostFailure (executor 1 lost)",
    awaitsTrace: true,
    fact: (
      _before,
      _index,
      _stage,
      _attempt,
      _times,
      _i,
      _a,
      stageId,
      _sa,
      taskId,
      host,
      reason,
      { trace },
    ) => lostTask(taskId, { executorId: undefined, host, stageId, reason, trace }),
  }),
  // Results too large, a task too large to send, a stage that failed too often …
  template({
    name: "X15",
    level: "ERROR",
    says: "{text}Job aborted due to stage failure: {text}",
    example:
      "ResultStage 10 (collect at App.scala:53) failed in 74.894 s due to Job aborted due to stage failure: Total size of serialized results of 2572 tasks (1062.8 MB) is bigger than spark.driver.maxResultSize (1024.0 MB)",
    fact: (_before, reason) => ({
      kind: "trouble_logged",
      what: "application",
      message: `Job aborted due to stage failure: ${reason}`,
    }),
  }),
];
