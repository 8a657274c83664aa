/**
 * Whose spill a line without a task tells of, and how much it freed: what the event log says of
 * each task's spills in all decides.
 */
import type { Amount } from "../../amount.ts";
import type { ByteInterval } from "../../byte-interval.ts";
import type { LogFact } from "../../log-fact.ts";
import type { ReplayContext } from "../replay-context.ts";
import type { LogStep } from "./lookahead.ts";

type SpillFact = Extract<LogFact, { kind: "spill" }>;

/** A task that a line is found to be of. */
export interface FoundTask {
  readonly taskId: number;
  /** Other tasks would do as well, or another thread was given its task so. */
  readonly assumed: boolean;
}

/** A size as a line prints it; `fact` only where no other line says what was freed of it. */
interface PrintedSpill {
  readonly printed: Amount;
  /** A ShuffleExternalSorter writes its last part as well, which is no spill. */
  readonly consumer: string | undefined;
  readonly fact: SpillFact | undefined;
}

export interface SettledSpill {
  readonly memory: Amount;
  readonly diskBytes: number | undefined;
}

/** How many lines ahead other spills are looked for. */
const LINES_AHEAD = 3000;
/** Of whole seconds printed. */
const ROUNDING_MICROS = 1_000_000;

interface Upcoming {
  /** place in the log */
  readonly at: number;
  readonly threadId: number | undefined;
  readonly taskId: number | undefined;
  readonly ts: number;
  readonly fact: SpillFact;
}

/** What the log is about to tell. */
interface Ahead {
  readonly spills: readonly Upcoming[];
  /** task → place of the line that it is over */
  readonly ends: ReadonlyMap<number, number>;
}

interface Candidate {
  readonly taskId: number;
  readonly launchedAt: number;
  readonly finishedAt: number;
  readonly spilledBytes: number;
  readonly diskBytes: number | undefined;
}

export class SpillTotals {
  readonly #context: ReplayContext;
  /** What the rows of a running task hold together so far. */
  readonly #told = new Map<number, number>();
  readonly #taskOfThread = new Map<number, FoundTask>();
  /**
   * Threads that could not be told from each other, and the tasks that ran then: not asked again.
   */
  readonly #undecided = new Map<number, string>();

  constructor(context: ReplayContext) {
    this.#context = context;
  }

  /**
   * The running task whose total this thread's lines make up. `undefined`: several would do, or
   * their totals are not known.
   */
  taskOf(step: LogStep, fact: SpillFact): FoundTask | undefined {
    const { threadId } = fact;
    if (threadId === undefined) return undefined;
    const { running } = this.#context.state;
    const known = this.#taskOfThread.get(threadId);
    if (known !== undefined && running.has(known.taskId)) return known;
    this.#taskOfThread.delete(threadId);
    const signature = [...running.keys()].join();
    if (this.#undecided.get(threadId) === signature) return undefined;
    const found = this.#decide(step, fact, threadId);
    if (found === undefined) this.#undecided.set(threadId, signature);
    else this.#taskOfThread.set(threadId, found);
    return found;
  }

  #decide(step: LogStep, fact: SpillFact, threadId: number): FoundTask | undefined {
    const taken = new Set<number>();
    let assumed = false;
    for (const [thread, known] of this.#taskOfThread) {
      if (thread === threadId) continue;
      taken.add(known.taskId);
      assumed ||= known.assumed && this.#context.state.running.has(known.taskId);
    }
    const candidates: Candidate[] = [];
    for (const taskId of this.#context.state.running.keys()) {
      if (taken.has(taskId)) continue;
      const candidate = this.#candidate(taskId);
      // One of them may spill for all we know.
      if (candidate === undefined) return undefined;
      if (candidate.spilledBytes > (this.#told.get(taskId) ?? 0)) candidates.push(candidate);
    }
    const ahead = this.#upcoming(Math.max(...candidates.map((each) => each.finishedAt)));
    const own = { at: 0, threadId, taskId: undefined, ts: step.ts, fact };
    const withOwn = { ...ahead, spills: [own, ...ahead.spills] };
    const fitting = candidates.filter((candidate) => this.#fits(candidate, withOwn, threadId));
    const possible = fitting.filter((candidate) =>
      this.#leavesRoom(candidate, candidates, ahead, threadId),
    );
    const [first, ...others] = possible.sort((a, b) => a.launchedAt - b.launchedAt);
    if (first === undefined) return undefined;
    // Collections that print alike spilled alike; what sorters print binds them to no total.
    const isAlike = (other: Candidate): boolean => other.spilledBytes === first.spilledBytes;
    if (fact.what === "sort_data" && !others.every(isAlike)) return undefined;
    return { taskId: first.taskId, assumed: assumed || others.length > 0 };
  }

  #candidate(taskId: number): Candidate | undefined {
    const task = this.#context.evidence.task(taskId);
    if (task?.finishedAt === undefined || task.memorySpilledBytes === undefined) return undefined;
    const { launchedAt, finishedAt, memorySpilledBytes, diskSpilledBytes } = task;
    return {
      taskId,
      launchedAt,
      finishedAt,
      spilledBytes: memorySpilledBytes,
      diskBytes: diskSpilledBytes,
    };
  }

  /** Spills that the log is about to tell, and ends of tasks. */
  #upcoming(until: number): Ahead {
    const spills: Upcoming[] = [];
    const ends = new Map<number, number>();
    for (let at = 1; at < LINES_AHEAD; at++) {
      const next = this.#context.lookahead.peek(at);
      if (next === undefined || next.ts > until + ROUNDING_MICROS) break;
      const { fact } = next;
      if (fact.kind === "task_finished") ends.set(fact.taskId, at);
      if (fact.kind !== "spill") continue;
      const taskId = fact.taskId ?? this.#context.taskOf(next);
      spills.push({ at, threadId: fact.threadId, taskId, ts: next.ts, fact });
    }
    return { spills, ends };
  }

  /** Whether the lines of a thread, up to the end of a task, are what the task spilled. */
  #fits(candidate: Candidate, ahead: Ahead, threadId: number): boolean {
    const told = this.#told.get(candidate.taskId) ?? 0;
    let atLeast = told;
    let atMost = told;
    for (const line of ahead.spills) {
      if (line.threadId !== threadId || !isBeforeEnd(line, candidate, ahead)) continue;
      // Sorters print their pointer arrays too, and say nothing when they spill while being read.
      if (line.fact.what === "sort_data") return true;
      atLeast += line.fact.size.atLeast;
      atMost += line.fact.size.atMost;
    }
    return atLeast <= candidate.spilledBytes && candidate.spilledBytes <= atMost;
  }

