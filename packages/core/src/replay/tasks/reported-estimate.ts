/**
 * Execution memory of an executor without a log: the sum over running tasks, kept up to date. A
 * task is worked out anew only when what its value depends on has changed, so that a step costs the
 * same however many run.
 */

import { type Amount, amount, NOTHING } from "../../amount.ts";
import { SEEN_OF_PEAK } from "../../calibration/polls.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { ExecutorEvidence, TaskEvidence } from "../evidence.ts";
import type { ExecutorState, RunningTask } from "../executor-state.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import { EARLY_OF_MICROS, exactPeak, holdsSurely, peakWithinPolls } from "./known-task.ts";
import type { PolledPeaks } from "./polled-peaks.ts";
import {
  heldAt,
  mostShare,
  SHARE_BREAKS,
  sharingOf,
  UNTRACKED_BYTES,
  usualShare,
} from "./task-demand.ts";
import { SlotList, SlotQueue, StageCount, TaskSlot } from "./task-slot.ts";

const NEVER = Number.POSITIVE_INFINITY;

export class ReportedEstimate {
  readonly #state: ExecutorState;
  readonly #evidence: ExecutorEvidence;
  readonly #polled: PolledPeaks;
  readonly #isSql: (stageId: number) => boolean;
  readonly #ledger: ModeLedger;
  readonly #slots = new Map<number, TaskSlot>();
  readonly #inOrder = new SlotList();
  readonly #stages = new Map<number | undefined, StageCount>();
  readonly #changedStages: StageCount[] = [];
  readonly #stale: TaskSlot[] = [];
  /** by when their value changes, by the middle of their lives, by what was polled */
  readonly #byTime = new SlotQueue();
  readonly #byMiddle = new SlotQueue();
  readonly #bySeen = new SlotQueue();
  #ts = Number.NEGATIVE_INFINITY;
  #ceiling = -1;
  #best = 0;
  #highest = 0;
  /** tasks whose end is not known: each may hold all there is */
  #open = 0;

  constructor(
    state: ExecutorState,
    known: { readonly evidence: ExecutorEvidence; readonly polled: PolledPeaks },
    isSql: (stageId: number) => boolean,
    mode: MemoryMode,
  ) {
    this.#state = state;
    this.#ledger = state.ledger(mode);
    this.#evidence = known.evidence;
    this.#polled = known.polled;
    this.#isSql = isSql;
  }

