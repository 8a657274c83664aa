import { expect, test } from "vitest";
import { alignClock, type ClockBound } from "../../src/survey/clock-alignment.ts";
import { zoneRule } from "../../src/survey/zone.ts";

const minute = 60_000;
const hour = 60 * minute;
const question = { resolutionMs: 1, givenZone: undefined, zoned: false, namedZones: [] };
const noon = Date.UTC(2026, 10, 21, 12);

type Told = readonly [side: ClockBound["side"], apart: number];

/** Bounds of no task whose lines are printed `apart` ms before what they tell, on a clock of UTC. */
function bounds(told: readonly Told[]): ClockBound[] {
  return told.map(([side, apart], place) => ({
    side,
    place,
    eventMs: noon,
    wallMs: noon - apart,
    taskId: undefined,
  }));
}

const times = (count: number, ...told: Told[]): Told[] => {
  return Array.from({ length: count }, () => told).flat();
};

test.each<[string, Told[], number, number]>([
  // What is only about right tells no skew within 3 s.
  ["about, 3 s", [["about", 3000]], 0, 0.6],
  ["about, more than 3 s", [["about", 3001]], 3001, 0.4],
  ["about, 4 s early", [["about", -4000]], -4000, 0.4],
  ["the middle of three", [5000, 4000, 9000].map((ms) => ["about", ms]), 5000, 0.4],
  // One bound: half sure, a little more for each, a fifth less where one side is open.
  ["not before", [["not_before", 500]], 500, 0.44],
  ["not after", [["not_after", -500]], -500, 0.44],
  [
    "zero is allowed",
    [
      ["not_before", -5],
      ["not_after", 5],
    ],
    0,
    0.6,
  ],
  [
    "zero at the lower end",
    [
      ["not_before", 0],
      ["not_after", 500],
    ],
    0,
    0.6,
  ],
  [
    "zero at the upper end",
    [
      ["not_before", -500],
      ["not_after", 0],
    ],
    0,
    0.6,
  ],
  [
    "2 s: the middle",
    [
      ["not_before", 100],
      ["not_after", 2100],
    ],
    1100,
    0.6,
  ],
  [
    "wider: its near end",
    [
      ["not_before", 100],
      ["not_after", 2101],
    ],
    100,
    0.6,
  ],
  [
    "wider and late",
    [
      ["not_before", -9000],
      ["not_after", -100],
    ],
    -100,
    0.6,
  ],
  [
    "wider, about inside",
    [
      ["not_before", 100],
      ["not_after", 3000],
      ["about", 1500],
    ],
    1500,
    0.6,
  ],
  [
    "wider, about behind",
    [
      ["not_before", 100],
      ["not_after", 3000],
      ["about", 5000],
    ],
    3000,
    0.6,
  ],
  [
    "two about",
    [
      ["not_before", 100],
      ["not_after", 3000],
      ["about", 500],
      ["about", 900],
    ],
    700,
    0.6,
  ],
  [
    "a point",
    [
      ["not_before", 70],
      ["not_after", 70],
    ],
    70,
    0.6,
  ],
  // A driver speaks of its event within 10 s, and of both sides.
  ["soon after", [["soon_after", 100]], 100, 0.55],
  ["10 s after", [["soon_after", -10_000]], 0, 0.55],
  ["more than 10 s after", [["soon_after", -10_001]], -1, 0.55],
  [
    "one of five contradicts",
    [
      ["not_before", 10],
      ["not_before", 20],
      ["not_before", 5000],
      ["not_after", 100],
      ["not_after", 100],
    ],
    60,
    0.6,
  ],
  ["nine bounds", times(9, ["not_before", 0]).concat([["about", 0]]), 0, 0.76],
  ["ten on two sides", times(5, ["not_before", 0], ["not_after", 0]), 0, 1],
  ["twelve on two sides", times(6, ["not_before", 0], ["not_after", 0]), 0, 1],
])("%s", (_, told, offsetMs, confidence) => {
  const aligned = alignClock({ ...question, bounds: bounds(told) });
  expect(aligned).toMatchObject({ offsetMs, confidence, zone: "UTC", contradiction: undefined });
});

test("a printed second may be anything up to its end", () => {
  const at = (apart: number): number | undefined =>
    alignClock({ ...question, resolutionMs: 1000, bounds: bounds([["not_before", apart]]) })
      .offsetMs;
  expect([at(999), at(1000)]).toEqual([0, 1]);
  const soon = (apart: number): number | undefined =>
    alignClock({ ...question, resolutionMs: 1000, bounds: bounds([["soon_after", apart]]) })
      .offsetMs;
  expect([soon(999), soon(1000)]).toEqual([0, 1]);
});

