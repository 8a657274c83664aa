/** `respark export`: every table of a database, as files for other tools. */
import type { ExportFormat } from "@respark/report";
import type { Command } from "commander";
import type { ExportOptions } from "../database/run-export.ts";
import type { Host } from "../host.ts";
import { oneOf, withApplicationOptions, withEverywhereOptions } from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

const FORMATS: readonly ExportFormat[] = ["parquet", "arrow", "csv", "perfetto"];

export function addExport(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("export")
        .description(
          "writes every table as Parquet, Arrow or CSV files, or a trace for ui.perfetto.dev",
        )
        .argument("<db>", "a database written by respark replay")
        .requiredOption("-o, --output <dir>", "a directory; it is made where there is none")
        .requiredOption("--format <format>", FORMATS.join(", "), oneOf(FORMATS))
        .option("--csv-safe", "CSV: ' before texts that a spreadsheet would take for formulas"),
    ),
  )
    .addHelpText(
      "after",
      `
Files are <dir>/<table>/app_id=<id>/attempt-<n>.<format>; those that exist are replaced.

Examples:
  respark export app.duckdb --format parquet -o tables/
  respark export app.duckdb --format arrow -o tables/ --app app-20260101120000-0001
  respark export app.duckdb --format perfetto -o traces/`,
    )
    .action(async (db: string, options: ExportOptions) => {
      const { runExport } = await import("../database/run-export.ts");
      await sayingMachineTrouble(() => runExport(host, db, options));
    });
}
