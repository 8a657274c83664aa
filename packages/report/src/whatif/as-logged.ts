/**
 * A run simulated as it was, without chance and with each task where and when its logs have it:
 * what then differs from the logs is the model's doing alone.
 */
import { NoJitter, type Outcomes, simulate, type TaskPlacement } from "@respark/core";
import { type BaseOutcomes, baseOutcomes } from "./base-outcomes.ts";
import { baseConfiguration } from "./configurations.ts";
import type { RunRecord } from "./run-record.ts";
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

/** Where and when each task ran, by its id. */
export function placementsOf(run: RunRecord): ReadonlyMap<number, TaskPlacement> {
  const startedAt = Math.min(...run.stages.map(({ submittedAt }) => submittedAt));
  const indexes = new Map(run.executors.map(({ executorId }, index) => [executorId, index]));
  return new Map(
    run.tasks.map(({ taskId, executorId, launchedAt, finishedAt, runMillis }) => [
      taskId,
      {
        executor: indexes.get(executorId) ?? 0,
        launchedAtMillis: launchedAt - startedAt,
        overheadMillis: Math.max(0, finishedAt - launchedAt - (runMillis ?? 0)),
      },
    ]),
  );
}
