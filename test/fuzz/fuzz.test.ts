/** A short fuzz at every test run; `pnpm fuzz --minutes 10` is the long one. */
import { expect, test } from "vitest";
import { fuzz } from "./fuzz.ts";

test("hurt logs are read without a crash or a hang, and every lost line has its diagnostic", async () => {
  const { cases, failed } = await fuzz({ seed: 20_261_121, millis: 8000 });
  expect(failed).toEqual([]);
  expect(cases).toBeGreaterThan(0);
}, 120_000);
