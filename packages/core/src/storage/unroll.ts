/**
 * How much memory a block asks for while its iterator is unrolled, and when: one table of rules for
 * every version (spec 3.4).
 */
import type { SparkBehaviour } from "../spark-behaviour.ts";
import { confDouble, confLong, type SparkConf } from "../spark-conf.ts";

/** The settings of unrolling. */
export interface UnrollSettings {
  /** First request, bytes. */
  readonly thresholdBytes: number;
  /** Records between two looks. */
  readonly checkPeriod: number;
  readonly growthFactor: number;
  /** Whether a killed task stops unrolling. */
  readonly interruptStops: boolean;
}

const FIXED_CHECK_PERIOD = 16;
const FIXED_GROWTH_FACTOR = 1.5;

export function unrollSettings(behaviour: SparkBehaviour, conf: SparkConf): UnrollSettings {
  return {
    thresholdBytes: confLong(conf, "spark.storage.unrollMemoryThreshold", behaviour),
    checkPeriod: behaviour.checkPeriodConfigurable
      ? confLong(conf, "spark.storage.unrollMemoryCheckPeriod", behaviour)
      : FIXED_CHECK_PERIOD,
    growthFactor: behaviour.checkPeriodConfigurable
      ? confDouble(conf, "spark.storage.unrollMemoryGrowthFactor", behaviour)
      : FIXED_GROWTH_FACTOR,
    interruptStops: behaviour.interruptStopsUnroll,
  };
}

/** What an iterator turns out to hold. */
export interface UnrollDemand {
  /**
   * Size at every look: after elements 1, 1 + period, 1 + 2·period, … for values; for the
   * serialized form of 2.0–2.3 see `unrollAsBytes`.
   */
  readonly checkedBytes: readonly number[];
  /** Size of the finished array or buffer. */
  readonly finalBytes: number;
  /** The task was killed when so many looks had been taken; from 4.0 on the unroll ends there. */
  readonly interruptedAfterLooks?: number | undefined;
}

/** On whose account a block is unrolled. */
export interface UnrollAccount {
  /** Asks for unroll memory; true = granted. */
  reserve(bytes: number): boolean;
}

/** What `Unrolling.advance` returns when there is nothing more to ask for. */
export const UNROLLED = -1;

/**
 * An unroll look by look: so that other tasks can act in between, it stops before each request
 * beyond the first and says how many bytes it has unrolled.
 */
export interface Unrolling {
  /** Bytes unrolled before the next request, or UNROLLED: `whole` and `heldBytes` are final. */
  advance(account: UnrollAccount): number;
  readonly whole: boolean;
  /** This block's unroll memory. */
  readonly heldBytes: number;
  /** Not for want of memory: its task was killed. */
  readonly interrupted: boolean;
}

/**
 * The loop that all versions share for values, and 2.4+ for the serialized form. The threshold
 * grows even when the request fails.
 */
export class UnrollingValues implements Unrolling {
  whole = false;
  heldBytes = 0;
  interrupted = false;
  readonly #demand: UnrollDemand;
  readonly #growthFactor: number;
  readonly #stopsAfter: number | undefined;
  #threshold: number;
  #look = -1;
  /** Asked for at the look that `advance` stopped at. */
  #request = 0;

  constructor(demand: UnrollDemand, settings: UnrollSettings) {
    this.#demand = demand;
    this.#growthFactor = settings.growthFactor;
    this.#stopsAfter = settings.interruptStops ? demand.interruptedAfterLooks : undefined;
    this.#threshold = settings.thresholdBytes;
  }

  advance(account: UnrollAccount): number {
    if (this.#look < 0) {
      if (!account.reserve(this.#threshold)) return UNROLLED;
      this.heldBytes = this.#threshold;
    } else {
      if (!account.reserve(this.#request)) return UNROLLED;
      this.heldBytes += this.#request;
      this.#threshold += this.#request;
    }
    const { checkedBytes } = this.#demand;
    while (++this.#look < checkedBytes.length && this.#look !== this.#stopsAfter) {
      const size = checkedBytes[this.#look] ?? 0;
      if (size < this.#threshold) continue;
      this.#request = Math.trunc(size * this.#growthFactor - this.#threshold);
      return size;
    }
    this.interrupted = this.#stopsAfter !== undefined;
    this.whole = !this.interrupted;
    return UNROLLED;
  }
}

/**
 * The serialized form of 2.0–2.3: `checkedBytes` are the buffer's sizes after every record
 * (2.0–2.2, no growth factor), or after records `period`, 2·`period`, … (2.3).
 */
export class UnrollingBytes implements Unrolling {
  whole = false;
  heldBytes = 0;
  readonly interrupted = false;
  readonly #demand: UnrollDemand;
  readonly #thresholdBytes: number;
  readonly #growthFactor: number;
  #look = -1;

  constructor(
    demand: UnrollDemand,
    settings: Pick<UnrollSettings, "thresholdBytes" | "growthFactor">,
  ) {
    this.#demand = demand;
    this.#thresholdBytes = settings.thresholdBytes;
    this.#growthFactor = settings.growthFactor;
  }

  advance(account: UnrollAccount): number {
    const { checkedBytes, finalBytes } = this.#demand;
    const seen = checkedBytes[this.#look] ?? 0;
    const request =
      this.#look < 0
        ? this.#thresholdBytes
        : Math.trunc(seen * this.#growthFactor - this.heldBytes);
    if (!this.#take(request, account)) return UNROLLED;
    while (++this.#look < checkedBytes.length) {
      const size = checkedBytes[this.#look] ?? 0;
      if (size > this.heldBytes) return size;
    }
    this.whole = finalBytes <= this.heldBytes || this.#take(finalBytes - this.heldBytes, account);
    return UNROLLED;
  }

  #take(bytes: number, account: UnrollAccount): boolean {
    if (!account.reserve(bytes)) return false;
    this.heldBytes += bytes;
    return true;
  }
}

const NOBODY: ReadonlyMap<number, number> = new Map();

/** Unroll memory by task, in the order in which the tasks first asked. */
export class UnrollLedger {
  /** Of most executors one of three ledgers is ever written to. */
  #bytesByTask: Map<number, number> | undefined;
  #totalBytes = 0;

  get totalBytes(): number {
    return this.#totalBytes;
  }

  get bytesByTask(): ReadonlyMap<number, number> {
    return this.#bytesByTask ?? NOBODY;
  }

  bytesOf(taskId: number): number {
    return this.#bytesByTask?.get(taskId) ?? 0;
  }

  add(taskId: number, bytes: number): void {
    this.#bytesByTask ??= new Map();
    this.#bytesByTask.set(taskId, this.bytesOf(taskId) + bytes);
    this.#totalBytes += bytes;
  }

  /** Takes away up to `bytes` and forgets a task with nothing left; returns what there was. */
  take(taskId: number, bytes: number): number {
    const held = this.#bytesByTask?.get(taskId);
    if (this.#bytesByTask === undefined || held === undefined) return 0;
    const taken = Math.min(bytes, held);
    this.#totalBytes -= taken;
    if (taken === held) this.#bytesByTask.delete(taskId);
    else this.#bytesByTask.set(taskId, held - taken);
    return taken;
  }

  /**
   * The same, but a task with nothing left stays listed with 0, as 1.6 leaves it when it moves
   * unroll memory to pending.
   */
  takeAndStay(taskId: number, bytes: number): void {
    this.add(taskId, -bytes);
  }

  clear(): void {
    this.#bytesByTask = undefined;
    this.#totalBytes = 0;
  }
}
