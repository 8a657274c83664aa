/** Lays out the logs of one class of a run: whole, some files alone, or cut. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { LogClass } from "./log-classes.ts";
import type { RecordedRun } from "./recorded-runs.ts";
import { logText } from "./statements.ts";

export interface GivenLogs {
  readonly paths: readonly string[];
  /** those of the paths' files that executors wrote */
  readonly executorLogs: readonly string[];
  /** where executors' logs stand without an event log to take the zone from */
  readonly timeZone?: string;
}

const isExecutorLog = (path: string): boolean => basename(path).startsWith("executor-");
const isEventLog = (path: string): boolean => !/^(?:executor|driver)/.test(basename(path));

/** Calls `use` with the logs; what had to be written for it is gone afterwards. */
export async function withGivenLogs<T>(
  run: RecordedRun,
  logClass: LogClass,
  use: (logs: GivenLogs) => Promise<T>,
): Promise<T> {
  const executorLogs = run.logs.filter(isExecutorLog);
  const others = run.logs.filter((path) => !isExecutorLog(path));
  const { timeZone } = run;
  switch (logClass) {
    case "dbg":
    case "info":
    case "old":
      return use({ paths: [run.logsDirectory], executorLogs });
    case "exec":
    case "exec-info":
      return use({ paths: executorLogs, executorLogs, timeZone });
    case "event":
    case "event-plain":
      return use({ paths: run.logs.filter(isEventLog), executorLogs: [] });
    case "late":
    case "early":
    case "late-alone":
    case "info-like": {
      const scratch = await mkdtemp(join(tmpdir(), "respark-accuracy-"));
      try {
        const cut = await written(executorLogs, scratch, (text) => partOf(text, logClass));
        return await (logClass === "late-alone"
          ? use({ paths: cut, executorLogs: cut, timeZone })
          : use({ paths: [...others, ...cut], executorLogs: cut }));
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    }
  }
}

async function written(
  paths: readonly string[],
  folder: string,
  change: (text: string) => string,
): Promise<string[]> {
  return Promise.all(
    paths.map(async (path) => {
      const to = join(folder, basename(path).replace(/\.gz$/, ""));
      await writeFile(to, change(await logText(path)));
      return to;
    }),
  );
}

/** The first or the last half of the lines, or the records that a stock production log has. */
function partOf(text: string, logClass: "late" | "late-alone" | "early" | "info-like"): string {
  const lines = text.split("\n");
  const half = Math.floor(lines.length / 2);
  switch (logClass) {
    case "late":
    case "late-alone":
      return lines.slice(half).join("\n");
    case "early":
      return `${lines.slice(0, half).join("\n")}\n`;
    case "info-like":
      return infoLines(lines).join("\n");
  }
}

const RECORD = /^(?:\{"ts":|\d{2,4}[/-]\d{2}[/-]\d{2}[ T])/;
const DETAIL =
  /^(?:\{"ts":"[^"]*","level":"(?:DEBUG|TRACE)"|\d{2,4}[^:]*:\d{2}:\d{2}.{0,120}?\b(?:DEBUG|TRACE)\b)/;

/** Records of DEBUG and TRACE go, with what belongs to them. */
function infoLines(lines: readonly string[]): string[] {
  let detail = false;
  return lines.filter((line) => {
    if (RECORD.test(line)) detail = DETAIL.test(line);
    return !detail;
  });
}
