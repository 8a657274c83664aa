/** CSV, written by DuckDB: a header, NULL as an empty field, times in UTC. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { FORMULA } from "../sql/formats/csv.ts";
import { sqlName, sqlText } from "../sql/literal.ts";

export async function writeCsv(
  connection: DuckDBConnection,
  sql: string,
  path: string,
): Promise<void> {
  await connection.run(`copy (${sql}) to ${sqlText(path)} (format csv, header true)`);
}

/** The query with `'` in front of every text that a spreadsheet would take for a formula. */
export async function withoutFormulas(connection: DuckDBConnection, sql: string): Promise<string> {
  const described = await connection.runAndReadAll(`describe ${sql}`);
  const columns = described.getRows().map(([name, type]) => {
    const column = sqlName(String(name));
    if (type !== "VARCHAR") return column;
    const isFormula = `regexp_matches(${column}, ${sqlText(FORMULA.source)})`;
    return `if(${isFormula}, ${sqlText("'")} || ${column}, ${column}) as ${column}`;
  });
  return `select ${columns.join(", ")} from (${sql})`;
}
