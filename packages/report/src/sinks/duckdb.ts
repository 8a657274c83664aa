/**
 * Rows into one DuckDB file that appears whole or not at all: everything is written to
 * `<out>.partial`, which is renamed at the end.
 */
import { constants } from "node:fs";
import { access, copyFile, realpath, stat } from "node:fs/promises";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { EmitRow, FindingRow } from "@respark/core";
import { DatabaseError, openingError } from "../database-error.ts";
import { duckdb } from "../duckdb.ts";
import { createTables, createViews, MANIFEST_TABLE } from "../sql/create.ts";
import { sqlName, sqlText } from "../sql/literal.ts";
import { requireOurs } from "../sql/meta.ts";
import type { Ask } from "../sql/row.ts";
import { storedTables } from "../tables/stored.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { askWithin } from "./ask-within.ts";
import { type HeldApplication, heldApplications } from "./held-applications.ts";
import {
  applicationsDue,
  createInputTables,
  dueFindings,
  inputRows,
  noFindingsDue,
  type ReplayedInput,
} from "./input-tables.ts";
import { lastRowIds } from "./last-row-ids.ts";
import {
  isDuckDbFile,
  leavingBehind,
  removePartial,
  replaceDatabase,
  requireOurPartial,
  requireUnused,
} from "./partial-files.ts";
import { createWriters, type Writers } from "./table-writers.ts";
import { templatePath } from "./template-path.ts";

/**
 * create: there must be none. overwrite: replaces one. append: adds to one. resume: goes on with a
 * partial that was kept, else with the database, else creates.
 */
export type WriteMode = "create" | "overwrite" | "append" | "resume";

/** Where a database is written and how: anew, replaced, or added to. */
export interface DuckDbSinkOptions {
  readonly path: string;
  readonly mode: WriteMode;
  /** What DuckDB may hold in memory; it moves more to disk. */
  readonly memoryLimitBytes?: number;
  readonly threads?: number;
  /**
   * Told of each partial file before it is there; the returned function is called once it is not.
   */
  readonly leavesBehind?: ((path: string) => () => void) | undefined;
}

/** Takes the rows of one application; none of it is in the result before it is complete. */
export interface ApplicationWriter {
  /** Copies what it keeps. May write to disk before it returns, so that memory stays bounded. */
  readonly emit: EmitRow;
  /**
   * All rows of the application are there: it is part of the result, instead of an earlier one of
   * the same name. With `anotherFollows` it may be committed together with the next ones: a commit
   * costs as much as a small application.
   */
  complete(options?: { readonly anotherFollows?: boolean }): Promise<void>;
}

/** What was found in these applications, once all their rows are there. */
export type FindingsOf = (
  ask: Ask,
  applications: readonly ApplicationKey[],
) => Promise<readonly { readonly key: ApplicationKey; readonly rows: readonly FindingRow[] }[]>;

/** Applications of one transaction. */
const TOGETHER = 32;
const MEMORY_LIMIT_BYTES = 64 << 20;
const THREADS = 1;

/**
 * Of a new file. DuckDB keeps the rows of a row group that is not full in whole blocks, one or more
 * a column: with its own sizes (122,880 rows,
 * 256 KiB) those of a replay's 600 columns would not fit its memory, and every one would be written
 * to disk three times (docs/decisions/0008).
 */
const STORAGE = "row_group_size 40960, block_size 65536";

/** Applications that were written completely. */
const WRITTEN = `${MANIFEST_TABLE} left join applications using (app_id, attempt_id)`;

/**
 * One application after the other is written, each in one transaction: an application that was not
 * completed leaves nothing. Throws a DatabaseError where the database cannot be written as asked.
 */
export class DuckDbSink {
  /** Applications that the partial file had already (append, resume). */
  readonly completed: readonly HeldApplication[];
  readonly #path: string;
  readonly #forget: () => void;
  readonly #database: OpenPartial;
  readonly #writers: Writers;
  readonly #key: { current: ApplicationKey };
  /** Per table, the last row of the applications that are committed. */
  #lastRows: ReadonlyMap<string, bigint>;
  readonly #hasViews: boolean;
  /** Of all that the partial file has by now: `nameOf`. */
  readonly #known: Set<string>;
  /** By `nameOf`: committed here or by the run that left this partial; findings come at the end. */
  readonly #findingsDue = new Map<string, ApplicationKey>();
  /** Complete, and part of the transaction that is open. */
  readonly #uncommitted: ApplicationKey[] = [];
  /** What is to be known of input files, with the transaction that is open. */
  readonly #inputs: ReplayedInput[] = [];
  #writing = false;

