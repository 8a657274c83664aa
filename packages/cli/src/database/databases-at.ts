/** Several databases that are asked as one fleet: a folder of them, or their names. */
import { join } from "node:path";
import { type Database, openDatabase } from "@respark/report";
import type { Host } from "../host.ts";
import type { ApplicationOptions } from "../options.ts";
import { UserError } from "../user-error.ts";
import { applicationsIn } from "./applications.ts";

const DATABASE = /\.duckdb$/i;
/** DuckDB's own files beside a database, and what file managers leave. */
const BESIDE = /^\.|\.duckdb\.(?:wal|tmp)$/i;

/** Paths of databases where a folder holds nothing else, or where several are named; else none. */
export async function databasesAt(host: Host, paths: readonly string[]): Promise<string[]> {
  const [path = "-"] = paths;
  if (paths.length > 1) return paths.every((one) => DATABASE.test(one)) ? [...paths] : [];
  if (path === "-" || (await host.kindOf(path)) !== "directory") return [];
  const names = (await host.list(path)).filter((name) => !BESIDE.test(name));
  return names.length > 0 && names.every((name) => DATABASE.test(name))
    ? names.sort().map((name) => join(path, name))
    : [];
}

/** Opens one after the other, and closes all. */
export async function withOpened(
  paths: readonly string[],
  use: (databases: readonly Database[]) => Promise<void>,
): Promise<void> {
  const opened: Database[] = [];
  try {
    for (const path of paths) opened.push(await openDatabase(path));
    await use(opened);
  } finally {
    for (const database of opened) database.close();
  }
}

/** The one database that holds the application. */
export async function databaseOf(
  paths: readonly string[],
  { app }: ApplicationOptions,
): Promise<string> {
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return only;
  if (app === undefined) {
    throw new UserError(
      `${paths.length} databases: name the application with --app, or one database`,
    );
  }
  const having: string[] = [];
  await withOpened(paths, async (databases) => {
    for (const [index, database] of databases.entries()) {
      const applications = await applicationsIn((sql) => database.rows(sql));
      const path = paths[index];
      if (path !== undefined && applications.some(({ appId }) => appId === app)) having.push(path);
    }
  });
  const [first, ...others] = having;
  if (first === undefined)
    throw new UserError(`no application ${app} in ${paths.length} databases`);
  if (others.length > 0)
    throw new UserError(`application ${app} is in ${having.join(" and ")}: name one of them`);
  return first;
}
