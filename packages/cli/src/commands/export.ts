/** `respark export`: every table of a database, as files for other tools. */
import type { Command } from "commander";
import type { ExportFormat, ExportOptions } from "../database/run-export.ts";
import type { Host } from "../host.ts";
import { oneOf, withApplicationOptions, withEverywhereOptions } from "./command.ts";

const FORMATS: readonly ExportFormat[] = ["parquet", "csv", "arrow"];

export function addExport(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("export")
        .description("writes every table as Parquet, CSV or Arrow files")
        .argument("<db>", "a database written by respark replay")
        .requiredOption("-o, --output <dir>", "a directory; it is made where there is none")
        .requiredOption("--format <format>", FORMATS.join(", "), oneOf(FORMATS)),
    ),
  )
    .addHelpText(
      "after",
      `
Examples:
  respark export app.duckdb --format parquet -o tables/
  respark export app.duckdb --format arrow -o tables/ --app app-20260101120000-0001
  respark export app.duckdb --format csv -o tables/`,
    )
    .action(async (db: string, options: ExportOptions) => {
      const { runExport } = await import("../database/run-export.ts");
      await runExport(host, db, options);
    });
}
