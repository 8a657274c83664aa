/**
 * A running task as an estimate follows it: its totals, its value now, and when that changes next.
 */

import { type Amount, NOTHING } from "../../amount.ts";
import type { TaskEvidence } from "../evidence.ts";

/** Tasks of one stage that run now, and how many did at the last step. */
export class StageCount {
  peers = 0;
  /** of these, those that take memory by their totals */
  holders = 0;
  peersBefore = 0;
  holdersBefore = 0;
  changed = false;
  /**
   * those whose peak depends on these counts while they may change, in the order of their starts
   */
  readonly counted: SlotList = new SlotList();
}

export class TaskSlot {
  readonly taskId: number;
  readonly stage: StageCount;
  /** µs */
  readonly startedAt: number;
  /** its totals; undefined: its end is not known yet */
  evidence: TaskEvidence | undefined;
  finishedAt: number = Number.POSITIVE_INFINITY;
  /** how many ran at once while it did */
  most = 0;
  least: number = Number.POSITIVE_INFINITY;
  /** its stage's counts in the middle of its life; undefined: that is still to come */
  middle: { readonly peers: number; readonly holders: number } | undefined;
  /** least of its stage's counts since its end is known */
  leastPeers: number = Number.POSITIVE_INFINITY;
  leastSharing: number = Number.POSITIVE_INFINITY;
  relationBytes = 0;
  /** most that all tasks were polled to hold while it ran */
  seen: number | undefined;
  peak: Amount = NOTHING;
  /** its peak depends on how many tasks run */
  isShared = false;
  best = 0;
  /** most that its peak may have been, of all times that it was worked out */
  highest = 0;
  /** µs at which its value changes though nothing else does */
  next: number = Number.POSITIVE_INFINITY;
  isRunning = true;
  isStale = false;

  constructor(taskId: number, startedAt: number, stage: StageCount) {
    this.taskId = taskId;
    this.startedAt = startedAt;
    this.stage = stage;
  }
}

/** A slot's place in a list. */
interface Place {
  readonly slot: TaskSlot;
  before: Place | undefined;
  after: Place | undefined;
}

/**
 * Slots in the order in which they were added; taking one out costs the same wherever it stands.
 */
export class SlotList {
  readonly #places = new Map<TaskSlot, Place>();
  #last: Place | undefined;

  get size(): number {
    return this.#places.size;
  }

  add(slot: TaskSlot): void {
    const place: Place = { slot, before: this.#last, after: undefined };
    if (this.#last !== undefined) this.#last.after = place;
    this.#last = place;
    this.#places.set(slot, place);
  }

  delete(slot: TaskSlot): void {
    const place = this.#places.get(slot);
    if (place === undefined) return;
    this.#places.delete(slot);
    if (place.before !== undefined) place.before.after = place.after;
    if (place.after !== undefined) place.after.before = place.before;
    else this.#last = place.before;
  }

  /** From the last one on, until `isDone` says so. */
  untilDone(isDone: (slot: TaskSlot) => boolean): void {
    for (let place = this.#last; place !== undefined; place = place.before)
      if (isDone(place.slot)) return;
  }

  slots(): Iterable<TaskSlot> {
    return this.#places.keys();
  }
}

/**
 * Slots by a number each, the least first. Entries that no longer hold stay until they come first.
 */
export class SlotQueue {
  readonly #keys: number[] = [];
  readonly #slots: TaskSlot[] = [];

  add(key: number, slot: TaskSlot): void {
    const keys = this.#keys;
    const slots = this.#slots;
    let at = keys.length;
    keys.push(key);
    slots.push(slot);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((keys[above] ?? 0) <= key) break;
      this.#move(above, at);
      at = above;
    }
    keys[at] = key;
    slots[at] = slot;
  }

  get firstKey(): number | undefined {
    return this.#keys[0];
  }

  get first(): TaskSlot | undefined {
    return this.#slots[0];
  }

  takeFirst(): TaskSlot | undefined {
    const keys = this.#keys;
    const slots = this.#slots;
    const first = slots[0];
    const key = keys.pop();
    const slot = slots.pop();
    if (key === undefined || slot === undefined || keys.length === 0) return first;
    let at = 0;
    for (let below = 1; below < keys.length; below = 2 * at + 1) {
      if ((keys[below + 1] ?? Number.POSITIVE_INFINITY) < (keys[below] ?? 0)) below++;
      if ((keys[below] ?? 0) >= key) break;
      this.#move(below, at);
      at = below;
    }
    keys[at] = key;
    slots[at] = slot;
    return first;
  }

  #move(from: number, to: number): void {
    const key = this.#keys[from];
    const slot = this.#slots[from];
    if (key === undefined || slot === undefined) return;
    this.#keys[to] = key;
    this.#slots[to] = slot;
  }
}