  /**
   * Opens a database to write: a new one beside its name until it is whole, or an old one to add
   * to. Throws `DatabaseError`.
   */
  static async open(options: DuckDbSinkOptions): Promise<DuckDbSink> {
    const { path, mode } = options;
    await checkTarget(path, mode);
    const partial = `${path}.partial`;
    const kept = mode === "resume" && (await exists(partial));
    if (!kept) {
      await requireOurPartial(path, partial);
      await requireUnused(path, partial);
      await removePartial(partial);
    } else await requireOurPartial(path, partial);
    const addsTo = mode === "append" || (mode === "resume" && (await exists(path)));
    const existing = kept || addsTo;
    const forget = leavingBehind(partial, options.leavesBehind);
    let opened: OpenPartial | undefined;
    try {
      if (!kept && addsTo) await copyDatabase(path, partial);
      const fromTemplate = !existing && (await copyTemplate(partial));
      opened = await openPartial(path, partial, existing || fromTemplate, options);
      const { connection } = opened;
      if (existing) await requireOurs(connection, path);
      // One transaction: hundreds of small ones would each wait for the disk.
      else if (!fromTemplate) await connection.run(`begin; ${createTables()}; commit`);
      const key = { current: { appId: "", attemptId: "" } };
      const writers = await createWriters(connection, () => key.current);
      const completed = existing ? await heldApplications(connection, WRITTEN) : [];
      const lastRows = existing ? await lastRowIds(connection) : new Map<string, bigint>();
      await connection.run(createInputTables);
      const findingsDue = existing ? await applicationsDue(connection) : [];
      await connection.run("begin transaction");
      return new DuckDbSink(path, opened, writers, key, completed, {
        forget,
        lastRows,
        hasViews: fromTemplate,
        findingsDue,
      });
    } catch (error) {
      opened?.close();
      // One that is locked is another program's by now, one that was kept another run's work.
      const isLocked = error instanceof DatabaseError && error.trouble === "locked";
      if (opened !== undefined || !(kept || isLocked)) await removePartial(partial);
      forget();
      throw error;
    }
  }

  private constructor(
    path: string,
    database: OpenPartial,
    writers: Writers,
    key: { current: ApplicationKey },
    completed: readonly HeldApplication[],
    {
      forget,
      lastRows,
      hasViews,
      findingsDue,
    }: {
      readonly forget: () => void;
      readonly lastRows: ReadonlyMap<string, bigint>;
      readonly hasViews: boolean;
      readonly findingsDue: readonly ApplicationKey[];
    },
  ) {
    this.#path = path;
    this.#forget = forget;
    this.#database = database;
    this.#writers = writers;
    this.#key = key;
    this.completed = completed;
    this.#known = new Set(completed.map(nameOf));
    this.#lastRows = lastRows;
    this.#hasViews = hasViews;
    for (const key of findingsDue) this.#findingsDue.set(nameOf(key), key);
  }

  /** One at a time: the one before must be complete. */
  application(key: ApplicationKey): ApplicationWriter {
    if (this.#writing) {
      throw new Error(`${this.#key.current.appId} is not complete yet, ${key.appId} cannot begin`);
    }
    // No more than TOGETHER of them.
    if (this.#uncommitted.some((other) => isSame(other, key))) {
      throw new Error(`${key.appId} is written again before its first rows are committed`);
    }
    this.#writing = true;
    this.#key.current = { ...key };
    const writers = this.#writers;
    return {
      emit: (table, row) => {
        writers[table].take(row);
      },
      complete: ({ anotherFollows = false } = {}) => this.#complete(anotherFollows),
    };
  }

  /** What became of input files: committed with the next complete application, or at the end. */
  took(inputs: readonly ReplayedInput[]): void {
    this.#inputs.push(...inputs);
  }

