/** Replays a story told in words, a line a step, and gives its rows by table; the laws of the pools hold in every one. */
import type { ByteInterval } from "../../src/byte-interval.ts";
import type {
  BlockStatus,
  EventFact,
  StorageLevelFlags,
  TaskEndFact,
} from "../../src/event-fact.ts";
import type { LogFact } from "../../src/log-fact.ts";
import { Replay } from "../../src/replay/replay.ts";
import type { ReplaySummary } from "../../src/replay/replay-summary.ts";
import type { EvidenceLevel } from "../../src/rows.ts";
import { printedSize } from "../../src/units.ts";
import { stage } from "./a-stage.ts";
import { CollectedRows, type TableRows } from "./collected-rows.ts";
import { NO_METRICS } from "./no-metrics.ts";
import { assertPoolLaws } from "./pool-laws.ts";

export interface StorySettings {
  /** default 3.5.6 */
  readonly spark?: string;
  /** of executors with a log; default debug. INFO's grants have no lines. */
  readonly level?: Extract<EvidenceLevel, "debug" | "info">;
  /** storage + execution, bytes; undefined: nobody says */
  readonly memory?: number | undefined;
  readonly conf?: Readonly<Record<string, string>>;
  /** seconds: a log line may have been printed at any time of its second */
  readonly precision?: "seconds";
}

export interface ReplayedStory extends TableRows {
  readonly summary: ReplaySummary;
}

/**
 * `time executor what`, times in ms. A size is exact (`600`) or printed (`4.2MiB`); `on task-3` at the end names the thread.
 * Half of the memory is storage region unless the settings say otherwise.
 */
export function replayText(story: string, settings: StorySettings = {}): ReplayedStory {
  const replayed = replayAnyText(story, settings);
  assertPoolLaws(replayed);
  return replayed;
}

/** The same of stories that may make no sense; the laws are for the caller to ask about. */
export function replayAnyText(story: string, settings: StorySettings = {}): ReplayedStory {
  const steps = stepsOf(story);
  const collected = new CollectedRows();
  const level = settings.level ?? "debug";
  const logged = steps.filter(({ said }) => said.source === "executor_log");
  const replay = new Replay({
    appId: "app",
    attemptId: "1",
    emit: collected.emit,
    sparkVersion: settings.spark ?? "3.5.6",
    executorLogs: new Map(logged.map(({ executor }) => [executor, level])),
  });
  const conf = confOf(settings);
  if (conf.size > 0) replay.step(observed(environment(conf), "event_log", 0, 0));
  for (const [i, { ms, executor, said, task }] of steps.entries()) {
    const micros = ms === undefined ? undefined : ms * 1000;
    const at = observed(said.fact, said.source, micros, i + 1);
    if (
      settings.precision === "seconds" &&
      micros !== undefined &&
      said.source === "executor_log"
    ) {
      at.tsMin = Math.floor(micros / 1e6) * 1e6;
      at.tsMax = at.tsMin + 999_999;
    }
    if (said.fact.kind === "executor_metrics") at.tsMax = undefined; // it has no time of its own
    const thread = task === undefined ? undefined : `worker for task ${task}`;
    replay.step({ ...at, executorId: executor, taskId: task, thread });
  }
  const summary = replay.finish();
  return { ...collected.tables, summary };
}

function confOf({ memory, conf }: StorySettings): Map<string, string> {
  const known = new Map(Object.entries(conf ?? {}));
  if (memory === undefined) return known;
  known.set("spark.testing.memory", String(memory));
  known.set("spark.testing.reservedMemory", "0");
  known.set("spark.memory.fraction", "1");
  return known;
}

function environment(conf: ReadonlyMap<string, string>): EventFact {
  const none = new Map<string, string>();
  return { kind: "environment", sparkProperties: conf, systemProperties: none, jvm: none };
}

function observed(
  fact: LogFact | EventFact,
  source: "executor_log" | "event_log",
  ts: number | undefined,
  line: number,
) {
  return {
    fact,
    source,
    executorId: undefined,
    taskId: undefined,
    thread: undefined,
    ts,
    tsMin: ts,
    tsMax: ts,
    sourceFileId: source === "event_log" ? 1 : 2,
    line,
  };
}

