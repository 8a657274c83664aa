/** Every metric of the gate, in the order reports show them. */
import { accuracy } from "./accuracy.ts";
import { cache } from "./cache.ts";
import type { Metric } from "./check.ts";
import { evictions } from "./evictions.ts";
import { failures } from "./failures.ts";
import { peaks } from "./peaks.ts";
import { spills } from "./spills.ts";
import { waits } from "./waits.ts";

/** Every metric of the gate, in the order in which reports show them. */
export const metrics: readonly Metric[] = [
  ...failures,
  ...evictions,
  ...cache,
  ...spills,
  ...waits,
  ...peaks,
  ...accuracy,
];