  began({ taskId, stageId, startedAt }: RunningTask): void {
    this.ended(taskId);
    if (!this.#mayHold(stageId)) return;
    let stage = this.#stages.get(stageId);
    if (stage === undefined) {
      stage = new StageCount();
      this.#stages.set(stageId, stage);
    }
    const slot = new TaskSlot(taskId, startedAt, stage);
    this.#slots.set(taskId, slot);
    this.#inOrder.add(slot);
    this.#open++;
    this.#count(slot, 1, 0);
    this.endKnown(taskId);
  }

  /** The totals of a running task have become known. */
  endKnown(taskId: number): void {
    const slot = this.#slots.get(taskId);
    const evidence = this.#evidence.task(taskId);
    if (slot === undefined || slot.evidence !== undefined) return;
    if (evidence?.finishedAt === undefined) return;
    slot.evidence = evidence;
    slot.finishedAt = evidence.finishedAt;
    slot.seen = this.#polled.executionWhile(taskId, this.#ledger.mode);
    slot.isShared = this.#isShared(evidence);
    if (slot.seen !== undefined) this.#bySeen.add(slot.seen, slot);
    const middle = Math.ceil(slot.startedAt + (slot.finishedAt - slot.startedAt) * 0.5);
    this.#byMiddle.add(middle, slot);
    if (slot.isShared) slot.stage.counted.add(slot);
    if (holdsSurely(evidence, this.#ledger.mode)) this.#count(slot, 0, 1);
    this.#open--;
    this.#markStale(slot);
  }

  ended(taskId: number): void {
    const slot = this.#slots.get(taskId);
    if (slot === undefined) return;
    this.#slots.delete(taskId);
    slot.isRunning = false;
    this.#inOrder.delete(slot);
    slot.stage.counted.delete(slot);
    const { evidence } = slot;
    if (evidence === undefined) this.#open--;
    const isHolder = evidence !== undefined && holdsSurely(evidence, this.#ledger.mode);
    this.#count(slot, -1, isHolder ? -1 : 0);
    this.#best -= slot.best;
    this.#highest -= slot.highest;
    this.#ledger.releaseExecution(taskId);
  }

  /**
   * Times after `from` and not after `to` (µs) at which a running task that takes memory is in the
   * middle of its life.
   */
  breaksBetween(from: number, to: number): number[] {
    const breaks: number[] = [];
    for (;;) {
      const middle = this.#byMiddle.firstKey;
      if (middle === undefined || middle > to) return breaks;
      const slot = this.#byMiddle.takeFirst();
      if (slot === undefined || !slot.isRunning || middle <= from) continue;
      if (slot.isStale) this.#workOut(slot, this.#ts);
      if (slot.peak.atMost > 0) breaks.push(middle);
    }
  }

  update(ts: number): void {
    const ledger = this.#ledger;
    const running = this.#inOrder.size;
    const ceiling = ledger.executionCeiling();
    const isAnew = ceiling !== this.#ceiling || ts < this.#ts;
    this.#ts = ts;
    this.#ceiling = ceiling;
    this.#runningNow(running);
    this.#countsNow();
    this.#timeNow(ts);
    if (isAnew) for (const slot of this.#inOrder.slots()) this.#markStale(slot);
    for (let slot = this.#stale.pop(); slot !== undefined; slot = this.#stale.pop())
      if (slot.isRunning && slot.isStale) this.#workOut(slot, ts);
    this.#settleCounts();
    if (running === 0) {
      ledger.knowExecution(NOTHING);
      return;
    }
    const seen = this.#seenAtMost();
    const most = this.#highest + this.#open * ceiling;
    const atMost = Math.min(ceiling, Math.ceil(seen / SEEN_OF_PEAK), most);
    const total = amount({ atLeast: 0, atMost }, Math.min(ceiling, seen, this.#best));
    ledger.knowExecution(total);
    ledger.growForExecution(total, 0);
  }

  /** The peak of a task that ends now. */
  peak(taskId: number): Amount | undefined {
    const slot = this.#slots.get(taskId);
    if (slot?.evidence === undefined) return undefined;
    if (slot.isStale) this.#workOut(slot, this.#ts);
    return slot.peak.atMost > 0 ? slot.peak : undefined;
  }

  /**
   * All tasks, unless Tungsten lives off-heap: then queries' tasks hold memory there, and others on
   * the heap.
   */
  #mayHold(stageId: number | undefined): boolean {
    if (this.#state.rules.tungstenMode === "on_heap") return true;
    const isQuery = stageId !== undefined && this.#isSql(stageId);
    return isQuery === (this.#ledger.mode === "off_heap");
  }

  #isShared(task: TaskEvidence): boolean {
    if (exactPeak(task, this.#ledger.mode) !== undefined && !task.failed) return false;
    const reported = task.peakExecutionBytes ?? 0;
    if ((task.memorySpilledBytes ?? 0) > 0 || reported === 0) return true;
    return !this.#isSql(task.stageId) || !this.#state.rules.peakReports.mapPeakOutlivesSpill;
  }

  #markStale(slot: TaskSlot): void {
    if (slot.isStale) return;
    slot.isStale = true;
    this.#stale.push(slot);
  }

  #count({ stage }: TaskSlot, peers: number, holders: number): void {
    stage.peers += peers;
    stage.holders += holders;
    if (stage.changed) return;
    stage.changed = true;
    this.#changedStages.push(stage);
  }

  /** So many run: those that saw fewer (or more) so far are the ones that began last. */
  #runningNow(running: number): void {
    this.#inOrder.untilDone((slot) => {
      if (slot.most >= running && slot.least <= running) return true;
      slot.most = Math.max(slot.most, running);
      slot.least = Math.min(slot.least, running);
      if (slot.isShared) this.#markStale(slot);
      return false;
    });
  }

  /** Tasks whose stage has fewer running than they have seen yet may have had more each. */
  #countsNow(): void {
    for (const stage of this.#changedStages) {
      const sharing = sharingOf(stage.holders);
      stage.counted.untilDone((slot) => {
        if (slot.leastPeers <= stage.peers && slot.leastSharing <= sharing) return true;
        slot.leastPeers = Math.min(slot.leastPeers, stage.peers);
        slot.leastSharing = Math.min(slot.leastSharing, sharing);
        this.#markStale(slot);
        return false;
      });
    }
  }

  #timeNow(ts: number): void {
    for (;;) {
      const at = this.#byTime.firstKey;
      if (at === undefined || at > ts) return;
      const slot = this.#byTime.takeFirst();
      if (slot?.isRunning === true && slot.next === at) this.#markStale(slot);
    }
  }

  #settleCounts(): void {
    for (const stage of this.#changedStages) {
      stage.peersBefore = stage.peers;
      stage.holdersBefore = stage.holders;
      stage.changed = false;
    }
    this.#changedStages.length = 0;
  }

  #workOut(slot: TaskSlot, ts: number): void {
    slot.isStale = false;
    const { evidence, stage } = slot;
    if (evidence === undefined) return;
    if (slot.middle === undefined && ts > (slot.startedAt + slot.finishedAt) / 2) {
      slot.middle = { peers: stage.peersBefore, holders: stage.holdersBefore };
      stage.counted.delete(slot);
    }
    const peak = this.#peakOf(slot, evidence);
    const life = {
      spilled: (evidence.memorySpilledBytes ?? 0) > 0,
      sql: this.#isSql(evidence.stageId),
      reportedBytes: evidence.peakExecutionBytes ?? 0,
    };
    const length = Math.max(1, slot.finishedAt - slot.startedAt);
    const early = Math.min(length, EARLY_OF_MICROS);
    const passed = ts - slot.startedAt;
    const share = {
      usual: usualShare(passed / length, life),
      most: mostShare(Math.max(passed / length, passed / EARLY_OF_MICROS), life.spilled),
    };
    const { best } = heldAt(peak, share);
    const highest = Math.max(slot.highest, peak.atMost);
    this.#best += best - slot.best;
    this.#highest += highest - slot.highest;
    if (highest > 0 && slot.highest === 0) this.#ledger.holdExecution(slot.taskId, NOTHING);
    slot.peak = peak;
    slot.best = best;
    slot.highest = highest;
    slot.next = this.#nextOf(slot, { ts, length, early });
    if (slot.next !== NEVER) this.#byTime.add(slot.next, slot);
  }

  /**
   * When its value changes with time alone: at tenths of its life, early in it, and once its
   * stage's counts are those of its middle.
   */
  #nextOf(
    slot: TaskSlot,
    { ts, length, early }: { readonly ts: number; readonly length: number; readonly early: number },
  ): number {
    let next = NEVER;
    if (slot.middle === undefined && slot.isShared)
      next = Math.floor((slot.startedAt + slot.finishedAt) / 2) + 1;
    if (next <= ts) next = NEVER;
    if (slot.peak.best === 0) return next;
    for (const part of SHARE_BREAKS.usual) next = earlier(next, slot.startedAt, length, part, ts);
    for (const part of SHARE_BREAKS.most) next = earlier(next, slot.startedAt, early, part, ts);
    return next;
  }

