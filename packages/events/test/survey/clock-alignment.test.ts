import { expect, test } from "vitest";
import { alignClock, type ClockBound } from "../../src/survey/clock-alignment.ts";
import { WallClock, zoneRule } from "../../src/survey/zone.ts";

const minute = 60_000;
const hour = 60 * minute;

/**
 * Tasks of 700 ms, one a `step`, printed 4 ms after launch and 5 ms before the finish, in local
 * time.
 */
function tasks(options: {
  from: number;
  count: number;
  step: number;
  ahead: (utc: number) => number;
  wholeSeconds: boolean;
  skew?: number;
}): ClockBound[] {
  const bounds: ClockBound[] = [];
  const print = (utc: number): number => {
    const wall = utc - (options.skew ?? 0) + options.ahead(utc);
    return options.wholeSeconds ? Math.floor(wall / 1000) * 1000 : wall;
  };
  for (let i = 0; i < options.count; i++) {
    const launched = options.from + i * options.step + 137 * i;
    const finished = launched + 700;
    bounds.push(
      {
        side: "not_before",
        taskId: i,
        place: 2 * i,
        eventMs: launched,
        wallMs: print(launched + 4),
      },
      {
        side: "not_after",
        taskId: i,
        place: 2 * i + 1,
        eventMs: finished,
        wallMs: print(finished - 5),
      },
    );
  }
  return bounds;
}

const question = { resolutionMs: 1000, givenZone: undefined, zoned: false, namedZones: [] };
const november = Date.UTC(2026, 10, 21, 2, 55, 26);

test("the zone is found from task starts and ends, and named where the driver's properties name one that fits", () => {
  const bounds = tasks({
    from: november,
    count: 30,
    step: 400,
    ahead: () => -5 * hour,
    wholeSeconds: true,
  });
  const unnamed = alignClock({ ...question, bounds });
  expect(unnamed).toMatchObject({ offsetMs: 5 * hour, zone: "UTC-05:00" });
  expect(unnamed.evidence).toBe("60 task starts and ends of 30 tasks agree within 1 s");
  expect(unnamed.confidence).toBe(1);
  const named = alignClock({
    ...question,
    bounds,
    namedZones: ["Asia/Shanghai", "America/New_York"],
  });
  expect(named).toMatchObject({ offsetMs: 5 * hour, zone: "America/New_York" });
});

test("a zone of three quarters of an hour is a zone", () => {
  const bounds = tasks({
    from: november,
    count: 5,
    step: 400,
    ahead: () => 5.75 * hour,
    wholeSeconds: true,
  });
  expect(alignClock({ ...question, bounds, namedZones: ["Asia/Kathmandu"] }).zone).toBe(
    "Asia/Kathmandu",
  );
  expect(alignClock({ ...question, bounds }).zone).toBe("UTC+05:45");
});

test("a clock 2.5 s slow is a skew, found within the tightest bounds", () => {
  const bounds = tasks({
    from: november,
    count: 40,
    step: 100,
    ahead: () => 0,
    wholeSeconds: false,
    skew: 2500,
  });
  const aligned = alignClock({ ...question, resolutionMs: 1, bounds });
  expect(aligned.zone).toBe("UTC");
  expect(aligned.offsetMs).toBeGreaterThanOrEqual(2500 - 5);
  expect(aligned.offsetMs).toBeLessThanOrEqual(2500 + 5);
});

test("shifting a log by whole quarters of an hour changes the offset and nothing else", () => {
  const bounds = tasks({
    from: november,
    count: 12,
    step: 900,
    ahead: () => hour,
    wholeSeconds: true,
    skew: 40,
  });
  const straight = alignClock({ ...question, bounds });
  const first = bounds[0]?.wallMs ?? 0;
  const utc = new WallClock(straight.clock).utcMs(first);
  for (let quarters = -60; quarters <= 60; quarters++) {
    const shift = quarters * 15 * minute;
    const shifted = bounds.map((bound) => ({ ...bound, wallMs: bound.wallMs + shift }));
    const aligned = alignClock({ ...question, bounds: shifted });
    expect(aligned.offsetMs).toBe((straight.offsetMs ?? 0) - shift);
    expect(new WallClock(aligned.clock).utcMs(first + shift)).toBe(utc);
    expect(aligned.evidence).toBe(straight.evidence);
    expect(aligned.confidence).toBe(straight.confidence);
  }
});

