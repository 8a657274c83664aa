/**
 * DuckDB's Node API, by `require`: as an import its hundred CommonJS files are read twice, a fifth
 * of a command's start.
 */
import { createRequire } from "node:module";
import type * as Api from "@duckdb/node-api";

export const duckdb: typeof Api = createRequire(import.meta.url)("@duckdb/node-api");
