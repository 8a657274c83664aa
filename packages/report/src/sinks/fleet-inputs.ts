/** What became of the input files of a fleet, for each application, as Parquet. */
import { join } from "node:path";
import { duckdb } from "../duckdb.ts";
import { sqlText } from "../sql/literal.ts";
import { replayedInputs } from "../tables/replayed-inputs.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { directoryOf, NO_APPLICATION, safeName, writeWhole } from "./export.ts";
import { writeParquet } from "./parquet.ts";

/** An input file, for one of the applications in it. */
export interface FleetInput {
  /** as the fleet calls it: an address, or a path */
  readonly path: string;
  readonly bytes: number;
  /** epoch ms */
  readonly modifiedMillis: number;
  readonly resparkVersion: string;
  /** undefined: it belongs to none */
  readonly application: ApplicationKey | undefined;
  /** what it was read with: files that belong to no application are told apart by it */
  readonly group: string;
  readonly status: "replayed" | "failed" | "no_application";
  readonly reason: string | undefined;
  /** of the process that read it */
  readonly exitCode: number;
  /** that the files read together took */
  readonly seconds: number;
  /** applications that were read together */
  readonly together: number;
  /** of the application, over all tables; undefined: it has none */
  readonly rows: number | undefined;
}

/**
 * Writes `<directory>/replayed_inputs/app_id=<id>/attempt-<id>.parquet`: the columns of the table,
 * and exit_code, seconds, together and rows.
 */
export async function writeFleetInputs(
  directory: string,
  inputs: readonly FleetInput[],
): Promise<void> {
  const files = new Map<string, FleetInput[]>();
  for (const input of inputs) {
    const file = fileOf(input);
    const known = files.get(file);
    if (known === undefined) files.set(file, [input]);
    else known.push(input);
  }
  const instance = await duckdb.DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    for (const [file, rows] of files) {
      await writeWhole(join(directory, replayedInputs.name, file), {}, (path) =>
        writeParquet(connection, relationOf(rows), path),
      );
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function fileOf({ application, group }: FleetInput): string {
  if (application === undefined) return join(NO_APPLICATION, `none-${safeName(group)}.parquet`);
  return join(directoryOf(application.appId), `attempt-${safeName(application.attemptId)}.parquet`);
}

/** The id is the folder's name alone, as in every table. */
const COLUMNS: readonly { readonly name: string; readonly type: string }[] = [
  ...replayedInputs.columns.filter(({ name }) => name !== "app_id"),
  { name: "exit_code", type: "INTEGER" },
  { name: "seconds", type: "DOUBLE" },
  { name: "together", type: "INTEGER" },
  { name: "rows", type: "BIGINT" },
];

function relationOf(inputs: readonly FleetInput[]): string {
  const rows = inputs.map((input) =>
    [
      textOrNull(input.application?.attemptId),
      sqlText(input.path),
      String(input.bytes),
      `make_timestamp(${input.modifiedMillis}000::bigint)`,
      sqlText(input.resparkVersion),
      sqlText(input.status),
      textOrNull(input.reason),
      String(input.exitCode),
      String(input.seconds),
      String(input.together),
      input.rows === undefined ? "null" : String(input.rows),
    ].map((value, nth) => `(${value})::${COLUMNS[nth]?.type ?? "VARCHAR"}`),
  );
  const names = COLUMNS.map(({ name }) => name).join(", ");
  return `select * from (values ${rows.map((row) => `(${row.join(", ")})`).join(", ")}) t(${names})`;
}

function textOrNull(text: string | undefined): string {
  return text === undefined ? "null" : sqlText(text);
}
