/**
 * YARN's allocator and scheduler backend (spec/log-templates.md Y1–Y5): containers asked for and
 * killed.
 */
import type { LogFact } from "@respark/core";
import { type LogTemplate, silent, template } from "../log-template.ts";
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
  template({
    name: "Y3",
    level: "WARN",
    says: "Container marked as failed: {word} on host: {word}. Exit status: {int}. Diagnostics: {text}",
    example:
      "Container marked as failed: container_1480000000000_0001_01_000002 on host: node7. Exit status: 137. Diagnostics: Container killed on request. Exit code is 137",
    awaitsTrace: true,
    fact: (containerId, host, exitCode, reason, { trace }) =>
      lost({
        executorId: undefined,
        host,
        containerId,
        exitCode,
        reason: withTrace(reason, trace),
      }),
  }),
  template({
    name: "Y3",
    since: "3.0",
    level: "WARN",
    says: "Container from a bad node: {word} on host: {word}. Exit status: {int}. Diagnostics: {text}",
    example:
      "Container from a bad node: container_1480000000000_0001_01_000002 on host: node7. Exit status: 143. Diagnostics: [2026-11-21 03:00:00.000]Container killed on request. Exit code is 143",
    awaitsTrace: true,
    fact: (containerId, host, exitCode, reason, { trace }) =>
      lost({
        executorId: undefined,
        host,
        containerId,
        exitCode,
        reason: withTrace(reason, trace),
      }),
  }),
  template({
    name: "Y3",
    level: "INFO",
    says: "Container {word} on host: {word} was preempted.",
    example: "Container container_1480000000000_0001_01_000002 on host: node7 was preempted.",
    fact: (containerId, host) =>
      lost({ executorId: undefined, host, containerId, reason: "preempted" }),
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
  silent(
    "Y3",
    "INFO",
    "Completed container {text}",
    "Completed container container_1480000000000_0001_01_000002 on host: node7 (state: COMPLETE, exit status: 137)",
  ),
];

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
