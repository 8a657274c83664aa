/** A table: row type, columns, and its place where every table has one. */
import { camel, pascal, snake } from "./names.mjs";

export const table = (name) => ({
  files: {
    [`packages/core/src/${name}-row.ts`]: `/** A row of ${snake(name)}: one sentence. Units stand in names; undefined is NULL. */
import type { Provenance } from "./row-parts.ts";

export interface ${pascal(name)}Row extends Provenance {
  executorId: string;
  /** when; epoch microseconds */
  ts: number;
}
`,
    [`packages/report/src/tables/${name}.ts`]: `/** One sentence: what it holds. */
import type { ${pascal(name)}Row } from "@respark/core";
import { executorId, moment, provenance } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const ${camel(name)}: TableSpec<${pascal(name)}Row> = {
  name: "${snake(name)}",
  comment: "A row is … : one sentence.",
  columns: [
    executorId(),
    moment("ts", "when … was logged", (row) => row.ts),
    ...provenance<${pascal(name)}Row>(),
  ],
};
`,
  },
  index: [
    {
      path: "packages/core/src/rows.ts",
      imported: `type ${pascal(name)}Row`,
      from: `${name}-row`,
      list: "export interface Rows {",
      entry: `${snake(name)}: ${pascal(name)}Row;`,
    },
    {
      path: "packages/report/src/tables/index.ts",
      imported: camel(name),
      from: name,
      list: "export const tables: Tables = {",
      entry: camel(name) === snake(name) ? camel(name) : `${snake(name)}: ${camel(name)}`,
    },
    {
      path: "packages/core/src/index.ts",
      entry: `export type { ${pascal(name)}Row } from "./${name}-row.ts";`,
    },
    {
      path: "packages/report/src/sinks/duckdb.ts",
      after: 'exclusions: await writer("exclusions"),',
      entry: `${snake(name)}: await writer("${snake(name)}"),`,
    },
    {
      path: "packages/report/test/rows-by-hand.ts",
      list: "export const rowsByHand: Rows = {",
      entry: `${snake(name)}: { executorId: "1", ts: three, ...logged }`,
    },
    {
      path: "packages/core/test/replay/collected-rows.ts",
      after: "exclusions: [],",
      entry: `${snake(name)}: [],`,
    },
  ],
  left: [
    "its fields, columns and comments; a value in rows-by-hand.ts for each field",
    "who emits it (core/src/replay) and a test of that in core/test/replay",
    "pnpm docs:tables",
    "a text of a log is redacted or listed (test/cli/secrets.test.ts)",
    "UPDATE_GOLDEN=1 pnpm exec vitest run test/golden, and read the diff",
  ],
});
