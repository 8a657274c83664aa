/** Questions about one application of a database: our SQL and the user's name it by two variables. */
import { sqlText } from "../sql/literal.ts";
import type { Database, QueryValue } from "../sql/query.ts";
import type { ApplicationKey } from "../tables/table.ts";

export type Row = Readonly<Record<string, QueryValue>>;
export type Ask = (sql: string) => Promise<readonly Row[]>;

/** `getvariable('app_id')` and `getvariable('attempt_id')` are set in every question: each has a connection of its own. */
export function askAbout(database: Database, { appId, attemptId }: ApplicationKey): Ask {
  const chosen = `set variable app_id = ${sqlText(appId)}; set variable attempt_id = ${sqlText(attemptId)};`;
  return (sql) => database.rows(`${chosen} ${sql}`);
}
