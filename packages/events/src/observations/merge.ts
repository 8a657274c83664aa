/**
 * Many sources, one order: by aligned time, then by rank; the order inside one source is never
 * changed.
 */

import type { Observation } from "@respark/core";
import { turn } from "../turn.ts";

/**
 * How far, in µs, event logs run ahead of executor and driver logs: a block's exact size or a
 * task's end reaches the replay before the printed line that it sharpens. Event logs wait when
 * they are further ahead than this.
 */
export const LEAD = 60_000_000;

/** `ready`: the head can be delivered. `starved`: more must be read. `ended`: nothing is left. */
export type SourceState = "ready" | "starved" | "ended";

/** A log as the merge sees it: one head at a time, read on only when the head has gone. */
export interface MergeSource {
  /** Order among equal times: event logs first, then by source file. Unique. */
  readonly rank: number;
  /**
   * Merge time of the head, µs; while starved or not yet opened, a time that the next head cannot
   * undercut. Never decreases.
   */
  readonly key: number;
  readonly state: SourceState;
  /** The head; valid until `advance()`. */
  readonly head: Observation;
  /**
   * Makes the key final just before the first delivery from a group of lines. True when the key
   * moved.
   */
  settle(): boolean;
  advance(): void;
  /** Reads more; opens the file on the first call. */
  refill(): Promise<void>;
  close(): Promise<void>;
}

/** Observations between two turns of the event loop: some milliseconds of replay. */
const BETWEEN_TURNS = 1000;

/**
 * Delivers every observation of every source once. Waits for reading, and now and then for others
 * that wait: no promise per observation.
 */
export async function merge(
  sources: readonly MergeSource[],
  deliver: (observation: Observation) => void,
): Promise<void> {
  const queue = new SourceQueue();
  for (const source of sources) queue.push(source);
  let left = BETWEEN_TURNS;
  try {
    for (let source = queue.pop(); source !== undefined; source = queue.pop()) {
      if (source.state === "starved") await source.refill();
      else if (source.state === "ready" && !source.settle())
        left -= deliverRun(source, queue.first, deliver, left);
      if (source.state === "ended") await source.close();
      else queue.push(source);
      if (left > 0) continue;
      left = BETWEEN_TURNS;
      await turn();
    }
  } finally {
    for (const source of sources) await source.close();
  }
}

/** Delivers from one source, `most` at most, for as long as no other comes before it: how many. */
function deliverRun(
  source: MergeSource,
  next: MergeSource | undefined,
  deliver: (observation: Observation) => void,
  most: number,
): number {
  let delivered = 0;
  do {
    deliver(source.head);
    delivered++;
    source.advance();
    if (source.state !== "ready" || source.settle()) break;
  } while (delivered < most && (next === undefined || comesBefore(source, next)));
  return delivered;
}

function comesBefore(a: MergeSource, b: MergeSource): boolean {
  return a.key < b.key || (a.key === b.key && a.rank < b.rank);
}

/** A binary heap of sources. */
class SourceQueue {
  readonly #heap: MergeSource[] = [];

  get first(): MergeSource | undefined {
    return this.#heap[0];
  }

  push(source: MergeSource): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(source);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !comesBefore(source, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = source;
  }

  pop(): MergeSource | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const l = heap[left];
      if (l === undefined) break;
      const r = heap[left + 1];
      const down = r !== undefined && comesBefore(r, l) ? left + 1 : left;
      const child = heap[down];
      if (child === undefined || !comesBefore(child, last)) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = last;
    return top;
  }
}
