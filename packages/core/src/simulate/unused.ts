/** RDDs and broadcasts that go in mid-run: what the program unpersisted or the cleaner removed. */
import type { WantedMemory } from "./demand.ts";

/** Positions in the demand. */
export interface Unused {
  readonly rdds: number[];
  readonly broadcasts: number[];
}

/** By how many stages are complete then. */
export function unusedAfter(wanted: WantedMemory): Map<number, Unused> {
  const found = new Map<number, Unused>();
  const at = (after: number): Unused => {
    const known = found.get(after) ?? { rdds: [], broadcasts: [] };
    found.set(after, known);
    return known;
  };
  for (const [index, { unpersistedAfterStages }] of wanted.rdds.entries())
    if (unpersistedAfterStages !== undefined) at(unpersistedAfterStages).rdds.push(index);
  for (const [index, { removedAfterStages }] of wanted.broadcasts.entries())
    if (removedAfterStages !== undefined) at(removedAfterStages).broadcasts.push(index);
  return found;
}
