/** `respark query`: asks a replayed database, read-only. */

import type { ResultFormatName } from "@respark/report";
import type { Command } from "commander";
import type { QueryOptions } from "../database/run-query.ts";
import type { Host } from "../host.ts";
import { oneOf, withApplicationOptions, withEverywhereOptions } from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

const FORMATS: readonly ResultFormatName[] = ["table", "csv", "json", "ndjson", "markdown"];

export function addQuery(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("query")
        .description("asks a replayed database: SQL, or the name of a view or table")
        .argument("<db>", "a database written by respark replay")
        .argument("[sql]", "a query, the name of a view or table, or - for standard input")
        .option("-f, --file <path>", "the query stands in this file")
        .option("--format <format>", FORMATS.join(", "), oneOf(FORMATS))
        .option("--csv-safe", "CSV: ' before texts that a spreadsheet would take for formulas"),
    ),
  )
    .addHelpText(
      "after",
      `
The database is opened read-only. On a terminal a table that is too wide becomes a record a row.
--json is --format json; --app and --attempt go with a view or table.

Examples:
  respark query app.duckdb executor_memory_summary
  respark query app.duckdb "select executor_id, max(storage_used_bytes) from memory_timeline group by all" --format json
  respark query app.duckdb eviction_ledger --format csv > evictions.csv
  respark query app.duckdb -f question.sql --format markdown
  respark schema                            what can be asked for`,
    )
    .action(async (db: string, sql: string | undefined, options: QueryOptions) => {
      const { runQueryCommand } = await import("../database/run-query.ts");
      await sayingMachineTrouble(() => runQueryCommand(host, db, sql, options));
    });
}
