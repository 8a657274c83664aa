/** The replay command's own part: where the result goes, and what is said about it. */
import { join } from "node:path";
import { counted, countInWords, printableLine, safeJson } from "@respark/core";
import type { SurveyedApplication } from "@respark/events";
import { openDatabase } from "@respark/report";
import { calledAs } from "../called-as.ts";
import { sayingTrouble } from "../database/database-trouble.ts";
import { fleetText, readFleet } from "../database/fleet.ts";
import { openReplayed } from "../database/open-replayed.ts";
import { exportTables } from "../database/run-export.ts";
import type { Host } from "../host.ts";
import { openInput } from "../input.ts";
import type { EverywhereOptions } from "../options.ts";
import { refuseOverwriting, writePages } from "../report/write-pages.ts";
import { inLocale } from "../terminal/in-locale.ts";
import { styleOf } from "../terminal/style.ts";
import { UserError } from "../user-error.ts";
import { changesInJson } from "./changes-in-json.ts";
import {
  checkOutput,
  defaultOutput,
  refuseInput,
  type WriteMode,
  writeModeFor,
} from "./output-path.ts";
import { readRunSummaries } from "./read-run-summary.ts";
import { type Replayed, replayLogs } from "./replay-logs.ts";
import {
  changesOf,
  makeFolders,
  openDatabaseOf,
  openFolder,
  tidyFolder,
} from "./resumed-output.ts";
import { nextCommands, runSummaryText, type SummaryPlace } from "./run-summary-text.ts";

/** Of more applications than this the summary is one screen of all. */
const SUMMARIES = 3;
/** Of failed applications no more are named. */
const FAILURES = 10;

export type ReplayFormat = "duckdb" | "parquet" | "arrow";

export interface ReplayOptions extends EverywhereOptions {
  readonly output?: string;
  readonly overwrite?: true;
  readonly append?: true;
  readonly resume?: true;
  readonly format: ReplayFormat;
  readonly timeZone?: string;
  readonly logPattern?: string;
  readonly showSecrets?: true;
  readonly workers: number;
  /** where the HTML report goes; undefined: none was asked for */
  readonly report?: string;
}

export async function runReplay(
  host: Host,
  paths: readonly string[],
  options: ReplayOptions,
): Promise<void> {
  const mode = modeOf(options);
  const { output, format, report } = options;
  if (report === "-") throw new UserError("--report names a file or a folder: - is none");
  if (report !== undefined) await refuseOverwriting(host, report, options);
  if (output !== undefined && output !== "-" && format === "duckdb") {
    await checkOutput(host, output, mode, paths);
  }
  const input = await openInput(host, paths);
  const resumed =
    mode === "resume" && output !== undefined
      ? await (format === "parquet" ? openFolder(host, output) : openDatabaseOf(host, output))
      : undefined;
  const changes = resumed === undefined ? undefined : await changesOf(host, input, resumed);
  if (changes?.nothing === true && output !== undefined) {
    await tellNothingNew(host, output, changes.known, options);
    return;
  }
  const scratch =
    resumed !== undefined || (format === "duckdb" && output !== "-") ? undefined : host.scratch();
  try {
    const replayed = await replayLogs(host, {
      input,
      target: async (applications) => {
        if (scratch !== undefined) {
          return { path: join(scratch.path, "replayed.duckdb"), mode: "create" };
        }
        if (resumed !== undefined) await makeFolders(host, resumed);
        const path = resumed?.database ?? output ?? defaultOutput(input, applications, ".duckdb");
        if (output === undefined) await checkOutput(host, path, mode, paths);
        await refuseInput(host, path, filesOf(applications));
        return { path, mode: await writeModeFor(host, path, mode) };
      },
      timeZone: options.timeZone,
      logPattern: options.logPattern,
      showSecrets: options.showSecrets === true,
      quiet: options.quiet === true,
      simulates: true,
      workers: options.workers,
      ...(changes === undefined ? {} : { look: (look) => changes.look(look) }),
      ...(resumed === undefined ? {} : { beside: resumed.beside }),
    });
    await deliver(host, replayed, {
      ...options,
      paths,
      inScratch: format !== "duckdb" || scratch !== undefined,
    });
    if (resumed !== undefined) await tidyFolder(host, resumed);
  } finally {
    await scratch?.remove();
  }
}

async function tellNothingNew(
  host: Host,
  output: string,
  known: number,
  { json }: ReplayOptions,
): Promise<void> {
  await host.stdout.write(
    json === true
      ? `${safeJson({ output, applications: [], failed: [] }, 2)}\n`
      : `Nothing is new: ${counted(known, "file")} read before, none changed since. ${output} is as it was.\n`,
  );
}

