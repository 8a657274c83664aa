/** The schema describes itself: what docs/tables.md and `respark schema` show. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeSchema, schemaText } from "../../src/index.ts";
import { tables } from "../../src/tables/index.ts";

test("every table, view and macro is there, each column with its type and meaning", async () => {
  const schema = await describeSchema();
  expect(schema.slice(0, Object.keys(tables).length).map(({ name }) => name)).toEqual(
    Object.keys(tables),
  );
  expect(schema.map(({ name }) => name)).toContain("executor_memory_layout");
  expect(schema.at(-1)).toMatchObject({ name: "memory_at", kind: "macro", parameters: "(moment)" });
  const columns = schema.flatMap(({ name, columns: its }) =>
    its.map((column) => ({ in: name, ...column })),
  );
  const names = schema.map(({ name }) => name);
  expect(names.filter((name) => name.startsWith("whatif_"))).toHaveLength(8);
  expect(columns.filter(({ type, comment }) => type === "" || comment === "")).toEqual([]);
});

test("bytes are whole numbers of 64 bits everywhere, views too", async () => {
  const schema = await describeSchema();
  const bytes = schema.flatMap(({ name, columns }) =>
    columns
      .filter((column) => /_bytes(?:_min|_max)?$/.test(column.name))
      .map((column) => ({ in: name, ...column })),
  );
  expect(bytes.filter(({ type }) => type !== "BIGINT")).toEqual([]);
});

test("as JSON it is what describeSchema gives; as Markdown every table is a section", async () => {
  const schema = await describeSchema();
  expect(JSON.parse(schemaText(schema, "json"))).toEqual(schema);
  expect(schemaText(schema, "markdown")).toContain(
    "### `memory_timeline`\n\nA row is a step of an executor's memory pools",
  );
  expect(schemaText(schema, "table")).toContain(
    "memory_at(moment) (macro): A row is an executor's pools",
  );
});

test("docs/tables.md is the schema as it is (pnpm docs:tables writes it)", async () => {
  const written = await readFile(join(import.meta.dirname, "../../../../docs/tables.md"), "utf8");
  for (const section of schemaText(await describeSchema(), "markdown").split(/\n(?=### )/)) {
    expect(written).toContain(section.trimEnd());
  }
});
