/** `respark report`: one HTML file that shows what memory did, to attach to an incident. */
import { type Command, InvalidArgumentError } from "commander";
import type { Host } from "../host.ts";
import type { ReportOptions } from "../report/run-report.ts";
import {
  LOG_PATTERN,
  TIME_ZONE,
  withApplicationOptions,
  withEverywhereOptions,
} from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

function listed(text: string): string[] {
  const ids = text.split(",").map((id) => id.trim());
  if (ids.includes("")) throw new InvalidArgumentError("Give ids with commas between them.");
  return [...new Set(ids)];
}

const UNITS: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, kib: 2 ** 10, mib: 2 ** 20 };

function size(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(kB|MB|KiB|MiB)$/i.exec(text) ?? [];
  const bytes = Number(amount) * (UNITS[unit?.toLowerCase() ?? ""] ?? Number.NaN);
  if (!(bytes > 0)) throw new InvalidArgumentError("Give a size such as 500kB or 3MB.");
  return bytes;
}

export function addReport(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("report")
        .description("writes one HTML file that shows what memory did, how sure that is, and why")
        .argument("<path...>", "a database written by respark replay, or logs")
        .option(
          "-o, --output <path>",
          "an HTML file, or a folder for a page of each application (default: ./<application>.html)",
        )
        .option("--overwrite", "replace files that exist")
        .option("--max-size <size>", "what a page may weigh, 500kB or 3MB (default: 3MB)", size)
        .option("--executors <ids>", "show these executors alone: 0,7,driver", listed)
        .option("--no-hosts", "call hosts host-1, host-2 … wherever a log names them")
        .option(...TIME_ZONE)
        .option(...LOG_PATTERN),
    ),
  )
    .addHelpText(
      "after",
      `
The file opens in any browser, offline, and sends nothing anywhere. It names log files and, without
--no-hosts, hosts; no directories, and no settings that are secrets. Of several applications
-o reports/ writes a page each, and index.html with all of them, worst first.

Examples:
  respark report app.duckdb -o report.html
  respark report logs/ -o report.html
  respark report all.duckdb --app app-20260101120000-0001 -o report.html
  respark report app.duckdb --executors 3,17 --max-size 1MB -o small.html
  respark report all.duckdb -o reports/`,
    )
    .action(async (paths: string[], options: ReportOptions) => {
      const { runReport } = await import("../report/run-report.ts");
      await sayingMachineTrouble(() => runReport(host, paths, options));
    });
}
