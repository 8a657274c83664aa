/// <reference types="node" />
/**
 * Hurts real logs and replays them, for some minutes: `pnpm fuzz --minutes 10 [--seed 1] [--case
 * n]`. Prints each failing case and ends with 1 where there was one; `--case` runs one again and
 * keeps its folder.
 */
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    case: { type: "string" },
  },
});
const seed = Number(values.seed);
const { cases, failed } = await fuzz({
  seed,
  millis: Number(values.minutes) * 60_000,
  ...(values.case === undefined ? {} : { first: Number(values.case), most: 1, keep: true }),
  onCase: ({ number, story, failures }) => {
    if (failures.length === 0) return;
    process.stdout.write(`case ${number}: ${story}\n  ${failures.join("\n  ")}\n`);
  },
});
process.stdout.write(`seed ${seed}: ${cases} cases, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 && cases > 0 ? 0 : 1;