interface Said {
  readonly source: "executor_log" | "event_log";
  readonly fact: LogFact | EventFact;
}

interface Step {
  readonly ms: number | undefined;
  readonly executor: string;
  readonly said: Said;
  /** whose thread printed it */
  readonly task: number | undefined;
}

function stepsOf(story: string): Step[] {
  const steps: Step[] = [];
  for (const line of story.split("\n")) {
    const [time, executor, ...words] = line.trim().split(/\s+/);
    if (time === undefined || executor === undefined || time === "time") continue;
    const on = words.at(-2) === "on" ? words.pop() : undefined;
    if (on !== undefined) words.pop();
    const ms = time === "-" ? undefined : Number(time);
    const said = saidBy(words, { executor, ms: ms ?? 0, line });
    steps.push({ ms, executor, said, task: on === undefined ? undefined : taskId(on) });
  }
  return steps;
}

interface Where {
  readonly executor: string;
  readonly ms: number;
  readonly line: string;
}

function saidBy(words: readonly string[], where: Where): Said {
  const [verb = "", what = "", ...rest] = words;
  const event = eventOf(verb, what, rest, where);
  if (event !== undefined) return { source: "event_log", fact: event };
  const fact = lineOf(verb, what, rest);
  if (fact === undefined) throw new Error(`no step is called ${verb}: ${where.line.trim()}`);
  return { source: "executor_log", fact };
}

/** The value behind a name in the rest of a line: `free 400`. */
function after(rest: readonly string[], name: string): string | undefined {
  const at = rest.indexOf(name);
  return at < 0 ? undefined : rest[at + 1];
}

const ANYTHING: ByteInterval = { atLeast: 0, atMost: 2 ** 40 };

function size(word: string | undefined): ByteInterval {
  if (word === undefined) return ANYTHING;
  if (/^-?\d+$/.test(word)) return { atLeast: Number(word), atMost: Number(word) };
  const printed = printedSize(word.replace(/([A-Z])/, " $1"));
  if (printed === undefined) throw new Error(`no size: ${word}`);
  return printed;
}

function taskId(word: string | undefined): number {
  return Number((word ?? "").replace("task-", ""));
}

function number(word: string | undefined): number | undefined {
  return word === undefined ? undefined : Number(word);
}

/** A line of an executor's log. */
function lineOf(verb: string, what: string, rest: readonly string[]): LogFact | undefined {
  const consumer = after(rest, "by");
  switch (verb) {
    case "start":
      return { kind: "store_started", capacity: size(what) };
    case "store": {
      const form = rest.includes("bytes") ? "bytes" : "values";
      const free = size(after(rest, "free"));
      return { kind: "block_stored", blockId: what, form, size: size(rest[0]), free };
    }
    case "select":
      return { kind: "eviction_selected", blocks: Number(what), freed: size(rest[0]) };
    case "drop":
      return { kind: "block_dropping", blockId: what };
    case "write":
      return { kind: "block_writing_to_disk", blockId: what };
    case "disk":
      return { kind: "disk_put", blockId: what, size: size(rest[0]) };
    case "dropped":
      return { kind: "eviction_done", blocks: Number(what), free: size(after(rest, "free")) };
    case "unroll-fails":
      return { kind: "unroll_failed", blockId: what, computed: size(rest[0]) };
    case "memory-use":
      return {
        kind: "memory_use",
        blocks: size(after([what, ...rest], "blocks")),
        unroll: size(after(rest, "unroll")),
        tasks: Number(after(rest, "tasks")),
        total: ANYTHING,
        limit: size(after(rest, "limit")),
      };
    case "refuse":
      return {
        kind: "store_refused",
        blockId: what,
        why: refusal(rest[0]),
        requiredBytes: number(after(rest, "required")),
        limitBytes: number(after(rest, "limit")),
        unmanagedBytes: undefined,
      };
    case "remove": {
      const freeBytes = Number(after(rest, "free"));
      return { kind: "block_removed", blockId: what, bytes: Number(rest[0]), freeBytes };
    }
    case "removing":
      return { kind: "removing", what: what === "rdd" ? "rdd" : "broadcast", id: rest[0] ?? "" };
    case "cleared":
      return { kind: "store_cleared" };
    case "found":
      return {
        kind: "block_found",
        blockId: what,
        where: rest[0] === "remote" ? "remote" : "local",
      };
    case "lookup":
      return { kind: "block_lookup", blockId: what, asBytes: false };
    case "level":
      return {
        kind: "block_level",
        blockId: what,
        useDisk: rest.includes("disk"),
        useMemory: rest.includes("memory"),
        useOffHeap: false,
        deserialized: rest.includes("deserialized"),
        replication: 1,
      };
    case "put-failed":
      return { kind: "put_failed", blockId: what };
    case "missing":
      return { kind: "block_missing", blockId: what, where: "everywhere" };
    default:
      return taskLineOf(verb, what, rest) ?? spillOf(verb, what, rest, consumer);
  }
}

