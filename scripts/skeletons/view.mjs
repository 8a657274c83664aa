/** A view and its test. */
import { camel, snake } from "./names.mjs";

export const view = (name) => ({
  files: {
    [`packages/report/src/sql/views/${name}.ts`]: `/** A row is … : one sentence. */
import type { ViewSpec } from "../view.ts";

export const ${camel(name)}: ViewSpec = {
  name: "${snake(name)}",
  comment: "A row is … : one sentence.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executors: "executors; count",
  },
  sql: \`
select app_id, attempt_id, count(*) as executors
from executors
group by all
order by all\`,
};
`,
    [`packages/report/test/sql/${name}.test.ts`]: `/** What a row of ${snake(name)} says. */
import { expect, test } from "vitest";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

test("…", async () => {
  const path = await replayed((emit) => {
    emit("executors", { ...rowsByHand.executors, executorId: "1" });
  });
  expect(await ask(path, "select executors::int as executors from ${snake(name)}")).toEqual([
    { executors: "what the rows above make of it" },
  ]);
});
`,
  },
  index: {
    path: "packages/report/src/sql/views/index.ts",
    imported: camel(name),
    from: name,
    list: "export const views:",
    entry: camel(name),
  },
  left: [
    "fill in its first line, columns and SQL: a unit or a meaning for each column",
    "pnpm docs:tables",
    "a view that asks it must come after it in the list",
  ],
});
