/** Executors that were lost: why, what went with them, and what that cost. */
import { counted, sparksExitCode } from "@respark/core";
import { relations } from "../../sql/relations.ts";
import { numberIn, type Of, textIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { shellWord } from "../shell-word.ts";
import { bytes, capital, cutTo, executorsWords, millis, second, seconds } from "../words.ts";
import type { Application } from "./application.ts";
import { signalIn } from "./failure-titles.ts";
import type { Change, Cost, Draft, Finder } from "./finder.ts";

const MEBI = 2 ** 20;
/** Overhead is asked for with this much to spare. */
const SPARE = 1.1;

const LOSS = { ...relations.lost_executors, removed_us: "number" } as const;
type Loss = Of<typeof LOSS>;

export const executorsLost: Finder = {
  where: "losses",
  // One death is one finding: where its log has what its memory ran out of, that is it.
  sql: (here) =>
    `select *, epoch_us(removed_at) as removed_us from lost_executors where ${here} order by removed_at, executor_id`,
  find: (rows, application) => {
    const groups = new Map<string, Loss[]>();
    for (const row of known(rows, LOSS)) {
      const kind = textIn(row, "class") ?? "unknown";
      const group = groups.get(kind);
      if (group === undefined) groups.set(kind, [row]);
      else group.push(row);
    }
    return [...groups].flatMap(([kind, group]) => {
      const untold = group.filter((row) => !isToldByError(kind, row));
      const first = untold[0];
      return first === undefined ? [] : [lostOf(kind, untold, first, application)];
    });
  },
};

/** Of all that were lost for one reason. */
type Sum = (
  column: "lost_tasks" | "lost_ms" | "blocks" | "blocks_bytes" | "missed_reads" | "missed_ms",
) => number;

/** The out-of-memory finding has it, with nothing to add. */
function isToldByError(kind: string, row: Loss): boolean {
  const error = textIn(row, "oom_class");
  if (error === undefined || error === "container") return false;
  const cost = (numberIn(row, "missed_reads") ?? 0) + (numberIn(row, "lost_tasks") ?? 0);
  return (
    cost === 0 &&
    ["jvm_heap", "gc_overhead", "direct", "exited", "unknown", "killed", "lost_heartbeat"].includes(
      kind,
    )
  );
}

function lostOf(kind: string, rows: readonly Loss[], first: Loss, application: Application): Draft {
  const sum: Sum = (column) => rows.reduce((total, row) => total + (numberIn(row, column) ?? 0), 0);
  const executors = rows.map((row) => textIn(row, "executor_id") ?? "");
  const isMeant = kind === "decommissioned" || kind === "killed_by_driver";
  const wasted = sum("lost_tasks") + sum("missed_reads");
  return {
    id: `lost_${kind}`,
    kind: "lost_executors",
    severity: isMeant ? (wasted > 0 ? "slow" : "fine") : kind === "stopped" ? "risk" : "dead",
    cost: costOf(rows),
    executorId: rows.length === 1 ? executors[0] : undefined,
    title: titleOf(kind, executors, rows),
    evidence: [
      ...reasonsInWords(rows),
      whenInWords(rows, first),
      ...errorInWords(rows),
      ...wentWithThem(rows, sum),
    ],
    change: remedyFor(kind, first, application),
    certainty:
      kind === "unknown"
        ? "the loss is logged; why is not"
        : kind === "killed_by_driver"
          ? "that the driver gave it back is logged, and so are the reads that missed its blocks"
          : kind === "killed" || kind === "signal" || kind === "stopped"
            ? "how the process ended is logged; who ended it is not"
            : "the loss and its reason are logged",
    more: {
      why: "the life of the first of them",
      ask: `explain --executor ${shellWord(textIn(first, "executor_id") ?? "")}`,
    },
    place: {
      row: first,
      says: placeOf(kind, first),
    },
    facts: { ...first, executors: rows.length, blocks_bytes: sum("blocks_bytes") },
  };
}

function titleOf(kind: string, executors: readonly string[], rows: readonly Loss[]): string {
  const reasons = rows.map((row) => textIn(row, "reason") ?? "");
  const one = executors.length === 1;
  const whose = `${capital(executorsWords(executors, 6))} ${one ? "was" : "were"}`;
  switch (kind) {
    case "signal":
      return `${whose} told to stop by a ${signalIn(reasons[0])} while tasks ran; who sent it is not in ${one ? "this log" : "these logs"}`;
    case "stopped":
      return /SIGNAL/.test(reasons[0] ?? "")
        ? `${whose} told to stop by a ${signalIn(reasons[0])}; who sent it is not in ${one ? "this log" : "these logs"}`
        : `${capital(executorsWords(executors, 6))} stopped: ${one ? "its" : "their"} driver was gone`;
    case "killed_by_driver":
      return `${whose} given back by the driver, and cached blocks that were read later went too`;
    default:
      return `${whose} lost: ${howEnded(kind, reasons) ?? LOST[kind] ?? kind}`;
  }
}

/** Which signal ended them, where all their exit codes or words say the same. */
function howEnded(kind: string, reasons: readonly string[]): string | undefined {
  const found = SIGNALS.find(
    ([kinds, words]) => kinds.includes(kind) && reasons.every((reason) => words.test(reason)),
  );
  return found?.[2];
}

const SIGNALS: readonly (readonly [kinds: string, words: RegExp, title: string])[] = [
  [
    "killed",
    /\blow on resource\b|\bEvicted\b/,
    "evicted by Kubernetes, whose node had too little left",
  ],
  ["killed", /^deleted by /, "its pod was deleted by a user or the framework"],
  ["killed", /\b137\b|SIGKILL|\bsignal 9\b|\bcode 9\b/, "killed from outside (SIGKILL)"],
  ["killed", /\b143\b|SIGTERM|\bsignal 15\b|\bcode 15\b/, "told to stop from outside (SIGTERM)"],
  ["exited", exitedBy(50), "the process ended of an exception that nothing caught (exit code 50)"],
  ["exited", exitedBy(1), "the process ended (exit code 1)"],
  ["exited", exitedBy(-101), "the disks of the node failed (YARN's exit status -101)"],
  ["exited", exitedBy(134), "its JVM crashed (exit code 134, SIGABRT)"],
  ["exited", exitedBy(139), "its JVM crashed (exit code 139, SIGSEGV)"],
];

function exitedBy(code: number): RegExp {
  return new RegExp(String.raw`\b(?:code|status):? ?\(?${code}\b`, "i");
}

/**
 * What the line is that lost_executors gives: the signal, else the error before it, else the first
 * word of it.
 */
function placeOf(kind: string, row: Loss): string {
  if (kind === "signal") return "the signal";
  if (kind === "stopped") return "its last word";
  const error = textIn(row, "oom_class");
  if (error === "container") return "where its loss is first told";
  return error === undefined ? "where it was added" : "its last error";
}

function costOf(rows: readonly Loss[]): Cost {
  let [best, min, max] = [0, 0, 0];
  let isKnown = true;
  let isBounded = true;
  for (const row of rows) {
    const [lost, tasks] = [numberIn(row, "lost_ms"), numberIn(row, "lost_tasks")];
    const [missed, reads] = [numberIn(row, "missed_ms"), numberIn(row, "missed_reads")];
    const most = numberIn(row, "missed_ms_max");
    if (tasks === undefined || (reads ?? 0) > 0) {
      isKnown &&= tasks !== undefined && missed !== undefined;
      isBounded &&= tasks !== undefined && most !== undefined;
    }
    best += (lost ?? 0) + (missed ?? 0);
    min += lost ?? 0;
    max += (lost ?? 0) + (most ?? 0);
  }
  return { best: isKnown ? best : undefined, min, max: isBounded ? max : undefined };
}

const LOST: Readonly<Record<string, string>> = {
  jvm_heap: "the heap ran out",
  gc_overhead: "its time went into collecting garbage",
  container_physical: "the container was over its memory limit",
  container_virtual: "the container was over its virtual memory limit",
  direct: "direct buffers ran out",
  preempted: "the container was preempted",
  decommissioned: "decommissioned",
  lost_heartbeat: "heartbeats stopped",
  killed: "killed from outside (SIGKILL or SIGTERM)",
  exited: "the process ended",
  unknown: "why is not clear from these logs",
};

/** What Kubernetes calls a container that was over its limit. */
const OOM_KILLED = "OOMKilled";

/** Reasons told; the others are a number. */
const REASONS_SHOWN = 3;
/** What differs between reasons of one kind: who, where, how much, how long. */
const WHO_AND_HOW_MUCH =
  /\bcontainer_[\w]+|\bhosts?:? \S+|\bBlockManagerId\([^)]*\)|\bexecutor \S+|\(epoch \d+\)|\bpid=\d+|[\d.]+ ?(?:[KMGT]i?B|m?s|bytes)\b|\b[\w-]+-exec-\d+\b|\d{4}-\d\d-\d\d[T ][\d:.,+Z]+/gi;

