/**
 * A failing call of the file system ends a command with a sentence, the old output whole and
 * nothing left: a sample.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Trial, trialsIn } from "./commands.ts";
import { callsOf, faultsOf, inject } from "./faults.ts";

const folder = mkdtempSync(join(tmpdir(), "respark-faults-"));
const SAMPLED = ["replay --overwrite", "replay -", "baseline --overwrite", "report"];
/** Of each command; `pnpm faults` lets every call of every command fail. */
const FAULTS = 4;
let trials: readonly Trial[] = [];

beforeAll(async () => {
  trials = await trialsIn(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(SAMPLED)("%s", async (name) => {
  const trial = trials.find((one) => one.name === name);
  if (trial === undefined) throw new Error(`there is no trial ${name}`);
  await callsOf(folder, trial);
  const faults = faultsOf(await callsOf(folder, trial));
  expect(faults.length).toBeGreaterThan(FAULTS);
  const codes = new Set<number>();
  for (let nth = 0; nth < FAULTS; nth++) {
    const fault = faults[Math.floor(((nth + 0.5) * faults.length) / FAULTS)];
    if (fault === undefined) continue;
    const injected = await inject(folder, trial, fault);
    codes.add(injected?.ran.code ?? 0);
    expect({ fault, hit: injected?.hit, wrong: injected?.wrong }).toMatchObject({ wrong: [] });
  }
  // A layer that injects nothing would pass too.
  expect(codes.size).toBeGreaterThan(1);
});
