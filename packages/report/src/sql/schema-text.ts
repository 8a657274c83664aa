/** The reference of tables and views as text: for a terminal, for docs/tables.md, for programs. */
import { alignedLine, columnWidths } from "@respark/core";
import type { RelationSchema } from "./schema.ts";

/** How the schema is written. */
export type SchemaFormat = "table" | "markdown" | "json";

/** The schema as text for people, as Markdown or as JSON. */
export function schemaText(schema: readonly RelationSchema[], format: SchemaFormat): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(schema, undefined, 2)}\n`;
    case "markdown":
      return schema.map(markdownSection).join("\n");
    case "table":
      return schema.map(terminalSection).join("\n");
  }
}

function terminalSection({ name, kind, parameters, comment, columns }: RelationSchema): string {
  const cells = columns.map((column) => [`  ${column.name}`, column.type, column.comment]);
  const widths = columnWidths(cells.map(([its = "", type = ""]) => [its, type]));
  const lines = cells.map((row) => `${alignedLine(row, widths)}\n`);
  return `${name}${parameters} (${kind}): ${comment}\n${lines.join("")}`;
}

function markdownSection({ name, kind, parameters, comment, columns }: RelationSchema): string {
  const rows = columns.map((column) => {
    const type = column.nullable || kind !== "table" ? column.type : `${column.type}, never NULL`;
    return `| \`${column.name}\` | ${type} | ${cell(column.comment)} |\n`;
  });
  return `### \`${name}${parameters}\`\n\n${comment}\n\n| column | type | meaning |\n| --- | --- | --- |\n${rows.join("")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
