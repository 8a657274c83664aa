import { expect, test } from "vitest";
import { readApplication } from "../../src/observations/read-application.ts";
import { zoneRule } from "../../src/survey/zone.ts";
import { smallApplication } from "../survey/small-application.ts";
import { surveyTexts } from "../survey/texts.ts";

const hour = 3_600_000;
const newYork = zoneRule("America/New_York");
const ahead = (utc: number): number => newYork?.aheadAt(utc) ?? 0;

test.each([
  { what: "winter time begins", start: Date.UTC(2026, 10, 1, 5, 0, 13), zone: "America/New_York" },
  { what: "winter time begins", start: Date.UTC(2026, 10, 1, 5, 0, 13), zone: undefined },
  { what: "summer time begins", start: Date.UTC(2026, 2, 8, 6, 0, 13), zone: "America/New_York" },
  { what: "summer time begins", start: Date.UTC(2026, 2, 8, 6, 0, 13), zone: undefined },
  { what: "a day ends", start: Date.UTC(2026, 5, 8, 3, 0, 13), zone: undefined },
])("tasks stay at their times when $what and the log names its zone $zone", async (given) => {
  const { start, zone } = given;
  const texts = smallApplication({
    start,
    tasks: 240,
    step: 30_000,
    ahead,
    ...(zone === undefined ? {} : { userTimeZone: zone }),
  });
  const survey = await surveyTexts(texts);
  const wrong: string[] = [];
  let running = 0;
  for (const application of survey.applications) {
    await readApplication(application, {
      observe: ({ fact, source, ts, tsMin, tsMax, line }) => {
        if (source !== "executor_log" || fact.kind !== "task_running") return;
        running++;
        const printed = (start + 2000 + fact.taskId * 30_000 + 4) * 1000;
        const apart = Math.abs((ts ?? 0) - printed);
        if (apart > 50_000 || (tsMin ?? 0) > printed || (tsMax ?? 0) < printed) {
          wrong.push(`line ${line}: ${apart} µs`);
        }
      },
      report: () => {},
    });
  }
  expect(running).toBe(240);
  expect(wrong).toEqual([]);
});

test("a given zone holds through a change of its clocks, without an event log", async () => {
  const start = Date.UTC(2026, 10, 1, 5, 0, 13);
  const { "app/executor-0.log": log = "" } = smallApplication({
    start,
    tasks: 240,
    step: 30_000,
    ahead,
  });
  const survey = await surveyTexts({ "x/stderr": log }, { timeZone: "America/New_York" });
  const times: number[] = [];
  for (const application of survey.applications) {
    await readApplication(application, {
      observe: ({ fact, ts }) => {
        if (fact.kind === "task_running") times.push((ts ?? 0) / 1000 - start);
      },
      report: () => {},
    });
  }
  const wrong = times.filter((ms, at) => Math.abs(ms - (2000 + at * 60_000)) > 1000);
  expect(times.length).toBe(120);
  expect(wrong).toEqual([]);
  expect((times.at(-1) ?? 0) / hour).toBeLessThan(2);
});
