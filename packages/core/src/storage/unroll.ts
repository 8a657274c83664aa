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

/** What an unroll ended with. `heldBytes` is this block's unroll memory. */
export interface UnrollOutcome {
  readonly whole: boolean;
  readonly heldBytes: number;
  /** Not for want of memory: its task was killed. */
  readonly interrupted?: boolean;
}

/** Asks for unroll memory; true = granted. */
export type Reserve = (bytes: number) => boolean;

/**
 * An unroll look by look: it yields the bytes unrolled so far before each request beyond the first,
 * so that other tasks can act in between.
 */
export type UnrollSteps = Generator<number, UnrollOutcome, void>;

/** Runs steps to their end at once. */
export function drained<Result>(steps: Generator<number, Result, void>): Result {
  for (;;) {
    const turn = steps.next();
    if (turn.done === true) return turn.value;
  }
}

/**
 * The loop that all versions share for values, and 2.4+ for the serialized form. The threshold
 * grows even when the request fails.
 */
export function* unrollAsValues(
  demand: UnrollDemand,
  settings: UnrollSettings,
  reserve: Reserve,
): UnrollSteps {
  const stopsAfter = settings.interruptStops ? demand.interruptedAfterLooks : undefined;
  let threshold = settings.thresholdBytes;
  if (!reserve(threshold)) return { whole: false, heldBytes: 0 };
  let heldBytes = threshold;
  for (const [look, size] of demand.checkedBytes.entries()) {
    if (look === stopsAfter) break;
    if (size < threshold) continue;
    yield size;
    const request = Math.trunc(size * settings.growthFactor - threshold);
    if (!reserve(request)) return { whole: false, heldBytes };
    heldBytes += request;
    threshold += request;
  }
  if (stopsAfter !== undefined) return { whole: false, heldBytes, interrupted: true };
  return { whole: true, heldBytes };
}

/**
 * The serialized form of 2.0–2.3: `checkedBytes` are the buffer's sizes after every record
 * (2.0–2.2, no growth factor), or after records `period`, 2·`period`, … (2.3).
 */
export function* unrollAsBytes(
  demand: UnrollDemand,
  settings: UnrollSettings,
  growthFactor: number,
  reserve: Reserve,
): UnrollSteps {
  if (!reserve(settings.thresholdBytes)) return { whole: false, heldBytes: 0 };
  let heldBytes = settings.thresholdBytes;
  for (const size of demand.checkedBytes) {
    if (size <= heldBytes) continue;
    yield size;
    const request = Math.trunc(size * growthFactor - heldBytes);
    if (!reserve(request)) return { whole: false, heldBytes };
    heldBytes += request;
  }
  if (demand.finalBytes > heldBytes) {
    const rest = demand.finalBytes - heldBytes;
    if (!reserve(rest)) return { whole: false, heldBytes };
    heldBytes += rest;
  }
  return { whole: true, heldBytes };
}

/** Unroll memory by task, in the order in which the tasks first asked. */
export class UnrollLedger {
  readonly #bytesByTask = new Map<number, number>();
  #totalBytes = 0;

  get totalBytes(): number {
    return this.#totalBytes;
  }

  get bytesByTask(): ReadonlyMap<number, number> {
    return this.#bytesByTask;
  }

  bytesOf(taskId: number): number {
    return this.#bytesByTask.get(taskId) ?? 0;
  }

  add(taskId: number, bytes: number): void {
    this.#bytesByTask.set(taskId, this.bytesOf(taskId) + bytes);
    this.#totalBytes += bytes;
  }

  /** Takes away up to `bytes` and forgets a task with nothing left; returns what there was. */
  take(taskId: number, bytes: number): number {
    const held = this.#bytesByTask.get(taskId);
    if (held === undefined) return 0;
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
    this.#bytesByTask.set(taskId, this.bytesOf(taskId) - bytes);
    this.#totalBytes -= bytes;
  }

  clear(): void {
    this.#bytesByTask.clear();
    this.#totalBytes = 0;
  }
}
