/**
 * Questions about one application of a database: our SQL and the user's name it by two variables.
 */
import { sqlText } from "../sql/literal.ts";
import type { Database, QueryResult } from "../sql/query.ts";
import type { Ask } from "../sql/row.ts";
import type { ApplicationKey } from "../tables/table.ts";

/** All rows of the answer. */
export function askAbout(database: Pick<Database, "rows">, application: ApplicationKey): Ask {
  return (sql) => database.rows(aboutIt(application, sql));
}

/** The answer as it streams. */
export function questionAbout(
  database: Database,
  application: ApplicationKey,
): (sql: string) => Promise<QueryResult> {
  return (sql) => database.query(aboutIt(application, sql));
}

/**
 * `getvariable('app_id')` and `getvariable('attempt_id')` are set in every question: each has a
 * connection of its own.
 */
function aboutIt({ appId, attemptId }: ApplicationKey, sql: string): string {
  return `set variable app_id = ${sqlText(appId)}; set variable attempt_id = ${sqlText(attemptId)}; ${sql}`;
}