function refusal(word: string | undefined): Extract<LogFact, { kind: "store_refused" }>["why"] {
  if (word === "same_rdd" || word === "not_evictable" || word === "exceeds_limit") return word;
  return "larger_than_limit";
}

function taskLineOf(verb: string, what: string, rest: readonly string[]): LogFact | undefined {
  const consumer = after(rest, "by");
  switch (verb) {
    case "run":
      return {
        kind: "task_running",
        taskId: taskId(what),
        stageId: number(after(rest, "stage")),
        stageAttempt: 0,
        index: number(after(rest, "partition")),
        attempt: 0,
      };
    case "finish":
    case "fail":
      return {
        kind: "task_finished",
        taskId: taskId(what),
        how: verb === "fail" ? "failed" : "finished",
        resultBytes: undefined,
        viaBlockManager: false,
        errorClass: rest[0],
        errorMessage: rest.length > 1 ? rest.slice(1).join(" ") : undefined,
      };
    case "acquire":
      return { kind: "execution_acquired", taskId: taskId(what), granted: size(rest[0]), consumer };
    case "release":
      return {
        kind: "execution_released",
        taskId: taskId(what),
        released: size(rest[0]),
        consumer,
      };
    case "wait":
      return {
        kind: "execution_waiting",
        taskId: taskId(what),
        threadId: undefined,
        mode: "on_heap",
      };
    case "leak":
      return { kind: "task_leak", taskId: taskId(what), bytes: Number(rest[0]) };
    case "page":
      return { kind: "page_allocated", page: Number(what), bytes: Number(rest[0]) };
    case "page-freed":
      return { kind: "page_freed", page: Number(what), bytes: Number(rest[0]) };
    case "totals":
      return {
        kind: "dump_totals",
        executionBytes: Number(after([what, ...rest], "execution")),
        storageBytes: Number(after(rest, "storage")),
        unmanagedBytes: undefined,
      };
    case "reads":
      return { kind: "broadcast_read", broadcastId: Number(what), step: "started", pieces: 1 };
    case "hears-gone":
      return {
        kind: "driver_block",
        change: "removed",
        where: "memory",
        blockId: what,
        hostPort: "host:7",
        size: size(rest[0]),
        free: undefined,
      };
    case "dies":
      return {
        kind: "uncaught_error",
        thread: undefined,
        errorClass: what,
        message: rest.join(" "),
      };
    default:
      return undefined;
  }
}

function spillOf(
  verb: string,
  what: string,
  rest: readonly string[],
  consumer: string | undefined,
): LogFact | undefined {
  const forConsumer = after(rest, "for");
  switch (verb) {
    case "need":
      return {
        kind: "spill_wanted",
        taskId: taskId(what),
        wanted: size(rest[0]),
        consumer,
        forConsumer,
      };
    case "spilled":
      return {
        kind: "execution_spilled",
        taskId: taskId(what),
        spilled: size(rest[0]),
        requested: undefined,
        consumer,
        forConsumer,
      };
    case "spilling":
      return {
        kind: "spill",
        what: /Unsafe|Shuffle/.test(what) ? "sort_data" : "collection",
        consumer: what,
        threadId: number(after(rest, "thread")),
        taskId: number(after(rest, "task")),
        size: size(rest[0]),
        times: number(after(rest, "times")),
        elements: undefined,
      };
    case "threshold":
      return { kind: "spill_threshold_crossed", consumer: what, by: "records" };
    default:
      return undefined;
  }
}

