/**
 * The views as a file that travels with exported Parquet: DuckDB runs it over the folder, and they
 * answer like the database.
 */
import { tables } from "../tables/index.ts";
import { replayedInputs } from "../tables/replayed-inputs.ts";
import { columnsOf, createViewsOver } from "./create.ts";
import { sqlName, sqlText } from "./literal.ts";

/** Its paths are relative: it is run where the folder is, or after `set file_search_path`. */
export function viewsFile(): string {
  return `${[
    "-- The tables of this folder, and respark's views over them, for DuckDB. In this folder:",
    "-- duckdb -init views.sql",
    ...Object.values(tables).map((table) => viewOfFiles(table.name, columnsOf(table))),
    viewOfFiles(replayedInputs.name, replayedInputs.columns),
    createViewsOver([]),
  ].join("\n")};\n`;
}

function viewOfFiles(
  table: string,
  columns: readonly { readonly name: string; readonly type: string }[],
): string {
  const shown = columns.map(({ name, type }) => `${sqlName(name)}::${type} as ${sqlName(name)}`);
  return `create or replace view ${sqlName(table)} as select ${shown.join(", ")} from ${filesOf(`${table}/*/*.parquet`)};`;
}

/** The rows of these Parquet files with the id that stands in their folders' names. */
export function filesOf(pattern: string): string {
  return `read_parquet(${sqlText(pattern)}, hive_types = {'app_id': varchar}, hive_partitioning = true, union_by_name = true)`;
}
