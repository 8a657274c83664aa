/**
 * A replayed database as files for other tools: one directory a table, one file an application
 * attempt; each file appears whole or not at all.
 */
import { createHash } from "node:crypto";
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { sqlName, sqlText } from "../sql/literal.ts";
import { requireOurs } from "../sql/meta.ts";
import { openReadOnly } from "../sql/query.ts";
import { viewsFile } from "../sql/views-file.ts";
import { tables } from "../tables/index.ts";
import { replayedInputs } from "../tables/replayed-inputs.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { withoutFormulas } from "./csv.ts";
import { type ExportFormat, exportTo } from "./index.ts";
import { writeTrace } from "./perfetto.ts";

/** What is exported from which database, in which format and to where. */
export interface ExportRequest {
  /** path of a database that a replay wrote */
  readonly database: string;
  /** made where there is none; files of the same name are replaced */
  readonly directory: string;
  readonly format: ExportFormat;
  /** only these; all where undefined */
  readonly appId?: string;
  readonly attemptId?: string;
  /** CSV: a text that a spreadsheet would take for a formula gets `'` in front. */
  readonly csvSafe?: boolean;
  /** Where DuckDB moves what memory cannot hold; undefined: beside the database. */
  readonly spillFolder?: string;
  /** Told of each file while it is partial; the returned function is called once it is not. */
  readonly leavesBehind?: (path: string) => () => void;
}

/** A file that an export wrote; its size in bytes. */
export interface ExportedFile {
  readonly path: string;
  /** the table in it; undefined for a trace */
  readonly table: string | undefined;
  readonly application: ApplicationKey;
}

/**
 * Writes `<directory>/<table>/app_id=<id>/attempt-<id>.<format>`, for Perfetto
 * `<directory>/app_id=<id>/attempt-<id>.trace.json`. Parquet has its app_id in the folder's name
 * alone, and `<directory>/views.sql` beside it: the views, for DuckDB. Tables without rows are
 * written too, so that every table can be read. Throws a DatabaseError where the database cannot be
 * read.
 */
export async function exportDatabase(request: ExportRequest): Promise<ExportedFile[]> {
  const { connection, close } = await openReadOnly(request.database, {
    memoryLimitBytes: 192 << 20,
    ...(request.spillFolder === undefined ? {} : { spillFolder: request.spillFolder }),
  });
  try {
    await requireOurs(connection, request.database);
    const files: ExportedFile[] = [];
    const add = async (
      folder: string,
      ending: string,
      application: ApplicationKey,
      table: string | undefined,
      write: (path: string) => Promise<void>,
    ): Promise<string> => {
      const path = join(
        request.directory,
        folder,
        directoryOf(application.appId),
        `attempt-${safeName(application.attemptId)}.${ending}`,
      );
      await writeWhole(path, request, write);
      files.push({ path, table, application });
      return path;
    };
    const keys = (await connection.runAndReadAll(applicationsSql(request)))
      .getRows()
      .map(([appId, attemptId]) => ({ appId: String(appId), attemptId: String(attemptId) }));
    if (request.format === "perfetto") {
      for (const key of keys) {
        await add("", "trace.json", key, undefined, (path) =>
          writeTrace(connection, isOf(key), path),
        );
      }
      return files;
    }
    for (const { name } of Object.values(tables)) {
      await writeTable(connection, name, keys, { ...request, format: request.format }, add);
    }
    if (request.format === "parquet") {
      // Last: once its inputs are there, an application is.
      await writeInputs(connection, request, add);
      if (files.length > 0) {
        await writeWhole(join(request.directory, "views.sql"), request, (path) =>
          writeFile(path, viewsFile()),
        );
      }
    }
    return files;
  } finally {
    close();
  }
}

/**
 * A file for each application. Half of a small one's tables are empty, and such files are all
 * alike:
 * a copy takes a tenth of the time of a question.
 */
async function writeTable(
  connection: DuckDBConnection,
  table: string,
  keys: readonly ApplicationKey[],
  { format, csvSafe }: { readonly format: keyof typeof exportTo; readonly csvSafe?: boolean },
  add: AddFile,
): Promise<void> {
  const { ending, write } = exportTo[format];
  const filled = await connection.runAndReadAll(
    `select distinct app_id, attempt_id from ${sqlName(table)}`,
  );
  const nameOf = (...key: readonly unknown[]): string => JSON.stringify(key);
  const hasRows = new Set(filled.getRows().map((row) => nameOf(...row)));
  // Readers of Parquet take the id from the folder's name; pandas and pyarrow refuse to find it in
  // both.
  const columns = format === "parquet" ? "* exclude (app_id)" : "*";
  let empty: string | undefined;
  for (const key of keys) {
    const isEmpty = !hasRows.has(nameOf(key.appId, key.attemptId));
    const same = isEmpty ? empty : undefined;
    const path = await add(table, ending, key, table, async (to) => {
      if (same !== undefined) return copyFile(same, to);
      const rows = `select ${columns} from ${sqlName(table)} where ${isOf(key)}`;
      const isSafe = csvSafe === true && format === "csv";
      return write(connection, isSafe ? await withoutFormulas(connection, rows) : rows, to);
    });
    if (isEmpty) empty = path;
  }
}

