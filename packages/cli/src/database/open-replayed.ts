/** A database that a replay wrote, opened to be read. */
import { type Ask, answerOf, openDatabase } from "@respark/report";

export interface ReplayedDatabase {
  readonly ask: Ask;
  /** Names of its views. */
  views(): Promise<ReadonlySet<string>>;
  close(): void;
}

export async function openReplayed(path: string): Promise<ReplayedDatabase> {
  const database = await openDatabase(path);
  const ask: Ask = (sql) => database.rows(sql);
  return {
    ask,
    views: async () => {
      const sql = "select view_name from duckdb_views() where not internal";
      return new Set((await answerOf(ask, { view_name: "key" }, sql)).map((row) => row.view_name));
    },
    close: () => {
      database.close();
    },
  };
}
