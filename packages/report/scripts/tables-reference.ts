/**
 * Writes docs/tables.md, sql/relations.ts and tables/values.ts from the declarations of tables and
 * views: `pnpm docs:tables`.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeSchema, schemaText } from "@respark/report";
import { typedRelations } from "./typed-relations.ts";
import { valuesOfRows } from "./values-of-rows.ts";

const schema = await describeSchema();
const section = (title: string, lead: string, kinds: readonly string[]): string =>
  `## ${title}\n\n${lead}\n\n${schemaText(
    schema.filter(({ kind }) => kinds.includes(kind)),
    "markdown",
  )}`;

const text = `<!-- Written by \`pnpm docs:tables\` from packages/core/src/tables and packages/report/src/sql/views. -->

# Tables and views

What a replay writes into DuckDB. The same words are COMMENTs in the database, and \`respark schema\` prints them.

- **Bytes** are BIGINT and end in \`_bytes\`. What is known as an interval has \`x_bytes\` (best estimate), \`x_bytes_min\` and \`x_bytes_max\`; all equal where it is exact.
- **Times** are TIMESTAMP, UTC, in microseconds. \`ts\` is a best estimate, between \`ts_min\` and \`ts_max\`; \`end_ts\` is NULL while something lasts.
- **NULL** is "no log tells", never zero.
- **An executor** is (app_id, attempt_id, executor_id); the driver is \`driver\`.
- **\`seq\`** numbers memory and block events of an executor together. The state right after an event is the last row of \`memory_timeline\` with \`seq\` at most the event's.
- **\`whatif_*\`** tables and views are there once \`respark whatif … -o\` has written an answer into the database.
- **\`origin\`**, \`source_file_id\` and \`source_line\` say how a row is known, and from which line.

Beside them stand \`respark_meta\` (one row: \`schema_version\`) and \`respark_manifest\` (the application attempts that were written completely).

${section("Tables", "What was read and replayed.", ["table"])}
${section("Views", "Questions that come up often, answered over all applications of a database.", ["view"])}
${section("Macros", "Views that take a value.", ["macro"])}`;

await writeFile(join(import.meta.dirname, "../../../docs/tables.md"), text);
await writeFile(join(import.meta.dirname, "../src/sql/relations.ts"), typedRelations(schema));
await writeFile(join(import.meta.dirname, "../src/tables/values.ts"), valuesOfRows());
