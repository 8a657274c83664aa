/** The views' answers over recorded runs, held as they were last read by a person. `UPDATE_GOLDEN=1 pnpm vitest run test/golden` writes them anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fixtureRuns } from "./runs.ts";
import { viewsText } from "./views-text.ts";

test.for([
  "s24-i-legacy-dbg",
  "s30-f-base-dbg",
  "s35-g-base-dbg",
  "s40-a2-base-dbg",
])("%s: the views answer as they did", async (name) => {
  const text = await viewsText(join(fixtureRuns, name));
  const golden = join(import.meta.dirname, "views", `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, "utf8"));
});
