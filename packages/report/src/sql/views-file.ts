/**
 * The views as a file that travels with exported Parquet: DuckDB runs it over the folder, and they
 * answer like the database.
 */
import { tables } from "../tables/index.ts";
import { columnsOf, createViewsOver } from "./create.ts";
import { sqlName } from "./literal.ts";

/** Its paths are relative: it is run where the folder is, or after `set file_search_path`. */
export function viewsFile(): string {
  return `${[
    "-- The tables of this folder, and respark's views over them, for DuckDB. In this folder:",
    "-- duckdb -init views.sql",
    ...Object.values(tables).map((table) => {
      const columns = columnsOf(table).map(({ name, type }) => {
        return `${sqlName(name)}::${type} as ${sqlName(name)}`;
      });
      const files = `'${table.name}/*/*.parquet', hive_types = {'app_id': varchar}`;
      const from = `read_parquet(${files}, hive_partitioning = true, union_by_name = true)`;
      return `create or replace view ${sqlName(table.name)} as select ${columns.join(", ")} from ${from};`;
    }),
    createViewsOver([]),
  ].join("\n")};\n`;
}
