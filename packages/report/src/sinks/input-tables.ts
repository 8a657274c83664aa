/** What became of each input file: how a later run knows what it need not read again. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { openingError } from "../database-error.ts";
import { duckdb } from "../duckdb.ts";
import { sqlText } from "../sql/literal.ts";
import { requireOurs } from "../sql/meta.ts";
import { replayedInputs } from "../tables/replayed-inputs.ts";
import type { ApplicationKey } from "../tables/table.ts";

/** Applications whose findings are not written yet: an interrupted run leaves some. */
const DUE_TABLE = "respark_findings_due";

/** An input file, for one of the applications in it. */
export interface ReplayedInput {
  /** absolute */
  readonly path: string;
  readonly bytes: number;
  /** epoch µs, so that two changes within a millisecond differ */
  readonly modifiedMicros: number;
  readonly resparkVersion: string;
  /** undefined: it belongs to no application */
  readonly application: ApplicationKey | undefined;
  /** why the application failed; undefined: it did not */
  readonly failure: string | undefined;
}

const { name: INPUTS_TABLE, columns, comment } = replayedInputs;

export const createInputTables: string = [
  `create table if not exists ${INPUTS_TABLE} (${columns
    .map(({ name, type, nullable }) => `${name} ${type}${nullable ? "" : " not null"}`)
    .join(", ")})`,
  `comment on table ${INPUTS_TABLE} is ${sqlText(comment)}`,
  ...columns.map(
    ({ name, comment: words }) => `comment on column ${INPUTS_TABLE}.${name} is ${sqlText(words)}`,
  ),
  `create table if not exists ${DUE_TABLE} (app_id varchar not null, attempt_id varchar not null)`,
  `comment on table ${DUE_TABLE} is 'A row is an application whose findings are still to be written: a run was interrupted.'`,
  `comment on column ${DUE_TABLE}.app_id is 'application'`,
  `comment on column ${DUE_TABLE}.attempt_id is 'its attempt'`,
].join(";\n");

export const noFindingsDue: string = `delete from ${DUE_TABLE}`;

/** At least one. */
export function dueFindings(keys: readonly ApplicationKey[]): string {
  const rows = keys.map(({ appId, attemptId }) => `(${sqlText(appId)}, ${sqlText(attemptId)})`);
  return `insert into ${DUE_TABLE} values ${rows.join(", ")}`;
}

/** Rows instead of earlier ones of the same files. */
export function inputRows(inputs: readonly ReplayedInput[]): string {
  if (inputs.length === 0) return "select 1";
  const paths = [...new Set(inputs.map(({ path }) => path))];
  const rows = inputs.map((input) => {
    const { path, bytes, modifiedMicros, resparkVersion, application, failure } = input;
    const status =
      application === undefined ? "no_application" : failure === undefined ? "replayed" : "failed";
    return `(${[
      textOrNull(application?.appId),
      textOrNull(application?.attemptId),
      sqlText(path),
      String(bytes),
      `make_timestamp(${modifiedMicros})`,
      sqlText(resparkVersion),
      sqlText(status),
      textOrNull(failure),
    ].join(", ")})`;
  });
  const apps = new Set(
    inputs.flatMap(({ application }) =>
      application === undefined
        ? []
        : [`(${sqlText(application.appId)}, ${sqlText(application.attemptId)})`],
    ),
  );
  const ofThese = `path in (${paths.map(sqlText).join(", ")}) and (app_id is null${
    apps.size === 0 ? "" : ` or (app_id, attempt_id) in (${[...apps].join(", ")})`
  })`;
  return `delete from ${INPUTS_TABLE} where ${ofThese}; insert into ${INPUTS_TABLE} values ${rows.join(", ")}`;
}

function textOrNull(text: string | undefined): string {
  return text === undefined ? "null" : sqlText(text);
}

export async function applicationsDue(connection: DuckDBConnection): Promise<ApplicationKey[]> {
  const reader = await connection.runAndReadAll(`select * from ${DUE_TABLE} order by all`);
  return reader.getRows().map(([appId, attemptId]) => {
    return { appId: String(appId), attemptId: String(attemptId) };
  });
}

/**
 * What a database says of the inputs it was written from; nothing where it was written before there
 * was such a table.
 */
export async function readInputs(path: string): Promise<readonly ReplayedInput[]> {
  const instance = await duckdb.DuckDBInstance.create(path, {
    access_mode: "READ_ONLY",
    threads: "1",
  }).catch((error: unknown) => {
    throw openingError(path, error);
  });
  const connection = await instance.connect();
  try {
    await requireOurs(connection, path);
    const there = await connection.runAndReadAll(
      `select 1 from duckdb_tables() where table_name = '${INPUTS_TABLE}'`,
    );
    if (there.currentRowCount === 0) return [];
    return await inputsIn(connection, INPUTS_TABLE);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** `relation`: the table, or whatever has its columns. */
export async function inputsIn(
  connection: DuckDBConnection,
  relation: string,
): Promise<ReplayedInput[]> {
  const reader = await connection.runAndReadAll(
    `select path, bytes, epoch_us(modified_at), respark_version, app_id, attempt_id, status, reason
     from ${relation} order by all`,
  );
  return reader
    .getRows()
    .map(([file, bytes, modified, version, appId, attempt, status, reason]) => ({
      path: String(file),
      bytes: Number(bytes),
      modifiedMicros: Number(modified),
      resparkVersion: String(version),
      application:
        appId === null ? undefined : { appId: String(appId), attemptId: String(attempt) },
      failure: status === "failed" ? String(reason) : undefined,
    }));
}
