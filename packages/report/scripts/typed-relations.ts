/** The columns of all tables and views with their kinds, as `src/sql/relations.ts` has them. */
import type { RelationSchema } from "@respark/report";
import { wrapped } from "./wrapped.ts";

/** The module's text, its lines within 100 columns. */
export function typedRelations(schema: readonly RelationSchema[]): string {
  const lines = schema
    .filter(({ kind }) => kind !== "macro")
    .map(({ name, kind, columns }) => {
      const kinds = columns.flatMap((column) => {
        // DuckDB does not say it of a view's columns; the keys of the application are in every row.
        const always =
          kind === "view" ? /^(?:app|attempt)_id$/.test(column.name) : !column.nullable;
        const its = kindOf(column.type, always);
        return its === undefined ? [] : [`${column.name}: "${its}"`];
      });
      return wrapped([`  ${name}: {`, ...kinds.map((kind) => `${kind},`), "},"]);
    });
  return `/**
 * Tables and views with the kinds of their columns. Written by \`pnpm docs:tables\` from their
 * declarations (tables/, sql/views/), types of views as DuckDB finds them; never by hand.
 */
export const relations = {
${lines.join("")}} as const;

export type RelationName = keyof typeof relations;
`;
}

/** undefined: a map or a record, which is read by hand. */
function kindOf(type: string, always: boolean): string | undefined {
  if (type === "BOOLEAN") return "flag";
  if (type.endsWith("[]")) return "texts";
  if (/^(?:VARCHAR|TIMESTAMP)/.test(type)) return always && type === "VARCHAR" ? "key" : "text";
  if (/^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|DECIMAL.*)$/.test(type)) return "number";
  return undefined;
}
