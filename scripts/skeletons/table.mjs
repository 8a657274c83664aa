/** A table: its declaration, and its place where every table has one. */
import { camel, pascal, snake } from "./names.mjs";

export const table = (name) => ({
  files: {
    [`packages/core/src/tables/${name}.ts`]: `/** One sentence: what it holds. */
import type { RowOf } from "./declared-table.ts";

/** The table \`${snake(name)}\`. */
export const ${camel(name)} = {
  comment: "A row is … : one sentence.",
  columns: {
    executorId: ["executor"],
    ts: ["moment", "when … was logged; NULL: the log prints no times"],
    origin: ["provenance"],
  },
} as const;

/** A row of \`${snake(name)}\`. */
export type ${pascal(name)}Row = RowOf<typeof ${camel(name)}>;
`,
  },
  index: [
    {
      path: "packages/core/src/tables/index.ts",
      imported: camel(name),
      from: name,
      list: "export interface DeclaredTables {",
      entry: `readonly ${snake(name)}: typeof ${camel(name)};`,
    },
    {
      path: "packages/core/src/tables/index.ts",
      list: "export const declaredTables: DeclaredTables = {",
      entry: camel(name) === snake(name) ? camel(name) : `${snake(name)}: ${camel(name)}`,
    },
    {
      path: "packages/core/src/rows.ts",
      imported: `type ${pascal(name)}Row`,
      from: `tables/${name}`,
      list: "export interface Rows {",
      entry: `${snake(name)}: ${pascal(name)}Row;`,
    },
    {
      path: "packages/core/src/index.ts",
      entry: `export type { ${pascal(name)}Row } from "./tables/${name}.ts";`,
    },
    {
      path: "packages/report/src/tables/index.ts",
      list: "export const tables: Tables = {",
      entry: `${snake(name)}: table("${snake(name)}")`,
    },
    {
      path: "packages/report/src/tables/values.ts",
      list: "export const values: ",
      entry: `${snake(name)}: {}`,
    },
    {
      path: "packages/report/src/sinks/table-writers.ts",
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
    "its columns: fields, kinds, what each means with its unit; a value in rows-by-hand.ts for each",
    "who emits it (core/src/replay) and a test of that in core/test/replay",
    "pnpm docs:tables",
    "a text of a log is redacted or listed (test/cli/secrets.test.ts)",
    "UPDATE_GOLDEN=1 pnpm exec vitest run test/golden, and read the diff",
  ],
});