/** Each reason in the words of the first that has it, with how many have it. */
function reasonsInWords(rows: readonly Loss[]): string[] {
  const alike = new Map<string, Loss[]>();
  for (const row of rows) {
    const key = (textIn(row, "reason") ?? "").replace(WHO_AND_HOW_MUCH, "");
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [row]);
    else group.push(row);
  }
  const groups = [...alike.values()].sort((one, other) => other.length - one.length);
  const told = groups.slice(0, REASONS_SHOWN).map((group) => {
    const words = reasonInWords(textIn(group[0], "reason"));
    if (rows.length === 1) return words;
    const whose =
      group.length === rows.length
        ? `of all ${rows.length}, in such words`
        : executorsWords(
            group.map((row) => textIn(row, "executor_id") ?? ""),
            3,
          );
    return `${words.replace(/\.$/, "")} (${whose}).`;
  });
  const more = groups.slice(REASONS_SHOWN).reduce((sum, group) => sum + group.length, 0);
  return more === 0 ? told : [...told, `${counted(more, "more executor")} for other reasons.`];
}

function reasonInWords(reason: string | undefined): string {
  const lines = (reason ?? "").split("\n").filter((line) => line.trim() !== "");
  const [line = ""] = lines;
  const killed = !line.includes(OOM_KILLED) && (reason ?? "").includes(OOM_KILLED);
  const own = sparksExitCode(reason ?? "");
  const isInFront = own === undefined || new RegExp(`exit code ${own}\\b`).test(line);
  const ended = isInFront ? "" : `; its Spark container ended with exit code ${own}`;
  const state = killed ? `; its container's state gives ${OOM_KILLED} as the reason` : "";
  return line === ""
    ? "No reason is given."
    : `In the log: “${cutTo(line, 240).replace(/\.$/, "")}”${ended}${state}.`;
}

