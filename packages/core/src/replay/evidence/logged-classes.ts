/**
 * Which of Spark's classes print at DEBUG in an executor's log: levels are set by logger, and a log
 * that has the grants of memory need not have removals, nor the other way round.
 */
import type { TaskEndFact } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";

/** What every change of its kind has a line for. */
export interface LoggedClasses {
  /** BlockManager: which blocks tasks look for */
  readonly lookups: boolean;
  /** MemoryStore: which blocks leave memory */
  readonly removals: boolean;
  /** TaskMemoryManager: what tasks are granted and give back */
  readonly grants: boolean;
  /** Executor: which tasks run (INFO) */
  readonly tasks: boolean;
}

/** Those whose executor's log may be a while behind. */
const HOLDERS_KEPT = 512;
/** So many stores, and none that BlockManager looked up: it prints no DEBUG. */
const STORES_TO_JUDGE = 10;

/** Learns from lines as they enter, half a minute of log time before they are replayed. */
export class LearnedClasses implements LoggedClasses {
  readonly #isDebug: boolean;
  #stores = 0;
  #seesLookups = false;
  #seesRemovals = false;
  #seesGrants = false;
  #seesTasks = false;
  /** tasks that held memory by their totals, µs; events run ahead of the log */
  #holders: { readonly from: number; readonly until: number }[] = [];
  /** one of them ran while the log has lines, and none grants any */
  #missesGrants = false;
  #firstAt = Number.POSITIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** @param isDebug  the log has DEBUG lines of one of the three */
  constructor(isDebug: boolean) {
    this.#isDebug = isDebug;
  }

  /** @param ts  µs */
  learn(fact: LogFact, ts: number): void {
    this.#firstAt = Math.min(this.#firstAt, ts);
    this.#lastAt = Math.max(this.#lastAt, ts);
    switch (fact.kind) {
      case "block_stored":
        this.#stores++;
        break;
      case "block_lookup":
      case "block_level":
      case "put_done":
        this.#seesLookups = true;
        break;
      case "block_removed":
        this.#seesRemovals = true;
        break;
      case "execution_acquired":
      case "execution_released":
        this.#seesGrants = true;
        break;
      case "task_running":
        this.#seesTasks = true;
        break;
      case "task_finished":
        this.#seesTasks = true;
        this.#judgeGrants();
        break;
      default:
        break;
    }
  }

  /** The event log has a task's totals. */
  taskEnded(task: TaskEndFact): void {
    const { launchedMs, finishedMs } = task;
    if (!this.#isDebug || this.#seesGrants || finishedMs === undefined) return;
    if (!surelyHeld(task)) return;
    this.#holders.push({ from: launchedMs * 1000, until: finishedMs * 1000 });
    if (this.#holders.length > HOLDERS_KEPT) this.#holders.shift();
  }

  #judgeGrants(): void {
    if (this.#seesGrants || this.#missesGrants) return;
    const ran = (of: { readonly from: number; readonly until: number }) =>
      of.from >= this.#firstAt && of.until <= this.#lastAt;
    this.#missesGrants = this.#holders.some(ran);
  }

  get lookups(): boolean {
    return this.#isDebug && (this.#seesLookups || this.#stores < STORES_TO_JUDGE);
  }

  get tasks(): boolean {
    return this.#seesTasks || this.#stores < STORES_TO_JUDGE;
  }

  get removals(): boolean {
    return this.#isDebug && (this.#seesRemovals || this.lookups);
  }

  get grants(): boolean {
    if (!this.#isDebug || this.#seesGrants) return this.#isDebug;
    return this.lookups && !this.#missesGrants;
  }
}

/**
 * What a join reports of its broadcast relation is no execution memory: a peak alone tells nothing.
 */
function surelyHeld(task: TaskEndFact): boolean {
  const polled = task.executorMetrics?.get("OnHeapExecutionMemory");
  return [
    task.memorySpilledBytes,
    task.peakOnHeapExecutionBytes,
    task.peakOffHeapExecutionBytes,
    polled,
  ].some((bytes = 0) => bytes > 0);
}
