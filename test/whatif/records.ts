/** Runs of a folder of databases, as what-if reads them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openDatabase, type RunRecord, readRun, textIn } from "@respark/report";

export async function* recordsIn(
  folder: string,
): AsyncGenerator<{ readonly name: string; readonly run: RunRecord }> {
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".duckdb")) continue;
    const run = await recordOf(join(folder, file));
    if (run !== undefined) yield { name: file.slice(0, -".duckdb".length), run };
  }
}

/** The one run of a database. */
export async function recordOf(path: string): Promise<RunRecord | undefined> {
  const database = await openDatabase(path);
  try {
    const ask = (sql: string) => database.rows(sql);
    const [row] = await ask("select app_id, attempt_id from applications");
    const [appId, attemptId] = [textIn(row, "app_id") ?? "", textIn(row, "attempt_id") ?? ""];
    return await readRun(ask, { appId, attemptId });
  } finally {
    database.close();
  }
}
