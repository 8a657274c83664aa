/** Whose spill a line without a task tells of, and how much it freed: what the event log says of each task's spills in all decides. */
import type { Amount } from "../amount.ts";
import type { ByteInterval } from "../byte-interval.ts";
import type { LogFact } from "../log-fact.ts";
import type { LogStep } from "./lookahead.ts";
import type { ReplayContext } from "./replay-context.ts";

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
  readonly threadId: number | undefined;
  readonly taskId: number | undefined;
  readonly ts: number;
  readonly fact: SpillFact;
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
  /** Threads that could not be told from each other, and the tasks that ran then: not asked again. */
  readonly #undecided = new Map<number, string>();

  constructor(context: ReplayContext) {
    this.#context = context;
  }

  /** The running task whose total this thread's lines make up. `undefined`: several would do, or their totals are not known. */
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
    const lines = this.#upcoming(Math.max(...candidates.map((each) => each.finishedAt)));
    const own = { threadId, taskId: undefined, ts: step.ts, fact };
    const fitting = candidates.filter((candidate) =>
      this.#fits(candidate, [own, ...lines], threadId),
    );
    const possible = fitting.filter((candidate) =>
      this.#leavesRoom(candidate, candidates, lines, threadId),
    );
    const [first, ...others] = possible.sort((a, b) => a.launchedAt - b.launchedAt);
    if (first === undefined) return undefined;
    if (others.some((other) => other.spilledBytes !== first.spilledBytes)) return undefined;
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

  /** Spills that the log is about to tell. */
  #upcoming(until: number): Upcoming[] {
    const found: Upcoming[] = [];
    for (let ahead = 1; ahead < LINES_AHEAD; ahead++) {
      const next = this.#context.lookahead.peek(ahead);
      if (next === undefined || next.ts > until + ROUNDING_MICROS) break;
      if (next.fact.kind !== "spill") continue;
      const taskId = next.fact.taskId ?? this.#context.taskOf(next);
      found.push({ threadId: next.fact.threadId, taskId, ts: next.ts, fact: next.fact });
    }
    return found;
  }

  /** Whether the lines of a thread, up to the end of a task, are what the task spilled. */
  #fits(candidate: Candidate, lines: readonly Upcoming[], threadId: number): boolean {
    const told = this.#told.get(candidate.taskId) ?? 0;
    let atLeast = told;
    let atMost = told;
    for (const line of lines) {
      if (line.threadId !== threadId || line.ts > candidate.finishedAt + ROUNDING_MICROS) continue;
      // Sorters print their pointer arrays too, and say nothing when they spill while being read.
      if (line.fact.what === "sort_data") return true;
      atLeast += line.fact.size.atLeast;
      atMost += line.fact.size.atMost;
    }
    return atLeast <= candidate.spilledBytes && candidate.spilledBytes <= atMost;
  }

  /** Whether every other thread about to spill finds a task of its own when this one has `chosen`. */
  #leavesRoom(
    chosen: Candidate,
    candidates: readonly Candidate[],
    lines: readonly Upcoming[],
    threadId: number,
  ): boolean {
    const threads = new Set<number>();
    for (const line of lines) {
      const { threadId: other } = line;
      if (other === undefined || other === threadId || this.#taskOfThread.has(other)) continue;
      if (candidates.some((each) => this.#fits(each, lines, other))) threads.add(other);
    }
    const place = (left: readonly number[], free: readonly Candidate[]): boolean => {
      const [thread, ...rest] = left;
      if (thread === undefined || free.length === 0) return true;
      return free.some(
        (each) =>
          this.#fits(each, lines, thread) &&
          place(
            rest,
            free.filter((other) => other !== each),
          ),
      );
    };
    const free = candidates.filter((candidate) => candidate !== chosen);
    return place([...threads].slice(0, free.length), free);
  }

  /** What a spill freed: as printed, and within that what is left of its task's total, shared with the task's spills still to come. */
  settled(spill: PrintedSpill, taskId: number | undefined): SettledSpill {
    const { printed } = spill;
    const total = taskId === undefined ? undefined : this.#candidate(taskId);
    if (taskId === undefined || total === undefined)
      return { memory: printed, diskBytes: undefined };
    const told = this.#told.get(taskId) ?? 0;
    const left = total.spilledBytes - told;
    const bounds = boundsOf(spill, left);
    const later = this.#laterOf(taskId, spill.fact?.threadId, total.finishedAt);
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

  #laterOf(taskId: number, threadId: number | undefined, finishedAt: number): number {
    let sum = 0;
    for (const line of this.#upcoming(finishedAt)) {
      const ofThread = threadId !== undefined && line.threadId === threadId;
      if ((line.taskId ?? (ofThread ? taskId : undefined)) !== taskId) continue;
      sum += (line.fact.size.atLeast + line.fact.size.atMost) / 2;
    }
    return sum;
  }
}

/**
 * A collection prints what it freed. A sorter prints its pointer array beside its pages, which alone count (spec 4.5):
 * it freed less. One made of a hash map prints the array alone and frees the map's pages: it freed more.
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
