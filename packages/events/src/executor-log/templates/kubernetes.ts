/** Executor pods as the driver sees them on Kubernetes (spec/log-templates.md K1). */
import type { LogFact } from "@respark/core";
import { type LogTemplate, template } from "../log-template.ts";
import { lost, withTrace } from "./scheduler.ts";

export const KUBERNETES: readonly LogTemplate[] = [
  template({
    name: "K1",
    since: "3.0",
    level: "WARN",
    says: "The executor with id {word} exited with exit code {int}{text}",
    anyLogger: true,
    example: "The executor with id 1 exited with exit code 137(SIGKILL, possible container OOM).",
    awaitsTrace: true,
    fact: (executorId, exitCode, text, { trace }) =>
      lost({
        executorId,
        host: undefined,
        exitCode,
        reason: withTrace(
          `The executor with id ${executorId} exited with exit code ${exitCode}${text}`,
          trace,
        ),
      }),
  }),
  template({
    name: "K1",
    since: "2.4",
    level: "WARN",
    says: "The executor with id {word} was deleted by {text}",
    anyLogger: true,
    example: "The executor with id 1 was deleted by a user or the framework.",
    awaitsTrace: true,
    fact: (executorId, by, { trace }) =>
      lost({ executorId, host: undefined, reason: withTrace(`deleted by ${by}`, trace) }),
  }),
  template({
    name: "K1",
    since: "2.4",
    level: "WARN",
    says: "The executor with ID {word} {text}was not found in the cluster {text}",
    anyLogger: true,
    example:
      "The executor with ID 3 (registered at 1723629600000 ms) was not found in the cluster at the polling time (1723629660000 ms) which is after the accepted detect delta time (30000 ms) configured by `spark.kubernetes.executor.missingPodDetectDelta`. The executor may have been deleted but the driver missed the deletion event. Marking this executor as failed.",
    fact: (executorId, _registered, text) => notFound(executorId, `in the cluster ${text}`),
  }),
  template({
    name: "K1",
    since: "2.4",
    level: "WARN",
    says: "Executor with id {word} was not detected in the Kubernetes cluster {text}",
    anyLogger: true,
    example:
      "Executor with id 3 was not detected in the Kubernetes cluster after 60000 milliseconds despite the fact that a previous allocation attempt tried to create it. The executor may have been deleted but the application missed the deletion event.",
    fact: (executorId, text) => notFound(executorId, `in the Kubernetes cluster ${text}`),
  }),
  template({
    name: "X15",
    since: "3.1",
    level: "WARN",
    says: "Executors with ids {word} were not detected in the Kubernetes cluster {text}",
    anyLogger: true,
    example:
      "Executors with ids 3,4 were not detected in the Kubernetes cluster after 60000 ms despite the fact that a previous allocation attempt tried to create them. The executors may have been deleted but the application missed the deletion event.",
    fact: (executorIds, text) => ({
      kind: "trouble_logged",
      what: "application",
      message: `Executors with ids ${executorIds} were not detected in the Kubernetes cluster ${text}`,
    }),
  }),
];

/** 2.3's backend, whose words name the pod. */
export const KUBERNETES_PODS: readonly LogTemplate[] = [
  template({
    name: "K1",
    since: "2.3",
    until: "2.3",
    level: "INFO",
    says: "Received delete event of executor pod {word}. Reason: {text}",
    example: "Received delete event of executor pod spark-pi-1493941665060-exec-3. Reason: null",
    fact: (pod, reason) => {
      const executorId = /-exec-(\d+)$/.exec(pod)?.[1];
      return executorId === undefined
        ? undefined
        : lost({ executorId, host: undefined, reason: `pod ${pod} deleted, reason: ${reason}` });
    },
  }),
];

/** LoggingPodStatusWatcherImpl: the submitting client's word on the driver's pod. */
export const DRIVERS_POD: readonly LogTemplate[] = [
  template({
    name: "K1",
    since: "2.3",
    level: "INFO",
    says: "Container final statuses:",
    example: "Container final statuses:",
    awaitsTrace: true,
    fact: (around) => podEnded(around.trace),
  }),
];

/** One that ended well, or of which no more is told, stopped as it should. */
function podEnded(trace: readonly string[]): LogFact {
  const words = withTrace("", trace);
  const exitCode = /exit code: (-?\d+)/.exec(words)?.[1];
  const why = /termination reason: (\S+)/.exec(words)?.[1];
  if (exitCode === "0" || (exitCode === undefined && why === undefined)) {
    return { kind: "executor_stopping", how: "commanded", reason: undefined };
  }
  return lost({
    executorId: "driver",
    host: undefined,
    exitCode: exitCode === undefined ? undefined : Number(exitCode),
    reason: `container terminated, exit code: ${exitCode ?? "not told"}, reason: ${why ?? "not told"}`,
  });
}

function notFound(executorId: string, where: string) {
  return lost({ executorId, host: undefined, reason: `not found ${where}` });
}
