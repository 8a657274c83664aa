/**
 * What executors polled of their own pools (3.0+): a task's end tells the executor's exact peaks
 * over all polls while it ran, of execution memory, of storage memory and of both together. Between
 * two polls more may have been used for a moment.
 */

import { POLLS_TO_TRUST } from "../../calibration/polls.ts";
import type { TaskEndFact } from "../../event-fact.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import { Lingering } from "../lingering.ts";

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
/** How many lives are kept to find which ran side by side. */
const LIVES_KEPT = 512;
/** spark.executor.heartbeatInterval, where it is not set */
const HEARTBEAT_MICROS = 10_000_000;

/** Starts are logged in their order, except within so much. */
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
  readonly #ended = new Lingering<number>(ENDED_KEPT, (taskId) => this.#lives.delete(taskId));
  /** tasks that ran, polled or not */
  readonly #all = new Map<number, Life>();
  /** the same in the order of their starts, from `#oldest` on */
  #inOrder: number[] = [];
  #oldest = 0;
  /**
   * of them, how many have not ended; the one that runs alone; when the last of the others ended,
   * µs
   */
  #running = 0;
  #alone: Life | undefined;
  #latestEnd = Number.NEGATIVE_INFINITY;
  #every: {
    readonly polling: string | undefined;
    readonly heartbeat: string | undefined;
    readonly micros: number;
  } = { polling: undefined, heartbeat: undefined, micros: HEARTBEAT_MICROS };
  /** those that ran alone and into which a start to come may still fall */
  #ranAlone: Life[] = [];

  /** @param setting  of the application, as configured */
  constructor(setting: (key: string) => string | undefined) {
    this.#setting = setting;
  }

  taskStarted(taskId: number, launchedMs: number): void {
    const from = launchedMs * 1000;
    this.#forgetLife(taskId);
    const alone = this.#running === 0 && this.#latestEnd <= from;
    const life: Life = { from, until: Number.POSITIVE_INFINITY, alone };
    if (this.#alone !== undefined) this.#alone.alone = false;
    this.#alone = alone ? life : undefined;
    if (this.#ranAlone.length > 0) {
      for (const other of this.#ranAlone) if (other.until > from) other.alone = false;
      this.#ranAlone = this.#ranAlone.filter(
        (other) => other.alone && other.until > from - OUT_OF_ORDER_MICROS,
      );
    }
    this.#all.set(taskId, life);
    this.#inOrder.push(taskId);
    this.#running++;
    if (this.#all.size > LIVES_KEPT) this.#forgetOldest();
  }

  /**
   * What is known of a task's life is given up: another begins under its id, or too many are known.
   */
  #forgetLife(taskId: number): void {
    const life = this.#all.get(taskId);
    if (life === undefined) return;
    this.#all.delete(taskId);
    if (life.until === Number.POSITIVE_INFINITY) this.#leaves(life);
  }

  #forgetOldest(): void {
    for (; this.#oldest < this.#inOrder.length; this.#oldest++) {
      const taskId = this.#inOrder[this.#oldest];
      if (taskId === undefined || !this.#all.has(taskId)) continue;
      this.#forgetLife(taskId);
      break;
    }
    if (this.#oldest < 4 * LIVES_KEPT) return;
    this.#inOrder = this.#inOrder.slice(this.#oldest);
    this.#oldest = 0;
  }

  #leaves(life: Life): void {
    this.#running--;
    if (this.#alone === life) this.#alone = undefined;
  }

  taskEnded(fact: TaskEndFact): void {
    const { taskId } = fact;
    const from = fact.launchedMs * 1000;
    if (!this.#all.has(taskId)) this.taskStarted(taskId, fact.launchedMs);
    if (fact.finishedMs === undefined) return;
    const until = fact.finishedMs * 1000;
    const known = this.#all.get(taskId);
    if (known !== undefined) this.#lifeEnded(known, until);
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
    this.#ended.add(taskId);
  }

  #lifeEnded(life: Life, until: number): void {
    if (life.until === Number.POSITIVE_INFINITY) this.#leaves(life);
    life.until = until;
    this.#latestEnd = Math.max(this.#latestEnd, until);
    if (life.alone) this.#ranAlone.push(life);
  }

  /** Without an interval of its own, metrics are polled at heartbeats. */
  #everyMicros(): number {
    const polling = this.#setting("spark.executor.metrics.pollingInterval");
    const heartbeat = this.#setting("spark.executor.heartbeatInterval");
    // Asked at the end of every task, and read once.
    if (polling !== this.#every.polling || heartbeat !== this.#every.heartbeat) {
      const micros = microsOf(polling) ?? microsOf(heartbeat) ?? HEARTBEAT_MICROS;
      this.#every = { polling, heartbeat, micros };
    }
    return this.#every.micros;
  }

  /**
   * Most execution memory that all tasks together were seen to hold while this one ran; undefined:
   * not polled often enough to say.
   */
  executionWhile(taskId: number, mode: MemoryMode): number | undefined {
    const life = this.#lives.get(taskId);
    if (life === undefined || life.polls < POLLS_TO_TRUST) return undefined;
    return mode === "on_heap" ? life.executionBytes : life.offHeapExecutionBytes;
  }

  /** Whether no other task ran on the executor at any time of this one's life. */
  ranAlone(taskId: number): boolean {
    return this.#lives.has(taskId) && this.#all.get(taskId)?.alone === true;
  }

  /**
   * Peaks of storage memory, blocks and unroll memory, of lives that reach into a time span (µs).
   */
  storageWhile(from: number, until: number): ReadonlySet<number> {
    const peaks = new Set<number>();
    for (const life of this.#lives.values())
      if (life.until >= from && life.from <= until) peaks.add(life.storageBytes);
    return peaks;
  }

  forget(taskId: number): void {
    this.#lives.delete(taskId);
    const life = this.#all.get(taskId);
    if (life?.until !== Number.POSITIVE_INFINITY) return;
    this.#leaves(life); // its end was lost
    life.until = Number.NEGATIVE_INFINITY;
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

/**
 * A duration as Spark's settings write it; a bare number is milliseconds. undefined: none, or 0.
 */
function microsOf(text: string | undefined): number | undefined {
  const [, digits, unit = ""] = /^\s*(\d+)\s*([a-z]*)\s*$/.exec(text ?? "") ?? [];
  const scale = UNIT_MICROS[unit];
  if (digits === undefined || scale === undefined) return undefined;
  const micros = Number(digits) * scale;
  return micros > 0 ? micros : undefined;
}
