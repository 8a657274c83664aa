/** Questions to a replayed database: read-only, streamed, integers exact. */
import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBValue } from "@duckdb/node-api";
import { openingError } from "../database-error.ts";
import { duckdb } from "../duckdb.ts";
import { sqlName } from "./literal.ts";
import { requireOurs } from "./meta.ts";

/**
 * NULL is null. Integers beyond 32 bits are bigint; decimals, times and other types are DuckDB's
 * text of them.
 */
export type QueryValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly QueryValue[]
  | { readonly [field: string]: QueryValue };

/** Name and type of a column of an answer. */
export interface ResultColumn {
  readonly name: string;
  /** DuckDB's name of the type */
  readonly type: string;
}

/** An answer: its columns, and its rows as they come. */
export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  /** As they come, some thousand at a time; once only. */
  batches(): AsyncIterable<readonly (readonly QueryValue[])[]>;
}

/** The question cannot be answered: DuckDB's words are in the message. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  readonly sql: string;

  constructor(sql: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.sql = sql;
  }
}

/** A database of a replay, opened to read. */
export interface Database {
  readonly path: string;
  /**
   * Streams the answer. A QueryError may come here or while it streams; an aborted signal
   * interrupts DuckDB and ends in one.
   */
  query(sql: string, signal?: AbortSignal): Promise<QueryResult>;
  /**
   * How many statements a text holds; of several only the last one's answer comes back. Throws a
   * QueryError.
   */
  statements(sql: string): Promise<number>;
  /** The whole answer, for small ones: a record a row. */
  rows(sql: string): Promise<readonly Readonly<Record<string, QueryValue>>[]>;
  /** Closes it; answers that still stream end with an error. */
  close(): void;
}

/** What DuckDB may use for questions. */
export interface DatabaseOptions {
  /** of memory; undefined: DuckDB's own limit, most of the machine's */
  readonly memoryLimitBytes?: number;
  readonly threads?: number;
  /**
   * Where it moves what memory cannot hold; undefined: a folder beside the database, which stays
   * when the process is killed.
   */
  readonly spillFolder?: string;
}

/**
 * Opens a database that a replay wrote. Nothing can be changed through it, and no other file or
 * address can be reached. Throws a DatabaseError where there is none, it is locked, or it was not
 * written by this version's replay.
 */
export async function openDatabase(path: string, options: DatabaseOptions = {}): Promise<Database> {
  const opened = await openReadOnly(path, options);
  try {
    await requireOurs(opened.connection, path);
    await opened.connection.run(
      "set enable_external_access = false; set lock_configuration = true",
    );
  } catch (error) {
    opened.close();
    throw error;
  }
  // A connection has one answer at a time, and a later question would cut it off: each question has
  // its own.
  const asking = new Map<DuckDBConnection, () => void>();
  const done = (connection: DuckDBConnection): void => {
    const forget = asking.get(connection);
    if (forget === undefined) return;
    asking.delete(connection);
    forget();
    connection.closeSync();
  };
  const query = async (sql: string, signal?: AbortSignal): Promise<QueryResult> => {
    const connection = await opened.connect();
    const interrupt = (): void => connection.interrupt();
    signal?.addEventListener("abort", interrupt);
    asking.set(connection, () => signal?.removeEventListener("abort", interrupt));
    try {
      const result = await connection.stream(sql);
      return {
        columns: columnsOf(result),
        batches: () => batchesOf(result, sql, () => done(connection)),
      };
    } catch (error) {
      done(connection);
      throw new QueryError(sql, error);
    }
  };
  return {
    path,
    query,
    statements: async (sql) => {
      try {
        return (await opened.connection.extractStatements(sql)).count;
      } catch (error) {
        throw new QueryError(sql, error);
      }
    },
    rows: async (sql) => recordsOf(await query(sql)),
    close: () => {
      for (const connection of asking.keys()) done(connection);
      opened.close();
    },
  };
}

/**
 * Throws a QueryError for several statements: only the last would be answered, and what asked them
 * would not know.
 */
export async function requireOneStatement(database: Database, sql: string): Promise<void> {
  if (isName(sql) || (await database.statements(sql)) <= 1) return;
  throw new QueryError(
    sql,
    "these are several statements, and only the last would be answered: ask them one by one",
  );
}

/** A name of a view or table is a question for all of it; everything else is SQL. */
export async function runQuery(
  database: Database,
  sqlOrView: string,
  signal?: AbortSignal,
): Promise<QueryResult> {
  const name = sqlOrView.trim();
  return database.query(isName(name) ? `from ${sqlName(name)}` : sqlOrView, signal);
}

function isName(sqlOrView: string): boolean {
  return /^\s*\w+\s*$/.test(sqlOrView);
}

interface ReadOnlyConnection {
  readonly connection: DuckDBConnection;
  /** One more. */
  readonly connect: () => Promise<DuckDBConnection>;
  readonly close: () => void;
}

/** For ourselves: exports write files, so nothing is locked here. */
export async function openReadOnly(
  path: string,
  { memoryLimitBytes, threads = 2, spillFolder }: DatabaseOptions = {},
): Promise<ReadOnlyConnection> {
  let instance: DuckDBInstance;
  try {
    instance = await duckdb.DuckDBInstance.create(path, {
      access_mode: "READ_ONLY",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      threads: String(threads),
      ...(spillFolder === undefined ? {} : { temp_directory: spillFolder }),
      ...(memoryLimitBytes === undefined ? {} : { memory_limit: `${memoryLimitBytes}B` }),
    });
  } catch (error) {
    throw openingError(path, error);
  }
  const connection = await instance.connect();
  return {
    connection,
    connect: () => instance.connect(),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Questions on a connection of our own, one after the other. */
export function askOn(connection: DuckDBConnection): Database["rows"] {
  return async (sql) => {
    try {
      const result = await connection.stream(sql);
      return await recordsOf({
        columns: columnsOf(result),
        batches: () => batchesOf(result, sql, () => undefined),
      });
    } catch (error) {
      throw error instanceof QueryError ? error : new QueryError(sql, error);
    }
  };
}

function columnsOf(result: DuckDBResult): ResultColumn[] {
  return result
    .deduplicatedColumnNames()
    .map((name, index) => ({ name, type: result.columnType(index).toString() }));
}

async function* batchesOf(
  result: DuckDBResult,
  sql: string,
  done: () => void,
): AsyncIterable<readonly (readonly QueryValue[])[]> {
  try {
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk.getRows().map((row) => row.map(plain));
    }
  } catch (error) {
    throw new QueryError(sql, error);
  } finally {
    done();
  }
}

async function recordsOf(result: QueryResult): Promise<Record<string, QueryValue>[]> {
  const records: Record<string, QueryValue>[] = [];
  for await (const batch of result.batches()) {
    for (const row of batch) {
      records.push(
        Object.fromEntries(result.columns.map(({ name }, index) => [name, row[index] ?? null])),
      );
    }
  }
  return records;
}

function plain(value: DuckDBValue): QueryValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
    default:
      if (value === null) return null;
      if (value instanceof duckdb.DuckDBListValue) return value.items.map(plain);
      if (value instanceof duckdb.DuckDBStructValue) {
        return Object.fromEntries(
          Object.entries(value.entries).map(([field, item]) => [field, plain(item)]),
        );
      }
      if (value instanceof duckdb.DuckDBMapValue) {
        return value.entries.map(({ key, value: item }) => ({
          key: plain(key),
          value: plain(item),
        }));
      }
      if (value instanceof duckdb.DuckDBDecimalValue) return value.toString();
      return String(value);
  }
}
