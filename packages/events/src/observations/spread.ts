/**
 * Where inside a printed second each of its lines stands: by the file's order, and by what the
 * event log knows of tasks.
 */
import type { Fact } from "@respark/core";

/** Launch and finish of a task on the driver's clock, µs. */
export interface TaskTimes {
  launched: number;
  finished: number | undefined;
}

/** One line of a second, as the spread sees it; it sets `ts`. */
export interface SpreadLine {
  fact: Fact;
  line: number;
  ts: number | undefined;
}

// Medians over the runs at hand: a task is printed as assigned 4 ms after its launch, as finished 6
// ms before its finish is booked.
const assignedAfter = 4_000;
const finishedBefore = 6_000;

/** Times of tasks that the event log has reported, forgotten when every log is past them. */
export class TaskClock {
  readonly #times = new Map<number, TaskTimes>();
  readonly #ended: { taskId: number; finished: number }[] = [];
  #forgotten = 0;

  get size(): number {
    return this.#times.size;
  }

  launched(taskId: number, launched: number): void {
    if (!this.#times.has(taskId)) this.#times.set(taskId, { launched, finished: undefined });
  }

  finished(taskId: number, launched: number, finished: number | undefined): void {
    const known = this.#times.get(taskId);
    if (known) known.finished = finished;
    else this.#times.set(taskId, { launched, finished });
    this.#ended.push({ taskId, finished: finished ?? launched });
  }

  of(taskId: number): TaskTimes | undefined {
    return this.#times.get(taskId);
  }

  /** Forgets tasks that ended before `moment`. */
  forgetBefore(moment: number): void {
    while (this.#forgotten < this.#ended.length) {
      const oldest = this.#ended[this.#forgotten];
      if (oldest === undefined || oldest.finished >= moment) break;
      this.#times.delete(oldest.taskId);
      this.#forgotten++;
    }
    if (this.#forgotten > 4096) {
      this.#ended.splice(0, this.#forgotten);
      this.#forgotten = 0;
    }
  }
}

const lows: number[] = [];
const highs: number[] = [];
const pins: number[] = [];

/**
 * Sets `ts` of `lines[from…to)`, which share one printed second `[second, second + 999,999]` µs:
 * non-decreasing, not before `floor` (the line before), evenly by line number between the lines
 * whose moment the event log tells.
 */
export function spreadSecond(
  lines: readonly SpreadLine[],
  from: number,
  to: number,
  second: { readonly start: number; readonly floor: number; readonly nextLine: number },
  tasks: TaskClock | undefined,
): void {
  const count = to - from;
  const end = second.start + 999_999;
  const start = Math.min(Math.max(second.start, second.floor), end);
  bound(lines, from, count, start, end, tasks);
  const firstLine = lines[from]?.line ?? 0;
  const allLines = Math.max(second.nextLine - firstLine, 1);
  let pinned = start;
  let pinnedLine = firstLine;
  let i = 0;
  while (i < count) {
    let next = i;
    while (next < count && Number.isNaN(pins[next])) next++;
    const until = next < count ? (pins[next] ?? end) : end;
    const untilLine = next < count ? (lines[from + next]?.line ?? 0) : firstLine + allLines;
    const stretch = Math.max(untilLine - pinnedLine, 1);
    for (; i < next; i++) {
      const record = lines[from + i];
      if (!record) continue;
      const even = pinned + ((until - pinned) * (record.line - pinnedLine + 0.5)) / stretch;
      record.ts = Math.round(Math.min(Math.max(even, lows[i] ?? start), highs[i] ?? end));
    }
    const pin = i < count ? lines[from + i] : undefined;
    if (pin) {
      pin.ts = until;
      pinned = until;
      pinnedLine = pin.line;
    }
    i++;
  }
}

/** Fills `lows`, `highs` (both non-decreasing) and `pins` (NaN: none). */
function bound(
  lines: readonly SpreadLine[],
  from: number,
  count: number,
  start: number,
  end: number,
  tasks: TaskClock | undefined,
): void {
  let low = start;
  for (let i = 0; i < count; i++) {
    const fact = lines[from + i]?.fact;
    const bounds = fact && tasks ? boundsOf(fact, tasks) : undefined;
    const high = bounds?.atMost ?? end;
    // A bound outside the printed second says nothing here; the clocks are then a little apart.
    if (bounds?.atLeast !== undefined && bounds.atLeast <= end) low = Math.max(low, bounds.atLeast);
    lows[i] = low;
    highs[i] = high >= start ? Math.min(high, end) : end;
    pins[i] = bounds?.likely ?? Number.NaN;
  }
  let high = end;
  for (let i = count - 1; i >= 0; i--) {
    high = Math.min(high, highs[i] ?? end);
    highs[i] = Math.max(high, lows[i] ?? start);
  }
  let last = start;
  for (let i = 0; i < count; i++) {
    const pin = pins[i] ?? Number.NaN;
    if (Number.isNaN(pin)) continue;
    const at = Math.round(Math.min(Math.max(pin, lows[i] ?? start), highs[i] ?? end));
    pins[i] = at >= last ? at : Number.NaN;
    if (at >= last) last = at;
  }
}

function boundsOf(
  fact: Fact,
  tasks: TaskClock,
): { atLeast?: number; atMost?: number; likely: number } | undefined {
  switch (fact.kind) {
    case "task_assigned":
    case "task_running": {
      const times = tasks.of(fact.taskId);
      return times && { atLeast: times.launched, likely: times.launched + assignedAfter };
    }
    case "task_finished": {
      const finished = fact.how === "finished" ? tasks.of(fact.taskId)?.finished : undefined;
      return finished === undefined
        ? undefined
        : { atMost: finished + 999, likely: finished - finishedBefore };
    }
    case "driver_task_started": {
      const times = tasks.of(fact.taskId);
      return times && { atLeast: times.launched, likely: times.launched + 1_000 };
    }
    case "driver_task_ended": {
      const finished = fact.lostReason === undefined ? tasks.of(fact.taskId)?.finished : undefined;
      return finished === undefined ? undefined : { atLeast: finished, likely: finished + 1_000 };
    }
    default:
      return undefined;
  }
}
