/**
 * How well the clocks of executor logs meet the event log's: task lines against the tasks' launch
 * and finish.
 */
import type { Observation } from "@respark/core";

export interface Alignment {
  /** task lines of executor logs whose task the event log knows */
  readonly compared: number;
  /** of these, within the line's bounds of the task's life */
  readonly agreeing: number;
  /** µs that the worst of the others is away */
  readonly worst: number;
}

interface TaskLine {
  readonly taskId: number;
  readonly ends: boolean;
  readonly tsMin: number;
  readonly tsMax: number;
}

export class AlignedTasks {
  readonly #tasks = new Map<number, { launched: number; finished: number | undefined }>();
  readonly #lines: TaskLine[] = [];

  observe({ fact, source, tsMin, tsMax }: Observation): void {
    if (source === "event_log") {
      if (fact.kind !== "task_end") return;
      this.#tasks.set(fact.taskId, {
        launched: fact.launchedMs * 1000,
        finished: fact.finishedMs === undefined ? undefined : fact.finishedMs * 1000 + 999,
      });
    } else if (fact.kind === "task_running" || fact.kind === "task_finished") {
      if (tsMin === undefined || tsMax === undefined) return;
      const ends = fact.kind === "task_finished" && fact.how === "finished";
      this.#lines.push({ taskId: fact.taskId, ends, tsMin, tsMax });
    }
  }

  finished(): Alignment {
    let compared = 0;
    let agreeing = 0;
    let worst = 0;
    for (const { taskId, ends, tsMin, tsMax } of this.#lines) {
      const task = this.#tasks.get(taskId);
      if (task === undefined) continue;
      compared++;
      const early = task.launched - tsMax;
      const late = ends && task.finished !== undefined ? tsMin - task.finished : 0;
      const off = Math.max(0, early, late);
      if (off === 0) agreeing++;
      worst = Math.max(worst, off);
    }
    return { compared, agreeing, worst };
  }
}
