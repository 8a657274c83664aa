/** The statements that make an empty database: tables, views and what each column means. */
import { createHash } from "node:crypto";
import { storedTables } from "../tables/stored.ts";
import { keyColumns, type TableSpec } from "../tables/table.ts";
import { sqlName, sqlText } from "./literal.ts";
import type { ViewSpec } from "./view.ts";
import { executorMetricsShown } from "./views/executor-metrics.ts";
import { macros, views } from "./views/index.ts";

/**
 * Raised whenever a table or column is renamed or changes its meaning (docs/tables.md has the
 * notes).
 */
export const SCHEMA_VERSION = 2;
export const META_TABLE = "respark_meta";
export const MANIFEST_TABLE = "respark_manifest";

export function createTables(): string {
  return [
    ...storedTables.map(createTable),
    `create table ${META_TABLE} (schema_version integer not null, tables_hash varchar not null)`,
    `comment on table ${META_TABLE} is 'One row: which tables and columns this database has.'`,
    `comment on column ${META_TABLE}.schema_version is 'version of tables and columns'`,
    `comment on column ${META_TABLE}.tables_hash is 'of the names, columns and types of all tables'`,
    `insert into ${META_TABLE} values (${SCHEMA_VERSION}, '${tablesHash()}')`,
    `create table ${MANIFEST_TABLE} (app_id varchar not null, attempt_id varchar not null)`,
    `comment on table ${MANIFEST_TABLE} is 'A row is an application attempt that was written completely.'`,
    `comment on column ${MANIFEST_TABLE}.app_id is 'application id as Spark names it'`,
    `comment on column ${MANIFEST_TABLE}.attempt_id is 'attempt of the application'`,
  ].join(";\n");
}

/**
 * Equal where a database has the tables and columns of this respark, whatever their comments say.
 */
export function tablesHash(): string {
  const hash = createHash("sha256");
  for (const table of storedTables) {
    const columns = columnsOf(table).map(({ name, type, nullable }) => [name, type, nullable]);
    hash.update(JSON.stringify([table.name, columns]));
  }
  return hash.digest("hex").slice(0, 16);
}

export function createViews(): string {
  return createViewsOver([executorMetricsShown]);
}

/** `shown`: views that stand in for tables and come before those that ask them. */
export function createViewsOver(shown: readonly ViewSpec[]): string {
  return [
    ...macros.map(({ name, parameters, sql }) => {
      return `create or replace macro ${name}(${parameters}) as table ${sql}`;
    }),
    ...macros.map(({ name, comment }) => `comment on macro table ${name} is ${sqlText(comment)}`),
    ...[...shown, ...views].map(createView),
  ].join(";\n");
}

interface Shown {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string;
}

/** All columns of a table as they stand in the database. */
export function columnsOf(table: Pick<TableSpec<never>, "columns">): readonly Shown[] {
  return [...keyColumns, ...table.columns];
}

function createTable(table: Pick<TableSpec<never>, "name" | "comment" | "columns">): string {
  const columns = columnsOf(table);
  const defined = columns.map(({ name, type, nullable }) => {
    return `${sqlName(name)} ${type}${nullable ? "" : " not null"}`;
  });
  return [
    `create table ${table.name} (${defined.join(", ")})`,
    `comment on table ${table.name} is ${sqlText(table.comment)}`,
    ...columns.map(({ name, comment }) => {
      return `comment on column ${table.name}.${sqlName(name)} is ${sqlText(comment)}`;
    }),
  ].join(";\n");
}

function createView({ name, comment, columns, sql }: ViewSpec): string {
  return [
    `create or replace view ${name} as ${sql}`,
    `comment on view ${name} is ${sqlText(comment)}`,
    ...Object.entries(columns).map(([column, meaning]) => {
      return `comment on column ${name}.${sqlName(column)} is ${sqlText(meaning)}`;
    }),
  ].join(";\n");
}
