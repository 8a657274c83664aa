/**
 * Applications that a database or a folder holds, each with what tells it from another of its id.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { ApplicationKey } from "../tables/table.ts";

export interface HeldApplication extends ApplicationKey {
  /** epoch ms; undefined: not logged */
  readonly startedMs: number | undefined;
  readonly sparkVersion: string | undefined;
  readonly name: string | undefined;
}

/**
 * `relation`: whatever has the columns of `applications`, NULL where nothing is known but the id.
 */
export async function heldApplications(
  connection: DuckDBConnection,
  relation: string,
): Promise<HeldApplication[]> {
  const reader = await connection.runAndReadAll(
    `select app_id, attempt_id, epoch_ms(any_value(started_at)), any_value(spark_version),
      any_value(name)
     from ${relation} group by all order by all`,
  );
  const text = (value: unknown): string | undefined =>
    typeof value === "string" ? value : undefined;
  return reader.getRows().map(([appId, attemptId, startedMs, sparkVersion, name]) => ({
    appId: String(appId),
    attemptId: String(attemptId),
    startedMs: typeof startedMs === "bigint" ? Number(startedMs) : undefined,
    sparkVersion: text(sparkVersion),
    name: text(name),
  }));
}
