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
import {
  type DrawnOutcomes,
  drawnInTurns,
  drawsFor,
  type ForetoldOutcomes,
  foretold,
} from "./foretold.ts";
import { isForetold } from "./grades.ts";
import type { RunRecord } from "./run-record.ts";
import { selfCheckOf } from "./self-check.ts";
import { SimulatedDraws } from "./simulated-draws.ts";
import { demandOf } from "./wanted-memory.ts";

/**
 * What becomes of the run's troubles: any is less; any is, but by no more than two runs of one
 * configuration differ; or none is.
 */
export type Comparison = "less" | "about_the_same" | "no_less";

export interface Effect {
  /** In a sentence, with counts of simulated runs. */
  readonly text: string;
  readonly comes: Comparison;
}

export interface ProposedChange {
  readonly key: string;
  readonly value: string;
}

const DRAWS = 20;
/**
 * By how much recorded runs of one workload and configuration differ at most: so many events, or
 * this share. What differs by less in the middle of the draws nobody would see in a run.
 */
const NOISE = { events: 3, share: 1 / 3 } as const;
/** What differs by less than this share is no less. */
const LEAST_SHARE = 0.1;

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
    const asItWas = await drawnInTurns(runs, base.configuration, draws);
    const before = foretold(asItWas, base.configuration.capacity);
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
        effects.push({
          text: textOf(troubles, before, after, draws),
          comes: comparisonOf(troubles, asItWas, drawn),
        });
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
function textOf(
  troubles: readonly Trouble[],
  before: ForetoldOutcomes,
  after: ForetoldOutcomes,
  draws: number,
): string {
  const parts = troubles.map(({ name, one, many }) => {
    const { median, lo, hi, anyShare } = after[name];
    const without = draws - Math.round(anyShare * draws);
    const was = `instead of ${countInWords(before[name].median)}`;
    if (without === draws) return `no ${one} ${was}`;
    if (hi === 0) return `no ${one} ${was} in ${without} of ${draws}`;
    const between = lo === hi ? "" : ` (${countInWords(lo)} to ${countInWords(hi)})`;
    return `${counted(median, one, many)}${between} ${was}`;
  });
  const runs = `medians of ${draws} simulated runs, with the change and without`;
  return `${parts.join("; ")} (${runs})`;
}

function comparisonOf(
  troubles: readonly Trouble[],
  before: DrawnOutcomes,
  after: DrawnOutcomes,
): Comparison {
  const compared = troubles.map(({ name }) => pairwise(before[name], after[name]));
  if (compared.includes("less")) return "less";
  return compared.includes("about_the_same") ? "about_the_same" : "no_less";
}

/**
 * Draw by draw, which differ by the change alone: less is what is less in 19 of 20 of them and in
 * the middle by more than two runs of one configuration differ, or what ends in 19 of 20.
 */
export function pairwise(before: readonly number[], after: readonly number[]): Comparison {
  const less = before.map((count, draw) => count - (after[draw] ?? 0)).sort((a, b) => a - b);
  const unsure = Math.floor(less.length / 20);
  const middle = Math.floor((less.length - 1) / 2);
  const was = [...before].sort((a, b) => a - b)[middle] ?? 0;
  const by = less[middle] ?? 0;
  const ends = after.filter((count) => count > 0).length <= unsure;
  const isClear = by >= Math.max(NOISE.events, NOISE.share * was) || ends;
  if ((less[unsure] ?? 0) > 0 && isClear) return "less";
  return by > LEAST_SHARE * was ? "about_the_same" : "no_less";
}
