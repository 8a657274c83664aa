/**
 * What executors polled of their own pools (3.0+): a task's end tells the executor's exact peaks over all polls while it ran, of execution
 * memory, of storage memory and of both together. Between two polls more may have been used for a moment.
 */

import { POLLS_TO_TRUST } from "../../calibration/polls.ts";
import type { TaskEndFact } from "../../event-fact.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";

/** One task's life with what was polled in it. Times are epoch µs. */
export interface PolledLife {
  readonly taskId: number;
  readonly from: number;
  readonly until: number;
  /** expected number of polls */
  readonly polls: number;
  readonly executionBytes: number;
  readonly offHeapExecutionBytes: number | undefined;
  readonly storageBytes: number;
}

/** Ended tasks that no replay asked for. */
const ENDED_KEPT = 20_000;
/** How many lives are kept to find who ran beside whom. */
const LIVES_KEPT = 512;
/** spark.executor.heartbeatInterval, where it is not set */
const HEARTBEAT_MICROS = 10_000_000;

/** Starts are told in their order, but for so much. */
const OUT_OF_ORDER_MICROS = 1_000_000;

interface Life {
  readonly from: number;
  until: number;
  /** no other task ran beside it */
  alone: boolean;
}

export class PolledPeaks {
  readonly #setting: (key: string) => string | undefined;
  readonly #lives = new Map<number, PolledLife>();
  /** tasks that ran, polled or not, in the order of their starts */
  readonly #all = new Map<number, Life>();
  /** those of them into which a start to come may still fall */
  readonly #near = new Set<Life>();

  /** @param setting  of the application, as configured */
  constructor(setting: (key: string) => string | undefined) {
    this.#setting = setting;
  }

  taskStarted(taskId: number, launchedMs: number): void {
    const life: Life = { from: launchedMs * 1000, until: Number.POSITIVE_INFINITY, alone: true };
    for (const other of this.#near) {
      if (other.until <= life.from) {
        if (other.until <= life.from - OUT_OF_ORDER_MICROS) this.#near.delete(other);
        continue;
      }
      other.alone = false;
      life.alone = false;
    }
    this.#all.set(taskId, life);
    this.#near.add(life);
    if (this.#all.size <= LIVES_KEPT) return;
    const [oldest] = this.#all;
    if (oldest === undefined) return;
    this.#all.delete(oldest[0]);
    this.#near.delete(oldest[1]);
  }

  taskEnded(fact: TaskEndFact): void {
    const { taskId } = fact;
    const from = fact.launchedMs * 1000;
    if (!this.#all.has(taskId)) this.taskStarted(taskId, fact.launchedMs);
    if (fact.finishedMs === undefined) return;
    const until = fact.finishedMs * 1000;
    const known = this.#all.get(taskId);
    if (known !== undefined) known.until = until;
    const metrics = fact.executorMetrics;
    if ((metrics?.get("JVMHeapMemory") ?? 0) === 0) return; // no poll fell into its life
    const executionBytes = metrics?.get("OnHeapExecutionMemory");
    const storageBytes = metrics?.get("OnHeapStorageMemory");
    if (executionBytes === undefined || storageBytes === undefined) return;
    const polls = Math.floor((until - from) / this.#everyMicros());
    this.#lives.set(taskId, {
      taskId,
      from,
      until,
      polls,
      executionBytes,
      offHeapExecutionBytes: metrics?.get("OffHeapExecutionMemory"),
      storageBytes,
    });
    const [oldest] = this.#lives.keys();
    if (this.#lives.size > ENDED_KEPT && oldest !== undefined) this.#lives.delete(oldest);
  }

  /** Without an interval of its own, metrics are polled at heartbeats. */
  #everyMicros(): number {
    return (
      microsOf(this.#setting("spark.executor.metrics.pollingInterval")) ??
      microsOf(this.#setting("spark.executor.heartbeatInterval")) ??
      HEARTBEAT_MICROS
    );
  }

  /** Most execution memory that all tasks together were seen to hold while this one ran; undefined: not polled often enough to say. */
  executionWhile(taskId: number, mode: MemoryMode): number | undefined {
    const life = this.#lives.get(taskId);
    if (life === undefined || life.polls < POLLS_TO_TRUST) return undefined;
    return mode === "on_heap" ? life.executionBytes : life.offHeapExecutionBytes;
  }

  /** Whether no other task ran on the executor at any time of this one's life. */
  ranAlone(taskId: number): boolean {
    return this.#lives.has(taskId) && this.#all.get(taskId)?.alone === true;
  }

  /** Peaks of storage memory, blocks and unroll memory, of lives that reach into a time span (µs). */
  storageWhile(from: number, until: number): ReadonlySet<number> {
    const peaks = new Set<number>();
    for (const life of this.#lives.values())
      if (life.until >= from && life.from <= until) peaks.add(life.storageBytes);
    return peaks;
  }

  forget(taskId: number): void {
    this.#lives.delete(taskId);
    const life = this.#all.get(taskId);
    if (life?.until === Number.POSITIVE_INFINITY) this.#near.delete(life); // its end was lost
  }
}

const UNIT_MICROS: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1000,
  "": 1000,
  s: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
};

/** A duration as Spark's settings write it; a bare number is milliseconds. undefined: none, or 0. */
function microsOf(text: string | undefined): number | undefined {
  const [, digits, unit = ""] = /^\s*(\d+)\s*([a-z]*)\s*$/.exec(text ?? "") ?? [];
  const scale = UNIT_MICROS[unit];
  if (digits === undefined || scale === undefined) return undefined;
  const micros = Number(digits) * scale;
  return micros > 0 ? micros : undefined;
}
