/**
 * The short run of a-short-run.ts in a database that its views can be asked about, from a file's
 * first test to its last.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import {
  type Database,
  DuckDbSink,
  openDatabase,
  type QueryValue,
  type Row,
} from "../../src/index.ts";
import { aShortRun } from "../a-short-run.ts";

interface ShortRun {
  readonly rows: Database["rows"];
  /** What a view says of app-1; numbers as numbers. */
  readonly saidBy: (view: string) => Promise<Record<string, QueryValue>[]>;
}

export function shortRunTold(): ShortRun {
  let folder: string;
  let database: Database;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "respark-views-"));
    const path = join(folder, "run.duckdb");
    const sink = await DuckDbSink.open({ path, mode: "create" });
    // The same run under another name must not mix with it.
    for (const appId of ["app-1", "app-2"]) {
      const application = sink.application({ appId, attemptId: "1" });
      aShortRun(application.emit);
      await application.complete();
    }
    await sink.finish();
    database = await openDatabase(path);
  });
  afterAll(async () => {
    database.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    rows: (sql) => database.rows(sql),
    saidBy: async (view) => {
      const rows = await database.rows(
        `select * exclude (app_id, attempt_id) from ${view} where app_id = 'app-1'`,
      );
      return rows.map(numbersAsNumbers);
    },
  };
}

function numbersAsNumbers(row: Row): Record<string, QueryValue> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "bigint" ? Number(value) : value,
    ]),
  );
}
