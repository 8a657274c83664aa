/**
 * The page's claims hold on the fixtures, at every test run: nothing that a log states about memory
 * is lost.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compatibilityPage } from "./compatibility-page.ts";
import { find } from "./found.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/runs");

test.each(readdirSync(fixtures))(
  "every memory statement of %s becomes an observation, and its tasks' clocks agree",
  async (run) => {
    const found = await find(run, join(fixtures, run));
    expect(found.exitCode).toBe(0);
    const [one, ...others] = found.applications;
    expect(others).toEqual([]);
    expect(one?.logs.length).toBeGreaterThan(2);
    expect(one?.events.tasks).toBeGreaterThan(0);
    expect(one?.logs.flatMap(({ statements }) => statements.missed)).toEqual([]);
    expect(one?.logs.every(({ statements }) => statements.stated > 0)).toBe(true);
    expect(one?.alignment.compared).toBeGreaterThan(0);
    expect(one?.alignment.agreeing).toBe(one?.alignment.compared);
    const page = compatibilityPage([found], []);
    expect(page).toContain(`| ${run} | ${one?.application.sparkVersion} |`);
  },
);
