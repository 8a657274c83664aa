/** What a task does, turn by turn, and the time that its turns take. */
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";

/** Milliseconds to let pass, or a request to have answered. */
export type TaskTurn = number | ExecutionRequest;

/** Something that a task seldom does, turn by turn; its result is what is left to do at last. */
export type TaskCourse<Result> = Generator<TaskTurn, Result, number>;

/**
 * A part of what a task does, as steps of an object: most tasks take these alone, and a generator
 * boxes every number that it keeps or yields.
 */
export interface TaskSteps {
  /** The next turn, given the answer to the last one; `undefined`: it is over. */
  advance(answer: number): TaskTurn | undefined;
}

/** A course as steps. */
export class CourseSteps<Result> implements TaskSteps {
  readonly #course: TaskCourse<Result>;
  readonly #isOver: (result: Result) => void;

  constructor(course: TaskCourse<Result>, isOver: (result: Result) => void) {
    this.#course = course;
    this.#isOver = isOver;
  }

  advance(answer: number): TaskTurn | undefined {
    const turn = this.#course.next(answer);
    if (turn.done !== true) return turn.value;
    this.#isOver(turn.value);
    return undefined;
  }
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

  /** To be returned as a turn. */
  due(): number {
    const millis = this.#owedMillis;
    this.#owedMillis = 0;
    return millis;
  }
}
