/** What a task does, turn by turn, and the time that its turns take. */
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";

/** Milliseconds to let pass; a request to have answered; or a course to run first. */
export type TaskTurn = number | ExecutionRequest | TaskCourse;

/**
 * A task's course. One that needs another yields it: whoever drives the task runs it and comes
 * back, so that a turn costs the same however deep courses lie.
 */
export type TaskCourse = Generator<TaskTurn, void, number>;

/**
 * A part of a course that takes many turns, written as steps: a generator boxes every number that
 * it keeps or yields.
 */
export interface TaskSteps {
  /** The next turn, given the answer to the last one; `undefined`: it is over. */
  advance(answer: number): number | ExecutionRequest | undefined;
}

/**
 * Time that a task has spent and that has not passed yet. It must pass before the task meets what
 * it shares with others (memory, blocks): until then the time of it is open.
 */
export class TaskClock {
  #owedMillis = 0;

  spend(millis: number): void {
    this.#owedMillis += millis;
  }

  /** To be yielded. */
  due(): number {
    const millis = this.#owedMillis;
    this.#owedMillis = 0;
    return millis;
  }
}
