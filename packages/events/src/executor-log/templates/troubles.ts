/**
 * What fails beside tasks and executors, in the words of whoever logs it (spec/log-templates.md
 * X15): starts refused, clusters that gave an application up, fetches, disks, drivers' threads.
 */
import type { LogFact } from "@respark/core";
import { errorOf, outOfMemoryCause, outOfMemoryOf } from "../error-line.ts";
import { type LogLevel, type LogTemplate, type RecordAround, template } from "../log-template.ts";

type What = "task" | "process" | "application";

const DISK = /No space left on device|Disk quota exceeded/i;

function trouble(what: What, message: string): LogFact {
  return { kind: "trouble_logged", what, message };
}

/** An error of memory below the line is the error; else the line's words, and the throwable's. */
export function troubleWith(
  what: What,
  words: string,
  { trace }: Pick<RecordAround, "trace">,
): LogFact | undefined {
  const [first = ""] = trace;
  // Why a job was aborted, the quotation tells.
  if (first.includes("Job aborted due to stage failure")) return undefined;
  const error = outOfMemoryOf(first);
  if (error !== undefined) return { kind: "error_logged", ...error, isCause: false };
  const cause = outOfMemoryCause(trace);
  if (cause !== undefined) return { kind: "error_logged", ...cause, isCause: true };
  const full = trace.find((line) => DISK.test(line)) ?? first;
  const below = full.replace(/^Caused by: /, "").trim();
  return trouble(what, below === "" ? words : `${words}: ${below}`);
}

interface Told {
  readonly level?: LogLevel;
  readonly anyLogger?: boolean;
}

/** A line that begins so and has no throwable below it. */
function said(what: What, begins: string, rest: string, told: Told = {}): LogTemplate {
  return template({
    name: "X15",
    level: told.level ?? "ERROR",
    says: `${begins}{text}`,
    anyLogger: told.anyLogger ?? false,
    example: `${begins}${rest}`,
    fact: (text) => trouble(what, `${begins}${text}`),
  });
}

/** One with a throwable below. */
function thrown(what: What, begins: string, rest: string, told: Told = {}): LogTemplate {
  return template({
    name: "X15",
    level: told.level ?? "ERROR",
    says: `${begins}{text}`,
    anyLogger: told.anyLogger ?? false,
    example: `${begins}${rest}`,
    awaitsTrace: true,
    fact: (text, around) => troubleWith(what, `${begins}${text}`, around),
  });
}

/** A driver's thread that stops the SparkContext when it fails: Utils.tryOrStopSparkContext. */
export const STOPS_CONTEXT: readonly LogTemplate[] = [
  template({
    name: "X13",
    since: "1.4",
    level: "ERROR",
    says: "uncaught error in thread {text}, stopping SparkContext",
    anyLogger: true,
    example: "uncaught error in thread spark-listener-group-eventLog, stopping SparkContext",
    awaitsTrace: true,
    fact: (thread, { trace: [first = ""] }) => ({
      kind: "uncaught_error",
      thread,
      ...errorOf(first),
      isDrivers: true,
    }),
  }),
];

/** Backends of YARN and standalone clusters, and YARN's client. */
export const CLUSTER_ENDS: readonly LogTemplate[] = [
  said(
    "application",
    "The YARN application has already ended! ",
    "It might have been killed or the Application Master may have failed to start.",
    { anyLogger: true },
  ),
  said("application", "YARN application has exited unexpectedly with state ", "FAILED!", {
    anyLogger: true,
  }),
  said("application", "Yarn application has already exited with state ", "FAILED!", {
    anyLogger: true,
  }),
  said(
    "application",
    "Application diagnostics message: ",
    "Application application_1480000000000_0001 failed 2 times due to AM Container exited with exitCode: 137",
    { anyLogger: true },
  ),
  said("application", "Application has been killed. Reason: ", "All masters are unresponsive!", {
    anyLogger: true,
  }),
  said(
    "application",
    "Exiting due to error from cluster scheduler: ",
    "Master removed our application: FAILED",
    { anyLogger: true },
  ),
];

/** What the driver's connections to its cluster say. */
export const CLUSTER_GONE: readonly LogTemplate[] = [
  said("application", "ApplicationMaster has disassociated: ", "10.0.0.7:4711", { level: "WARN" }),
  said("application", "Disconnected from Spark cluster! ", "Waiting for reconnection...", {
    level: "WARN",
  }),
  thrown("application", "Failed to connect to master ", "10.0.0.7:7077", { level: "WARN" }),
];