  /**
   * Forgets the application at hand, with those that wait to be committed together with it: their
   * rows cannot be told apart any more. Gives the keys of the latter, which must be written again.
   */
  async forget(): Promise<readonly ApplicationKey[]> {
    const { connection } = this.#database;
    for (const writer of Object.values(this.#writers)) writer.forget();
    await connection.run("rollback; begin transaction");
    this.#writing = false;
    this.#inputs.length = 0;
    return this.#uncommitted.splice(0);
  }

  /** Takes all applications, complete and with findings, out of a database of this version. */
  async absorb(path: string, keys: readonly ApplicationKey[]): Promise<void> {
    const { connection } = this.#database;
    await connection.run("rollback");
    await connection.run(`attach ${sqlText(path)} as part (read_only); begin transaction`);
    for (const { name } of storedTables) {
      await connection.run(`insert into ${sqlName(name)} from part.${sqlName(name)}`);
    }
    this.#uncommitted.push(...keys);
    await this.#commit("found");
    await connection.run("rollback; detach part; begin transaction");
  }

  async #complete(anotherFollows: boolean): Promise<void> {
    this.#uncommitted.push(this.#key.current);
    this.#writing = false;
    const mayWait = anotherFollows && !this.#isKnown(this.#key.current);
    if (!mayWait || this.#uncommitted.length >= TOGETHER) await this.#commit();
    else for (const writer of Object.values(this.#writers)) writer.settle();
  }

  async #commit(findings: "due" | "found" = "due"): Promise<void> {
    const { connection } = this.#database;
    for (const writer of Object.values(this.#writers)) writer.flush();
    for (const { appId, attemptId } of this.#uncommitted.filter((key) => this.#isKnown(key))) {
      const itself = `app_id = ${sqlText(appId)} and attempt_id = ${sqlText(attemptId)}`;
      for (const [table, last] of this.#lastRows) {
        await connection.run(`delete from ${sqlName(table)} where ${itself} and rowid <= ${last}`);
      }
      await connection.run(`delete from ${MANIFEST_TABLE} where ${itself}`);
    }
    const committed = this.#uncommitted.splice(0);
    const rows = committed.map((key) => `(${sqlText(key.appId)}, ${sqlText(key.attemptId)})`);
    const due = findings === "due" ? dueFindings(committed) : "select 1";
    await connection.run(
      `insert into ${MANIFEST_TABLE} values ${rows.join(", ")}; ${due}; ${inputRows(this.#inputs.splice(0))}; commit`,
    );
    this.#lastRows = await lastRowIds(connection);
    await connection.run("begin transaction");
    for (const key of committed) {
      this.#known.add(nameOf(key));
      if (findings === "due") this.#findingsDue.set(nameOf(key), key);
    }
  }

  /** It is in the database already, from before or from earlier in this run. */
  #isKnown(key: ApplicationKey): boolean {
    return this.#known.has(nameOf(key));
  }

  /**
   * Gives the database its name. Rows of an application that was not completed are not in it.
   * `findingsOf` says, over tables and views, what the applications written here have for findings.
   * `statements` are run last, in one transaction.
   */
  async finish(findingsOf?: FindingsOf, statements: readonly string[] = []): Promise<void> {
    const { connection, partial } = this.#database;
    if (this.#uncommitted.length > 0) {
      if (this.#writing) {
        throw new Error(`${this.#key.current.appId} is not complete, and others wait with it`);
      }
      await this.#commit();
    }
    const { findings, ...others } = this.#writers;
    for (const writer of Object.values(others)) writer.discard();
    await connection.run("rollback");
    if (this.#inputs.length > 0) await connection.run(inputRows(this.#inputs.splice(0)));
    if (!this.#hasViews) await connection.run(`begin; ${createViews()}; commit`);
    if (findingsOf !== undefined && this.#findingsDue.size > 0) {
      // Packed first: what waits in memory to be packed would count.
      await connection.run("checkpoint");
      const found = await findingsOf(askWithin(connection, MEMORY_LIMIT_BYTES), [
        ...this.#findingsDue.values(),
      ]);
      await connection.run("begin transaction");
      for (const { key, rows } of found) {
        this.#key.current = key;
        for (const row of rows) findings.take(row);
        findings.flush();
      }
      await connection.run(`${noFindingsDue}; commit`);
    }
    findings.discard();
    if (statements.length > 0) {
      await connection.run("begin transaction");
      for (const statement of statements) await connection.run(statement);
      await connection.run("commit");
    }
    await connection.run("checkpoint");
    this.#database.close();
    replaceDatabase(partial, this.#path);
    // The result is whole: what cannot be removed now, the next run removes.
    await removePartial(partial).catch(() => undefined);
    this.#forget();
  }

  /** Leaves what was there before; `keep` keeps the complete applications for mode `resume`. */
  async abort({ keep = false }: { readonly keep?: boolean } = {}): Promise<void> {
    this.#database.close();
    if (!keep) await removePartial(this.#database.partial);
    this.#forget();
  }
}

function isSame(one: ApplicationKey, other: ApplicationKey): boolean {
  return one.appId === other.appId && one.attemptId === other.attemptId;
}

function nameOf({ appId, attemptId }: ApplicationKey): string {
  return JSON.stringify([appId, attemptId]);
}

/** An empty database with its tables and views, which takes longer to create than to copy. */
export async function writeTemplate(path: string): Promise<void> {
  const empty = await openPartial(path, path, false, { path, mode: "create" });
  const { connection } = empty;
  try {
    await connection.run(`begin; ${createTables()}; ${createViews()}; commit; checkpoint`);
    // Written once more the catalogue stands behind free blocks, which the rows of a replay then
    // take.
    await connection.run(
      "create table moved (i integer); checkpoint; drop table moved; checkpoint",
    );
  } finally {
    empty.close();
  }
}

/** False where there is no template, as in a clone. */
async function copyTemplate(partial: string): Promise<boolean> {
  if (templatePath === undefined || !(await exists(templatePath))) return false;
  await copyFile(templatePath, partial, constants.COPYFILE_FICLONE);
  return true;
}

interface OpenPartial {
  readonly connection: DuckDBConnection;
  readonly partial: string;
  close(): void;
}

async function openPartial(
  path: string,
  partial: string,
  existing: boolean,
  { memoryLimitBytes = MEMORY_LIMIT_BYTES, threads = THREADS }: DuckDbSinkOptions,
): Promise<OpenPartial> {
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    memory_limit: `${memoryLimitBytes}B`,
    threads: String(threads),
    temp_directory: `${partial}.tmp`,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    connection.closeSync();
    instance.closeSync();
  };
  try {
    // Attached rather than opened: only then a file may have other sizes than DuckDB's own.
    const storage = existing ? "" : `(${STORAGE})`;
    await connection.run(`attach ${sqlText(partial)} as partial ${storage}; use partial`);
  } catch (error) {
    close();
    throw openingError(path, error);
  }
  // Tried on every text column of every row group, where dictionaries make files as small. Said at
  // opening, it has no effect.
  await connection.run("set disabled_compression_methods = 'fsst'");
  return { connection, partial, close };
}

async function checkTarget(path: string, mode: WriteMode): Promise<void> {
  const there = await exists(path);
  if (there && (await stat(path)).isDirectory()) {
    throw new DatabaseError("unreadable", path, `${path} is a directory`);
  }
  if (there && mode === "overwrite" && !(await isDuckDbFile(await realpath(path)))) {
    throw new DatabaseError(
      "exists",
      path,
      `${path} is no database, and --overwrite replaces databases alone: move it, or name another output`,
    );
  }
  if (mode === "create" && there) {
    throw new DatabaseError("exists", path, `${path} exists`);
  }
  if (mode === "append" && !there) {
    throw new DatabaseError("missing", path, `there is no database ${path}`);
  }
}

/** A copy without a writer meanwhile: the database is held open for reading while it is copied. */
async function copyDatabase(path: string, partial: string): Promise<void> {
  let instance: DuckDBInstance;
  try {
    instance = await duckdb.DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  } catch (error) {
    throw openingError(path, error);
  }
  try {
    await copyFile(path, partial, constants.COPYFILE_FICLONE);
    if (await exists(`${path}.wal`)) await copyFile(`${path}.wal`, `${partial}.wal`);
  } finally {
    instance.closeSync();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
