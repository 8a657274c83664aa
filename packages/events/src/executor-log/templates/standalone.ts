/**
 * A standalone cluster's worker and master (spec/log-templates.md D18): executors launched and
 * ended, of whichever applications.
 */
import type { LogFact } from "@respark/core";
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

/** The client of a standalone cluster in the driver: StandaloneAppClient, AppClient in 1.x. */
export const STANDALONE_CLIENT: readonly LogTemplate[] = [
  template({
    name: "D18",
    level: "INFO",
    says: "Executor updated: {word} is now {word} ({text})",
    example:
      "Executor updated: app-20261121023631-0000/1 is now EXITED (Command exited with code 137)",
    fact: (id, state, message) =>
      /^(?:EXITED|FAILED|LOST|KILLED)$/.test(state)
        ? ended(id, state, message, undefined)
        : undefined,
  }),
  template({
    name: "D18",
    level: "INFO",
    says: "Executor updated: {word} is now {word}",
    example: "Executor updated: app-20261121023631-0000/1 is now FAILED",
    fact: (id, state) =>
      /^(?:EXITED|FAILED|LOST|KILLED)$/.test(state)
        ? ended(id, state, `is now ${state}`, undefined)
        : undefined,
  }),
  template({
    name: "X15",
    since: "2.2",
    level: "INFO",
    says: "Master removed worker {word}: {text}",
    example:
      "Master removed worker worker-20261121023631-10.0.0.7-42345: 10.0.0.7:42345 got disassociated",
    fact: (worker, text) => workerLost(`Master removed worker ${worker}: ${text}`),
  }),
];

/** A standalone cluster's master and workers on more than one executor. */
export const STANDALONE_TROUBLES: readonly LogTemplate[] = [
  template({
    name: "X15",
    level: "WARN",
    says: "Removing {word} because we got no heartbeat in {int} seconds",
    example:
      "Removing worker-20261121023631-10.0.0.7-42345 because we got no heartbeat in 60 seconds",
    fact: (worker, seconds) =>
      workerLost(`Removing ${worker} because we got no heartbeat in ${seconds} seconds`),
  }),
  template({
    name: "X15",
    level: "ERROR",
    says: "Application {text} with ID {word} failed {int} times; removing it",
    example: "Application app with ID app-20261121023631-0000 failed 10 times; removing it",
    fact: (name, appId, times) =>
      ofApplication(`Application ${name} with ID ${appId} failed ${times} times; removing it`),
  }),
  template({
    name: "X15",
    level: "WARN",
    says: "Driver {word} exited with failure",
    example: "Driver driver-20261121023631-0000 exited with failure",
    fact: (driver) => ofApplication(`Driver ${driver} exited with failure`),
  }),
  template({
    name: "X15",
    level: "WARN",
    says: "Driver {word} failed with unrecoverable exception: {text}",
    example:
      "Driver driver-20261121023631-0000 failed with unrecoverable exception: java.io.IOException",
    fact: (driver, error) =>
      ofApplication(`Driver ${driver} failed with unrecoverable exception: ${error}`),
  }),
];

function workerLost(message: string): LogFact {
  return { kind: "trouble_logged", what: "process", message };
}

function ofApplication(message: string): LogFact {
  return { kind: "trouble_logged", what: "application", message };
}

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
