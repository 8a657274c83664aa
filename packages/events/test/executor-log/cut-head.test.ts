/** A paste that lost the first characters of its first record. */
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { mendedHead } from "../../src/executor-log/cut-head.ts";
import { decode } from "./decoded.ts";

const first = "24/08/14 09:47:34 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)";
const next = "24/08/14 09:47:35 WARN Executor: Managed memory leak detected";

test("what is lost is put back from the next record, however much of the date it is", () => {
  for (let lost = 1; lost <= 5; lost++) {
    expect(mendedHead(["```", first.slice(lost), next])).toEqual({
      index: 1,
      text: first,
      isTimed: true,
    });
  }
});

test("of a record alone the time is unknown, and so is one that the next would make later", () => {
  expect(mendedHead([first.slice(1)])).toMatchObject({ isTimed: false });
  const earlier = next.replace("09:47:35", "09:00:00");
  expect(mendedHead([first.slice(1), earlier])).toMatchObject({ text: first, isTimed: false });
});

test("heads that are whole, clocks without a date and dates of other orders stay as they are", () => {
  for (const whole of [
    first,
    "09:47:34 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)",
    "14/08/2024 09:47:34 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)",
    "2024-08-14 09:47:34,123 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)",
    "\tat java.util.Arrays.copyOf(Arrays.java:3332)",
  ]) {
    expect(mendedHead([whole, next])).toBeUndefined();
  }
});

test("a log that prints no year has lost nothing", () => {
  const lines = ["08/14 09:47:34 ERROR Executor: boom", "08/14 09:47:35 ERROR Executor: boom"];
  expect(mendedHead(lines)).toBeUndefined();
});

test("any line is looked at without trouble", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 4 }), (lines) => {
      const found = mendedHead(lines);
      const line = lines[found?.index ?? -1] ?? "";
      expect((found?.text ?? "").endsWith(line)).toBe(true);
    }),
  );
});

test("a log of one record without its first character is read, and has no time", () => {
  const { records } = decode(`${first.slice(1)}\njava.lang.OutOfMemoryError: Java heap space\n`);
  expect(records).toMatchObject([
    { logger: "Executor", fact: { kind: "task_finished", how: "failed", taskId: 3 } },
  ]);
});
