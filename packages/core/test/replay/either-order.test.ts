/** Two threads take memory at one moment: no line says which came first. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

function freeChecks(second: { ms: number; bytes: number; by: string }, free: number) {
  const { ms, bytes, by } = second;
  const { replay_checks } = replayText(
    `
        0 1 start 1000000
       10 1 run task-1 on task-1
       10 1 run task-2 on task-2
       20 1 store rdd_0_0 300000 free ${free} on task-1
       ${ms} 1 store rdd_0_1 ${bytes} free ${700_000 - bytes} on ${by}`,
    { memory: 1_000_000 },
  );
  const [first] = replay_checks.filter(
    ({ quantity, sourceLine }) => quantity === "free" && sourceLine === 4,
  );
  return [first?.replayedMin, first?.replayedMax, first?.outcome];
}

test("a store of another thread in the same moment may have come first: both orders are foreseen", () => {
  const other = { ms: 22, bytes: 80_000, by: "task-2" };
  expect(freeChecks(other, 620_000)).toEqual([620_000, 700_000, "predicted"]);
  expect(freeChecks(other, 700_000)).toEqual([620_000, 700_000, "predicted"]);
});

test("not one of the same thread, nor one that comes later", () => {
  expect(freeChecks({ ms: 22, bytes: 80_000, by: "task-1" }, 700_000)).toEqual([
    700_000,
    700_000,
    "predicted",
  ]);
  expect(freeChecks({ ms: 26, bytes: 80_000, by: "task-2" }, 700_000)[0]).toBe(700_000);
});

test("nor one so large that the interval would foresee nothing: the order of the lines stands", () => {
  const large = { ms: 22, bytes: 150_000, by: "task-2" };
  expect(freeChecks(large, 700_000)).toEqual([700_000, 700_000, "predicted"]);
  expect(freeChecks(large, 550_000)).toEqual([700_000, 700_000, "explained"]);
});
