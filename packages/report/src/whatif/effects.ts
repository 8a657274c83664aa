/**
 * What a simulation says of a change of one setting: which troubles of the run it ends, lessens or
 * leaves.
 */
import { counted, countInWords, type OutcomeName } from "@respark/core";
import { refuseUnusable } from "./answer.ts";
import { baseOutcomes } from "./base-outcomes.ts";
import {
  AskedWrongly,
  baseConfiguration,
  changedConfiguration,
  NotComparable,
} from "./configurations.ts";
import { drawnInTurns, drawsFor, type ForetoldOutcomes, foretold } from "./foretold.ts";
import { isForetold } from "./grades.ts";
import type { RunRecord } from "./run-record.ts";
import { selfCheckOf } from "./self-check.ts";
import { SimulatedDraws } from "./simulated-draws.ts";
import { demandOf } from "./wanted-memory.ts";

export interface Effect {
  /** In a sentence, with counts of simulated runs. */
  readonly text: string;
  /** Whether anything that happened becomes less. */
  readonly helps: boolean;
}

export interface ProposedChange {
  readonly key: string;
  readonly value: string;
}

const DRAWS = 20;
/**
 * A trouble is less when its middle is below this share of what the same simulation gives for the
 * run as it was.
 */
const LESS = 0.9;

interface Trouble {
  readonly name: OutcomeName;
  readonly one: string;
  readonly many: string;
}

const TROUBLES: readonly Trouble[] = [
  { name: "oom_tasks", one: "task out of memory", many: "tasks out of memory" },
  { name: "evicted_blocks", one: "eviction", many: "evictions" },
  { name: "recomputes", one: "recomputation", many: "recomputations" },
  { name: "failed_puts", one: "store without room", many: "stores without room" },
  { name: "spilled_tasks", one: "task that spills", many: "tasks that spill" },
];

/** One effect a change, `undefined` where a simulation cannot judge it: then nothing is said. */
export async function effectsOf(
  run: RunRecord,
  changes: readonly ProposedChange[],
): Promise<readonly (Effect | undefined)[]> {
  const nothing = changes.map(() => undefined);
  if (changes.length === 0) return nothing;
  try {
    const base = baseConfiguration(run);
    refuseUnusable(run);
    const demand = demandOf(run);
    const { wanted, blocks, execution } = demand;
    if (blocks.unknownBlocks > 0 || execution.deadTasks > 0) return nothing;
    const draws = drawsFor(wanted, DRAWS);
    const runs = new SimulatedDraws(wanted, 1);
    const before = foretold(
      await drawnInTurns(runs, base.configuration, draws),
      base.configuration.capacity,
    );
    const logged = baseOutcomes(run);
    const checked = selfCheckOf(logged, before, (name) => isForetold(name, { run, demand }));
    const troubles = TROUBLES.filter(
      ({ name }) =>
        (logged[name] ?? 0) > 0 &&
        before[name].median > 0 &&
        checked.outcomes.every((outcome) => outcome.name !== name || outcome.inside),
    );
    if (troubles.length === 0) return nothing;
    const effects: (Effect | undefined)[] = [];
    for (const { key, value } of changes) {
      try {
        const { configuration } = changedConfiguration(base, new Map([[key, value]]));
        const drawn = await drawnInTurns(runs, configuration, draws);
        const after = foretold(drawn, configuration.capacity);
        effects.push(effectOf(troubles, before, after, draws));
      } catch (failure) {
        const isUnjudged = failure instanceof AskedWrongly || failure instanceof NotComparable;
        if (!isUnjudged) throw failure;
        effects.push(undefined);
      }
    }
    return effects;
  } catch (failure) {
    if (failure instanceof NotComparable) return nothing;
    throw failure;
  }
}

/** `no eviction instead of 7; 3 tasks that spill (2 to 4) instead of 9 (medians of 40 …)`. */
function effectOf(
  troubles: readonly Trouble[],
  before: ForetoldOutcomes,
  after: ForetoldOutcomes,
  draws: number,
): Effect {
  const parts = troubles.map(({ name, one, many }) => {
    const { median, lo, hi, anyShare } = after[name];
    const without = draws - Math.round(anyShare * draws);
    const was = `instead of ${countInWords(before[name].median)}`;
    if (without === draws) return `no ${one} ${was}`;
    if (hi === 0) return `no ${one} ${was} in ${without} of ${draws}`;
    const between = lo === hi ? "" : ` (${countInWords(lo)} to ${countInWords(hi)})`;
    return `${counted(median, one, many)}${between} ${was}`;
  });
  const helps = troubles.some(({ name }) => after[name].median < LESS * before[name].median);
  return {
    text: `${parts.join("; ")} (medians of ${draws} simulated runs, with the change and without)`,
    helps,
  };
}
