/**
 * YARN's allocator and scheduler backend (spec/log-templates.md Y1–Y5): containers asked for and
 * killed.
 */
import type { LogFact } from "@respark/core";
import { type LogTemplate, template } from "../log-template.ts";
import { lost, withTrace } from "./scheduler.ts";

export const YARN: readonly LogTemplate[] = [
  template({
    name: "Y5",
    until: "1.6",
    level: "INFO",
    says: "Will request {int} executor containers, each with {int} cores and {int} MB memory including {int} MB overhead",
    example:
      "Will request 2 executor containers, each with 4 cores and 4505 MB memory including 409 MB overhead",
    fact: (_n, cores, memoryMiB, overheadMiB) => ({
      kind: "container_requested",
      cores,
      memoryMiB,
      overheadMiB,
    }),
  }),
  template({
    name: "Y5",
    since: "2.0",
    until: "3.0",
    level: "INFO",
    says: "Will request {int} executor container(s), each with {int} core(s) and {int} MB memory (including {int} MB of overhead){text}",
    example:
      "Will request 2 executor container(s), each with 4 core(s) and 4505 MB memory (including 409 MB of overhead)",
    fact: (_n, cores, memoryMiB, overheadMiB) => ({
      kind: "container_requested",
      cores,
      memoryMiB,
      overheadMiB,
    }),
  }),
  template({
    name: "Y5",
    since: "3.1",
    level: "INFO",
    says: "Will request {int} executor container(s) for {text}, each with {int} core(s) and {int} MB memory.{text}",
    example:
      "Will request 2 executor container(s) for  ResourceProfile Id: 0, each with 4 core(s) and 4505 MB memory. with custom resources: <memory:4505, vCores:4>",
    fact: (_n, _profile, cores, memoryMiB) => ({
      kind: "container_requested",
      cores,
      memoryMiB,
      overheadMiB: undefined,
    }),
  }),
  // `marked as failed`, and since 3.0 `from a bad node`; with the host or without it (up to 1.6);
  // since 3.5.1 with what Spark's own exit codes mean.
  template({
    name: "Y3",
    since: "3.5",
    level: "WARN",
    says: "Container {text}: {word} on host: {word}. Exit status: {int}. Possible causes: {text} Diagnostics: {text}",
    example:
      "Container from a bad node: container_1480000000000_0001_01_000002 on host: node7. Exit status: 137. Possible causes: Unknown executor exit code (137) (died from signal 9?) Diagnostics: Container killed on request. Exit code is 137",
    awaitsTrace: true,
    fact: (how, containerId, host, exitCode, causes, text, { trace }) =>
      ended(how, {
        containerId,
        host,
        exitCode,
        text: `Possible causes: ${causes} Diagnostics: ${text}`,
        trace,
      }),
  }),
  template({
    name: "Y3",
    level: "WARN",
    says: "Container {text}: {word} on host: {word}. Exit status: {int}. Diagnostics: {text}",
    example:
      "Container marked as failed: container_1480000000000_0001_01_000002 on host: node7. Exit status: 137. Diagnostics: Container killed on request. Exit code is 137",
    awaitsTrace: true,
    fact: (how, containerId, host, exitCode, text, { trace }) =>
      ended(how, { containerId, host, exitCode, text: `Diagnostics: ${text}`, trace }),
  }),
  template({
    name: "Y3",
    level: "INFO",
    says: "Container {text}: {word}. Exit status: {int}. Diagnostics: {text}",
    example:
      "Container marked as failed: container_1480000000000_0001_01_000002. Exit status: 1. Diagnostics: Exception from container-launch.",
    awaitsTrace: true,
    fact: (how, containerId, exitCode, text, { trace }) =>
      ended(how, { containerId, host: undefined, exitCode, text: `Diagnostics: ${text}`, trace }),
  }),
  // Up to 1.1 that is all.
  template({
    name: "Y3",
    until: "1.1",
    level: "INFO",
    says: "Container marked as failed: {word}",
    example: "Container marked as failed: container_1480000000000_0001_01_000002",
    fact: (containerId) =>
      lost({
        executorId: undefined,
        host: undefined,
        containerId,
        reason: `Container marked as failed: ${containerId}`,
      }),
  }),
  template({
    name: "Y3",
    level: "INFO",
    says: "Container {word} on host: {word} was preempted.",
    example: "Container container_1480000000000_0001_01_000002 on host: node7 was preempted.",
    fact: (containerId, host) =>
      lost({
        executorId: undefined,
        host,
        containerId,
        reason: `Container ${containerId} on host: ${host} was preempted.`,
      }),
  }),
  template({
    name: "Y3",
    level: "INFO",
    says: "Container {word} was preempted.",
    example: "Container container_1480000000000_0001_01_000002 was preempted.",
    fact: (containerId) =>
      lost({
        executorId: undefined,
        host: undefined,
        containerId,
        reason: `Container ${containerId} was preempted.`,
      }),
  }),
  template({
    name: "Y3",
    since: "1.6",
    level: "INFO",
    says: "Executor for container {word} exited because of a YARN event {text}",
    example:
      "Executor for container container_1480000000000_0001_01_000002 exited because of a YARN event (e.g., pre-emption) and not because of an error in the running job.",
    fact: (containerId, text) =>
      lost({
        executorId: undefined,
        host: undefined,
        containerId,
        reason: `Executor for container ${containerId} exited because of a YARN event ${text}`,
      }),
  }),
  template({
    name: "Y3",
    level: "INFO",
    says: "Completed container {word} on host: {word} (state: {word}, exit status: {int})",
    example:
      "Completed container container_1480000000000_0001_01_000002 on host: node7 (state: COMPLETE, exit status: 137)",
    fact: (containerId, host, state, exitCode) => completed(containerId, host, state, exitCode),
  }),
  template({
    name: "Y3",
    level: "INFO",
    says: "Completed container {word} (state: {word}, exit status: {int})",
    example:
      "Completed container container_1480000000000_0001_01_000002 (state: COMPLETE, exit status: 143)",
    fact: (containerId, state, exitCode) => completed(containerId, undefined, state, exitCode),
  }),
  template({
    name: "Y3",
    since: "2.0",
    level: "ERROR",
    says: "Failed to launch executor {word} on container {word}",
    example: "Failed to launch executor 3 on container container_1480000000000_0001_01_000007",
    awaitsTrace: true,
    fact: (executorId, containerId, { trace }) =>
      lost({
        executorId,
        host: undefined,
        containerId,
        reason: withTrace(
          `Failed to launch executor ${executorId} on container ${containerId}`,
          trace.slice(0, 1),
        ),
      }),
  }),
  template({
    name: "Y2",
    since: "2.3",
    level: "INFO",
    says: "Launching container {word} on host {word} for executor with ID {word}{text}",
    example:
      "Launching container container_1480000000000_0001_01_000002 on host node7 for executor with ID 1 for ResourceProfile Id 0",
    fact: (containerId, host, executorId) => ({
      kind: "container_launched",
      containerId,
      host,
      executorId,
    }),
  }),
  template({
    name: "Y1",
    level: "WARN",
    says: "Container killed by YARN for exceeding {text}",
    anyLogger: true,
    example:
      "Container killed by YARN for exceeding memory limits. 4.5 GB of 4.5 GB physical memory used. Consider boosting spark.yarn.executor.memoryOverhead.",
    fact: (text) =>
      lost({
        executorId: undefined,
        host: undefined,
        reason: `Container killed by YARN for exceeding ${text}`,
      }),
  }),
  template({
    name: "Y1",
    level: "WARN",
    says: "Requesting driver to remove executor {word} for reason {text}",
    anyLogger: true,
    example:
      "Requesting driver to remove executor 1 for reason Container killed by YARN for exceeding physical memory limits. 4.5 GB of 4.5 GB physical memory used. Consider boosting spark.executor.memoryOverhead.",
    awaitsTrace: true,
    fact: (executorId, reason, { trace }) =>
      lost({ executorId, host: undefined, reason: withTrace(reason, trace) }),
  }),
  template({
    name: "Y1",
    since: "1.6",
    level: "WARN",
    says: "Attempted to get executor loss reason for executor id {word} at RPC address {word}, but got no response. Marking as {text}",
    anyLogger: true,
    example:
      "Attempted to get executor loss reason for executor id 3 at RPC address 10.0.0.7:4711, but got no response. Marking as agent lost.",
    fact: (executorId, _address, text) =>
      lost({
        executorId,
        host: undefined,
        reason: `got no response for the reason of its loss, marked as ${text}`,
      }),
  }),
];

