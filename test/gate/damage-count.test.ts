/** In how many ways logs are damaged, as the pages say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { allDamages } from "./all-damages.ts";
import type { RunFiles } from "./damages.ts";

const run: RunFiles = {
  eventLog: "app-1",
  events: [],
  executors: new Map([["0", []]]),
  packed: new Map(),
  endings: new Map(),
  others: new Map(),
};

test("the pages count the ways in which logs are damaged", () => {
  const all = Object.values(allDamages({ other: run, again: run })).flat();
  expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
  const page = (name: string): string =>
    readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");
  expect(page("gate.md")).toContain(`in ${all.length} ways`);
  expect(page("guarantees.md")).toContain(`${all.length} ways to damage`);
});