function isOf({ appId, attemptId }: ApplicationKey): string {
  return `app_id = ${sqlText(appId)} and attempt_id = ${sqlText(attemptId)}`;
}

/** What a table's rows of one application go through. */
type AddFile = (
  folder: string,
  ending: string,
  application: ApplicationKey,
  table: string | undefined,
  write: (path: string) => Promise<void>,
) => Promise<string>;

/** A file of input files for each application, also where it failed or where none are known. */
async function writeInputs(
  connection: DuckDBConnection,
  request: ExportRequest,
  add: AddFile,
): Promise<void> {
  const { name } = replayedInputs;
  const there = await connection.runAndReadAll(
    `select 1 from duckdb_tables() where table_name = '${name}'`,
  );
  // A database of an earlier version has no such table.
  if (there.currentRowCount === 0) return;
  const rowsWhere = (where: string): string =>
    `select * exclude (app_id) from ${name} where ${where}`;
  const { parquet } = exportTo;
  const keys = await connection.runAndReadAll(applicationsSql(request, ["applications", name]));
  for (const [appId, attemptId] of keys.getRows()) {
    const key = { appId: String(appId), attemptId: String(attemptId) };
    await add(name, parquet.ending, key, name, (path) =>
      parquet.write(connection, rowsWhere(isOf(key)), path),
    );
  }
  const ofNone = await connection.runAndReadAll(
    `select 1 from ${name} where app_id is null limit 1`,
  );
  if (request.appId !== undefined || ofNone.currentRowCount === 0) return;
  await writeWhole(join(request.directory, name, NO_APPLICATION, "none.parquet"), request, (path) =>
    parquet.write(connection, rowsWhere("app_id is null"), path),
  );
}

/** How Hive names the folder of rows whose key is NULL. */
export const NO_APPLICATION = "app_id=__HIVE_DEFAULT_PARTITION__";

/** The file appears whole or not at all, in folders that are made where they are missing. */
export async function writeWhole(
  path: string,
  { leavesBehind }: Pick<ExportRequest, "leavesBehind">,
  write: (path: string) => Promise<void>,
): Promise<void> {
  await makeFolders(dirname(path));
  const partial = `${path}.partial`;
  const forget = leavesBehind?.(partial);
  try {
    await write(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    forget?.();
  }
}

/**
 * A folder with those above it. Node 20's own `recursive` never returns where a file system refuses
 * new folders with ENOENT (/proc): a folder whose parent is there and that still cannot be made is
 * the caller's to hear of.
 */
async function makeFolders(folder: string): Promise<void> {
  const refusal = await made(folder);
  if (refusal === undefined) return;
  const parent = dirname(folder);
  if (refusal.code !== "ENOENT" || parent === folder) throw refusal.error;
  await makeFolders(parent);
  const again = await made(folder);
  if (again !== undefined) throw again.error;
}

/** undefined: it is there now. */
async function made(
  folder: string,
): Promise<{ readonly code: unknown; readonly error: Error } | undefined> {
  try {
    await mkdir(folder);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    return error.code === "EEXIST" ? undefined : { code: error.code, error };
  }
}

function applicationsSql(
  { appId, attemptId }: ExportRequest,
  tablesOfThem: readonly string[] = ["applications"],
): string {
  const wanted = [
    "app_id is not null",
    ...(appId === undefined ? [] : [`app_id = ${sqlText(appId)}`]),
    ...(attemptId === undefined ? [] : [`attempt_id = ${sqlText(attemptId)}`]),
  ].join(" and ");
  return `${tablesOfThem
    .map((table) => `select distinct app_id, attempt_id from ${sqlName(table)} where ${wanted}`)
    .join(" union ")} order by all`;
}

export function directoryOf(appId: string): string {
  return `app_id=${safeName(appId)}`;
}

/**
 * An id comes from a log: it names one file here, whatever is in it. Escaped as Hive does, cut with
 * a hash where it is too long.
 */
export function safeName(id: string): string {
  const escaped = [...Buffer.from(id)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[\w.-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
  if (escaped.length <= 150) return escaped;
  return `${escaped.slice(0, 130)}-${createHash("sha256").update(id).digest("hex").slice(0, 16)}`;
}
