/**
 * The databases an assistant may ask: one file, or those of a folder; each is opened when it is
 * asked first.
 */
import { join } from "node:path";
import { type Database, openDatabase } from "@respark/report";
import type { Host } from "../host.ts";
import { UserError } from "../user-error.ts";

export interface Databases {
  readonly names: readonly string[];
  /**
   * The database of this name; without a name the only one. Throws a UserError that lists the
   * names.
   */
  open(name: string | undefined): Promise<Database>;
  close(): void;
}

export async function databasesAt(host: Host, path: string): Promise<Databases> {
  const paths = await pathsAt(host, path);
  const opened = new Map<string, Promise<Database>>();
  const names = [...paths.keys()];
  return {
    names,
    open: (name) => {
      const chosen = name ?? (names.length === 1 ? names[0] : undefined);
      const file = chosen === undefined ? undefined : paths.get(chosen);
      if (chosen === undefined || file === undefined) {
        throw new UserError(
          `${name === undefined ? "name a database" : `no database ${name}`}: there are ${names.join(", ")}`,
        );
      }
      const open = opened.get(chosen) ?? openDatabase(file);
      opened.set(chosen, open);
      return open;
    },
    close: () => {
      for (const open of opened.values()) void open.then((database) => database.close());
    },
  };
}

async function pathsAt(host: Host, path: string): Promise<ReadonlyMap<string, string>> {
  const kind = await host.kindOf(path);
  if (kind === "file") {
    // A path that holds no database of ours is an error before an assistant connects.
    (await openDatabase(path)).close();
    return new Map([[path, path]]);
  }
  if (kind === undefined) throw new UserError(`no such file or folder: ${path}`);
  const files = (await host.list(path)).filter((name) => name.endsWith(".duckdb")).sort();
  if (files.length === 0)
    throw new UserError(`no *.duckdb in ${path}: write one by respark replay`);
  return new Map(files.map((name) => [name, join(path, name)]));
}
