/**
 * What a simulation says of each change that a verdict proposes; a change that it says does not
 * help is not proposed.
 */
import { type Ask, effectsOf, numberIn, type RunVerdict, readRun, sqlText } from "@respark/report";
import type { ApplicationKey } from "../database/applications.ts";

const MOST_TASKS = 20_000;

export async function withEffects(
  ask: Ask,
  application: ApplicationKey,
  verdict: RunVerdict,
): Promise<RunVerdict> {
  const proposed = verdict.findings.map(({ changeKey: key, changeValue: value }) =>
    key === undefined || value === undefined ? undefined : { key, value },
  );
  const changes = proposed.filter((change) => change !== undefined);
  if (changes.length === 0) return verdict;
  // A verdict of very many tasks waits for no simulation: respark whatif is asked for that.
  const here = `app_id = ${sqlText(application.appId)} and attempt_id = ${sqlText(application.attemptId)}`;
  const [size] = await ask(`select count(*) as tasks from tasks where ${here}`);
  if ((numberIn(size, "tasks") ?? 0) > MOST_TASKS) return verdict;
  const run = await readRun(ask, application);
  if (run === undefined) return verdict;
  // Findings share a change more often than not: each is simulated once.
  const named = new Map(changes.map((change) => [nameOf(change), change]));
  const simulated = effectsOf(run, [...named.values()]);
  const effects = new Map([...named.keys()].map((name, index) => [name, simulated[index]]));
  const findings = verdict.findings.map((finding, index) => {
    const change = proposed[index];
    const effect = change === undefined ? undefined : effects.get(nameOf(change));
    if (change === undefined || effect === undefined) return finding;
    const at = `${change.key}=${change.value}`;
    return effect.helps
      ? { ...finding, effect: `at ${at}: ${effect.text}` }
      : {
          ...finding,
          change: undefined,
          changeKey: undefined,
          changeValue: undefined,
          effect: `${at} would not help: ${effect.text}`,
        };
  });
  return { ...verdict, findings };
}

function nameOf({ key, value }: { readonly key: string; readonly value: string }): string {
  return JSON.stringify([key, value]);
}
