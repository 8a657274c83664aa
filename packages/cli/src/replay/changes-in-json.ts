/** What a resumed replay wrote, for programs: one line an application, however many there are. */
import { type Ask, answerOf, sqlName } from "@respark/report";
import type { Replayed } from "./replay-logs.ts";
import { pathsOf } from "./resumed-inputs.ts";

export interface ChangedApplication {
  readonly appId: string;
  readonly attemptId: string;
  readonly name: string | undefined;
  /** its logs, absolute */
  readonly files: readonly string[];
  /** of all its tables; undefined: they were not counted */
  readonly rows: number | undefined;
}

export interface ChangesInJson {
  readonly applications: readonly ChangedApplication[];
  readonly failed: readonly {
    readonly appId: string;
    readonly attemptId: string;
    readonly files: readonly string[];
    readonly reason: string;
  }[];
}

/** `isCounted`: only where the database has these applications alone. */
export async function changesInJson(
  ask: Ask,
  { applications, failed }: Replayed,
  isCounted: boolean,
): Promise<ChangesInJson> {
  const rows = isCounted ? await rowsOf(ask) : new Map<string, number>();
  return {
    applications: applications.map((application) => {
      const { appId, attemptId, name } = application;
      const files = pathsOf(application);
      return { appId, attemptId, name, files, rows: rows.get(keyOf(appId, attemptId)) };
    }),
    failed: failed.map(({ application, reason }) => {
      const { appId, attemptId } = application;
      return { appId, attemptId, files: pathsOf(application), reason };
    }),
  };
}

async function rowsOf(ask: Ask): Promise<Map<string, number>> {
  const named = await answerOf(
    ask,
    { name: "key" },
    `select table_name as name from duckdb_tables()
     where not regexp_matches(table_name, '^(respark_|whatif_)') and table_name <> 'replayed_inputs'`,
  );
  const counts = [...named.map((row) => row.name), "executor_metrics"].map(
    (name) => `select app_id, attempt_id, count(*) as n from ${sqlName(name)} group by all`,
  );
  const rows = await answerOf(
    ask,
    { app_id: "key", attempt_id: "key", n: "number" },
    `select app_id, attempt_id, sum(n)::bigint as n from (${counts.join(" union all ")}) group by all`,
  );
  return new Map(rows.map((row) => [keyOf(row.app_id, row.attempt_id), row.n ?? 0]));
}

function keyOf(appId: string, attemptId: string): string {
  return `${appId}\n${attemptId}`;
}
