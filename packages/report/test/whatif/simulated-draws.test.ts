/** Draws are simulated as far as they are needed, and answer as if each had been simulated whole. */
import { Draws, type Outcomes, simulate } from "@respark/core";
import { expect, test } from "vitest";
import { cacheOf, MIB, pool } from "../../../core/test/simulate/small-runs.ts";
import { SimulatedDraws } from "../../src/whatif/simulated-draws.ts";

const reads = Array.from({ length: 40 }, (_, index) => index % 2);
const wanted = cacheOf({ rdds: 2, partitions: 100, blockBytes: 4 * MIB, reads });

test.each([
  ["any eviction", ({ evicted_blocks }: Outcomes) => evicted_blocks > 0],
  ["ten recomputations", ({ recomputes }: Outcomes) => recomputes > 9],
  ["any spill", ({ spilled_tasks }: Outcomes) => spilled_tasks > 0],
])("whether a draw comes to %s is what its whole run says, in any order asked", (_, isReached) => {
  const runs = new SimulatedDraws(wanted, 1);
  const sizes = [2000, 300, 900, 800, 60].map((mib) => pool(mib * MIB));
  for (const configuration of [...sizes, ...sizes]) {
    for (const draw of [0, 1]) {
      const whole = simulate(wanted, configuration, new Draws(1, draw));
      expect(runs.comesTo(configuration, draw, isReached)).toBe(isReached(whole));
    }
  }
  for (const configuration of sizes)
    expect(runs.outcomes(configuration, 1)).toEqual(
      simulate(wanted, configuration, new Draws(1, 1)),
    );
});
