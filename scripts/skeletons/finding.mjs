/** A finding and its test. */
import { camel, snake } from "./names.mjs";

export const finding = (name) => ({
  files: {
    [`packages/report/src/explain/findings/${name}.ts`]: `/** What went wrong: one sentence. */
import { relations } from "../../sql/relations.ts";
import { numberIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { COST_UNKNOWN, type Finder } from "./finder.ts";

/** Rows of its view, worst first, in words. What it knows is a view that anyone can ask. */
export const ${camel(name)}: Finder = {
  sql: (here) => \`from memory_leaks where \${here} order by leaked_bytes desc\`,
  find: (rows) =>
    known(rows, relations.memory_leaks).map((row) => ({
      id: \`${snake(name)}_\${numberIn(row, "task_id")}\`,
      kind: "leaks",
      severity: "waste",
      cost: COST_UNKNOWN,
      title: "…",
      evidence: [],
      certainty: "…",
      facts: row,
    })),
};
`,
    [`packages/report/test/explain/${name}.test.ts`]: `/** When a verdict speaks of ${name.replaceAll("-", " ")}, and when it does not. */
import { expect, test } from "vitest";
import { rowsByHand } from "../rows-by-hand.ts";
import { executor, verdict } from "./trouble-by-hand.ts";

test("…", async () => {
  const { findings } = await verdict((emit) => {
    emit("executors", executor);
    emit("memory_leaks", rowsByHand.memory_leaks);
  });
  expect(findings.map(({ id }) => id)).toContain("${snake(name)}_…");
});

test("where there is none of it, nothing is said", async () => {
  const { findings } = await verdict((emit) => emit("executors", executor));
  expect(findings.map(({ kind }) => kind)).toEqual([]);
});
`,
  },
  index: {
    path: "packages/report/src/explain/findings/index.ts",
    imported: camel(name),
    from: name,
    list: "export const finders:",
    entry: camel(name),
  },
  left: [
    "a view with what it counts and what that cost: pnpm new view …; its finder asks it",
    "its kind in finder.ts (FindingKind), and what a verdict looked for in index.ts (troubles)",
    "UPDATE_GOLDEN=1 pnpm exec vitest run test/explain: each verdict names the kinds it did not find",
  ],
});