test("a given zone holds, and says when the tasks contradict it", () => {
  const bounds = tasks({
    from: november,
    count: 12,
    step: 900,
    ahead: () => hour,
    wholeSeconds: true,
  });
  const given = alignClock({ ...question, bounds, givenZone: zoneRule("Europe/Berlin") });
  expect(given).toMatchObject({ zone: "Europe/Berlin", offsetMs: -hour, contradiction: undefined });
  const wrong = alignClock({ ...question, bounds, givenZone: zoneRule("Asia/Tokyo") });
  expect(wrong.zone).toBe("Asia/Tokyo");
  expect(wrong.offsetMs).toBe(-9 * hour);
  expect(wrong.contradiction).toContain("Asia/Tokyo");
});

test("without evidence and without a zone the offset is unknown", () => {
  expect(alignClock({ ...question, bounds: [] })).toMatchObject({
    offsetMs: undefined,
    confidence: 0,
  });
});

const newYork = zoneRule("America/New_York");
// Winter time begins in New York on 2026-11-01 at 06:00 UTC: 01:59 is followed by 01:00.
const fallBack = Date.UTC(2026, 10, 1, 6);
// Summer time begins on 2026-03-08 at 07:00 UTC: 01:59 is followed by 03:00.
const springForward = Date.UTC(2026, 2, 8, 7);

test.each([
  ["winter time begins", fallBack],
  ["summer time begins", springForward],
])(
  "when %s inside a log, its times stay right, with and without the zone's name",
  (_what, change) => {
    const ahead = (utc: number): number => newYork?.aheadAt(utc) ?? 0;
    const from = change - 2 * hour;
    const bounds = tasks({ from, count: 240, step: minute, ahead, wholeSeconds: true });
    for (const namedZones of [["America/New_York"], []]) {
      const aligned = alignClock({ ...question, bounds, namedZones });
      expect(aligned.zone).toBe(
        namedZones[0] ??
          (change === fallBack ? "UTC-04:00, then UTC-05:00" : "UTC-05:00, then UTC-04:00"),
      );
      const clock = new WallClock(aligned.clock);
      const wrong = bounds.filter(
        (bound) => Math.abs(clock.utcMs(bound.wallMs) - bound.eventMs) > 1010,
      );
      expect(wrong).toEqual([]);
    }
  },
);

test("an hour that is shown twice is told apart by the file's order, even where nothing names a change", () => {
  const clock = new WallClock({ rule: zoneRule("UTC-04:00"), segments: [], skewMs: 0 });
  const walls = [1.5, 1.9, 1.01, 1.5, 2.2].map((hours) => Date.UTC(2026, 10, 1) + hours * hour);
  const utc = walls.map((wall) => (clock.utcMs(wall) - Date.UTC(2026, 10, 1)) / hour);
  expect(utc.map((hours) => Math.round(hours * 100) / 100)).toEqual([5.5, 5.9, 6.01, 6.5, 7.2]);
});

test("zones are read as people and JVMs write them", () => {
  const winter = Date.UTC(2026, 0, 15);
  const ahead = (name: string): number | undefined => {
    const offset = zoneRule(name)?.aheadAt(winter);
    return offset === undefined ? undefined : offset / hour;
  };
  expect(
    ["Z", "UTC", "Etc/UTC", "GMT", "GMT+2", "UTC-05:00", "+0530", "Europe/Paris", "EST"].map(ahead),
  ).toEqual([0, 0, 0, 0, 2, -5, 5.5, 1, -5]);
  expect(ahead("*********(redacted)")).toBeUndefined();
  expect(ahead("Mars/Olympus")).toBeUndefined();
});