/** Applications that failed, each with its reason; empty: none. */
function failuresInWords({ failed }: Replayed): string {
  if (failed.length === 0) return "";
  const lines = failed
    .slice(0, FAILURES)
    .map(({ application, reason }) => `  ${printableLine(`${application.appId}: ${reason}`)}\n`);
  const more =
    failed.length > FAILURES ? `  … and ${countInWords(failed.length - FAILURES)} more\n` : "";
  return `${counted(failed.length, "application")} could not be replayed, and the others were:\n${lines.join("")}${more}`;
}

function filesOf(applications: readonly SurveyedApplication[]): string[] {
  return applications.flatMap(({ files }) => files.map(({ path }) => path));
}

interface Delivery extends ReplayOptions {
  readonly paths: readonly string[];
  /** The result is not the database itself. */
  readonly inScratch: boolean;
}

/** The result where it is not the database as it stands, and the summary. */
async function deliver(host: Host, replayed: Replayed, delivery: Delivery): Promise<void> {
  const { output, format, paths, inScratch } = delivery;
  const { databasePath, applications } = replayed;
  const database = await openReplayed(databasePath);
  let text: string;
  try {
    const isAll = delivery.resume === true;
    const isFleet = isAll || (applications.length > SUMMARIES && delivery.json !== true);
    const runs = isFleet ? [] : await readRunSummaries(database.ask, applications);
    const place: SummaryPlace = {
      database: inScratch ? undefined : databasePath,
      command: calledAs(host),
      views: await database.views(),
      columns: Math.min(host.stdout.columns, 100),
      style: styleOf(host),
    };
    const written = output ?? databasePath;
    text =
      delivery.json === true
        ? `${safeJson(isAll ? { output: written, ...(await changesInJson(database.ask, replayed, inScratch)) } : { output: written, applications: runs }, 2)}\n`
        : isFleet
          ? `${fleetText(await readFleet([{ ask: database.ask, path: place.database }], isAll ? undefined : applications), place)}\nWritten: ${written}\n`
          : [
              ...runs.map((run) => runSummaryText(run, place)),
              `Written: ${written}\n`,
              nextCommands(runs, paths, place),
            ].join("\n");
  } finally {
    database.close();
  }
  if (delivery.quiet !== true) await host.stderr.write(inLocale(failuresInWords(replayed), host));
  const pages = await writeReport(host, databasePath, delivery);
  if (format !== "duckdb" && output !== undefined) {
    await exportTables(host, { database: databasePath, directory: output, format });
  }
  const said = delivery.json === true ? text : inLocale(text, host);
  if (output === "-") {
    await host.copyToStdout(databasePath);
    if (delivery.quiet !== true) await host.stderr.write(said);
  } else {
    await host.stdout.write(said);
  }
  if (pages !== undefined && delivery.quiet !== true) await host.stderr.write(pages);
}

/** What was written, in words; undefined: no report was asked for. */
async function writeReport(
  host: Host,
  databasePath: string,
  { report, overwrite, inScratch }: Delivery,
): Promise<string | undefined> {
  if (report === undefined) return undefined;
  return await sayingTrouble(async () => {
    const database = await openDatabase(databasePath);
    try {
      const path = inScratch ? undefined : databasePath;
      const source = { database, path, named: databasePath };
      const [first] = await writePages(host, source, { output: report, overwrite });
      return `Report: ${first?.file ?? report}\n`;
    } finally {
      database.close();
    }
  });
}

function modeOf({ overwrite, append, resume, format, output }: ReplayOptions): WriteMode {
  if (resume === true) {
    const other = overwrite === true ? "--overwrite" : append === true ? "--append" : undefined;
    if (other !== undefined) {
      throw new UserError(`--resume and ${other} contradict each other: use one of them`);
    }
    if (format === "arrow" || output === "-" || output === undefined) {
      throw new UserError(
        "--resume goes on with a DuckDB file or a folder of Parquet: it needs -o, and --format duckdb or parquet",
      );
    }
    return "resume";
  }
  if (overwrite === true && append === true) {
    throw new UserError("--overwrite and --append contradict each other: use one of them");
  }
  if (append === true && (format !== "duckdb" || output === "-")) {
    throw new UserError("--append adds to a DuckDB file: it needs --format duckdb and -o <file>");
  }
  if ((output === undefined || output === "-") && format !== "duckdb") {
    throw new UserError(`--format ${format} writes a directory: name it with -o`);
  }
  if (append === true) return "append";
  return overwrite === true ? "overwrite" : "create";
}
