/**
 * Replays a story told in words, a line a step, and gives its rows by table; the laws of the pools
 * hold in every one.
 */
import type { EventFact } from "../../src/event-fact.ts";
import type { LogFact } from "../../src/log-fact.ts";
import { Replay } from "../../src/replay/replay.ts";
import type { ReplaySummary } from "../../src/replay/replay-summary.ts";
import type { EvidenceLevel } from "../../src/rows.ts";
import { CollectedRows, type TableRows } from "./collected-rows.ts";
import { assertPoolLaws } from "./pool-laws.ts";
import { eventOf, type Where } from "./story-events.ts";
import { lineOf } from "./story-lines.ts";
import { taskId } from "./story-words.ts";

export interface StorySettings {
  /** default 3.5.6 */
  readonly spark?: string;
  /** of executors with a log; default debug. INFO's grants have no lines. */
  readonly level?: Extract<EvidenceLevel, "debug" | "info">;
  /** storage + execution, bytes; undefined: not said */
  readonly memory?: number | undefined;
  readonly conf?: Readonly<Record<string, string>>;
  /** seconds: a log line may have been printed at any time of its second */
  readonly precision?: "seconds";
}

export interface ReplayedStory extends TableRows {
  readonly summary: ReplaySummary;
}

/**
 * `time executor what`, times in ms. A size is exact (`600`) or printed (`4.2MiB`); `on task-3` at
 * the end names the thread. Half of the memory is storage region unless the settings say otherwise.
 */
export function replayText(story: string, settings: StorySettings = {}): ReplayedStory {
  const replayed = replayAnyText(story, settings);
  assertPoolLaws(replayed);
  return replayed;
}

/** Events that have no time of their own: that of the event before them is all that is known. */
const TIMELESS: ReadonlySet<string> = new Set(["executor_metrics", "unpersist_rdd"]);

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
    if (TIMELESS.has(said.fact.kind)) at.tsMax = undefined;
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

function saidBy(words: readonly string[], where: Where): Said {
  const [verb = "", what = "", ...rest] = words;
  const event = eventOf(verb, what, rest, where);
  if (event !== undefined) return { source: "event_log", fact: event };
  const fact = lineOf(verb, what, rest);
  if (fact === undefined) throw new Error(`no step is called ${verb}: ${where.line.trim()}`);
  return { source: "executor_log", fact };
}
