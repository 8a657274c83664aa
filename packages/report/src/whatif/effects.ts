/**
 * What a simulation says of a change of one setting: which troubles of the run it ends, lessens or
 * leaves.
 */
import type { OutcomeName } from "@respark/core";
import { refuseUnusable } from "./answer.ts";
import { baseOutcomes } from "./base-outcomes.ts";
import {
  AskedWrongly,
  baseConfiguration,
  changedConfiguration,
  NotComparable,
} from "./configurations.ts";
import { drawnOutcomes, drawsFor, type ForetoldOutcomes, foretold } from "./foretold.ts";
import { isForetold } from "./grades.ts";
import type { RunRecord } from "./run-record.ts";
import { selfCheckOf } from "./self-check.ts";
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

const DRAWS = 40;
/**
 * A trouble is less when its middle is below this share of what the same simulation gives for the
 * run as it was.
 */
const LESS = 0.9;

const TROUBLES: readonly { readonly name: OutcomeName; readonly words: string }[] = [
  { name: "oom_tasks", words: "task that dies of task memory" },
  { name: "evicted_blocks", words: "eviction" },
  { name: "recomputes", words: "recomputation" },
  { name: "failed_puts", words: "failed put" },
  { name: "spilled_tasks", words: "spilling task" },
];

/** One effect a change, `undefined` where a simulation cannot judge it: then nothing is said. */
export function effectsOf(
  run: RunRecord,
  changes: readonly ProposedChange[],
): readonly (Effect | undefined)[] {
  const nothing = changes.map(() => undefined);
  if (changes.length === 0) return nothing;
  try {
    const base = baseConfiguration(run);
    refuseUnusable(run);
    const demand = demandOf(run);
    const { wanted, blocks, execution } = demand;
    if (blocks.unknownBlocks > 0 || execution.deadTasks > 0) return nothing;
    const given = { draws: drawsFor(wanted, DRAWS), seed: 1 };
    const before = foretold(
      drawnOutcomes(wanted, base.configuration, given),
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
    return changes.map(({ key, value }) => {
      try {
        const { configuration } = changedConfiguration(base, new Map([[key, value]]));
        const after = foretold(drawnOutcomes(wanted, configuration, given), configuration.capacity);
        return effectOf(troubles, before, after, given.draws);
      } catch (failure) {
        if (failure instanceof AskedWrongly || failure instanceof NotComparable) return undefined;
        throw failure;
      }
    });
  } catch (failure) {
    if (failure instanceof NotComparable) return nothing;
    throw failure;
  }
}

function effectOf(
  troubles: readonly { readonly name: OutcomeName; readonly words: string }[],
  before: ForetoldOutcomes,
  after: ForetoldOutcomes,
  draws: number,
): Effect {
  const parts = troubles.map(({ name, words }) => {
    const { median, lo, hi, anyShare } = after[name];
    const times = Math.round(anyShare * draws);
    return times === 0
      ? `no ${words} in ${draws} of ${draws} simulated runs`
      : `${words}s in ${times} of ${draws} simulated runs (${median}, ${lo} to ${hi}; as it was ${before[name].median})`;
  });
  const helps = troubles.some(({ name }) => after[name].median < LESS * before[name].median);
  return { text: parts.join("; "), helps };
}