const MEMORY_ONLY: StorageLevelFlags = {
  useDisk: false,
  useMemory: true,
  useOffHeap: false,
  deserialized: true,
  replication: 1,
};

/** An event of the event log about an executor. */
function eventOf(
  verb: string,
  what: string,
  rest: readonly string[],
  { executor, ms }: Where,
): EventFact | undefined {
  const host = "host";
  switch (verb) {
    case "registered": {
      const offHeap = Number(after(rest, "off-heap") ?? 0);
      return {
        kind: "block_manager_added",
        executorId: executor,
        host,
        port: 7,
        timeMs: ms,
        maxBytes: Number(what),
        maxOnHeapBytes: Number(what) - offHeap,
        maxOffHeapBytes: offHeap,
      };
    }
    case "cores":
      return {
        kind: "executor_added",
        executorId: executor,
        host,
        cores: Number(what),
        timeMs: ms,
        resourceProfileId: 0,
        attributes: new Map(),
      };
    case "reported":
      return {
        kind: "block_updated",
        executorId: executor,
        host,
        port: 7,
        status: status(what, rest),
      };
    case "launched":
      return {
        kind: "task_start",
        taskId: taskId(what),
        stageId: Number(after(rest, "stage") ?? 0),
        stageAttemptId: 0,
        index: Number(after(rest, "partition") ?? 0),
        partitionId: Number(after(rest, "partition") ?? 0),
        attempt: 0,
        executorId: executor,
        host,
        launchedMs: ms,
        speculative: false,
      };
    case "ended":
      return taskEnd(taskId(what), rest, { executor, ms });
    case "metrics":
      return {
        kind: "executor_metrics",
        executorId: executor,
        stageId: undefined,
        stageAttemptId: undefined,
        scope: "update",
        values: new Map([[what, Number(rest[0])]]),
      };
    case "lost":
      return {
        kind: "executor_removed",
        executorId: executor,
        timeMs: ms,
        reason: [what, ...rest].join(" "),
      };
    case "query":
      return { kind: "stage_submitted", stage: stage(Number(what)), sqlExecutionId: 1 };
    case "unpersisted":
      return { kind: "unpersist_rdd", rddId: Number(what) };
    default:
      return undefined;
  }
}

/** `600` in memory, `0 disk 600` dropped to disk, `evicted`, `gone` (no replica left). */
function status(blockId: string, rest: readonly string[]): BlockStatus {
  const diskBytes = Number(after(rest, "disk") ?? 0);
  const [bytes] = rest;
  const memoryBytes = Number(bytes) || 0;
  const inMemory = memoryBytes > 0;
  const level: StorageLevelFlags = {
    ...MEMORY_ONLY,
    useMemory: inMemory,
    useDisk: diskBytes > 0,
    deserialized: inMemory,
    replication: bytes === "gone" ? 0 : 1,
  };
  return { blockId, level, memoryBytes, diskBytes };
}

function taskEnd(
  task: number,
  rest: readonly string[],
  { executor, ms }: Pick<Where, "executor" | "ms">,
): TaskEndFact {
  const failureClass = after(rest, "failed");
  return {
    ...NO_METRICS,
    taskId: task,
    stageId: Number(after(rest, "stage") ?? 0),
    executorId: executor,
    launchedMs: Number(after(rest, "since") ?? ms),
    finishedMs: ms,
    failed: failureClass !== undefined,
    reason: failureClass === undefined ? "Success" : "ExceptionFailure",
    failureClass,
    peakExecutionBytes: number(after(rest, "peak")),
    memorySpilledBytes: number(after(rest, "spilled")),
    diskSpilledBytes: number(after(rest, "to-disk")),
    executorMetrics: polled(number(after(rest, "polled")), number(after(rest, "storage"))),
  };
}

/** `polled 500 storage 300`: the executor's peaks of execution and storage memory while the task ran. */
function polled(execution: number | undefined, storage: number | undefined) {
  if (execution === undefined && storage === undefined) return undefined;
  return new Map([
    ["JVMHeapMemory", 1],
    ["OnHeapExecutionMemory", execution ?? 0],
    ["OnHeapStorageMemory", storage ?? 0],
  ]);
}
