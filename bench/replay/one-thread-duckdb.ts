/// <reference types="node" />
/**
 * DuckDB of the version that respark uses, on one thread, with a new database: what respark's own
 * writing is held against.
 */
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
}

interface Api {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Readonly<Record<string, string>>,
    ): Promise<{ connect(): Promise<Connection> }>;
  };
}

// Loaded with this module: it is no part of what is measured.
const require = createRequire(join(import.meta.dirname, "../../packages/report/package.json"));
const api: Api = require("@duckdb/node-api");

/** `path` is overwritten. */
export async function connectOneThread(path: string): Promise<Connection> {
  rmSync(path, { force: true });
  const instance = await api.DuckDBInstance.create(path, { threads: "1" });
  return instance.connect();
}
