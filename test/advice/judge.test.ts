/** The judge of advice: which recorded runs test a change, and what they say of it. */
import { expect, test } from "vitest";
import { judged, type Outcome, type RecordedRun, siblingsFor } from "./judge.ts";

const calm: Outcome = {
  evictions: 0,
  refused: 0,
  missed: 0,
  readFromDisk: 0,
  spills: 0,
  waitMillis: 0,
};

function run(id: string, conf: Readonly<Record<string, number>>, group = "s35-f"): RecordedRun {
  return { id, group, conf: new Map(Object.entries(conf)), outcome: calm };
}

test("a sibling differs in the setting of the advice alone, and in its direction", () => {
  const own = run("base", { "spark.memory.fraction": 0.5, "spark.executor.cores": 2 });
  const all = [
    own,
    run("larger", { "spark.memory.fraction": 0.8, "spark.executor.cores": 2 }),
    run("smaller", { "spark.memory.fraction": 0.3, "spark.executor.cores": 2 }),
    run("both", { "spark.memory.fraction": 0.8, "spark.executor.cores": 1 }),
    run("other workload", { "spark.memory.fraction": 0.8, "spark.executor.cores": 2 }, "s35-g"),
  ];
  const found = siblingsFor(own, { key: "spark.memory.fraction", value: 0.6 }, all);
  expect(found.map(({ id }) => id)).toEqual(["larger"]);
  expect(siblingsFor(own, { key: "partitions", value: 9 }, all)).toEqual([]);
});

test("less suffering is better, as much is the same, more is worse; noise is neither", () => {
  const spilled = { ...calm, spills: 12 };
  expect(judged(spilled, calm)).toBe("better");
  expect(judged(spilled, { ...calm, spills: 10 })).toBe("same");
  expect(judged(spilled, { ...calm, spills: 14 })).toBe("same");
  expect(judged(spilled, { ...calm, spills: 12, evictions: 9 })).toBe("worse");
  expect(judged({ ...calm, waitMillis: 5000 }, { ...calm, waitMillis: 60 })).toBe("better");
});
