/**
 * `respark replay`: logs in, one database of memory timelines out, and a summary of what happened.
 */
import type { Command } from "commander";
import type { Host } from "../host.ts";
import type { ReplayFormat, ReplayOptions } from "../replay/run-replay.ts";
import { LOG_PATTERN, oneOf, smallCount, TIME_ZONE, withEverywhereOptions } from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

const FORMATS: readonly ReplayFormat[] = ["duckdb", "parquet", "arrow"];

const HELP = `
The summary goes to standard output (to standard error with -o -); --json makes it JSON.

Examples:
  respark replay logs/
  respark replay /var/log/spark/app-20260101120000-0001 executor-logs/ -o app.duckdb
  respark replay logs/ --time-zone America/New_York --overwrite -o app.duckdb
  respark replay logs/ --report report.html
  respark replay /var/log/spark-events --resume -o fleet.duckdb
  respark replay logs/ --format parquet -o tables/
  respark replay http://history-server:18080/history/app-20260101120000-0001/
  zcat app.gz | respark replay - -o app.duckdb`;

export function addReplay(program: Command, host: Host): void {
  withEverywhereOptions(
    program
      .command("replay")
      .description("reads event logs and executor logs and writes their memory timelines")
      .argument(
        "<path...>",
        "directories or files, a history server's address of an application, or - for standard input",
      )
      .option(
        "-o, --output <path>",
        "where to write; - is standard output (default: ./<application or folder>.duckdb)",
      )
      .option("--overwrite", "replace a database that exists")
      .option("--append", "add to a database that exists, replacing the same application in it")
      .option(
        "--resume",
        "read only what is new or changed since the database or folder was written, or go on where a replay was interrupted",
      )
      .option(
        "--format <format>",
        `${FORMATS.join(", ")}; the last two write a directory with a folder a table`,
        oneOf(FORMATS),
        "duckdb",
      )
      .option(...TIME_ZONE)
      .option(...LOG_PATTERN)
      .option(
        "--report <path>",
        "also write what respark report writes: an HTML file, or a folder for several applications",
      )
      .option(
        "--workers <n>",
        "applications that are replayed at once, each by a process of its own",
        smallCount,
        1,
      )
      .option("--show-secrets", "write settings down as they are, secrets too"),
  )
    .addHelpText("after", HELP)
    .action(async (paths: string[], options: ReplayOptions) => {
      const { runReplay } = await import("../replay/run-replay.ts");
      await sayingMachineTrouble(() => runReplay(host, paths, options));
    });
}
