/**
 * How much of what logs must hold is there: what one log says must be in it, and what the logs say
 * of each other.
 */
import type { EventFact, TaskEndFact } from "../../event-fact.ts";
import { counted, countInWords } from "../../in-words.ts";
import type { LogFact } from "../../log-fact.ts";
import type { Observation } from "../../observation.ts";
import { sparkBehaviour } from "../../spark-behaviour.ts";
import { isInMemory } from "../evidence.ts";
import { NumberSet } from "../number-set.ts";
import { StageReads } from "./cached-reads.ts";
import { EventLogCompleteness } from "./event-log-completeness.ts";
import { ExecutorLogCompleteness } from "./executor-log-completeness.ts";
import type { Expectation, LineKind } from "./expectation.ts";
import { BroadcastSizes } from "./stored-sizes.ts";

/** How whole a log is: its ends, and what must be in it and is not. */
export interface SourceCompleteness {
  readonly beginsLate: boolean | undefined;
  readonly endsEarly: boolean | undefined;
  /**
   * things that must be logged, and of these how many are not; undefined: nothing to hold it
   * against
   */
  readonly expected: number | undefined;
  readonly missing: number | undefined;
  readonly kinds: readonly LineKind[];
  readonly missingKinds: readonly LineKind[];
  /** lines that are there more than once: what is counted by lines is too much */
  readonly repeated: number;
  /** what is missing, in words; undefined: nothing that these logs would show */
  readonly incomplete: string | undefined;
}

const KIND_IN_WORDS: Readonly<Record<LineKind, string>> = {
  start: "lines of its start",
  tasks: "lines of tasks (logger Executor)",
  blocks: "lines of stored blocks (logger MemoryStore)",
  spills: "lines of spills",
  times: "times",
  end: "lines of its end",
};

export class Completeness {
  readonly #events = new EventLogCompleteness();
  #eventFiles = new Set<number>();
  readonly #executors = new Map<string, ExecutorLogCompleteness>();
  /** the event log reports blocks, or was told to */
  #reportsBlocks = false;
  #canReportBlocks = false;
  readonly #reads = new StageReads();
  readonly #broadcasts = new BroadcastSizes();
  /** stages of SQL, and of Python's workers: their tasks may spill without a line */
  readonly #silentStages = new NumberSet();
  #lastEventFile = -1;
  #lastExecutor: { readonly id: string; readonly log: ExecutorLogCompleteness } | undefined;

  line(at: Observation, fact: LogFact): void {
    if (fact.kind === "events_dropped") this.#events.droppedByDriver(fact);
    if (at.source === "executor_log" || at.executorId === "driver") {
      if (at.executorId !== undefined) {
        const log = this.#of(at.executorId);
        if (fact.kind !== "block_stored") log.line(fact, at, false);
        else {
          log.line(fact, at, this.#reads.isInMemoryAlone(fact.blockId));
          if (at.executorId !== "driver" && this.#broadcasts.contradicts(fact)) {
            log.otherBroadcasts++;
          }
        }
      }
    }
  }

  /** By source file: event logs, and of each executor the file in which its lines begin. */
  result(isWholeLevel: (executorId: string) => boolean): Map<number, SourceCompleteness> {
    const found = new Map<number, SourceCompleteness>();
    for (const file of this.#eventFiles) found.set(file, this.#eventLog());
    for (const [executorId, log] of this.#executors) {
      if (log.sourceFileId === undefined || !isWholeLevel(executorId)) continue;
      found.set(log.sourceFileId, executorLog(log));
    }
    return found;
  }

  event({ sourceFileId }: Observation, fact: EventFact): void {
    if (sourceFileId !== this.#lastEventFile) {
      this.#lastEventFile = sourceFileId;
      this.#eventFiles.add(sourceFileId);
    }
    this.#events.step(fact);
    if (fact.kind === "task_end") {
      this.#of(fact.executorId).taskEnded(fact, {
        reads: this.#reads.of(fact),
        spillsByLines: this.#spillsByLines(fact),
      });
    } else if (fact.kind === "stage_submitted") {
      const { stageId, rdds } = fact.stage;
      this.#reads.submitted(fact.stage);
      const isPython = rdds.some(({ name }) => name === "PythonRDD");
      if (stageId >= 0 && (isPython || fact.sqlExecutionId !== undefined)) {
        this.#silentStages.add(stageId);
      }
    } else if (fact.kind === "block_updated") {
      const { status } = fact;
      if (isInMemory(status)) {
        const isMemoryOnly = this.#reads.isInMemoryAlone(status.blockId);
        this.#of(fact.executorId).reported(status, isMemoryOnly);
      }
      this.#reportsBlocks = true;
    } else if (fact.kind === "environment") {
      const logged = fact.sparkProperties.get("spark.eventLog.logBlockUpdates.enabled");
      this.#reportsBlocks ||= logged === "true" && this.#canReportBlocks;
    } else if (fact.kind === "log_start") {
      // From the version on that logs block updates, tasks list the blocks they changed no more by
      // default.
      this.#canReportBlocks = sparkBehaviour(fact.sparkVersion)?.updatedBlocks !== "always";
    }
  }

