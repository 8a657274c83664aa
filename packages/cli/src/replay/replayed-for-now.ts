/** What is asked about: a database as it stands, or logs that are replayed for now alone. */
import { join } from "node:path";
import { type Database, DatabaseError, type DatabaseOptions, openDatabase } from "@respark/report";
import { sayingTrouble } from "../database/database-trouble.ts";
import { openSpilling } from "../database/spilling.ts";
import type { Host } from "../host.ts";
import { openInput } from "../input.ts";
import type { EverywhereOptions } from "../options.ts";

interface LogOptions extends EverywhereOptions {
  readonly timeZone?: string | undefined;
  readonly logPattern?: string | undefined;
}

/** How a database is opened, or made of logs. */
export interface Opening extends DatabaseOptions {
  /** Whether the changes that findings propose are simulated while logs are replayed. */
  readonly simulates?: boolean;
}

/** A database, or logs that are replayed for now alone. */
export async function withDatabase<Result>(
  host: Host,
  paths: readonly string[],
  options: LogOptions,
  use: (database: Database, path: string | undefined) => Promise<Result>,
  { simulates = false, ...opening }: Opening = {},
): Promise<Result> {
  const [path = "-"] = paths;
  if (paths.length === 1 && (await host.kindOf(path)) !== "directory" && path !== "-") {
    const database = await sayingTrouble(() => openedOrLogs(host, path, opening));
    if (database !== undefined) {
      try {
        return await use(database, path);
      } finally {
        database.close();
      }
    }
  }
  const asked = { ...options, simulates };
  return await withReplayed(host, paths, asked, (database) => use(database, undefined));
}

/** The database is gone once `use` has ended. */
async function withReplayed<Result>(
  host: Host,
  paths: readonly string[],
  options: LogOptions & { readonly simulates: boolean },
  use: (database: Database) => Promise<Result>,
): Promise<Result> {
  const input = await openInput(host, paths);
  const scratch = host.scratch();
  try {
    // Only logs need what reads them: a database is asked at once.
    const { replayLogs } = await import("../replay/replay-logs.ts");
    const { databasePath } = await replayLogs(host, {
      input,
      target: () =>
        Promise.resolve({ path: join(scratch.path, "replayed.duckdb"), mode: "create" }),
      timeZone: options.timeZone,
      logPattern: options.logPattern,
      showSecrets: false,
      simulates: options.simulates,
      quiet: options.quiet === true,
    });
    const database = await openDatabase(databasePath);
    try {
      return await use(database);
    } finally {
      database.close();
    }
  } finally {
    await scratch.remove();
  }
}

/** undefined: the file is there and is no database, so it may be a log. */
async function openedOrLogs(
  host: Host,
  path: string,
  opening: DatabaseOptions,
): Promise<Database | undefined> {
  try {
    const isLimited = opening.memoryLimitBytes !== undefined;
    return await (isLimited ? openSpilling(host, path, opening) : openDatabase(path, opening));
  } catch (error) {
    if (error instanceof DatabaseError && !/\.(?:duckdb|db)$/i.test(path)) {
      if (error.trouble === "unreadable") return undefined;
      if (error.trouble === "missing") {
        throw new DatabaseError(
          "missing",
          path,
          `there is neither a database nor a log at ${path}: name what respark replay wrote, or the logs themselves`,
        );
      }
    }
    throw error;
  }
}
