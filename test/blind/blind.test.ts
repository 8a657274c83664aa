/**
 * The replay grades itself blind: no number of a memory statement takes part in its own prediction.
 */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fixtureRuns } from "../golden/runs.ts";
import { BlindRun } from "./blindness.ts";
import type { FoundStatement } from "./perturbed-log.ts";

const runs = ["s16-f-base-dbg", "s24-i-legacy-dbg", "s35-f-base-dbg", "s35-o-base-info"];
const opened = [...runs, "s40-a2-base-dbg"].map((name) => ({
  name,
  run: new BlindRun(join(fixtureRuns, name)),
}));
const peeking = new BlindRun(join(fixtureRuns, "s35-f-base-dbg"), (row) => ({
  ...row,
  replayedMax: row.quantity === "free" ? row.loggedMax : row.replayedMax,
}));

afterAll(() => {
  for (const { run } of opened) run.remove();
  peeking.remove();
});

/** Of each kind one early and one late. */
function some(statements: readonly FoundStatement[]): FoundStatement[] {
  return [...new Set(statements.map(({ kind }) => kind))].flatMap((kind) => {
    const all = statements.filter((statement) => statement.kind === kind);
    const picked = [0.3, 0.8].map((part) => all[Math.floor(all.length * part)]);
    return [...new Set(picked)].filter((statement) => statement !== undefined);
  });
}

test.for(opened)(
  "no number of a statement in $name reaches what was predicted of its line",
  async ({ run }) => {
    const statements = some(run.statements);
    expect(statements.length).toBeGreaterThan(2);
    const reached: string[] = [];
    for (const [at, statement] of statements.entries()) {
      const changed = await run.reachedBy(statement, at % 2 === 0 ? 0.96 : 1.03);
      for (const text of changed) reached.push(`${statement.kind} at ${statement.line}: ${text}`);
    }
    expect(reached).toEqual([]);
  },
);

test("a rule that reads the number before it predicts is noticed", async () => {
  const free = peeking.statements.filter(({ kind }) => kind === "free of a store");
  const statement = free[Math.floor(free.length / 2)];
  if (statement === undefined) throw new Error("the run states no free memory");
  expect(await peeking.reachedBy(statement, 0.96)).not.toEqual([]);
});
