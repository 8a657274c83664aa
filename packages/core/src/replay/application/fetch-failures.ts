/**
 * Executors whose shuffle files a task could not fetch: the driver then forgets their files and
 * blocks in the words of a loss, and they may live (DAGScheduler.handleTaskCompletion of a
 * FetchFailed, 1.2 to 4.2).
 */
import { isBookkeeping } from "./death-classes.ts";

/** The driver forgets them at once, but its log may be seconds apart, µs. */
const AFTERWARDS_MICROS = 60_000_000;
/** An application from which more executors' files were lost has told enough. */
const KEPT = 10_000;
const FROM = /^FetchFailed\(BlockManagerId\(([^,\s]+),/;

export class FetchFailures {
  /** executor → when the last fetch from it failed; undefined: in a log without times */
  readonly #failed = new Map<string, number | undefined>();

  /** A task's reason, in the words of a driver's `Lost task`. */
  taskLost(reason: string, ts: number | undefined): void {
    const executorId = FROM.exec(reason)?.[1];
    if (executorId === undefined) return;
    if (this.#failed.size < KEPT || this.#failed.has(executorId)) this.#failed.set(executorId, ts);
  }

  /** Whether such words of a loss follow a fetch that failed, and need no loss. */
  explain(executorId: string, reason: string, ts: number | undefined): boolean {
    if (!this.#failed.has(executorId) || !isBookkeeping(reason)) return false;
    const failed = this.#failed.get(executorId);
    return failed === undefined || ts === undefined || ts - failed <= AFTERWARDS_MICROS;
  }
}
