/** How the value of each column comes out of a row, as `src/tables/values.ts` has it. */
import { declaredTables } from "@respark/core";
import { type DeclaredColumn, declaredColumns } from "../src/tables/declared-columns.ts";
import type { ValuesOf } from "../src/tables/stored-table.ts";
import { wrapped } from "./wrapped.ts";

const GROUPS: Readonly<Record<keyof ValuesOf<never>, readonly string[]>> = {
  numbers: ["BIGINT", "INTEGER", "DOUBLE", "TIMESTAMP"],
  texts: ["VARCHAR"],
  flags: ["BOOLEAN"],
  lists: ["BIGINT[]"],
};

/** The module's text, its lines within 100 columns. */
export function valuesOfRows(): string {
  const tables = Object.entries(declaredTables).map(([name, table]) => {
    const columns = declaredColumns(table);
    const groups = Object.entries(GROUPS).map(([group, types]) => {
      const its = columns.filter(({ type }) => types.includes(type)).map(readingOf);
      return its.length === 0 ? "" : wrapped([`    ${group}: {`, ...its, "},"], 6);
    });
    return `  ${name}: {\n${groups.join("")}  },\n`;
  });
  return `/**
 * How the value of each column comes out of a row. Written by \`pnpm docs:tables\` from core's
 * declarations of tables; never by hand.
 */
import type { Rows, TableName } from "@respark/core";
import type { ValuesOf } from "./stored-table.ts";

export const values: { readonly [Name in TableName]: ValuesOf<Rows[Name]> } = {
${tables.join("")}};
`;
}

function readingOf({ name, path }: DeclaredColumn): string {
  return `${name}: (row) => row.${path.join(".")},`;
}
