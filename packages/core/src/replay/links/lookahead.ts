/**
 * Log steps of one executor wait here a little, so that the replay knows what a log is about to
 * say: which task stores which block, what an eviction was for, whether a `free` line was printed
 * late.
 */

import type { LogFact } from "../../log-fact.ts";
import type { Observation, ObservationSource } from "../../observation.ts";
import { GrantBalances } from "./grant-balances.ts";

/** A kept copy of a log observation. */
export interface LogStep {
  readonly fact: LogFact;
  readonly source: ObservationSource;
  readonly taskId: number | undefined;
  readonly thread: string | undefined;
  readonly ts: number;
  readonly tsMin: number | undefined;
  readonly tsMax: number | undefined;
  readonly sourceFileId: number;
  readonly line: number;
}

/** How long a step waits for what follows it, in µs of log time, and how many may wait. */
export const HELD_MICROS = 30_000_000;
const HELD_STEPS = 50_000;
/** How many lines of other threads may stand between two of one thread that say the same. */
const LINES_BETWEEN = 8;

export class Lookahead {
  readonly grants: GrantBalances = new GrantBalances();
  #steps: LogStep[] = [];
  #head = 0;
  /** block → upcoming stores, failures and removals of it */
  readonly #byBlock = new Map<string, LogStep[]>();
  /** block → upcoming lines that show it in memory */
  readonly #uses = new Map<string, LogStep[]>();
  /** lines of DEBUG among the steps that tell what a spill freed */
  #spilled = 0;
  /** tasks whose ends are among the steps */
  readonly #finishing = new Map<number, number>();
  #newest = Number.NEGATIVE_INFINITY;
  /** the log has the lines that an executor ends with */
  #isOver = false;

