/**
 * What a sample of an executor or driver log tells: who wrote it, which tasks ran when by its own
 * clock, how much it says.
 */
import type { LogFact } from "@respark/core";
import { isDrivers, isWorking } from "../executor-log/spark-classes.ts";
import { PY4J } from "../executor-log/templates/without-layout.ts";
import { VersionMarks } from "./version-marks.ts";

/** A line that the event log may know the moment of. */
export interface SampledMoment {
  readonly what: "assigned" | "running" | "finished" | "driver_started" | "driver_ended";
  readonly taskId: number;
  readonly wallMs: number;
  readonly place: number;
  /** of `running` and `driver_started`: stage.attempt / index.attempt, where the line says it */
  readonly stageId: number | undefined;
  readonly index: number | undefined;
}

export interface SampledRegistration {
  readonly what: "executor_started" | "block_manager";
  readonly executorId: string;
  readonly wallMs: number;
  readonly place: number;
}

const BEGINNINGS: ReadonlySet<LogFact["kind"]> = new Set([
  "executor_command",
  "executor_started",
  "block_manager_registered",
  "store_started",
  "spark_version_logged",
]);

const OF_ANY_PROGRAM: ReadonlySet<LogFact["kind"]> = new Set([
  "error_logged",
  "uncaught_error",
  "trouble_logged",
  "spark_error",
  "process_ended",
  "java_version_logged",
]);

/** How names of threads begin that only a driver has. */
const OF_A_DRIVER =
  "dag-scheduler-event-loop|task-result-getter-\\d|broadcast-exchange-\\d|spark-listener-group-|SparkListenerBus\\b|stream execution thread for ";
const DRIVERS_THREAD = new RegExp(`\\b(?:${OF_A_DRIVER})`);
/** The same in the words of an error: whoever logs it, a thread of that name is a driver's. */
const DRIVERS_THREAD_SAID = new RegExp(
  `\\bthread (?:Thread)?\\[?"?(?:${OF_A_DRIVER}|sparkDriver-|Spark Context Cleaner\\b)`,
);
/** What only a driver builds. */
const DRIVERS_ERROR = /^Not enough memory to build and broadcast/;

/** What is searched for in a log is a class or two. */
const MOST_OF_A_FILTER = 2;
const FEWEST_FILTERED = 3;
const OF_MEMORY: ReadonlySet<string> = new Set([
  "MemoryStore",
  "BlockManager",
  "BlockManagerInfo",
  "BlockManagerMaster",
  "TaskMemoryManager",
  "TorrentBroadcast",
  "ExternalSorter",
  "ExternalAppendOnlyMap",
  "UnsafeExternalSorter",
  "ShuffleExternalSorter",
]);

/**
 * The loggers of an executor's log in which no other is left: one that is whole has its tasks'
 * lines.
 * undefined: there are others, or too few lines to tell.
 */
export function filteredTo(log: LogSample): readonly string[] | undefined {
  const loggers = [...log.loggers];
  const isFilter = loggers.length > 0 && loggers.length <= MOST_OF_A_FILTER;
  const isTold = log.info && log.records >= FEWEST_FILTERED;
  return isFilter && isTold && loggers.every((logger) => OF_MEMORY.has(logger))
    ? loggers
    : undefined;
}

function isOfDriver(fact: Extract<LogFact, { kind: "uncaught_error" | "error_logged" }>): boolean {
  const isSaidSo =
    fact.kind === "uncaught_error" && (fact.thread === PY4J || fact.isDrivers === true);
  return isSaidSo || DRIVERS_ERROR.test(fact.message);
}

/** An error that only tasks have, by its thread or its class. */
function isOfTask(fact: LogFact): boolean {
  if (
    fact.kind === "uncaught_error" &&
    fact.thread?.startsWith("Executor task launch worker") === true
  ) {
    return true;
  }
  const isError = fact.kind === "uncaught_error" || fact.kind === "error_logged";
  return isError && /\bSparkOutOfMemoryError$|\bmemtarget\./.test(fact.errorClass);
}

/** Moments kept of a log; of a longer one every second, then every fourth, … */
const momentLimit = 4096;

/** Collects from log facts and from what every record says of itself. */
type TaskLine =
  | `task_${"assigned" | "running" | "finished"}`
  | `driver_task_${"started" | "ended"}`;

export class LogSample {
  executorId: string | undefined;
  executorIdFrom: string | undefined;
  host: string | undefined;
  readonly ports: Set<number> = new Set();
  /** application ids named by the content, the surest first */
  readonly appIds: Map<string, string> = new Map();
  /** applications whose executors it tells of: a standalone cluster's daemons serve many */
  readonly servedIds: Set<string> = new Set();
  driverLines = 0;
  executorLines = 0;
  /** of classes that a driver or an executor has, and no client or daemon */
  workingLines = 0;
  records = 0;
  facts = 0;
  /** facts of memory, blocks and tasks: not of errors, which any Java program logs */
  ofExecutor = 0;
  /** it has a line with which an executor's or a driver's log begins */
  hasBeginning = false;
  /** it tells what memory is free */
  tellsFree = false;
  sparkVersion: string | undefined;
  /** what bounds the version where nothing names it */
  readonly versionMarks: VersionMarks = new VersionMarks();
  zones: string[] = [];
  debug = false;
  info = false;
  warn = false;
  threads = false;
  firstWallMs: number | undefined;
  lastWallMs: number | undefined;
  wholeSeconds = true;
  /** the layout prints no day, or no year */
  dateless = false;
  /** days and months of its dates may be the other way round */
  dateDoubtful = false;
  /** times later and times earlier than the one before */
  forward = 0;
  backward = 0;
  moments: SampledMoment[] = [];
  #keepEvery = 1;
  readonly registrations: SampledRegistration[] = [];

