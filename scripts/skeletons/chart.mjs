/** A chart of the report page: what is drawn (pure, tested) and how. */
import { camel, pascal } from "./names.mjs";

export const chart = (name) => ({
  files: {
    [`packages/report/src/picture/${name}.ts`]: `/** What is drawn of … : one sentence. Pure, so that the writer and a test know it too. */
import type { Cells } from "./facts.ts";

export interface ${pascal(name)}Point {
  /** seconds since the application began */
  readonly x: number;
  /** bytes; null: unknown, and left out of the line */
  readonly y: number | null;
}

export function ${camel(name)}Of(rows: readonly Cells[]): ${pascal(name)}Point[] {
  return rows.map((row) => ({
    x: Number(row["seconds"]),
    y: row["bytes"] === null ? null : Number(row["bytes"]),
  }));
}
`,
    [`packages/report/src/page/${name}.ts`]: `/** The chart of … : its canvas, and the same in words for who cannot see it. */
import { ${camel(name)}Of } from "../picture/${name}.ts";
import { painter, repaint } from "./state.ts";

/** Nothing where the page has no place for it. */
export function setUp${pascal(name)}(): void {
  const place = document.getElementById("${name}");
  if (place === null) return;
  const points = ${camel(name)}Of([]);
  painter("${name}", place, () => {
    place.textContent = String(points.length);
  });
  repaint("${name}");
}
`,
    [`packages/report/test/picture/${name}.test.ts`]: `/** What the chart of … draws. */
import { expect, test } from "vitest";
import { ${camel(name)}Of } from "../../src/picture/${name}.ts";

test("what is unknown is no zero", () => {
  expect(${camel(name)}Of([{ seconds: 1, bytes: null }])).toEqual([{ x: 1, y: "unknown" }]);
});
`,
  },
  index: [
    {
      path: "packages/report/src/page/main.ts",
      imported: `setUp${pascal(name)}`,
      from: name,
      after: "setUpWhatIf();",
      entry: `setUp${pascal(name)}();`,
    },
    {
      path: "packages/report/src/page/state.ts",
      after: "export type PainterName =",
      entry: `  | "${name}"`,
    },
  ],
  left: [
    "its question in packages/report/src/html (questions), its rows in picture/facts.ts (SmallFacts)",
    `its place: an element with the id ${name} in html/page.ts, and its words in style.css`,
    "colours of canvas.ts alone (test/picture/palette.test.ts holds their contrast)",
    "pnpm build:page && pnpm page:types; test/page/report.test.ts looks at the page in a browser",
    "docs/report.md says how to read it",
  ],
});
