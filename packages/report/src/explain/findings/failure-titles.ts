/** What a failure is called: its cause by name first, in words that say no more than the log. */
import { counted } from "@respark/core";
import { relations } from "../../sql/relations.ts";
import { numberIn, type Of, textIn } from "../../sql/row.ts";
import { bytes, capital } from "../words.ts";

export const FAILED: typeof relations.failure_summary & {
  readonly input_left_us: "number";
  readonly first_us: "number";
} = {
  ...relations.failure_summary,
  input_left_us: "number",
  first_us: "number",
};
export type FailedKind = Of<typeof FAILED>;

/** Spark tries these again, and whether that went well no line at hand says. */
const TRIED_AGAIN =
  /^Failed to allocate a page|^Exception while beginning fetch of |^Failed to fetch (?:remote )?block (?:(?!will not retry).)*$|^Failed while starting block fetches|^Connection to \S+ has been quiet|^Issue communicating with driver|^Failed to connect to (?:external|master|driver)|^Disconnected from Spark cluster/;

export function isTriedAgain(row: FailedKind): boolean {
  return (numberIn(row, "tasks") ?? 0) === 0 && TRIED_AGAIN.test(textIn(row, "message") ?? "");
}

/** Words of a line that say what failed better than its class. */
const BY_WORDS: readonly (readonly [words: RegExp, title: (found: RegExpExecArray) => string])[] = [
  [
    /^(\w+Stage) (\d+) failed(?:: | due to a )[\s\S]*fetch/i,
    ([, , id]) => `Stage ${id} failed: shuffle data could not be fetched; Spark runs it again`,
  ],
  [/^\w+Stage (\d+) failed$/, ([, id]) => `Stage ${id} failed`],
  [
    /^Max number of executor failures/,
    () => "The application was given up: too many of its executors failed",
  ],
  [
    /^ApplicationMaster has disassociated/,
    () => "The driver lost its connection to YARN's ApplicationMaster",
  ],
  [
    /^(?:Disconnected from Spark cluster|Failed to connect to master)/,
    () => "The driver had no connection to the cluster's master",
  ],
  [
    /^Failed to connect to external shuffle server/,
    () => "An executor could not reach the external shuffle service of its host",
  ],
  [/^Store broadcast (\S+) fail/, ([, id]) => `${id} could not be stored`],
  [/^Final app status: FAILED/, () => "The application ended as FAILED"],
  [/^Job (\d+) failed: /, ([, id]) => `Job ${id} failed`],
  [/^Task \d+ in stage ([\d.]+) failed$/, ([, id]) => `A task of stage ${id} failed`],
  [
    /^Missing an output location for shuffle (\d+)/,
    ([, id]) => `Shuffle ${id} could not be read: an output of its map stage was gone`,
  ],
  [
    /^Error communicating with MapOutputTracker/,
    () =>
      "Where shuffle data lies could not be asked: the driver's MapOutputTracker did not answer",
  ],
  [
    /^(?:Exception while beginning fetch of |Failed while starting block fetches)/,
    () => "Shuffle data could not be fetched at first, and Spark tries again",
  ],
  [/^Python worker exited unexpectedly/, () => "A Python worker crashed"],
  [/^Error opening block /, () => "Shuffle data could not be served: a block could not be opened"],
  [
    /^Connection to \S+ has been quiet/,
    () => "A connection to another process was lost while it was asked for data",
  ],
  [
    /^Failed to fetch remote block (\S+)/,
    ([, block]) => `${block} could not be fetched from another executor`,
  ],
  [/^Failed to fetch block after /, () => "A block could not be fetched from another executor"],
  [
    /^(?:Master removed worker |Removing \S+ because we got no heartbeat)/,
    () => "A worker of the standalone cluster was lost, and the executors on it",
  ],
  [
    /^Executors with ids (\S+) were not detected/,
    ([, ids]) => `Executors ${ids?.split(",").join(", ")} never came up in the Kubernetes cluster`,
  ],
  [/^Issue communicating with driver/, () => "An executor's heartbeats did not reach the driver"],
  [
    /^Exception in the executor plugin/,
    () => "An executor shut itself down: a plugin of it could not start",
  ],
  [
    /beyond (?:the )?.?virtual.{0,3} memory limit/i,
    () => "The container of the driver was over its virtual memory limit",
  ],
  [/^Failed to create (?:any )?local dir/, () => "A local directory could not be made"],
];

