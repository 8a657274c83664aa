/**
 * Lines of a driver that say that an executor is gone and not why (spec/log-templates.md D14): of a
 * log that is filtered or cut, they may be all there is.
 */
import type { LogFact } from "@respark/core";
import { type LogTemplate, silent, template } from "../log-template.ts";
import { lost, withTrace } from "./scheduler.ts";
import { troubleWith } from "./troubles.ts";

/** DAGScheduler, 1.2 to 4.2; what failed a stage is STAGE_FAILURE's. */
export const DAG_SCHEDULER: readonly LogTemplate[] = [
  template({
    name: "D14",
    level: "INFO",
    says: "Executor lost: {word} (epoch {int})",
    example: "Executor lost: 4 (epoch 20)",
    fact: (executorId, epoch) => gone(executorId, `Executor lost: ${executorId} (epoch ${epoch})`),
  }),
  silent(
    "D14",
    "INFO",
    "Shuffle files lost for executor: {word} (epoch {int})",
    "Shuffle files lost for executor: 4 (epoch 20)",
  ),
  ...failedStage("ShuffleMapStage"),
  ...failedStage("ResultStage"),
  ...failedStage("Stage"),
];

/** `Stage` up to 1.3; up to 1.6 without the reason. */
function failedStage(kind: "ShuffleMapStage" | "ResultStage" | "Stage"): readonly LogTemplate[] {
  const name = "4 (map at App.scala:114) failed in 5.523 s";
  return [
    template({
      name: "X15",
      level: "INFO",
      says: `${kind} {int} ({text}) failed in {text} s due to {text}`,
      example: `${kind} ${name} due to org.apache.spark.shuffle.FetchFailedException: Connection reset`,
      awaitsTrace: true,
      // The job's end tells of a stage that was given up, with its words.
      fact: (stageId, _name, _seconds, reason) =>
        /^Job aborted|^Stage cancelled|^Job \d+ cancelled/i.test(reason)
          ? undefined
          : ofStage(stageId, `${kind} ${stageId} failed: ${reason}`),
    }),
    template({
      name: "X15",
      until: "1.6",
      level: "INFO",
      says: `${kind} {int} ({text}) failed in {text} s`,
      example: `${kind} ${name}`,
      fact: (stageId) => ofStage(stageId, `${kind} ${stageId} failed`),
    }),
  ];
}

/** DAGScheduler: stages and jobs that failed, in words that do not say of what. */
export const STAGES_ENDED: readonly LogTemplate[] = [
  template({
    name: "X15",
    level: "INFO",
    says: "Marking {word} {int} ({text}) as failed due to a fetch failure from {text}",
    example:
      "Marking ResultStage 40 (collect at App.scala:53) as failed due to a fetch failure from ShuffleMapStage 39 (map at App.scala:20)",
    fact: (kind, stageId, _name, from) =>
      ofStage(stageId, `${kind} ${stageId} failed due to a fetch failure from ${from}`),
  }),
  template({
    name: "X15",
    level: "INFO",
    says: "Job {int} failed: {text}",
    example: "Job 3 failed: collect at App.scala:53, took 12.345678 s",
    fact: (jobId, text) => ({
      kind: "trouble_logged",
      what: "application",
      message: `Job ${jobId} failed: ${text}`,
    }),
  }),
  template({
    name: "X15",
    level: "WARN",
    says: "Creating new stage failed due to exception - job: {text}",
    example: "Creating new stage failed due to exception - job: 3",
    awaitsTrace: true,
    fact: (job, around) =>
      troubleWith(
        "application",
        `Creating new stage failed due to exception - job: ${job}`,
        around,
      ),
  }),
];

function ofStage(stageId: number, message: string): LogFact {
  return { kind: "trouble_logged", what: "application", stageId, message };
}

/** ExecutorAllocationManager up to 2.4, ExecutorMonitor since 3.0. */
export const EXECUTOR_ALLOCATION: readonly LogTemplate[] = [
  template({
    name: "D14",
    until: "2.4",
    level: "INFO",
    says: "Existing executor {word} has been removed (new total is {int})",
    example: "Existing executor 1 has been removed (new total is 0)",
    fact: (executorId, total) =>
      gone(executorId, `Existing executor ${executorId} has been removed (new total is ${total})`),
  }),
  template({
    name: "D14",
    since: "3.0",
    level: "INFO",
    says: "Executor {word} is removed. Remove reason statistics: {text}",
    example:
      "Executor 1 is removed. Remove reason statistics: (gracefully decommissioned: 0, decommission unfinished: 0, driver killed: 0, unexpectedly exited: 1).",
    fact: (executorId) => gone(executorId, `Executor ${executorId} is removed`),
  }),
  template({
    name: "D14",
    since: "3.0",
    level: "INFO",
    says: "Executor {word} removed (new total is {int})",
    example: "Executor 1 removed (new total is 0)",
    fact: (executorId) => gone(executorId, `Executor ${executorId} is removed`),
  }),
];

/** CoarseGrainedSchedulerBackend, whatever cluster it is the backend of. */
export const DISABLED: readonly LogTemplate[] = [
  template({
    name: "D14",
    level: "INFO",
    says: "Disabling executor {word}.",
    example: "Disabling executor 1.",
    anyLogger: true,
    fact: (executorId) => gone(executorId, `Disabling executor ${executorId}`),
  }),
];

/** Of its last words only the beginning is left, or its host is blotted out. */
export const CUT_LOSS: readonly LogTemplate[] = [
  template({
    name: "D14",
    level: "ERROR",
    says: "Lost executor {word}",
    anyLogger: true,
    example: "Lost executor f73f53d0-4f46-4691-ad01-5fed545",
    fact: (executorId) => gone(executorId, `Lost executor ${executorId}`),
  }),
  template({
    name: "D14",
    level: "ERROR",
    says: "Lost executor {word} on {text}: {text}",
    anyLogger: true,
    example:
      "Lost executor 21 on *IP Address*: Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues. Check driver logs for WARN messages.",
    awaitsTrace: true,
    fact: (executorId, _host, reason, { trace }) => gone(executorId, withTrace(reason, trace)),
  }),
];

/** A lost task's reason, or a stage's, quoted by itself. */
export const QUOTED_LOSS: readonly LogTemplate[] = [
  template({
    name: "D14",
    level: "ERROR",
    says: "ExecutorLostFailure (executor {word} {text}) Reason: {text}",
    example:
      "ExecutorLostFailure (executor 38 exited caused by one of the running tasks) Reason: Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB physical memory used. Consider boosting spark.yarn.executor.memoryOverhead.",
    fact: (executorId, _how, reason) => gone(executorId, reason),
  }),
];

function gone(executorId: string, reason: string) {
  return lost({ executorId, host: undefined, reason });
}
