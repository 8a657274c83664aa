/**
 * Execution memory where no grant is logged (INFO, or no executor log): statements measure the sum
 * at an instant; between them it is bounded by who runs, what each is known to have reached, and
 * the pool.
 */

import { type Amount, amount, NOTHING } from "../../amount.ts";
import { type ByteInterval, hull } from "../../byte-interval.ts";
import { SEEN_OF_PEAK } from "../../calibration/polls.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import { UNKNOWN_TIME } from "../../observation.ts";
import type { ExecutorEvidence, TaskEvidence } from "../evidence.ts";
import type { ExecutorState, RunningTask } from "../executor-state.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import {
  EARLY_OF_MICROS,
  exactPeak,
  holdsSurely,
  isSame,
  type KnownTask,
  type PeakFrom,
  peakWithinPolls,
} from "./known-task.ts";
import type { PolledPeaks } from "./polled-peaks.ts";
import {
  heldAt,
  heldTogether,
  mostShare,
  SHAPE_BREAKS,
  UNTRACKED_BYTES,
  usualShare,
} from "./task-demand.ts";

/** How long a measured sum is taken to stand when nothing else is known (µs). */
export const MEASURE_STANDS_MICROS = 20_000;

export class ExecutionEstimate {
  readonly #state: ExecutorState;
  readonly #evidence: ExecutorEvidence;
  readonly #polled: PolledPeaks;
  readonly #isSql: (stageId: number) => boolean;
  readonly #ledger: ModeLedger;
  #measured: { readonly total: Amount; readonly ts: number } | undefined;
  #ts = 0;
  /** most that a state showed so far, bytes */
  #highest = 0;
  /** by running task */
  readonly #known = new Map<number, KnownTask>();
  readonly #stages = new Map<number | undefined, { peers: number; holders: number }>();
  /** kept and refilled */
  readonly #peakFromNow: PeakFrom = {
    ceiling: 0,
    running: 0,
    runningAtLeast: 0,
    peers: 0,
    holders: 0,
    sql: false,
    pageBytes: undefined,
    reports: { mapPeakOutlivesSpill: true, absentPeakIsNone: false },
    relationBytes: 0,
    exact: undefined,
    seen: undefined,
    alone: false,
    finishedAt: undefined,
  };
  /** what a task may hold of whose end nothing is known yet */
  #unknown: Amount = NOTHING;

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

  get hasRunners(): boolean {
    return this.#runners().size > 0;
  }

  /** A statement told the sum now. */
  measured(implied: ByteInterval, agrees: boolean): void {
    const ledger = this.#ledger;
    const running = this.#runners();
    const ceiling = ledger.executionCeiling();
    if (implied.atLeast > ceiling || (!agrees && running.size === 0)) return;
    const most = this.#mostThatRunnersHold();
    if (implied.atLeast > most) return; // some block went or came that the log has not told
    const atLeast = Math.max(0, implied.atLeast);
    const atMost = Math.min(ceiling, most, Math.max(0, implied.atMost));
    const expected = ledger.executionTotal?.best ?? 0;
    const total = amount({ atLeast, atMost }, Math.max(atLeast, Math.min(expected, atMost)));
    this.#measured = { total, ts: this.#ts };
    this.#apply(total);
  }

  /**
   * Blocks were evicted for execution: what it holds now reaches to what storage left, within the
   * last block (2.0+).
   */
  grewByEviction(lastVictimBytes: number): void {
    const ledger = this.#ledger;
    const running = this.#runners();
    if (ledger.rules.fixedPools || !ledger.rules.evictionCreditsExecution) return;
    const used = ledger.storageUsed;
    const { maxBytes } = ledger.rules;
    const share = Math.floor(ledger.executionCeiling() / Math.max(1, running.size));
    const full = maxBytes - used.best;
    const total = amount(
      {
        atLeast: Math.max(0, Math.min(maxBytes - used.atMost - lastVictimBytes, share)),
        atMost: Math.max(0, maxBytes - used.atLeast),
      },
      Math.max(0, full - Math.floor(lastVictimBytes / 2)),
    );
    this.#measured = { total, ts: this.#ts };
    ledger.takeFreeStorage();
    this.#apply(total);
  }

  /** A spill for want of memory: the request before it had taken all that was free from storage. */
  fellShort(): void {
    const ledger = this.#ledger;
    if (ledger.rules.fixedPools) return;
    ledger.mayTakeFreeStorage();
  }

  /** A sorter says what it holds right before it spills: so much is held at that moment. */
  holdsAtLeast(bytes: number): boolean {
    const ledger = this.#ledger;
    const now = ledger.executionTotal;
    const least = Math.min(bytes, ledger.executionCeiling());
    if (now === undefined || now.atLeast >= least) return false;
    const [best, atMost] = [Math.max(now.best, least), Math.max(now.atMost, least)];
    this.#apply(amount({ atLeast: least, atMost }, best));
    return true;
  }

  /** Times after `from` and before `ts` at which a running task's bounds change. */
  breaksBetween(from: number, ts: number): number[] {
    const found: number[] = [];
    for (const task of this.#runners().values()) {
      const evidence = this.#ended(task);
      if (evidence?.finishedAt === undefined) continue;
      const length = evidence.finishedAt - task.startedAt;
      const first = found.length;
      for (const part of SHAPE_BREAKS) {
        const at = Math.ceil(task.startedAt + length * part);
        if (at > from && at <= ts) found.push(at);
      }
      if (found.length > first && !this.#usesMemory(evidence)) found.length = first;
    }
    return found;
  }

  /** Who runs has changed, or time has passed: bounds of each task's use. */
  update(ts: number, printedWithin = 0): void {
    this.#ts = ts;
    const ledger = this.#ledger;
    const running = this.#runners();
    for (const taskId of ledger.executionByTask.keys()) {
      if (!running.has(taskId)) ledger.releaseExecution(taskId);
    }
    if (running.size === 0) {
      ledger.knowExecution(NOTHING);
      this.#measured = undefined;
      return;
    }
    const ceiling = ledger.executionCeiling();
    const share = ceiling / running.size;
    this.#countStages();
    let best = 0;
    let above = 0;
    let aboveTogether = 0;
    for (const task of running.values()) {
      const evidence = this.#ended(task);
      this.#know(task, evidence, running.size);
      const held = this.#heldBy(task, evidence, ts);
      // Of a task whose end is not known yet nothing is known but the pool: no track of its own
      // says so.
      if (held.atMost > 0 && evidence !== undefined) ledger.holdExecution(task.taskId, held);
      else ledger.releaseExecution(task.taskId);
      best += held.best;
      if (this.#spilled(task.taskId)) aboveTogether += Math.min(share, held.atMost) - held.best;
      else if (this.#mayAllPeak(evidence)) aboveTogether += held.atMost - held.best;
      else above += (held.atMost - held.best) ** 2;
    }
    const measured = this.#measured;
    // Between lines without times any time may have passed.
    const stands = ts !== UNKNOWN_TIME && ts - (measured?.ts ?? 0) <= MEASURE_STANDS_MICROS;
    if (measured !== undefined && stands) {
      this.#apply(measured.total);
      return;
    }
    // Bounds are those of most tasks, not of all. Few reach the end of what their totals leave open
    // at once: deviations above add as squares. Not of tasks that spill, which fill their shares
    // together, nor where `#mayAllPeak`. All may hold nothing at once: they wait for the same code
    // to be compiled, for Python to start, for a source that has nothing.
    const seen = this.#seenAtMost();
    const within = (bytes: number) => Math.round(Math.min(ceiling, seen, Math.max(0, bytes)));
    const total = amount(
      {
        atLeast: 0,
        atMost: within(best + 0.9 * Math.sqrt(above) + aboveTogether),
      },
      within(best),
    );
    const together = this.#heldTogether(ts, seen, printedWithin);
    if (together === undefined) this.#apply(total);
    else this.#apply(together, total);
  }

  /** The end of a task: its peak, which its track has to have shown. */
  peak(taskId: number): Amount | undefined {
    return this.#runners().has(taskId) ? this.peakByTotals(taskId) : undefined;
  }

  peakByTotals(
    taskId: number,
    ceiling: number = this.#ledger.executionCeiling(),
  ): Amount | undefined {
    const task = this.#evidence.task(taskId);
    if (task?.finishedAt === undefined) return undefined;
    const peak = this.#peakOf(task, ceiling);
    return peak.atMost > 0 ? peak : undefined;
  }

  /**
   * The end of a task that was polled: between two polls more may have been held for a moment.
   * Where that is more than any state showed so far, one is due.
   * @returns whether there is one to sample
   */
  mayHavePeaked(taskId: number): boolean {
    const seen = this.#polled.executionWhile(taskId, this.#ledger.mode);
    const now = this.#ledger.executionTotal;
    if (seen === undefined || now === undefined) return false;
    const { atMost } = this.#unseen({ ...now, atMost: seen });
    if (atMost <= this.#highest) return false;
    this.#highest = atMost;
    const total = { ...now, atMost: Math.max(now.atMost, atMost) };
    this.#ledger.knowExecution(total, this.#ledger.executionAtInstant);
    return true;
  }

  /** Whether a task may hold execution memory by its totals: how sure that is, 0 … 1. */
  mayTake(taskId: number): number {
    const task = this.#evidence.task(taskId);
    if (task?.finishedAt === undefined) return 0.5;
    if ((task.peakExecutionBytes ?? 0) > 0 || (task.memorySpilledBytes ?? 0) > 0) return 1;
    return this.#usesMemory(task) ? 0.5 : 0;
  }

  /**
   * Tasks that may hold memory of this mode; all of them unless Spark's own data structures
   * (Tungsten) live off-heap.
   */
  #runners(): ReadonlyMap<number, RunningTask> {
    const { running, rules } = this.#state;
    if (rules.tungstenMode === "on_heap") return running;
    const ours = new Map<number, RunningTask>();
    for (const [taskId, task] of running) if (this.#uses(task.stageId)) ours.set(taskId, task);
    return ours;
  }

  /** Of a query's operators Tungsten holds the memory; of an RDD's collections the heap does. */
  #uses(stageId: number | undefined): boolean {
    const tungsten = stageId !== undefined && this.#isSql(stageId);
    return tungsten === (this.#ledger.mode === "off_heap");
  }

  /**
   * @param atInstant  bounds that hold at any instant, where `total` is of the time that a step's
   * own leaves open
   */
  #apply(total: Amount, atInstant?: Amount): void {
    const ledger = this.#ledger;
    this.#highest = Math.max(this.#highest, total.atMost);
    ledger.knowExecution(total, atInstant);
    if (atInstant === undefined) ledger.growForExecution(total, 0);
    else {
      const { atLeast, atMost } = hull(total, this.#unseen(atInstant));
      ledger.growForExecution({ atLeast, atMost, best: total.best }, 0);
    }
  }

  /** Between two polls more may have been held for a moment, and the pools remember it. */
  #unseen(seen: Amount): ByteInterval {
    const ceiling = this.#ledger.executionCeiling();
    return {
      atLeast: seen.atLeast,
      atMost: Math.min(ceiling, Math.ceil(seen.atMost / SEEN_OF_PEAK)),
    };
  }

  #heldBy(task: RunningTask, evidence: TaskEvidence | undefined, ts: number): Amount {
    if (evidence?.finishedAt === undefined) {
      const ceiling = this.#ledger.executionCeiling();
      if (this.#unknown.atMost !== ceiling)
        this.#unknown = { atLeast: 0, atMost: ceiling, best: 0 };
      return this.#unknown;
    }
    const peak = this.#peakOf(evidence);
    const { finishedAt } = evidence;
    const since = (from: number) => (ts - from) / Math.max(1, finishedAt - from);
    const life = {
      spilled: (evidence.memorySpilledBytes ?? 0) > 0,
      sql: this.#isSql(evidence.stageId),
      reportedBytes: evidence.peakExecutionBytes ?? 0,
    };
    const progress = since(task.startedAt);
    const early = Math.max(since(task.preparedAt), (ts - task.preparedAt) / EARLY_OF_MICROS);
    const share = {
      usual: usualShare(progress, life),
      most: mostShare(Math.max(progress, early), life.spilled),
    };
    return heldAt(peak, share);
  }

  /** Of those that run: by stage, how many, and how many of them take memory by their totals. */
  #countStages(): void {
    for (const [stageId, count] of this.#stages) {
      if (count.peers === 0) this.#stages.delete(stageId);
      count.peers = 0;
      count.holders = 0;
    }
    for (const task of this.#runners().values()) {
      const evidence = this.#ended(task);
      let count = this.#stages.get(task.stageId);
      if (count === undefined) {
        count = { peers: 0, holders: 0 };
        this.#stages.set(task.stageId, count);
      }
      count.peers++;
      if (evidence !== undefined && holdsSurely(evidence, this.#ledger.mode)) count.holders++;
    }
  }

  #know(task: RunningTask, evidence: TaskEvidence | undefined, running: number): void {
    const { taskId, startedAt } = task;
    let known = this.#known.get(taskId);
    if (known === undefined) {
      known = {
        most: running,
        least: running,
        peers: 1,
        holders: 1,
        relationBytes: 0,
        peak: undefined,
      };
      this.#known.set(taskId, known);
    }
    known.most = Math.max(known.most, running);
    known.least = Math.min(known.least, running);
    const finishedAt = evidence?.finishedAt;
    const isFirstHalf = finishedAt === undefined || this.#ts <= (startedAt + finishedAt) / 2;
    const stage = this.#stages.get(task.stageId);
    if (isFirstHalf && stage !== undefined) {
      known.peers = stage.peers;
      known.holders = Math.max(1, stage.holders);
    }
  }

  forget(taskId: number): void {
    this.#known.delete(taskId);
  }

  /** Its peak from its totals, within what was polled of all tasks while it ran. */
  #peakOf(task: TaskEvidence, ceiling: number = this.#ledger.executionCeiling()): Amount {
    const { taskId } = task;
    const { mode } = this.#ledger;
    const running = this.#runners().size;
    const known = this.#known.get(taskId);
    const from = this.#peakFromNow;
    from.ceiling = ceiling;
    from.running = Math.max(running, known?.most ?? 0);
    from.runningAtLeast = Math.max(1, Math.min(running, known?.least ?? running));
    from.peers = known?.peers ?? 1;
    from.holders = known?.holders ?? 1;
    from.sql = this.#isSql(task.stageId);
    from.pageBytes = this.#state.rules.pageBytes;
    from.reports = this.#state.rules.peakReports;
    from.relationBytes = this.#relationsOf(task, known, from.sql);
    from.exact = exactPeak(task, mode);
    from.seen = this.#polled.executionWhile(taskId, mode);
    from.alone = from.seen !== undefined && this.#polled.ranAlone(taskId);
    from.finishedAt = task.finishedAt;
    if (known?.peak !== undefined && isSame(known.peak.from, from)) return known.peak.is;
    const is = peakWithinPolls(task, from);
    if (known !== undefined) known.peak = { from: { ...from }, is };
    return is;
  }

  #relationsOf(task: TaskEvidence, known: KnownTask | undefined, sql: boolean): number {
    const isAsked = sql && (task.peakExecutionBytes ?? 0) > UNTRACKED_BYTES;
    if (!isAsked || exactPeak(task, this.#ledger.mode) !== undefined) return 0;
    const bytes = Math.max(this.#state.onHeap.relationBytes, known?.relationBytes ?? 0);
    if (known !== undefined) known.relationBytes = bytes;
    return bytes;
  }

  /**
   * What polls saw in the lives of those that run, spread over them; undefined: nobody's life was
   * polled often enough.
   */
  #heldTogether(ts: number, seen: number, printedWithin: number): Amount | undefined {
    if (seen === Number.POSITIVE_INFINITY) return undefined;
    let progress = 0;
    let life = 0;
    let known = 0;
    let spilled = false;
    for (const task of this.#runners().values()) {
      const evidence = this.#ended(task);
      if (evidence?.finishedAt === undefined) continue;
      const length = Math.max(1, evidence.finishedAt - evidence.launchedAt);
      progress += Math.min(1, Math.max(0, (ts - evidence.launchedAt) / length));
      life += length;
      known++;
      spilled ||= this.#spilled(task.taskId);
    }
    return known === 0
      ? undefined
      : heldTogether(seen, {
          progress: progress / known,
          lifeMicros: life / known,
          spilled,
          printedWithin,
        });
  }

  /** No poll in the life of any task that runs now saw more. */
  #seenAtMost(): number {
    let most = Number.POSITIVE_INFINITY;
    for (const taskId of this.#runners().keys())
      most = Math.min(most, this.#polled.executionWhile(taskId, this.#ledger.mode) ?? most);
    return most;
  }

  #mostThatRunnersHold(): number {
    let most = 0;
    for (const task of this.#runners().values()) {
      const evidence = this.#evidence.task(task.taskId);
      if (evidence?.finishedAt === undefined) return Number.POSITIVE_INFINITY;
      most += this.#peakOf(evidence).atMost;
    }
    return most;
  }

  #spilled(taskId: number): boolean {
    return (this.#evidence.task(taskId)?.memorySpilledBytes ?? 0) > 0;
  }

  /**
   * A peak that is exact leaves open when it is held alone, and tasks of a stage run the same code:
   * they hold it at the same time. Of one whose end is not known nothing is known but the pool.
   */
  #mayAllPeak(task: TaskEvidence | undefined): boolean {
    return task === undefined || exactPeak(task, this.#ledger.mode) !== undefined;
  }

  #usesMemory(task: TaskEvidence): boolean {
    return this.#peakOf(task).atMost > 0;
  }

  /** What is known of a task; undefined while its end is not. */
  #ended(task: RunningTask): TaskEvidence | undefined {
    const evidence = this.#evidence.task(task.taskId);
    return evidence?.finishedAt === undefined ? undefined : evidence;
  }
}