/** BlockManager, when its executor starts; TorrentBroadcast; a task that hid what it failed of. */
export const SHUFFLE_SERVER: readonly LogTemplate[] = [
  thrown("process", "Failed to connect to external shuffle server, ", "will retry 2 more times"),
];
export const BROADCAST_STORED: readonly LogTemplate[] = [
  thrown("process", "Store broadcast ", "broadcast_3 fail, remove all pieces of the broadcast"),
];

/** YarnClientSchedulerBackend alone says this much in so few words. */
export const YARN_CLIENT_BACKEND: readonly LogTemplate[] = [
  said("application", "Diagnostics message: ", "Max number of executor failures (6) reached"),
];

/** ApplicationMaster, in whose process the driver runs in cluster mode. */
export const APPLICATION_MASTER: readonly LogTemplate[] = [
  template({
    name: "X13",
    level: "ERROR",
    says: "User class threw exception: {text}",
    example: "User class threw exception: java.lang.OutOfMemoryError: Java heap space",
    fact: (error) => ofUserClass(error),
  }),
  template({
    name: "X13",
    level: "INFO",
    says: "Final app status: FAILED, exitCode: {int}, (reason: User class threw exception: {text}",
    example:
      "Final app status: FAILED, exitCode: 15, (reason: User class threw exception: java.lang.OutOfMemoryError: Java heap space)",
    fact: (_code, error) => ofUserClass(error.replace(/\)$/, "")),
  }),
  said("application", "Final app status: FAILED, ", "exitCode: 10, (reason: Uncaught exception)", {
    level: "INFO",
  }),
  template({
    name: "X11",
    level: "INFO",
    says: "Final app status: SUCCEEDED, exitCode: 0{text}",
    example: "Final app status: SUCCEEDED, exitCode: 0",
    fact: () => ({ kind: "executor_stopping", how: "commanded", reason: undefined }),
  }),
  said("application", "Failed to connect to driver at ", "10.0.0.7:45345, retrying ..."),
  said("application", "User application exited with status ", "137"),
  said("application", "SparkContext did not initialize after waiting for ", "100000 ms."),
  thrown("application", "Uncaught exception: ", "org.apache.spark.SparkException"),
];

function ofUserClass(error: string): LogFact {
  return { kind: "uncaught_error", thread: "Driver", ...errorOf(error), isDrivers: true };
}

/** A shuffle's reader, and what carries its blocks (common/network). */
export const FETCHES: readonly LogTemplate[] = [
  thrown("process", "Failed to get block(s) from ", "10.0.0.7:7337"),
  thrown("process", "Exception while beginning fetch of ", "3 outstanding blocks"),
  thrown("process", "Failed to fetch block ", "shuffle_0_1_2, and will not retry (3 retries)"),
  thrown("process", "Failed while starting block fetches", ""),
  thrown("process", "Missing an output location for shuffle ", "614 partition 3"),
  thrown("process", "Error communicating with MapOutputTracker", ""),
  thrown("process", "Error opening block ", "StreamChunkId{streamId=1, chunkIndex=0}"),
  said("process", "Connection to ", "10.0.0.7:4711 has been quiet for 120000 ms"),
];

/** Disks that cannot be written to; what else fails for a full one is found below any error. */
export const DISKS: readonly LogTemplate[] = [
  thrown("process", "Failed to create local dir in ", "/data/1. Ignoring this directory."),
  said("process", "Failed to create any local dir", "."),
];

/** The driver's threads: of results, of batches and streams. */
export const DRIVERS_THREADS: readonly LogTemplate[] = [
  thrown("application", "Exception while getting task result", ""),
];
export const STREAMS: readonly LogTemplate[] = [
  template({
    name: "X15",
    level: "ERROR",
    says: "Query [id = {text}] terminated with error",
    example: "Query [id = x, runId = y] terminated with error",
    awaitsTrace: true,
    fact: (ids, around) =>
      troubleWith("application", `Query [id = ${ids}] terminated with error`, around),
  }),
];
export const STREAMING_JOBS: readonly LogTemplate[] = [
  thrown("application", "Error running job ", "streaming job 1535957400000 ms.0"),
];
export const EVENT_LOOP: readonly LogTemplate[] = [
  thrown("application", "DAGSchedulerEventProcessLoop failed; shutting down SparkContext", ""),
];

/** PythonRunner, PythonRDD up to 2.3: the worker beside the JVM. */
export const PYTHON: readonly LogTemplate[] = [
  thrown("task", "Python worker exited unexpectedly (crashed)", ""),
];
