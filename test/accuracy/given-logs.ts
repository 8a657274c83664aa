/** Lays out the logs of one class of a run: whole, some files alone, or cut. */
import { createHash } from "node:crypto";
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

/** Another seed loses other lines: `LOSS_SEED=7 pnpm accuracy --logs lossy-5-dbg`. */
const LOSS_SEED = process.env["LOSS_SEED"] ?? "2026";

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
    default: {
      const scratch = await mkdtemp(join(tmpdir(), "respark-accuracy-"));
      try {
        const cut = await written(executorLogs, scratch, (text, name) =>
          partOf(text, logClass, name),
        );
        return await (logClass.endsWith("-alone")
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
  change: (text: string, name: string) => string,
): Promise<string[]> {
  return Promise.all(
    paths.map(async (path) => {
      const to = join(folder, basename(path).replace(/\.gz$/, ""));
      await writeFile(to, change(await logText(path), path));
      return to;
    }),
  );
}

type Part = Exclude<LogClass, "dbg" | "info" | "old" | `exec${string}` | `event${string}`>;

/**
 * The first or the last half of the lines, the records that a stock production log has, or all but
 * some.
 */
function partOf(text: string, logClass: Part, path: string): string {
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
    case "lossy-1-dbg":
    case "lossy-1-info":
      return without(lines, 1, path).join("\n");
    case "lossy-5-dbg":
    case "lossy-5-info":
    case "lossy-5-alone":
      return without(lines, 5, path).join("\n");
  }
}

/** So many of a hundred lines are lost, drawn by run, file and number of the line. */
function without(lines: readonly string[], percent: number, path: string): string[] {
  const drawn = path.split("/").slice(-3).join("/");
  return lines.filter((_line, at) => {
    const hash = createHash("sha256").update(`${LOSS_SEED} ${drawn} ${at}`).digest();
    return hash.readUInt32BE(0) % 100 >= percent;
  });
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
