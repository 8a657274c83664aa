/** Blocks that an eviction takes, and where they go: named by the lines after it. */
import type { LogStep, Lookahead } from "./lookahead.ts";

/** How many lines after a selection its victims are looked for. */
const LINES_AHEAD = 400;
/** How many lines after a drop its write to disk is looked for. */
const LINES_TO_DISK = 40;

/** The blocks that a selection of so many drops, as far as they are named. */
export function namedVictims(lookahead: Lookahead, step: LogStep, blocks: number): string[] {
  const named: string[] = [];
  for (let ahead = 1; ahead < LINES_AHEAD && named.length < blocks; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined) break;
    if (next.thread !== step.thread) continue;
    if (next.fact.kind === "block_dropping") named.push(next.fact.blockId);
    else if (next.fact.kind === "eviction_done") break;
  }
  return named;
}

/** A block that is dropped now is written to disk. */
export function isWrittenToDisk(lookahead: Lookahead, step: LogStep, blockId: string): boolean {
  for (let ahead = 1; ahead < LINES_TO_DISK; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined) return false;
    if (next.fact.kind === "block_writing_to_disk" && next.fact.blockId === blockId) return true;
    if (next.fact.kind === "eviction_done" && next.thread === step.thread) return false;
  }
  return false;
}