/** `RECEIVED SIGNAL TERM`; in 1.x `RECEIVED SIGNAL 15: SIGTERM`. */
export function signalIn(message: string | undefined): string {
  const name = /SIGNAL (?:\d+: SIG)?([A-Z]+)/.exec(message ?? "")?.[1];
  return name === undefined ? "signal" : `SIG${name}`;
}

interface Failed {
  readonly kind: string;
  readonly what: string | undefined;
  readonly tasks: number;
  readonly times: number;
  readonly name: string | undefined;
  readonly executors: readonly string[];
  readonly row: FailedKind;
}

/** Its shell, its container or its host says so; nothing else of it does. */
export function wasKilled(row: FailedKind): boolean {
  return /\bKilled\b|\b(?:137|SIGKILL)\b|\D-9\b|\bsignal 9\b|status=9\/KILL/.test(
    textIn(row, "message") ?? "",
  );
}

/** `who`: executors in words. */
export function titleOf(
  { row, kind, what, tasks, times, name, executors }: Failed,
  who: (executorIds: readonly string[]) => string,
): string {
  const short = name?.replace(/^.*\./, "");
  const where = executors.length === 0 ? "" : ` on ${who(executors)}`;
  const failed = tasks > 0 ? `${counted(tasks, "task")} failed${where}` : undefined;
  const message = textIn(row, "message") ?? "";
  for (const [words, title] of failed === undefined ? BY_WORDS : []) {
    const found = words.exec(message);
    if (found !== null) return title(found);
  }
  switch (kind) {
    case "start_refused":
      return "The application was refused for want of memory: it did not start";
    case "disk":
      return `${failed ?? "Work failed"}: a disk was full`;
    case "page": {
      const size = /\((\d+) bytes\)/.exec(message)?.[1];
      const whose = executors.length === 0 ? "" : ` (${who(executors)})`;
      return `A JVM had no room for a page of ${bytes(size === undefined ? undefined : Number(size))} of execution memory, ${counted(times, "time")}, and Spark tried again${whose}`;
    }
    case "no_resources":
      return "The cluster gave the application no executor: it waited for resources";
    case "size_limit":
      return `${failed ?? "Work failed"} at a limit of Spark's own, not for want of memory${short === undefined ? "" : ` (${short})`}`;
    case "crash":
      return failed === undefined
        ? `${capital(who(executors)) || "A JVM"} ${wasKilled(row) ? "was killed (SIGKILL)" : "crashed"}`
        : `${failed}: the worker process crashed`;
    case "container":
      return `${capital(who(executors)) || "A process"} was killed for its memory, by its host or its container`;
    case "signal":
      return `The driver was told to stop by a ${signalIn(message)}${(numberIn(row, "running_tasks") ?? 0) === 0 ? "" : ` while ${counted(numberIn(row, "running_tasks") ?? 0, "task")} ran`}; who sent it is not in these logs`;
    case "aborted":
      return "Spark gave a stage up after its tasks failed too often";
    case "fetch":
      return `${failed ?? "Fetches failed"}: shuffle data could not be fetched`;
    case "executor_lost":
      if (executors.length === 1 && executors[0] === "driver")
        return `${counted(Math.max(tasks, 1), "task")} ${tasks > 1 ? "were" : "was"} lost: the driver's own executor (local mode) was given up, and its process goes on`;
      return `${failed ?? "Tasks were lost"} with their executors`;
    default:
      return failed === undefined
        ? `${what === "process" ? "A process" : "The application"} failed (${counted(times, "time")})${where}${short === undefined ? "" : `: ${short}`}`
        : `${failed}${short === undefined ? "" : `: ${short}`}`;
  }
}
