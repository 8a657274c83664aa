/**
 * A standalone cluster's worker and master (spec/log-templates.md D18): executors launched and
 * ended, of whichever applications.
 */
import { type LogTemplate, template } from "../log-template.ts";
import { executorCommand } from "./launch.ts";
import { afterSlash, lost } from "./scheduler.ts";

export const STANDALONE: readonly LogTemplate[] = [
  template({
    name: "D18",
    level: "INFO",
    says: "Executor {word} finished with state {word} message {text} exitStatus {int}",
    example:
      "Executor app-20261121023631-0000/1 finished with state EXITED message Command exited with code 137 exitStatus 137",
    fact: (id, state, message, exitCode) => ended(id, state, `${message}`, exitCode),
  }),
  template({
    name: "D18",
    level: "INFO",
    says: "Executor {word} finished with state {word} exitStatus {int}",
    example: "Executor app-20261121023631-0000/1 finished with state KILLED exitStatus 143",
    fact: (id, state, exitCode) =>
      ended(id, state, `finished with state ${state}, exit status ${exitCode}`, exitCode),
  }),
  template({
    name: "D18",
    level: "INFO",
    says: "Removing executor {word} because it is {word}",
    example: "Removing executor app-20261121023631-0000/1 because it is EXITED",
    fact: (id, state) => ended(id, state, `removed by the master: ${state}`, undefined),
  }),
  template({
    name: "D17",
    level: "INFO",
    says: "Launch command: {text}",
    example:
      'Launch command: "/usr/bin/java" "-cp" "a.jar" "-Xmx512M" "org.apache.spark.executor.CoarseGrainedExecutorBackend" "--driver-url" "spark://d" "--executor-id" "0" "--hostname" "10.0.0.7" "--cores" "2" "--app-id" "app-20261121023631-0000"',
    fact: (command) => {
      const launched = executorCommand(command);
      if (launched.kind !== "executor_command") return undefined;
      const { executorId, appId, cores, xmxBytes } = launched;
      if (executorId === undefined || cores === undefined || xmxBytes === undefined) {
        return undefined;
      }
      return {
        kind: "driver_executor_granted",
        executorId,
        appId,
        hostPort: /"--hostname" "([^"]+)"/.exec(command)?.[1] ?? "",
        cores,
        memory: { atLeast: xmxBytes, atMost: xmxBytes },
      };
    },
  }),
];

/** One that was told to end has no other reason: its application ended, or let it go. */
function ended(id: string, state: string, reason: string, exitCode: number | undefined) {
  const appId = id.slice(0, id.lastIndexOf("/"));
  const wasTold = state === "KILLED";
  return lost({
    executorId: afterSlash(id),
    appId: appId === "" ? undefined : appId,
    host: undefined,
    exitCode,
    reason: wasTold ? "killed by the driver or the end of its application (state KILLED)" : reason,
  });
}