function whenInWords(rows: readonly Loss[], first: Loss): string {
  const [began, ended] = [numberIn(first, "removed_us"), numberIn(rows.at(-1), "removed_us")];
  const when = (micros: number | undefined): string => second(micros) ?? "at an unknown time";
  if (rows.length > 1) {
    return began === undefined && ended === undefined
      ? "They went at unknown times."
      : when(began) === when(ended)
        ? `They went ${when(began)}.`
        : `The first went ${when(began)}, the last ${when(ended)}.`;
  }
  const lived = numberIn(first, "lived_ms");
  return `It went ${when(began)}${lived === undefined ? "" : `, ${seconds(lived)} after it came`}.`;
}

function errorInWords(rows: readonly Loss[]): string[] {
  const kinds = new Set(rows.flatMap((row) => textIn(row, "oom_class") ?? []));
  kinds.delete("container");
  return kinds.size === 0
    ? []
    : [
        `Shortly before, ${rows.length === 1 ? "its" : "their"} log has an out-of-memory error (see that finding).`,
      ];
}

function wentWithThem(rows: readonly Loss[], sum: Sum): string[] {
  const [blocks, tasks] = [sum("blocks_bytes"), sum("lost_tasks")];
  const count = sum("blocks");
  const parts = [
    ...(tasks === 0
      ? []
      : [`${counted(tasks, "task")} that had to run again (${millis(sum("lost_ms"))} of work)`]),
    ...(count === 0 ? [] : [`${counted(count, "cached block")} (${bytes(blocks)})`]),
  ];
  if (parts.length === 0) return [];
  const reads = sum("missed_reads");
  const missed = rows.every((row) => numberIn(row, "missed_ms") !== undefined)
    ? ` (about ${millis(sum("missed_ms"))})`
    : "";
  const later =
    reads === 0
      ? ""
      : `; ${counted(reads, "of these blocks was", "of these blocks were")} computed again elsewhere${missed}`;
  return [`With ${rows.length === 1 ? "it" : "them"} went ${parts.join(" and ")}${later}.`];
}

