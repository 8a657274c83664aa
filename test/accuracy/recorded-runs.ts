/** The recorded runs of a directory, and which classes of logs each can be replayed as. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LogClass } from "./bars.ts";

/** Layouts in which a line says its thread, so a line can be given to a task. */
const layoutsWithThreads = new Set(["ms", "thread", "fqcn", "json"]);

export interface RecordedRun {
  readonly name: string;
  readonly directory: string;
  readonly sparkVersion: string;
  readonly scenario: string;
  readonly logLevel: string;
  readonly namesThreads: boolean;
  readonly timeZone: string;
  /** The logs of the run by path, in order of name. */
  readonly logs: readonly string[];
}

function textOf(record: unknown, key: string): string | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const value: unknown = Object.entries(record).find(([name]) => name === key)?.[1];
  return typeof value === "string" ? value : undefined;
}

export async function recordedRuns(directory: string): Promise<RecordedRun[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const run = join(directory, name);
      const meta: unknown = JSON.parse(await readFile(join(run, "run.json"), "utf8"));
      const logs = (await readdir(join(run, "logs"))).sort();
      return {
        name,
        directory: run,
        sparkVersion: textOf(meta, "spark_version") ?? "unknown",
        scenario: name.split("-")[1] ?? "unknown",
        logLevel: textOf(meta, "log_level") ?? "unknown",
        namesThreads: layoutsWithThreads.has(textOf(meta, "log_pattern_name") ?? ""),
        timeZone: textOf(meta, "timezone") ?? "UTC",
        logs: logs.map((log) => join(run, "logs", log)),
      };
    }),
  );
}

const is16 = (run: RecordedRun): boolean => run.sparkVersion.startsWith("1.");
const before23 = (run: RecordedRun): boolean => is16(run) || /^2\.[012]\./.test(run.sparkVersion);

/** Every run is replayed whole in one class, and again with part of its logs where that class holds it. */
export function classesOf(run: RecordedRun): LogClass[] {
  const whole =
    is16(run) || run.name.includes("-legacy") ? "old" : run.logLevel === "dbg" ? "dbg" : "info";
  return [
    whole,
    ...(run.logLevel === "dbg" ? (["exec"] as const) : []),
    ...(before23(run) ? [] : (["event"] as const)),
  ];
}

const logName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** What `respark replay` is given for a run in a class. */
export function replayArguments(run: RecordedRun, logClass: LogClass): string[] {
  if (logClass === "exec") {
    const logs = run.logs.filter((path) => logName(path).startsWith("executor-"));
    return [...logs, "--time-zone", run.timeZone];
  }
  if (logClass === "event")
    return run.logs.filter((path) => !/^(executor|driver)/.test(logName(path)));
  return [join(run.directory, "logs")];
}