  #peakOf(slot: TaskSlot, task: TaskEvidence): Amount {
    const { mode } = this.#ledger;
    const running = this.#inOrder.size;
    const sql = this.#isSql(task.stageId);
    const exact = exactPeak(task, mode);
    const isAsked = sql && exact === undefined && (task.peakExecutionBytes ?? 0) > UNTRACKED_BYTES;
    if (isAsked)
      slot.relationBytes = Math.max(slot.relationBytes, this.#state.onHeap.relationBytes);
    const peers = slot.middle ?? slot.stage;
    return peakWithinPolls(task, {
      ceiling: this.#ceiling,
      running: Math.max(running, slot.most),
      runningAtLeast: Math.max(1, Math.min(running, slot.least)),
      peers: peers.peers,
      holders: Math.max(1, peers.holders),
      sql,
      pageBytes: this.#state.rules.pageBytes,
      reports: this.#state.rules.peakReports,
      relationBytes: slot.relationBytes,
      exact,
      seen: slot.seen,
      alone: slot.seen !== undefined && this.#polled.ranAlone(task.taskId),
      finishedAt: task.finishedAt,
    });
  }

  /** No poll in the life of any task that runs now saw more. */
  #seenAtMost(): number {
    while (this.#bySeen.first?.isRunning === false) this.#bySeen.takeFirst();
    return this.#bySeen.firstKey ?? NEVER;
  }
}

/** The first whole µs after `ts` at which `part` of a life has passed, if that is before `next`. */
function earlier(next: number, from: number, length: number, part: number, ts: number): number {
  let at = Math.ceil(from + part * length);
  while ((at - 1 - from) / length >= part) at--;
  while ((at - from) / length < part) at++;
  return at > ts && at < next ? at : next;
}
