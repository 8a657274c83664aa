/**
 * What a simulation says of each change that findings propose; a change that it says does not help
 * is not proposed.
 */
import { sqlText } from "../sql/literal.ts";
import type { Ask } from "../sql/row.ts";
import { firstOf } from "../sql/typed-rows.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { effectsOf } from "./effects.ts";
import { readRun } from "./run-record.ts";

/** A change of one setting, as a finding proposes it; undefined: none. */
export interface Proposal {
  readonly change: string | undefined;
  readonly changeKey: string | undefined;
  readonly changeValue: string | undefined;
  /** In a sentence; undefined: not simulated. */
  readonly effect: string | undefined;
}

/**
 * Runs of at most so many tasks are simulated when they are replayed: that takes some tenths of a
 * second. Count.
 */
export const TASKS_SIMULATED_BY_REPLAY = 1000;
/** Stands before counts that differ by no more than two runs of one configuration do. */
export const ABOUT_THE_SAME = "about the same";
/** A verdict of more tasks waits for no simulation: `respark whatif` is asked for that. Count. */
export const TASKS_SIMULATED_BY_EXPLAIN = 20_000;

/**
 * The proposals in their order, each with its effect where a simulation can judge it. Of a run of
 * more than `mostTasks`, or one that cannot be simulated, they come back as they are.
 */
export async function judgedChanges<One extends Proposal>(
  ask: Ask,
  application: ApplicationKey,
  proposals: readonly One[],
  mostTasks: number,
): Promise<readonly One[]> {
  // Findings share a change more often than not: each is simulated once.
  const changes = new Map(
    proposals.flatMap(({ changeKey: key, changeValue: value }) =>
      key === undefined || value === undefined ? [] : [[nameOf(key, value), { key, value }]],
    ),
  );
  if (changes.size === 0 || (await tasksOf(ask, application)) > mostTasks) return proposals;
  const run = await readRun(ask, application);
  if (run === undefined) return proposals;
  const simulated = await effectsOf(run, [...changes.values()]);
  const effects = new Map([...changes.keys()].map((name, index) => [name, simulated[index]]));
  return proposals.map((proposal) => {
    const { changeKey: key, changeValue: value } = proposal;
    if (key === undefined || value === undefined) return proposal;
    const effect = effects.get(nameOf(key, value));
    if (effect === undefined) return proposal;
    const at = `${key}=${value}`;
    if (effect.comes === "less") return { ...proposal, effect: `at ${at}: ${effect.text}` };
    if (effect.comes === "about_the_same")
      return { ...proposal, effect: `at ${at}: ${ABOUT_THE_SAME}: ${effect.text}` };
    return {
      ...proposal,
      change: undefined,
      changeKey: undefined,
      changeValue: undefined,
      effect: `${at} would not help: ${effect.text}`,
    };
  });
}

/** How many task attempts the application has. */
export async function tasksOf(ask: Ask, { appId, attemptId }: ApplicationKey): Promise<number> {
  const counted = await firstOf(
    ask,
    { tasks: "number" },
    `select count(*) as tasks from tasks
     where app_id = ${sqlText(appId)} and attempt_id = ${sqlText(attemptId)}`,
  );
  return counted?.tasks ?? 0;
}

function nameOf(key: string, value: string): string {
  return JSON.stringify([key, value]);
}