/** Whether each executor lives in a container with a limit of its own; undefined: not logged. */
function inContainers(master: string | undefined): boolean | undefined {
  return master === undefined ? undefined : /^(?:yarn|k8s|mesos)/.test(master);
}

/** Killed by what limits its container, or by somebody else. */
function remedyForKilled(
  kind: "container_physical" | "killed",
  row: Loss,
  application: Application,
): Change {
  const key = "spark.executor.memoryOverhead";
  const overhead = numberIn(row, "overhead_bytes");
  const beyond = numberIn(row, "rss_beyond_heap_bytes_min");
  const was = overhead === undefined ? "" : ` (it was ${bytes(overhead)})`;
  const contained = inContainers(application.settings.get("spark.master"));
  if (beyond !== undefined && overhead !== undefined && beyond > overhead) {
    const mib = Math.ceil((beyond * SPARE) / (64 * MEBI)) * 64;
    return {
      key,
      value: { amount: mib, written: `${mib}m` },
      text: (value) =>
        `${key} from ${bytes(overhead)} to ${value}: the process was polled at ${bytes(beyond)} beyond its heap`,
    };
  }
  if (kind === "container_physical")
    return {
      key,
      text: () =>
        `a larger ${key}${was}${beyondInWords(row)}: the heap has a limit of its own, so it is what lies beside it that grew`,
    };
  return contained === false
    ? {
        key: "code",
        text: () =>
          "look for who sent the signal (dmesg of its host tells of the kernel's OOM killer); if it was for memory, fewer or smaller executors a host: no container limits them here",
      }
    : {
        key,
        text: () =>
          `look for who sent the signal (the kernel's OOM killer, or the cluster manager); if it was for memory, a larger ${key}${was}`,
      };
}

function remedyFor(kind: string, row: Loss, application: Application): Change | undefined {
  const key = "spark.executor.memoryOverhead";
  switch (kind) {
    case "container_physical":
    case "killed":
      return remedyForKilled(kind, row, application);
    case "stopped":
    case "signal":
      return {
        key: "code",
        text: () =>
          "look for who sent the signal: the driver's log, the node manager's, or kubectl describe pod say why a container was stopped",
      };
    case "killed_by_driver":
      return givenBack(application);
    case "container_virtual":
      return {
        key: "yarn.nodemanager.vmem-check-enabled",
        value: { amount: 0, written: "false" },
        text: () =>
          "yarn.nodemanager.vmem-check-enabled=false, or a larger yarn.nodemanager.vmem-pmem-ratio: virtual memory is not memory in use",
      };
    case "jvm_heap":
    case "gc_overhead":
      return {
        key: "spark.executor.memory",
        text: () =>
          "fewer tasks at once (spark.executor.cores), more partitions, or a larger spark.executor.memory",
      };
    case "direct":
      return { key, text: () => `a larger ${key} and -XX:MaxDirectMemorySize` };
    case "lost_heartbeat":
      return {
        key: "code",
        text: () =>
          "look at the collections of garbage before it: a JVM that stands still sends no heartbeat (spark.network.timeout only hides it)",
      };
    case "unknown":
    case "exited":
      return {
        key: "code",
        text: () => "look at the end of its own log, and at what its host says of that time",
      };
    default:
      return undefined;
  }
}

/** `, by 0.6 GB or more` where the words say `10.6 GB of 10 GB`. */
function beyondInWords(row: Loss): string {
  const [, used, unit, limit, limitUnit] =
    /([\d.]+) ?([KMGT]B) of ([\d.]+) ?([KMGT]B) physical/.exec(textIn(row, "reason") ?? "") ?? [];
  const beyond = Number(used) - Number(limit);
  if (unit === undefined || unit !== limitUnit || !(beyond > 0)) return "";
  return `, by ${beyond.toFixed(1)} ${unit} or more`;
}

/**
 * By default dynamic allocation keeps executors that hold cached blocks (ExecutorAllocationManager,
 * 1.4+).
 */
function givenBack({ settings }: Application): Change {
  const key = "spark.dynamicAllocation.cachedExecutorIdleTimeout";
  const set = settings.get(key);
  return settings.get("spark.dynamicAllocation.enabled") === "true" && set !== undefined
    ? { key, text: () => `a longer ${key}, now ${set}` }
    : {
        key: "code",
        text: () =>
          "let executors go (SparkContext.killExecutors) once what they cache has been read for the last time",
      };
}
