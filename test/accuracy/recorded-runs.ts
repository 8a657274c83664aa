/** The recorded runs of a directory, and which classes of logs each can be replayed as. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LogClass } from "./log-classes.ts";

/** Layouts in which a line says its thread, so a line can be given to a task. */
const layoutsWithThreads = new Set(["ms", "thread", "fqcn", "json"]);

export interface RecordedRun {
  readonly name: string;
  readonly sparkVersion: string;
  readonly scenario: string;
  readonly logLevel: string;
  readonly namesThreads: boolean;
  readonly timeZone: string;
  /** `spark.eventLog.logBlockUpdates.enabled` */
  readonly logsBlockUpdates: boolean;
  /** executors poll their memory every 50 ms */
  readonly pollsOften: boolean;
  /** ms that a printed time may be off: a stock layout prints seconds */
  readonly windowMs: number;
  /** directory of what its JVMs did */
  readonly truth: string;
  readonly logsDirectory: string;
  /** what is in it by path, in order of name */
  readonly logs: readonly string[];
}

function textOf(record: unknown, key: string): string | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const value: unknown = Object.entries(record).find(([name]) => name === key)?.[1];
  return typeof value === "string" ? value : undefined;
}

const BLOCK_UPDATES = /"spark\.eventLog\.logBlockUpdates\.enabled": ?"true"/;

/** `<name>/{logs,truth,run.json}` of every run in a directory. */
export async function recordedRuns(directory: string): Promise<RecordedRun[]> {
  const names = await directoriesIn(directory);
  return Promise.all(
    names.map((name) => {
      const run = join(directory, name);
      return recordedRun(name, {
        description: run,
        logs: join(run, "logs"),
        truth: join(run, "truth"),
      });
    }),
  );
}

/**
 * The runs of the repository, whose truth stands beside them: `fixtures/runs`, `fixtures/truth`.
 */
export async function fixtureRuns(fixtures: string): Promise<RecordedRun[]> {
  const names = await directoriesIn(join(fixtures, "truth"));
  return Promise.all(
    names.map((name) => {
      const truth = join(fixtures, "truth", name);
      return recordedRun(name, { description: truth, logs: join(fixtures, "runs", name), truth });
    }),
  );
}

async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function recordedRun(
  name: string,
  at: { readonly description: string; readonly logs: string; readonly truth: string },
): Promise<RecordedRun> {
  const text = await readFile(join(at.description, "run.json"), "utf8");
  const meta: unknown = JSON.parse(text);
  const logs = (await readdir(at.logs)).sort();
  return {
    name,
    sparkVersion: textOf(meta, "spark_version") ?? "unknown",
    scenario: name.split("-")[1] ?? "unknown",
    logLevel: textOf(meta, "log_level") ?? "unknown",
    namesThreads: layoutsWithThreads.has(textOf(meta, "log_pattern_name") ?? ""),
    timeZone: textOf(meta, "timezone") ?? "UTC",
    logsBlockUpdates: BLOCK_UPDATES.test(text),
    pollsOften: text.includes('"spark.executor.metrics.pollingInterval": "50ms"'),
    windowMs: textOf(meta, "log_pattern_name") === "stock" ? 1000 : 100,
    logsDirectory: at.logs,
    logs: logs.map((log) => join(at.logs, log)),
    truth: at.truth,
  };
}

const is16 = (run: RecordedRun): boolean => run.sparkVersion.startsWith("1.");
const before23 = (run: RecordedRun): boolean => is16(run) || /^2\.[012]\./.test(run.sparkVersion);

/** Every run is replayed whole in one class, and again with parts of its logs. */
export function classesOf(run: RecordedRun): LogClass[] {
  const debug = run.logLevel === "dbg";
  const whole = is16(run) || run.name.includes("-legacy") ? "old" : debug ? "dbg" : "info";
  const eventLog = run.logsBlockUpdates ? "event" : "event-plain";
  return [
    whole,
    debug ? "exec" : "exec-info",
    ...(before23(run) ? [] : ([eventLog] as const)),
    "late",
    "early",
    "late-alone",
    ...(debug ? (["info-like", "lossy-1-dbg", "lossy-5-dbg"] as const) : []),
    ...(debug ? [] : (["lossy-1-info", "lossy-5-info"] as const)),
    "lossy-5-alone",
  ];
}