  add(observation: Observation, fact: LogFact, ts: number): void {
    const step: LogStep = {
      fact, // made new for each line: it may be kept
      source: observation.source,
      taskId: observation.taskId,
      thread: observation.thread ?? workerOf(observation.taskId),
      ts,
      tsMin: observation.tsMin,
      tsMax: observation.tsMax,
      sourceFileId: observation.sourceFileId,
      line: observation.line,
    };
    this.#steps.push(step);
    this.#newest = Math.max(this.#newest, ts);
    keep(this.#byBlock, blockOf(step.fact), step);
    keep(this.#uses, usedBy(step.fact), step);
    switch (fact.kind) {
      case "execution_spilled":
        this.#spilled++;
        return;
      case "execution_acquired":
        this.grants.acquired(fact);
        return;
      case "execution_released":
        this.grants.released(fact);
        return;
      case "task_finished":
        this.grants.ended(fact);
        this.#finishing.set(fact.taskId, (this.#finishing.get(fact.taskId) ?? 0) + 1);
        return;
      case "executor_stopping":
      case "store_cleared":
        this.#isOver = true;
        return;
      default:
        return;
    }
  }

  /** The next step if it has waited long enough, or `all` may go. */
  take(all: boolean): LogStep | undefined {
    const step = this.#steps[this.#head];
    if (step === undefined) return undefined;
    const waiting = this.#steps.length - this.#head;
    if (!all && this.#newest - step.ts < HELD_MICROS && waiting < HELD_STEPS) return undefined;
    return this.#pass(step);
  }

  /** The next step if it is not later than `ts`. */
  takeUntil(ts: number): LogStep | undefined {
    const step = this.#steps[this.#head];
    return step === undefined || step.ts > ts ? undefined : this.#pass(step);
  }

  #pass(step: LogStep): LogStep {
    this.#head++;
    if (this.#head > 4096 && this.#head * 2 > this.#steps.length) {
      this.#steps = this.#steps.slice(this.#head);
      this.#head = 0;
    }
    pass(this.#byBlock, blockOf(step.fact));
    pass(this.#uses, usedBy(step.fact));
    if (step.fact.kind === "execution_spilled") this.#spilled--;
    else if (step.fact.kind === "task_finished") {
      const { taskId } = step.fact;
      const left = (this.#finishing.get(taskId) ?? 1) - 1;
      if (left === 0) this.#finishing.delete(taskId);
      else this.#finishing.set(taskId, left);
    }
    return step;
  }

  /** Time of the step that waits first; undefined: none waits. */
  get waitingSince(): number | undefined {
    return this.peek(1)?.ts;
  }

  /** µs; no step before it is still to come: the newest one's time, or the log has its end. */
  get readUntil(): number {
    return this.#isOver ? Number.POSITIVE_INFINITY : this.#newest;
  }

  /** The steps after the one taken last, up to so many. */
  *next(steps: number): Generator<LogStep> {
    for (let ahead = 1; ahead <= steps; ahead++) {
      const step = this.peek(ahead);
      if (step === undefined) return;
      yield step;
    }
  }

  /** The step `ahead` places after the one taken last (1 = the next); for this folder alone. */
  peek(ahead: number): LogStep | undefined {
    return this.#steps[this.#head + ahead - 1];
  }

  /**
   * Whether a line tells of a miss, and the next line of its thread does not: in 1.x the block
   * manager says it at DEBUG, then the cache manager.
   */
  isMiss(step: LogStep, { blockId, where }: Extract<LogFact, { kind: "block_missing" }>): boolean {
    if (where !== "everywhere") return false;
    for (let ahead = 1; ahead < LINES_BETWEEN; ahead++) {
      const next = this.peek(ahead);
      if (next === undefined) return true;
      if (next.thread !== step.thread) continue;
      const { fact } = next;
      return fact.kind !== "block_missing" || fact.where !== where || fact.blockId !== blockId;
    }
    return true;
  }

  /** A later line shows that the block in memory now is still there: read, dropped or removed. */
  isStillUsed(blockId: string): boolean {
    const use = this.#uses.get(blockId)?.[0];
    if (use === undefined) return false;
    const next = this.upcoming(blockId)[0];
    return next === undefined || next === use || next.ts > use.ts || !stores(next.fact);
  }

  /** A line of DEBUG that tells what a spill freed is in sight. */
  get hasSpilled(): boolean {
    return this.#spilled > 0;
  }

  /** A task's end is in sight. */
  finishes(taskId: number): boolean {
    return this.#finishing.has(taskId);
  }

  /** What is about to happen to a block, in log order. */
  upcoming(blockId: string): readonly LogStep[] {
    return this.#byBlock.get(blockId) ?? [];
  }
}

function keep(steps: Map<string, LogStep[]>, blockId: string | undefined, step: LogStep): void {
  if (blockId === undefined) return;
  const known = steps.get(blockId);
  if (known === undefined) steps.set(blockId, [step]);
  else known.push(step);
}

function pass(steps: Map<string, LogStep[]>, blockId: string | undefined): void {
  if (blockId === undefined) return;
  const known = steps.get(blockId);
  known?.shift();
  if (known?.length === 0) steps.delete(blockId);
}

/** The block that a line shows to be in memory: read here, dropped or removed. */
function usedBy(fact: LogFact): string | undefined {
  switch (fact.kind) {
    case "block_found":
      return fact.where === "local" ? fact.blockId : undefined;
    case "block_removed":
    case "block_migrated":
    case "block_dropping":
      return fact.blockId;
    default:
      return undefined;
  }
}

/** JSON layouts name the task and not the thread: one task, one thread. */
function workerOf(taskId: number | undefined): string | undefined {
  return taskId === undefined ? undefined : `task ${taskId}`;
}

function stores({ kind }: LogFact): boolean {
  return kind === "block_stored" || kind === "unroll_failed" || kind === "unroll_refused";
}

/** The block whose size or place a fact changes. */
function blockOf(fact: LogFact): string | undefined {
  switch (fact.kind) {
    case "block_stored":
    case "unroll_failed":
    case "unroll_refused":
    case "block_removed":
    case "block_migrated":
    case "block_dropping":
      return fact.blockId;
    default:
      return undefined;
  }
}
