/**
 * The driver's scheduler and its backends (spec/log-templates.md D14–D18): executors granted, lost
 * and killed.
 */
import type { LogFact } from "@respark/core";
import { outOfMemoryCause, outOfMemoryOf } from "../error-line.ts";
import { type LogTemplate, silent, template } from "../log-template.ts";

export const TASK_SCHEDULER: readonly LogTemplate[] = [
  template({
    name: "D14",
    level: "ERROR",
    says: "Lost executor {word} on {word}: {text}",
    anyLogger: true,
    example:
      "Lost executor 1 on 10.0.0.7: Container killed by YARN for exceeding memory limits. 4.5 GB of 4.5 GB physical memory used. Consider boosting spark.yarn.executor.memoryOverhead.",
    awaitsTrace: true,
    fact: (executorId, host, reason, { trace }) =>
      lost({ executorId, host, reason: withTrace(reason, trace) }),
  }),
  template({
    name: "D14",
    level: "ERROR",
    says: "Lost an executor {word} (already removed): {text}",
    anyLogger: true,
    example: "Lost an executor 5 (already removed): Pending loss reason.",
    fact: (executorId, reason) => lost({ executorId, host: undefined, reason }),
  }),
  // A collector took the blank behind the colon; the reason stands below.
  template({
    name: "D14",
    level: "ERROR",
    says: "Lost executor {word} on {word}:",
    anyLogger: true,
    example: "Lost executor 1 on 10.0.0.7:",
    awaitsTrace: true,
    fact: (executorId, host, { trace }) =>
      lost({ executorId, host, reason: withTrace("", trace).trim() }),
  }),
  template({
    name: "X15",
    level: "WARN",
    says: "Initial job has not accepted any resources; {text}",
    anyLogger: true,
    example:
      "Initial job has not accepted any resources; check your cluster UI to ensure that workers are registered and have sufficient resources",
    fact: (text) => ({
      kind: "trouble_logged",
      what: "application",
      message: `Initial job has not accepted any resources; ${text}`,
    }),
  }),
  template({
    name: "D14",
    level: "INFO",
    says: "Executor {word} on {word} killed by driver.",
    example: "Executor 0 on 10.0.0.7 killed by driver.",
    fact: (executorId, host) => lost({ executorId, host, reason: "killed by driver" }),
  }),
  template({
    name: "D14",
    level: "INFO",
    says: "Executor {word} on {word} is decommissioned{text}",
    example: "Executor 0 on 10.0.0.7 is decommissioned after 12.0 s.",
    fact: (executorId, host) => lost({ executorId, host, reason: "decommissioned" }),
  }),
  silent(
    "D11",
    "INFO",
    "Adding task set {text}",
    "Adding task set 0.0 with 8 tasks resource profile 0",
  ),
  silent(
    "D11",
    "INFO",
    "Removed TaskSet {text}",
    "Removed TaskSet 0.0, whose tasks have all completed, from pool ",
  ),
  silent(
    "D11",
    "INFO",
    "Killing all running tasks in stage {text}",
    "Killing all running tasks in stage 0: Stage finished",
  ),
  silent("D11", "INFO", "Canceling stage {int}", "Canceling stage 0"),
  silent("D11", "INFO", "Cancelling stage {int}", "Cancelling stage 0"),
  silent(
    "D11",
    "INFO",
    "Skip current round of resource offers for barrier stage {text}",
    "Skip current round of resource offers for barrier stage 1 because the barrier taskSet requires 4 slots.",
  ),
];

/**
 * StandaloneSchedulerBackend, SparkDeploySchedulerBackend (1.x); also what every cluster's backend
 * says.
 */