  /**
   * What is sorted for SQL may be written down while it is read, and of that no line tells
   * (UnsafeExternalSorter.SpillableIterator.spill).
   */
  #spillsByLines({ stageId, sqlMetrics }: TaskEndFact): boolean {
    return sqlMetrics === undefined && stageId >= 0 && !this.#silentStages.has(stageId);
  }

  #of(executorId: string): ExecutorLogCompleteness {
    if (this.#lastExecutor?.id === executorId) return this.#lastExecutor.log;
    let log = this.#executors.get(executorId);
    if (log === undefined) {
      log = new ExecutorLogCompleteness();
      this.#executors.set(executorId, log);
    }
    this.#lastExecutor = { id: executorId, log };
    return log;
  }

  #eventLog(): SourceCompleteness {
    const events = this.#events;
    const wanted = events.expectations();
    const executors = [...this.#executors.values()];
    if (this.#reportsBlocks) {
      const what = "reports of a stage's broadcast on an executor";
      wanted.push({ what, ...summed(executors.map((log) => log.reports)) });
      wanted.push({
        what: "reports of RDD blocks that executors stored",
        ...summed(executors.map((log) => log.storesReported)),
      });
    }
    wanted.push({
      what: "tasks that executors' logs tell of",
      ...summed(executors.map((log) => log.unknownTo(events.tasks))),
    });
    return {
      beginsLate: !events.started,
      endsEarly: !events.ended,
      ...sumOf(wanted),
      kinds: [],
      missingKinds: [],
      repeated: 0,
      incomplete: inWords([
        ...(events.started ? [] : ["it does not hold the application's start"]),
        ...(events.started && !events.configured ? ["it does not hold the settings"] : []),
        ...(events.ended ? [] : ["it does not hold the application's end"]),
        ...(events.misplaced > 0
          ? [`events stand before what they follow, ${countInWords(events.misplaced)} times`]
          : []),
        ...(executors.some((log) => log.spillsWithoutMetrics)
          ? ["its tasks spilled less by their metrics than by lines of executors' logs"]
          : []),
        ...missingInWords(wanted),
      ]),
    };
  }
}

function executorLog(log: ExecutorLogCompleteness): SourceCompleteness {
  const wanted = log.expectations();
  const {
    kinds,
    missingKinds,
    endsEarly,
    repeated,
    backward,
    endsBeforeStarts,
    timeless,
    displacedEnds,
    otherSizes,
    otherBroadcasts,
  } = log;
  const beginsLate = !kinds.includes("start") && kinds.some((kind) => kind !== "end");
  return {
    beginsLate,
    endsEarly,
    ...sumOf(wanted),
    kinds,
    missingKinds,
    repeated,
    incomplete: inWords([
      ...(beginsLate ? ["it begins within its executor's life"] : []),
      ...missingKinds.map((kind) => `it has no ${KIND_IN_WORDS[kind]}`),
      ...(endsEarly === true ? ["tasks ended after its last line"] : []),
      ...missingInWords(wanted),
      ...(backward > 0
        ? [`lines stand behind others that are later, ${countInWords(backward)} times`]
        : []),
      ...(endsBeforeStarts > 0
        ? [`${counted(endsBeforeStarts, "task's end", "tasks' ends")} above the line of the start`]
        : []),
      ...(timeless > 0 ? [`${counted(timeless, "line")} without a time`] : []),
      ...(displacedEnds.missing > 0
        ? [
            `${countInWords(displacedEnds.missing)} of ${countInWords(displacedEnds.expected)} ends of tasks stand at another time than in the event log`,
          ]
        : []),
      ...(otherSizes.missing > 0
        ? [
            `${countInWords(otherSizes.missing)} of ${countInWords(otherSizes.expected)} stored blocks have another size in the event log`,
          ]
        : []),
      ...(otherBroadcasts > 0
        ? [
            `${counted(otherBroadcasts, "stored broadcast")} of another size than in another executor's log`,
          ]
        : []),
      ...(repeated > 0 ? [`${counted(repeated, "line")} of tasks are there twice`] : []),
    ]),
  };
}

function sumOf(wanted: readonly Expectation[]): Pick<SourceCompleteness, "expected" | "missing"> {
  const expected = wanted.reduce((sum, one) => sum + one.expected, 0);
  if (expected === 0) return { expected: undefined, missing: undefined };
  return { expected, missing: wanted.reduce((sum, one) => sum + one.missing, 0) };
}

function summed(parts: readonly Expectation[]): Omit<Expectation, "what"> {
  return {
    expected: parts.reduce((sum, { expected }) => sum + expected, 0),
    missing: parts.reduce((sum, { missing }) => sum + missing, 0),
  };
}

function missingInWords(wanted: readonly Expectation[]): string[] {
  return wanted
    .filter(({ missing }) => missing > 0)
    .map(
      ({ what, expected, missing }) =>
        `${countInWords(missing)} of ${countInWords(expected)} ${what} are missing`,
    );
}

function inWords(parts: readonly string[]): string | undefined {
  return parts.length === 0 ? undefined : parts.join("; ");
}
