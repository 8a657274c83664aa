/** Says before the tests which seed their properties have. */
import { seed } from "./seeded.ts";

export function setup(): void {
  process.stdout.write(`fast-check: seed ${seed} (another: FAST_CHECK_SEED=7 pnpm test)\n`);
}