  /** loggers seen, as many as tell that it was not filtered */
  readonly loggers: Set<string> = new Set();

  /** The record at hand is a task's thread's. */
  #inTask = false;

  /** Whose record it is by its logger and thread: some are a driver's alone. */
  by(logger: string, thread: string | undefined): void {
    if (this.loggers.size <= MOST_OF_A_FILTER) this.loggers.add(logger);
    if (isWorking(logger)) this.workingLines++;
    if (isDrivers(logger) || (thread !== undefined && DRIVERS_THREAD.test(thread)))
      this.driverLines++;
    this.#inTask = thread?.startsWith("Executor task launch worker") === true;
  }

  /** What a warning or an error says. */
  said(message: string): void {
    if (DRIVERS_THREAD_SAID.test(message)) this.driverLines++;
  }

  /** Any record with a time. */
  time(wallMs: number): void {
    this.records++;
    if (this.firstWallMs === undefined) this.firstWallMs = wallMs;
    if (this.lastWallMs !== undefined && wallMs > this.lastWallMs) this.forward++;
    if (this.lastWallMs !== undefined && wallMs < this.lastWallMs) this.backward++;
    this.lastWallMs = wallMs;
    if (wallMs % 1000 !== 0) this.wholeSeconds = false;
  }

  see(fact: LogFact, wallMs: number | undefined, place: number): void {
    this.facts++;
    if ("appId" in fact && fact.appId !== undefined) this.servedIds.add(fact.appId);
    if (!OF_ANY_PROGRAM.has(fact.kind) || this.#inTask || isOfTask(fact)) this.ofExecutor++;
    if (BEGINNINGS.has(fact.kind)) this.hasBeginning = true;
    switch (fact.kind) {
      case "block_stored":
      case "eviction_done":
        this.tellsFree = true;
        break;
      case "executor_command":
        this.executorLines++;
        if (fact.executorId !== undefined) this.#executor(fact.executorId, "executor command line");
        if (fact.appId !== undefined)
          this.appIds.set(fact.appId, "--app-id of the executor command");
        for (const flag of fact.jvmFlags) this.#zoneIn(flag);
        break;
      case "executor_started":
        this.#executor(fact.executorId, "`Starting executor ID`");
        this.host ??= fact.host;
        if (fact.executorId !== "driver") this.executorLines++;
        this.#register("executor_started", fact.executorId, wallMs, place);
        break;
      case "block_manager_registered":
        this.#executor(fact.executorId, "its BlockManagerId");
        this.host ??= fact.host;
        this.ports.add(fact.port);
        this.#register("block_manager", fact.executorId, wallMs, place);
        break;
      case "spark_version_logged":
        this.sparkVersion ??= fact.version;
        this.driverLines++;
        break;
      case "uncaught_error":
      case "error_logged":
        if (isOfDriver(fact)) this.driverLines++;
        break;
      case "task_assigned":
      case "task_running":
      case "task_finished":
      case "driver_task_started":
      case "driver_task_ended":
        this.#task(fact, wallMs, place);
        break;
      case "driver_executor_granted":
      case "driver_executor_lost":
      case "driver_block_manager_added":
      case "driver_block":
      case "driver_unpersist":
      case "container_launched":
      case "container_requested":
      case "events_dropped":
        this.driverLines++;
        break;
      default:
        break;
    }
  }

  #zoneIn(flag: string): void {
    const zone = /^-Duser\.timezone=(.+)$/.exec(flag)?.[1];
    if (zone !== undefined) this.zones.push(zone);
  }

  /** A line about a task: a moment to hold against the event log's, and whose log has such lines. */
  #task(
    fact: Extract<LogFact, { readonly taskId: number; readonly kind: TaskLine }>,
    wallMs: number | undefined,
    place: number,
  ): void {
    switch (fact.kind) {
      case "task_assigned":
        this.#moment("assigned", fact.taskId, wallMs, place, undefined, undefined);
        this.executorLines++;
        break;
      case "task_running":
        this.#moment("running", fact.taskId, wallMs, place, fact.stageId, fact.index);
        break;
      case "task_finished":
        if (fact.how === "finished") {
          this.#moment("finished", fact.taskId, wallMs, place, undefined, undefined);
        }
        break;
      case "driver_task_started":
        this.#moment("driver_started", fact.taskId, wallMs, place, fact.stageId, undefined);
        this.driverLines++;
        break;
      case "driver_task_ended":
        if (fact.lostReason === undefined) {
          this.#moment("driver_ended", fact.taskId, wallMs, place, undefined, undefined);
        }
        this.driverLines++;
        break;
    }
  }

  #executor(executorId: string, from: string): void {
    // Spark ≤ 1.3 calls the driver `<driver>`; a local executor is `localhost` there.
    const id = executorId === "<driver>" || executorId === "localhost" ? "driver" : executorId;
    if (this.executorId === undefined) {
      this.executorId = id;
      this.executorIdFrom = from;
    }
  }

  #register(
    what: SampledRegistration["what"],
    executorId: string,
    wallMs: number | undefined,
    place: number,
  ): void {
    if (wallMs !== undefined) this.registrations.push({ what, executorId, wallMs, place });
  }

  #moment(
    what: SampledMoment["what"],
    taskId: number,
    wallMs: number | undefined,
    place: number,
    stageId: number | undefined,
    index: number | undefined,
  ): void {
    if (wallMs === undefined || taskId % this.#keepEvery !== 0) return;
    this.moments.push({ what, taskId, wallMs, place, stageId, index });
    if (this.moments.length < momentLimit) return;
    this.#keepEvery *= 2;
    this.moments = this.moments.filter((moment) => moment.taskId % this.#keepEvery === 0);
  }
}
