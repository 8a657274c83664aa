/** Memory statements of a log as predictions to be met: what the replay would have printed, before the line is believed. */

import { type Amount, NOTHING, plus } from "../amount.ts";
import { type ByteInterval, exactly } from "../byte-interval.ts";
import type { ExecutorState } from "./executor-state.ts";

/** Blocks in memory, both modes. */
export function blocksOf(state: ExecutorState): Amount {
  let total = NOTHING;
  for (const { blocksHeld, drift } of state.ledgers)
    total = plus(total, mayHaveGone(blocksHeld, drift.below));
  return total;
}

/** Blocks of which some bytes may have been removed already. */
function mayHaveGone(blocks: Amount, bytes: number): Amount {
  return bytes === 0 ? blocks : { ...blocks, atLeast: Math.max(0, blocks.atLeast - bytes) };
}

/** Maximum memory as the store counts it in `free` and limits: storage capacity of the modes that the version counts. */
export function countedMaximum(state: ExecutorState): number {
  const { onHeap, offHeap, rules } = state;
  const of = (ledger: typeof onHeap) =>
    rules.freeExcludesExecution ? ledger.rules.maxBytes : ledger.rules.regionBytes;
  return of(onHeap) + (rules.freeCountsOffHeap && offHeap !== undefined ? of(offHeap) : 0);
}

/** Execution memory as `free` and limits subtract it. */
export function countedExecution(state: ExecutorState): Amount {
  if (!state.rules.freeExcludesExecution) return NOTHING;
  const { onHeap, offHeap, rules } = state;
  const on = onHeap.executionAtInstant ?? onHeap.executionUsed;
  return rules.freeCountsOffHeap && offHeap !== undefined ? plus(on, offHeap.executionUsed) : on;
}

/** What a `free` would print now. */
export function predictedFree(state: ExecutorState): Amount {
  const blocks = blocksOf(state);
  if (state.rules.freePrintsUsed) return blocks;
  return predictedFreeReal(state);
}

/** The same for the lines that never had the defect of 1.6.0–1.6.2. */
export function predictedFreeReal(state: ExecutorState): Amount {
  const blocks = blocksOf(state);
  const execution = countedExecution(state);
  const maximum = countedMaximum(state);
  return {
    atLeast: maximum - execution.atMost - blocks.atMost,
    atMost: maximum - execution.atLeast - blocks.atLeast,
    best: maximum - execution.best - blocks.best,
  };
}

/** `Storage limit`: the most that storage could reach, counting what execution holds. */
export function predictedLimit(state: ExecutorState): ByteInterval {
  const execution = countedExecution(state);
  const maximum = countedMaximum(state);
  return { atLeast: maximum - execution.atMost, atMost: maximum - execution.atLeast };
}

/** Execution memory that a printed `free` implies, given the blocks; undefined where `free` does not tell it. */
export function executionFromFree(
  state: ExecutorState,
  free: ByteInterval,
): ByteInterval | undefined {
  if (!state.rules.freeExcludesExecution || state.rules.freePrintsUsed) return undefined;
  const blocks = blocksOf(state);
  const maximum = countedMaximum(state);
  const interval = {
    atLeast: Math.max(0, maximum - free.atMost - blocks.atMost),
    atMost: maximum - free.atLeast - blocks.atLeast,
  };
  return interval.atMost < 0 ? undefined : interval;
}

/** Execution memory that a printed limit implies. */
export function executionFromLimit(
  state: ExecutorState,
  limit: ByteInterval,
): ByteInterval | undefined {
  if (!state.rules.freeExcludesExecution) return undefined;
  const maximum = countedMaximum(state);
  const interval = {
    atLeast: Math.max(0, maximum - limit.atMost),
    atMost: maximum - limit.atLeast,
  };
  return interval.atMost < 0 ? undefined : interval;
}

export function capacityOf(state: ExecutorState): ByteInterval {
  const { onHeap, offHeap } = state;
  const of = (ledger: typeof onHeap) =>
    ledger.rules.fixedPools ? ledger.rules.regionBytes : ledger.rules.maxBytes;
  return exactly(of(onHeap) + (offHeap === undefined ? 0 : of(offHeap)));
}
