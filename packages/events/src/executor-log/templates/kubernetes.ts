/** Executor pods as the driver sees them on Kubernetes (spec/log-templates.md K1). */
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
];