  /**
   * Whether every other thread about to spill finds a task of its own when this one has `chosen`.
   */
  #leavesRoom(
    chosen: Candidate,
    candidates: readonly Candidate[],
    ahead: Ahead,
    threadId: number,
  ): boolean {
    const threads = new Set<number>();
    for (const line of ahead.spills) {
      const { threadId: other } = line;
      if (other === undefined || other === threadId || this.#taskOfThread.has(other)) continue;
      if (candidates.some((each) => this.#fits(each, ahead, other))) threads.add(other);
    }
    const place = (left: readonly number[], free: readonly Candidate[]): boolean => {
      const [thread, ...rest] = left;
      if (thread === undefined || free.length === 0) return true;
      return free.some(
        (each) =>
          this.#fits(each, ahead, thread) &&
          place(
            rest,
            free.filter((other) => other !== each),
          ),
      );
    };
    const free = candidates.filter((candidate) => candidate !== chosen);
    return place([...threads].slice(0, free.length), free);
  }

  /**
   * What a spill freed: as printed, and within that what is left of its task's total, shared with
   * the task's spills still to come.
   */
  settled(spill: PrintedSpill, taskId: number | undefined): SettledSpill {
    const { printed } = spill;
    const total = taskId === undefined ? undefined : this.#candidate(taskId);
    if (taskId === undefined || total === undefined)
      return { memory: printed, diskBytes: undefined };
    const told = this.#told.get(taskId) ?? 0;
    const left = total.spilledBytes - told;
    const bounds = boundsOf(spill, left);
    const later = this.#laterOf(total, spill.fact?.threadId);
    const share = Math.round((left * printed.best) / (printed.best + later));
    const fits = bounds.atLeast <= share && share <= bounds.atMost;
    this.#tell(taskId, told + (fits ? share : printed.best));
    if (!fits) return { memory: printed, diskBytes: undefined };
    if (later > 0 || told > 0) return { memory: { best: share, ...bounds }, diskBytes: undefined };
    // The task's only spill: both totals are its own.
    const wroteMore = spill.consumer?.includes("ShuffleExternalSorter") !== false;
    return {
      memory: { best: share, atLeast: share, atMost: share },
      diskBytes: wroteMore ? undefined : total.diskBytes,
    };
  }

  #tell(taskId: number, bytes: number): void {
    const { running } = this.#context.state;
    if (this.#told.size > 2 * running.size + 16)
      for (const known of this.#told.keys()) if (!running.has(known)) this.#told.delete(known);
    this.#told.set(taskId, bytes);
  }

  /** What the task's spills still to come print. */
  #laterOf(task: Candidate, threadId: number | undefined): number {
    let sum = 0;
    const ahead = this.#upcoming(task.finishedAt);
    for (const line of ahead.spills) {
      const isOfThread = threadId !== undefined && line.threadId === threadId;
      const isOfTask = line.taskId === undefined ? isOfThread : line.taskId === task.taskId;
      if (isOfTask && isBeforeEnd(line, task, ahead))
        sum += (line.fact.size.atLeast + line.fact.size.atMost) / 2;
    }
    return sum;
  }
}

/** By the log's own order, where it tells of the end; by time else. */
function isBeforeEnd(line: Upcoming, task: Candidate, { ends }: Ahead): boolean {
  const end = ends.get(task.taskId);
  return end === undefined ? line.ts <= task.finishedAt + ROUNDING_MICROS : line.at < end;
}

/**
 * A collection prints what it freed. A sorter prints its pointer array beside its pages, which
 * alone count (spec 4.5): it freed less. One made of a hash map prints the array alone and frees
 * the map's pages: it freed more.
 */
function boundsOf(spill: PrintedSpill, left: number): ByteInterval {
  const { atLeast, atMost, best } = spill.printed;
  if (spill.fact?.what !== "sort_data") return { atLeast, atMost };
  return isArrayAlone(spill.printed)
    ? { atLeast, atMost: Math.max(atMost, left) }
    : { atLeast: Math.floor(best / 2), atMost };
}

/** A pointer array's size is a power of two, of at least 4,096 longs. */
function isArrayAlone({ atLeast, atMost }: ByteInterval): boolean {
  const power = 2 ** Math.ceil(Math.log2(Math.max(atLeast, 32_768)));
  return power <= atMost;
}
