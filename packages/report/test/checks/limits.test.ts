/** Which limit holds: the metric's own, or what a configuration says of it. */
import { expect, test } from "vitest";
import type { Metric } from "../../src/checks/check.ts";
import { limitsOf } from "../../src/checks/limits.ts";

const spilled: Metric = {
  id: "spilled_bytes",
  title: "what spilled",
  unit: "bytes",
  better: "lower",
  scope: "application",
  level: "warn",
  allowance: { relative: 0.1, absolute: 1000 },
  extensive: true,
  sql: "",
  lookFurther: "",
};
const off: Metric = { ...spilled, level: "off" };

test("a metric that is off counts once a limit is written down for it, and others stay what they are", () => {
  const limits = { spilled_bytes: { budget: "1 KiB" } };
  expect([
    limitsOf(off, undefined, {}).level,
    limitsOf(off, undefined, { limits }).level,
    limitsOf(spilled, undefined, { limits }).level,
    limitsOf(spilled, undefined, { limits: { spilled_bytes: { level: "off" } } }).level,
  ]).toEqual(["off", "fail", "warn", "off"]);
  expect(limitsOf(off, undefined, { limits }).budget).toBe(1024);
});

test("who allows a share allows no absolute amount beside it, and the other way round", () => {
  const allowed = (fail: { relative?: number; absolute?: string }) =>
    limitsOf(spilled, undefined, { limits: { spilled_bytes: { fail } } }).fail;
  expect(limitsOf(spilled, undefined, {}).fail).toEqual({ relative: 0.1, absolute: 1000 });
  expect(allowed({ relative: 0.5 })).toEqual({ relative: 0.5, absolute: 0 });
  expect(allowed({ absolute: "2 KiB" })).toEqual({ relative: 0, absolute: 2048 });
});

test("a stage's limit is that of the first pattern that fits it", () => {
  const stage: Metric = { ...spilled, scope: "stage" };
  const stages = [
    { match: "count*", limits: { spilled_bytes: { budget: 5 } } },
    { match: "*", limits: { spilled_bytes: { budget: 7 } } },
  ];
  const budget = (subject: string) => limitsOf(stage, subject, { stages }).budget;
  expect([budget("count at App.scala"), budget("collect at App.scala")]).toEqual([5, 7]);
});