function ended(
  how: string,
  told: {
    readonly containerId: string;
    readonly host: string | undefined;
    readonly exitCode: number;
    readonly text: string;
    readonly trace: readonly string[];
  },
): LogFact {
  const { containerId, host, exitCode, text, trace } = told;
  const where = host === undefined ? "" : ` on host: ${host}`;
  const words = `Container ${how}: ${containerId}${where}. Exit status: ${exitCode}. ${text}`;
  return lost({
    executorId: undefined,
    host,
    containerId,
    exitCode,
    reason: withTrace(words, trace),
  });
}

/** One that ended with 0 had done its work, or another line tells of it. */
function completed(
  containerId: string,
  host: string | undefined,
  state: string,
  exitCode: number,
): LogFact | undefined {
  const where = host === undefined ? "" : ` on host: ${host}`;
  const reason = `Completed container ${containerId}${where} (state: ${state}, exit status: ${exitCode})`;
  return exitCode === 0
    ? undefined
    : lost({ executorId: undefined, host, containerId, exitCode, reason });
}

/**
 * Of the application's report in the client's log, whose lines have no layout: its master's
 * container was killed.
 */
export const YARN_REPORT: readonly LogTemplate[] = [
  template({
    name: "Y4",
    level: "ERROR",
    says: "Failing this attempt.{text}Container [pid={int},containerID={word}] is running {text}",
    example:
      "Failing this attempt.Diagnostics: [2024-07-24 04:20:37.000]Container [pid=4711,containerID=container_1480000000000_0001_02_000001] is running beyond physical memory limits. Current usage: 2.1 GB of 2 GB physical memory used; 4.0 GB of 4.2 GB virtual memory used. Killing container.",
    fact: masterLost,
  }),
  template({
    name: "Y4",
    level: "ERROR",
    says: "Diagnostics: {text}Container [pid={int},containerID={word}] is running {text}",
    example:
      "Diagnostics: [2024-07-24 04:20:37.000]Container [pid=4711,containerID=container_1480000000000_0001_02_000001] is running beyond physical memory limits. Current usage: 2.1 GB of 2 GB physical memory used. Killing container.",
    fact: masterLost,
  }),
  template({
    name: "Y4",
    level: "ERROR",
    says: "Container [pid={int},containerID={word}] is running {text}",
    example:
      "Container [pid=4711,containerID=container_1480000000000_0001_02_000001] is running beyond physical memory limits. Current usage: 2.1 GB of 2 GB physical memory used. Killing container.",
    fact: (pid, containerId, text) => masterLost("", pid, containerId, text),
  }),
];

/** In cluster mode the driver runs in the master's container, the first of its attempt. */
function masterLost(_: string, pid: number, containerId: string, text: string): LogFact {
  return lost({
    executorId: /_0*1$/.test(containerId) ? "driver" : undefined,
    host: undefined,
    containerId,
    reason: `Container [pid=${pid},containerID=${containerId}] is running ${text}`,
  });
}
