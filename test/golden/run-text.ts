/** A replayed application as a page to read: every eviction with its cause and the pools right after it, and what each executor came to. */
import type { BlockEventRow, MemoryTimelineRow } from "@respark/core";
import type { ReplayedApplication } from "./replayed-run.ts";

export function runText({ rows, summary }: ReplayedApplication): string {
  const lines = [`${summary.name} on Spark ${summary.sparkVersion}, ${summary.evidenceLevel}`];
  const begin = Math.min(...rows.memory_timeline.map((row) => row.ts));
  for (const executor of summary.executors) {
    const { executorId } = executor;
    const events = rows.block_events.filter((event) => event.executorId === executorId);
    const states = rows.memory_timeline.filter((row) => row.executorId === executorId);
    lines.push("", `executor ${executorId}: ${executor.maxMemoryBytes} bytes`);
    lines.push(`  ${counts(events)}; ${executor.spills} spills, ${executor.waits} waits`);
    for (const event of events) {
      if (!SHOWN.has(event.op)) continue;
      const ms = String(Math.round((event.ts - begin) / 1000)).padStart(7);
      lines.push(`${ms} ms  ${eventText(event)}`);
      const after = stateAfter(states, event);
      if (after !== undefined) lines.push(`            ${stateText(after)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const SHOWN: ReadonlySet<string> = new Set(["evict", "drop_to_disk", "put_fail"]);

function counts(events: readonly BlockEventRow[]): string {
  const byOp = new Map<string, number>();
  for (const { op } of events) byOp.set(op, (byOp.get(op) ?? 0) + 1);
  return [...byOp]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([op, times]) => `${times} ${op}`)
    .join(", ");
}

function eventText(event: BlockEventRow): string {
  const { op, blockId, memoryBytes, cause, causedByTaskId, causedByBlockId, rule } = event;
  const bytes = memoryBytes === undefined ? "" : ` of ${memoryBytes}`;
  const by = [
    causedByTaskId === undefined ? "" : ` of task ${causedByTaskId}`,
    causedByBlockId === undefined ? "" : ` by ${causedByBlockId}`,
  ].join("");
  const why = cause === undefined ? "" : ` for ${cause}${by}`;
  return `${op} ${blockId}${bytes}${why}: ${rule ?? "no rule told"}`;
}

/** The last state of the mode whose number is not above the event's. */
function stateAfter(
  states: readonly MemoryTimelineRow[],
  { mode, seq }: BlockEventRow,
): MemoryTimelineRow | undefined {
  return states.filter((row) => row.mode === mode && row.seq <= seq).at(-1);
}

function stateText({ storageUsed, storagePool, executionUsed }: MemoryTimelineRow): string {
  const exact = storageUsed.atLeast === storageUsed.atMost ? "" : "about ";
  return `storage ${exact}${storageUsed.bytes} of ${storagePool.bytes}, execution ${executionUsed.bytes}`;
}