export const SCHEDULER_BACKEND: readonly LogTemplate[] = [
  template({
    name: "D17",
    since: "2.2",
    level: "INFO",
    says: "Granted executor ID {word} on hostPort {word} with {int} core(s), {size} RAM",
    example:
      "Granted executor ID app-20261121023631-0000/0 on hostPort localhost:44785 with 2 core(s), 512.0 MiB RAM",
    fact: (id, hostPort, cores, memory) => ({
      kind: "driver_executor_granted",
      executorId: afterSlash(id),
      hostPort,
      cores,
      memory,
    }),
  }),
  template({
    name: "D17",
    until: "2.1",
    level: "INFO",
    says: "Granted executor ID {word} on hostPort {word} with {int} cores, {size} RAM",
    example:
      "Granted executor ID app-20261121023631-0000/0 on hostPort localhost:44785 with 2 cores, 512.0 MB RAM",
    fact: (id, hostPort, cores, memory) => ({
      kind: "driver_executor_granted",
      executorId: afterSlash(id),
      hostPort,
      cores,
      memory,
    }),
  }),
  template({
    name: "D18",
    level: "INFO",
    says: "Executor {word} removed: {text}",
    example: "Executor app-20261121023631-0000/1 removed: Command exited with code 137",
    fact: (id, reason) => lost({ executorId: afterSlash(id), host: undefined, reason }),
  }),
  silent(
    "D18",
    "INFO",
    "Requesting to kill executor(s) {text}",
    "Requesting to kill executor(s) 0",
  ),
  silent(
    "D18",
    "INFO",
    "Actual list of executor(s) to be killed is {text}",
    "Actual list of executor(s) to be killed is 0",
  ),
  silent(
    "D17",
    "INFO",
    "Connected to Spark cluster with app ID {word}",
    "Connected to Spark cluster with app ID app-20261121023631-0000",
  ),
  silent(
    "D17",
    "INFO",
    "Registered executor {text}",
    "Registered executor NettyRpcEndpointRef(null) (localhost:34567) with ID 0",
  ),
  silent(
    "D17",
    "INFO",
    "SchedulerBackend is ready {text}",
    "SchedulerBackend is ready for scheduling beginning after reached minRegisteredResourcesRatio: 0.0",
  ),
  silent("X11", "INFO", "Shutting down all executors", "Shutting down all executors"),
  silent("X11", "INFO", "Asking each executor to shut down", "Asking each executor to shut down"),
];

export const HEARTBEAT_RECEIVER: readonly LogTemplate[] = [
  template({
    name: "D16",
    level: "WARN",
    says: "Removing executor {word} with no recent heartbeats: {text}",
    example: "Removing executor 1 with no recent heartbeats: 125213 ms exceeds timeout 120000 ms",
    fact: (executorId, text) =>
      lost({ executorId, host: undefined, reason: `no recent heartbeats: ${text}` }),
  }),
];

export const SPARK_CONTEXT: readonly LogTemplate[] = [
  template({
    name: "V1",
    level: "INFO",
    says: "Running Spark version {word}",
    example: "Running Spark version 3.5.6",
    fact: (version) => ({ kind: "spark_version_logged", version }),
  }),
  template({
    name: "V2",
    level: "INFO",
    says: "Java version {text}",
    example: "Java version 17.0.15",
    fact: (version) => ({ kind: "java_version_logged", version }),
  }),
  template({
    name: "X15",
    level: "ERROR",
    says: "Error initializing SparkContext.",
    example: "Error initializing SparkContext.",
    awaitsTrace: true,
    fact: ({ trace }) => notStarted(trace),
  }),
];

/** The driver's first error; of memory where it says so. */
function notStarted(trace: readonly string[]): LogFact {
  const error = outOfMemoryOf(trace[0] ?? "");
  if (error !== undefined) return { kind: "error_logged", ...error, isCause: false };
  const cause = outOfMemoryCause(trace);
  if (cause !== undefined) return { kind: "error_logged", ...cause, isCause: true };
  const message = ["Error initializing SparkContext", ...trace.slice(0, 1)].join(": ");
  return { kind: "trouble_logged", what: "application", message };
}

/** Classes' names, and Kubernetes' words of a container, begin small too. */
const GOES_ON = /^\s?(?![a-z]\w*\.\w|at |container |exit code|termination )[a-z\d(]/;

/**
 * A multi-line reason (Kubernetes container statuses, YARN diagnostics) in one text. A line that
 * goes on in the middle of a sentence was broken by whoever sent it.
 */
export function withTrace(reason: string, trace: readonly string[]): string {
  let text = reason.trim();
  for (const line of trace) {
    const more = line.trim();
    if (more === "") continue;
    const isBroken = !/[.:;!]$/.test(text) && GOES_ON.test(line);
    text += `${text === "" ? "" : isBroken ? " " : "\n"}${more}`;
  }
  return text.slice(0, 4096);
}

/** Standalone says `app-…/0` where the event log says `0`. */
export function afterSlash(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

const EXIT_CODE = /\b(?:exit(?:ed with)?(?: code| status)|exit code)\s*:?\s*(-?\d{1,9})\b/i;

export function lost(gone: {
  executorId: string | undefined;
  host: string | undefined;
  containerId?: string | undefined;
  appId?: string | undefined;
  exitCode?: number | undefined;
  reason: string;
}): LogFact {
  const said = EXIT_CODE.exec(gone.reason)?.[1];
  return {
    kind: "driver_executor_lost",
    executorId: gone.executorId,
    host: gone.host,
    containerId: gone.containerId,
    appId: gone.appId,
    exitCode: gone.exitCode ?? (said === undefined ? undefined : Number(said)),
    reason: gone.reason,
  };
}
