/** Which tasks run on which executor, as lines and events say: what stood around a failure. */
import type { EventFact } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";
import type { Observation } from "../../observation.ts";

export interface Circumstances {
  readonly stageId: number | undefined;
  /** the failed one among them; undefined: no log names the executor's tasks */
  readonly runningTasks: number | undefined;
}

/** Failures whose circumstances are kept until the executor's replay comes to them. */
const KEPT = 10_000;

export class TaskCensus {
  /** executor → running task → its stage */
  readonly #running = new Map<string, Map<number, number | undefined>>();
  /** by file and line of the failure */
  readonly #around = new Map<string, Circumstances>();

  line(observation: Observation, fact: LogFact): void {
    const { executorId } = observation;
    if (executorId === undefined) return;
    switch (fact.kind) {
      case "task_running":
        this.#start(executorId, fact.taskId, fact.stageId);
        return;
      case "task_finished":
        if (fact.how === "failed") this.#remember(observation, executorId, fact.taskId);
        this.#running.get(executorId)?.delete(fact.taskId);
        return;
      case "uncaught_error":
      case "error_logged":
        this.#remember(observation, executorId, observation.taskId);
        return;
      case "driver_task_started":
        if (fact.executorId !== undefined) this.#start(fact.executorId, fact.taskId, fact.stageId);
        return;
      case "driver_task_ended":
        if (fact.executorId !== undefined) this.#running.get(fact.executorId)?.delete(fact.taskId);
        return;
      default:
        return;
    }
  }

  event(fact: EventFact): void {
    if (fact.kind === "task_start") this.#start(fact.executorId, fact.taskId, fact.stageId);
    else if (fact.kind === "task_end") this.#running.get(fact.executorId)?.delete(fact.taskId);
    else if (fact.kind === "executor_removed") this.#running.delete(fact.executorId);
  }

  /** How many tasks run on an executor now, and of which stage most of them are. */
  now(executorId: string, taskId?: number): Circumstances {
    const running = this.#running.get(executorId);
    if (running === undefined) return { stageId: undefined, runningTasks: undefined };
    const stages = [...running.values()];
    const stageId = taskId === undefined ? alike(stages) : running.get(taskId);
    // A task whose start is not logged is not the only one.
    const isToldWhole = taskId === undefined || running.has(taskId);
    return { stageId, runningTasks: isToldWhole ? running.size : undefined };
  }

  /** The same of the whole application. */
  anywhere(): Circumstances {
    const running = [...this.#running.values()];
    if (running.length === 0) return { stageId: undefined, runningTasks: undefined };
    const stages = running.flatMap((tasks) => [...tasks.values()]);
    return { stageId: alike(stages), runningTasks: stages.length };
  }

  /** What stood around the failure at this line, once. */
  around({ sourceFileId, line }: { sourceFileId: number; line: number }): Circumstances {
    const key = `${sourceFileId}:${line}`;
    const found = this.#around.get(key);
    this.#around.delete(key);
    return found ?? { stageId: undefined, runningTasks: undefined };
  }

  #start(executorId: string, taskId: number, stageId: number | undefined): void {
    let running = this.#running.get(executorId);
    if (running === undefined) {
      running = new Map();
      this.#running.set(executorId, running);
    }
    running.set(taskId, stageId ?? running.get(taskId));
  }

  #remember(at: Observation, executorId: string, taskId: number | undefined): void {
    if (this.#around.size >= KEPT) return;
    this.#around.set(`${at.sourceFileId}:${at.line}`, this.now(executorId, taskId));
  }
}

function alike(stages: readonly (number | undefined)[]): number | undefined {
  const [first] = stages;
  return stages.every((stage) => stage === first) ? first : undefined;
}
