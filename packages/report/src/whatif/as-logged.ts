/**
 * A run simulated as it was, without chance and with each task where and when its logs have it:
 * what then differs from the logs is the model's doing alone.
 */
import { NoJitter, type Outcomes, simulate, type TaskPlacement } from "@respark/core";
import { type BaseOutcomes, baseOutcomes } from "./base-outcomes.ts";
import { baseConfiguration } from "./configurations.ts";
import type { RecordedBlockEvent, RecordedTask, RunRecord } from "./run-record.ts";
import { grouped } from "./statistics.ts";
import { demandOf } from "./wanted-memory.ts";

/** What a run's logs say it came to, and what it comes to simulated (counts and bytes). */
export interface AsLogged {
  readonly logged: BaseOutcomes;
  readonly simulated: Outcomes;
}

/** Simulates a run as its logs have it. Throws NotComparable (exit 5). */
export function simulatedAsLogged(run: RunRecord): AsLogged {
  const { configuration } = baseConfiguration(run);
  const { wanted } = demandOf(run);
  const placed = { ...wanted, placements: placementsOf(run) };
  return {
    logged: baseOutcomes(run),
    simulated: simulate(placed, configuration, new NoJitter()),
  };
}

/** Where and when each task ran, by its id, and how long what it stored took. */
export function placementsOf(run: RunRecord): ReadonlyMap<number, TaskPlacement> {
  const startedAt = Math.min(...run.stages.map(({ submittedAt }) => submittedAt));
  const indexes = new Map(run.executors.map(({ executorId }, index) => [executorId, index]));
  const eventsOf = grouped(
    run.blockEvents.filter(({ taskId, blockId }) => taskId !== undefined && isRdd(blockId)),
    ({ taskId }) => taskId ?? -1,
  );
  return new Map(
    run.tasks.map((task) => {
      const events = eventsOf.get(task.taskId) ?? [];
      const [first] = events;
      const before = beforeRunning(task, first?.at);
      // A block that is met in memory is said as it is read.
      const ran = first?.op === "hit_memory" ? first.at - task.launchedAt - before : 0;
      return [
        task.taskId,
        {
          executor: indexes.get(task.executorId) ?? 0,
          launchedAtMillis: task.launchedAt - startedAt,
          overheadMillis: before + ran,
          ranMillis: ran,
          computeMillis: computeMillis(task.launchedAt + before, events),
        },
      ];
    }),
  );
}

function isRdd(blockId: string): boolean {
  return blockId.startsWith("rdd_");
}

/**
 * Time from a task's launch until it runs, ms: deserializing it, and half of what is left of its
 * time beside running; the other half is the way of its result. What it did to a block, from
 * `firstAt` on, it did as it ran.
 */
function beforeRunning(task: RecordedTask, firstAt: number | undefined): number {
  const { launchedAt, finishedAt, runMillis, deserializeMillis } = task;
  const beside = Math.max(0, finishedAt - launchedAt - (runMillis ?? 0));
  const deserialized = Math.min(beside, deserializeMillis ?? 0);
  const usual = deserialized + (beside - deserialized) / 2;
  return Math.max(0, Math.min(usual, (firstAt ?? Number.POSITIVE_INFINITY) - launchedAt));
}

/** From when a task ran, or had its last block, until it had stored its next. */
function computeMillis(ranAt: number, events: readonly RecordedBlockEvent[]): readonly number[] {
  let until = ranAt;
  const millis: number[] = [];
  for (const { op, at } of events) {
    if (op === "store") millis.push(Math.max(1, at - until));
    if (op === "store" || op === "hit_memory") until = Math.max(until, at);
  }
  return millis;
}