test.each<[Told[], readonly (number | undefined)[], number, string]>([
  [[["about", 1]], [undefined], 1, "1 registration is seconds apart"],
  [
    [
      ["about", 1],
      ["about", 2],
    ],
    [],
    1,
    "2 registrations are seconds apart",
  ],
  [[["not_before", 1]], [], 999, "1 of 1 registrations agree within 999 ms"],
  [[["not_before", 1]], [], 1000, "1 of 1 registrations agree within 1 s"],
  [
    [
      ["not_before", 0],
      ["not_after", 0],
    ],
    [7, 7],
    1,
    "2 task starts and ends of 1 task agree within 1 ms",
  ],
  [
    [
      ["not_before", 0],
      ["soon_after", 0],
      ["about", 0],
    ],
    [7, undefined, 7],
    1,
    "1 task start or end of 1 task and 1 registration agree within 1 ms",
  ],
  [
    [
      ["not_before", 0],
      ["not_before", 0],
      ["not_before", 9000],
      ["not_after", 10],
    ],
    [1, 2, 3, 3],
    1,
    "3 of 4 bounds from 4 task starts and ends of 3 tasks agree within 1 ms",
  ],
])("evidence in words: %j", (told, tasks, resolutionMs, evidence) => {
  const all = bounds(told).map((bound, i) => ({ ...bound, taskId: tasks[i] }));
  expect(alignClock({ ...question, resolutionMs, bounds: all }).evidence).toBe(evidence);
});

test("without evidence a zone that is given or printed still holds", () => {
  const givenZone = zoneRule("Asia/Tokyo");
  expect(alignClock({ ...question, bounds: [], givenZone })).toMatchObject({
    offsetMs: -9 * hour,
    zone: "Asia/Tokyo",
    evidence: "time zone given",
    confidence: 0.8,
  });
  expect(alignClock({ ...question, bounds: [], zoned: true })).toMatchObject({
    offsetMs: 0,
    zone: "UTC",
    evidence: "the layout prints UTC",
    confidence: 0.9,
  });
});

test.each([0, 40, 2 * hour, -9 * hour - 40])("a clock of UTC is %i ms early", (apart) => {
  const told: Told[] = [
    ["not_before", apart],
    ["not_after", apart],
  ];
  const aligned = alignClock({ ...question, bounds: bounds(told), zoned: true });
  expect(aligned).toMatchObject({ offsetMs: apart, zone: "UTC", confidence: 0.6 });
});

// A given zone is contradicted where half a quarter of an hour does not explain what is told.
test.each([
  [450_000, 450_000, 0.8, undefined],
  [-450_000, -450_000, 0.8, undefined],
  [450_001, 0, 0.3, "UTC is 8 minutes away from what task starts and ends tell"],
  [-hour, 0, 0.3, "UTC is -60 minutes away from what task starts and ends tell"],
])("a given zone, and a skew of %i ms", (apart, offsetMs, confidence, contradiction) => {
  const told: Told[] = [
    ["not_before", apart],
    ["not_after", apart],
  ];
  const aligned = alignClock({ ...question, bounds: bounds(told), givenZone: zoneRule("UTC") });
  expect(aligned).toMatchObject({ offsetMs, confidence });
  expect(aligned.contradiction).toBe(contradiction);
});

/** Bounds on a clock that is `ahead` ms ahead of UTC, at these moments after midnight. */
function shown(ahead: number, moments: readonly number[]): ClockBound[] {
  return moments.map((at) => {
    const eventMs = Date.UTC(2026, 2, 8) + at;
    return { side: "about", place: eventMs, eventMs, wallMs: eventMs + ahead, taskId: undefined };
  });
}

const five = [0, 1, 2, 3, 4].map((minutes) => minutes * minute);

// Three bounds and at most two hours make a change of the clock; others are lines that came late.
test.each([
  [hour, 3, "UTC, then UTC+01:00"],
  [hour, 2, "UTC"],
  [-hour, 3, "UTC, then UTC-01:00"],
  [2 * hour, 3, "UTC, then UTC+02:00"],
  [2.25 * hour, 3, "UTC"],
])("a clock that is %i ms ahead for %i bounds", (ahead, count, zone) => {
  const late = shown(
    ahead,
    five.slice(0, count).map((at) => at + 6 * hour),
  );
  const all = [...shown(0, five), ...late];
  expect(alignClock({ ...question, bounds: all }).zone).toBe(zone);
  expect(alignClock({ ...question, bounds: all.reverse() }).zone).toBe(zone);
});

// Clocks change at 02:00 or 03:00 of their own, or at 01:00 UTC; else in the middle.
test.each([
  [0, 40 * minute, hour],
  [-3 * hour, 4.5 * hour, 5 * hour],
  [-3 * hour, 5.5 * hour, 6 * hour],
  [-3 * hour, 6.5 * hour, 6.5 * hour + 4 * minute + 18 * minute],
])("a clock %i ms ahead changes after %i ms of the day at %i", (ahead, from, change) => {
  const before = shown(
    ahead,
    five.map((at) => at + from),
  );
  const after = shown(
    ahead + hour,
    five.map((at) => at + from + 40 * minute),
  );
  const { clock } = alignClock({ ...question, bounds: [...before, ...after] });
  expect(clock.segments).toEqual([
    { aheadMs: ahead, untilUtcMs: Date.UTC(2026, 2, 8) + change },
    { aheadMs: ahead + hour, untilUtcMs: undefined },
  ]);
});
