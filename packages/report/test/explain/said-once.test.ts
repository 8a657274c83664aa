/** What findings share is said once. */
import { expect, test } from "vitest";
import { type Finding, saidOnce } from "../../src/explain/index.ts";

const finding = (of: Partial<Finding>): Finding => ({
  id: "f",
  rank: 1,
  kind: "evictions",
  severity: "slow",
  weight: 1,
  costMillis: { best: 1, min: 1, max: 1 },
  title: "evictions",
  evidence: [],
  tooCheap: undefined,
  change: undefined,
  changeKey: undefined,
  changeValue: undefined,
  effect: undefined,
  certainty: "logged",
  places: [],
  next: [],
  facts: {},
  ...of,
});

test("a sentence, a change and how certain it is stand with the first finding that has them", () => {
  const behind = saidOnce([
    finding({ change: "more memory", evidence: ["unrolled", "needed 170 MiB"] }),
    finding({ kind: "no_room", change: "more memory", evidence: ["stored", "needed 170 MiB"] }),
    finding({ change: "more memory", evidence: ["stored"], certainty: "inferred" }),
    finding({ change: "fewer cores", evidence: ["spilled"] }),
  ]);
  expect(behind.map(({ changeAsIn, evidence }) => [changeAsIn, evidence])).toEqual([
    [undefined, ["unrolled", "needed 170 MiB"]],
    [1, ["stored"]],
    [1, []],
    [undefined, ["spilled"]],
  ]);
  expect(behind.map(({ certainty }) => certainty)).toEqual([
    "logged",
    undefined,
    "inferred",
    "logged",
  ]);
});

test("the third in a row of one kind and one change, and those before it, are short", () => {
  const more = (change = "more memory"): Finding => finding({ change, evidence: [change, "seen"] });
  const behind = saidOnce([more(), more(), more(), more("fewer cores")]);
  expect(behind.map(({ isShort }) => isShort)).toEqual([false, true, true, false]);
  expect(behind.map(({ evidence }) => evidence)).toEqual([
    ["more memory", "seen"],
    [],
    [],
    ["fewer cores"],
  ]);
  expect(saidOnce([more(), more()]).map(({ isShort }) => isShort)).toEqual([false, false]);
});

test("what a simulation says of one change is said once", () => {
  const effect = "no eviction in 40 of 40 simulated runs";
  const behind = saidOnce([
    finding({ change: "more memory", effect }),
    finding({ change: "more memory, or disk", effect }),
  ]);
  expect(behind.map((one) => one.effect)).toEqual([effect, undefined]);
});

test("findings without a change share none", () => {
  const behind = saidOnce([finding({}), finding({})]);
  expect(behind.map(({ changeAsIn }) => changeAsIn)).toEqual([undefined, undefined]);
});
