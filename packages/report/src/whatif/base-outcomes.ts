/** What happened in the base run, outcome by outcome, as far as its logs tell. */
import type { OutcomeName } from "@respark/core";
import type { RunRecord } from "./run-record.ts";

/** `undefined`: no log of this run would show it. */
export type BaseOutcomes = Readonly<Partial<Record<OutcomeName, number>>>;

export function baseOutcomes(run: RunRecord): BaseOutcomes {
  const tasks = run.tasks;
  const sum = (of: (task: (typeof tasks)[number]) => number | undefined): number =>
    tasks.reduce((total, task) => total + (of(task) ?? 0), 0);
  const told = {
    spilled_tasks: tasks.filter(({ memorySpilledBytes }) => (memorySpilledBytes ?? 0) > 0).length,
    spilled_bytes: sum(({ memorySpilledBytes }) => memorySpilledBytes),
    spilled_disk_bytes: sum(({ diskSpilledBytes }) => diskSpilledBytes),
    oom_tasks: tasks.filter(
      ({ taskId, status }) => status === "failed" && run.taskMemoryDeaths.has(taskId),
    ).length,
  };
  if (!hasExecutorLogs(run)) return told;
  const events = run.blockEvents.filter(({ blockId }) => blockId.startsWith("rdd_"));
  const count = (...ops: readonly string[]): number =>
    events.filter(({ op }) => ops.includes(op)).length;
  const evicted = events.filter(({ op }) => op === "evict" || op === "drop_to_disk");
  return {
    ...told,
    evicted_blocks: evicted.length,
    evicted_bytes: evicted.reduce((total, { memoryBytes }) => total + (memoryBytes ?? 0), 0),
    failed_puts: count("put_fail"),
    memory_hits: count("hit_memory"),
    disk_hits: count("hit_disk"),
    remote_hits: count("hit_remote"),
    misses: count("miss"),
    recomputes: events.filter(({ op, missKind }) => op === "miss" && missKind !== "cold").length,
    waiting_tasks: run.waitingTasks,
  };
}

/** Whether the executors that ran tasks left logs of what they did with blocks. */
export function hasExecutorLogs(run: RunRecord): boolean {
  return run.executors.some(
    ({ evidenceLevel }) => evidenceLevel === "info" || evidenceLevel === "debug",
  );
}
