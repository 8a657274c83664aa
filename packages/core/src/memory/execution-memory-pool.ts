/**
 * Who may hold how much: between 1/2N and 1/N of the pool for each of N active tasks. Follows
 * ExecutionMemoryPool, Spark 1.6–4.2, and ShuffleMemoryManager, 1.2–1.5.
 */
import { assert, JAVA_ASSERTION_ERROR, SparkFailure } from "../assert.ts";
import type { MemoryMode } from "./memory-mode.ts";
import { MemoryPool } from "./memory-pool.ts";

/**
 * A task's demand for execution memory that is not answered yet. Spark blocks the thread; here it
 * waits in the open.
 */
export interface ExecutionRequest {
  readonly taskId: number;
  readonly bytes: number;
  readonly mode: MemoryMode;
  /** Whether the task was made active by it. */
  registered: boolean;
}

/** Answers of `evaluate` that are no bytes. */
export const WAITS = -1;
export const TASK_ENDED = -2;

/** Where a pool's growth comes from. */
export interface PoolGrowth {
  /** Tries to make the pool larger by `bytes`; no more than a try, and nothing for numbers ≤ 0. */
  grow(bytes: number): void;
  /** What the pool could at most be. */
  maxPoolBytes(): number;
}

/**
 * How little memory makes a task wait: less than 1/2N in all, or (before 1.6) free memory that
 * would not bring it to 1/2N.
 */
export type WaitRule = "below_half_share" | "free_below_need";

const NOBODY: ReadonlyMap<number, number> = new Map();

export class ExecutionMemoryPool extends MemoryPool {
  readonly #waitRule: WaitRule;
  readonly #emptyTaskStaysActive: boolean;
  /** Made for the first task: an off-heap pool mostly has none. */
  #bytesByTask: Map<number, number> | undefined;
  #usedBytes = 0;
  #highestBytes = 0;
  #highestShareBytes = 0;
  #hasFallenShort = false;
  #notified = false;

  constructor(
    rules: { readonly waitRule: WaitRule; readonly emptyTaskStaysActive: boolean } = {
      waitRule: "below_half_share",
      emptyTaskStaysActive: false,
    },
  ) {
    super();
    this.#waitRule = rules.waitRule;
    this.#emptyTaskStaysActive = rules.emptyTaskStaysActive;
  }

  override get usedBytes(): number {
    return this.#usedBytes;
  }

  /** The most that was ever held by grants of `evaluate`, bytes. */
  get highestBytes(): number {
    return this.#highestBytes;
  }

  /**
   * The most that a task was to hold, times the tasks that were active then: no 1/N of a pool that
   * is as large cuts any of them short. Bytes.
   */
  get highestShareBytes(): number {
    return this.#highestShareBytes;
  }

  /** Whether any look of `evaluate` gave less than was asked for. */
  get hasFallenShort(): boolean {
    return this.#hasFallenShort;
  }

  /** N: tasks with an entry, even of 0 bytes. */
  get activeTasks(): number {
    return this.#bytesByTask?.size ?? 0;
  }

  /** Bytes by task attempt id, in the order in which the tasks became active. */
  get bytesByTask(): ReadonlyMap<number, number> {
    return this.#bytesByTask ?? NOBODY;
  }

  /** What one task holds; 0 when it is not active. */
  bytesOf(taskId: number): number {
    return this.#bytesByTask?.get(taskId) ?? 0;
  }

  /** Whether waiting requests have to look again since this was last asked. */
  takeNotification(): boolean {
    const notified = this.#notified;
    this.#notified = false;
    return notified;
  }

  get notified(): boolean {
    return this.#notified;
  }

  /** Makes a task active. True = it was not, and all waiting requests must look again. */
  register(taskId: number, bytes: number): void {
    if (!(bytes > 0))
      throw new SparkFailure(
        JAVA_ASSERTION_ERROR,
        `assertion failed: invalid number of bytes requested: ${bytes}`,
      );
    this.#bytesByTask ??= new Map();
    if (this.#bytesByTask.has(taskId)) return;
    this.#bytesByTask.set(taskId, 0);
    this.#notified = true;
  }

  /**
   * One look at a request: the bytes granted (0 … `bytes`), WAITS, or TASK_ENDED when its task is
   * active no more (the thread blocked in Spark dies of it).
   */
  evaluate(taskId: number, bytes: number, growth: PoolGrowth): number {
    const tasks = this.#bytesByTask;
    const held = tasks?.get(taskId);
    if (tasks === undefined || held === undefined) return TASK_ENDED;
    growth.grow(bytes - this.freeBytes);
    const active = tasks.size;
    const share = Math.floor(growth.maxPoolBytes() / active);
    const cap = Math.min(bytes, Math.max(0, share - held));
    const free = this.freeBytes;
    const granted = Math.min(cap, free);
    if (granted < bytes) this.#hasFallenShort = true;
    const wantedShare = active * (held + bytes);
    if (wantedShare > this.#highestShareBytes) this.#highestShareBytes = wantedShare;
    const half = Math.floor(this.sizeBytes / (2 * active));
    const waits =
      this.#waitRule === "below_half_share"
        ? granted < bytes && held + granted < half
        : held < half && free < Math.min(cap, half - held);
    if (waits) return WAITS;
    tasks.set(taskId, held + granted);
    this.#usedBytes += granted;
    if (this.#usedBytes > this.#highestBytes) this.#highestBytes = this.#usedBytes;
    assert(
      this.#usedBytes <= this.sizeBytes,
      () => `execution pool: ${this.#usedBytes} of ${this.sizeBytes} bytes used`,
    );
    return granted;
  }

  /**
   * Gives back `bytes` of a task, or all it holds when that is less; a task with nothing left is no
   * longer active. Returns how much less.
   */
  release(taskId: number, bytes: number): number {
    this.#notified = true;
    const tasks = this.#bytesByTask;
    const held = tasks?.get(taskId);
    if (tasks === undefined || held === undefined) return bytes;
    const released = Math.min(bytes, held);
    const left = held - released;
    if (left > 0 || this.#emptyTaskStaysActive) tasks.set(taskId, left);
    else tasks.delete(taskId);
    this.#usedBytes -= released;
    return bytes - released;
  }

  /** Gives back all of a task and ends its being active. Returns the bytes. */
  releaseAll(taskId: number): number {
    const held = this.bytesOf(taskId);
    this.release(taskId, held);
    this.#bytesByTask?.delete(taskId);
    return held;
  }

  /** Books a grant known from outside; returns what did not fit. */
  adopt(taskId: number, bytes: number): number {
    const taken = Math.max(0, Math.min(bytes, this.freeBytes));
    this.#bytesByTask ??= new Map();
    this.#bytesByTask.set(taskId, this.bytesOf(taskId) + taken);
    this.#usedBytes += taken;
    return bytes - taken;
  }
}
