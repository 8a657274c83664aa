/**
 * A YARN node manager's word on a container over its limit (spec/log-templates.md Y4), whose
 * process tree names the executor in it.
 */
import type { LogFact } from "@respark/core";
import { type LogTemplate, template } from "../log-template.ts";
import { lost } from "./scheduler.ts";

export const NODE_MANAGER: readonly LogTemplate[] = [
  template({
    name: "Y4",
    level: "WARN",
    says: "Container [pid={int},containerID={word}] is running {text}",
    example:
      "Container [pid=31,containerID=container_1480000000000_0001_01_000004] is running beyond physical memory limits. Current usage: 5.6 GB of 5.5 GB physical memory used; 8.1 GB of 11.6 GB virtual memory used. Killing container.",
    awaitsTrace: true,
    fact: (pid, containerId, text, { trace }) => overLimit(pid, containerId, text, trace),
  }),
];

function overLimit(
  pid: number,
  containerId: string,
  text: string,
  trace: readonly string[],
): LogFact {
  const executorId = / --executor-id (\S+)/.exec(trace.join("\n"))?.[1];
  const isMasters = /_0*1$/.test(containerId);
  return lost({
    executorId: executorId ?? (isMasters ? "driver" : undefined),
    host: undefined,
    containerId,
    reason: `Container [pid=${pid},containerID=${containerId}] is running ${text}`,
  });
}
