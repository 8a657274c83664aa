/**
 * What a log costs grows with its lines: no part of respark does more per line because there are
 * more of anything. Counted, not timed. (Tasks that run at the same time: core's
 * work-per-step.test.ts.)
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countedWork } from "./counted-work.ts";
import { applications, executors, heldBlocks } from "./made-logs.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "respark-work-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * From n to 2n, and from 2n to 4n: twice as much more is linear, four times is quadratic; sorting
 * needs some 2.2 times.
 */
const MOST_GROWTH = 2.8;
/** Four times the items are four times the runs at most; and a little more, where it is sorted. */
const MOST_TIMES = 5;
/** Fewer runs more for each item more are thresholds that were crossed. */
const FEW_PER_ITEM = 4;

interface Grown {
  readonly name: string;
  readonly n: number;
  readonly write: (path: string, n: number) => void;
}

const one =
  (log: (n: number) => string) =>
  (path: string, n: number): void =>
    writeFileSync(path, log(n));

const grown: readonly Grown[] = [
  { name: "executors and stages", n: 100, write: one(executors) },
  { name: "blocks held", n: 200, write: one(heldBlocks) },
  {
    name: "applications",
    n: 16,
    write: (path, n) => {
      mkdirSync(path);
      for (const [name, log] of applications(n)) writeFileSync(join(path, name), log);
    },
  },
];

test.for(grown)("the work of a replay is linear in $name", ({ name, n, write }) => {
  const counted = (size: number): ReadonlyMap<string, number> => {
    const log = join(folder, `${name} ${size}`);
    write(log, size);
    return countedWork(`${log} counts`, ["replay", log, "-o", `${log}.duckdb`, "--quiet"]);
  };
  const [few, more, many] = [counted(n), counted(2 * n), counted(4 * n)];
  const steep = [...many].flatMap(([key, most]) => {
    const less = more.get(key) ?? 0;
    const least = few.get(key) ?? 0;
    const isMuch = most - less > FEW_PER_ITEM * 2 * n && most > MOST_TIMES * least;
    const growth = (most - less) / Math.max(1, less - least);
    return isMuch && growth > MOST_GROWTH ? [`${key}: ${least}, ${less}, ${most}`] : [];
  });
  expect(steep).toEqual([]);
  // They did replay: many functions ran for each item.
  const perItem = [...many.values()].filter((count) => count >= 4 * n);
  expect(perItem.length).toBeGreaterThan(100);
});
