import type { Observation } from "@respark/core";
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { LEAD } from "../../src/observations/merge.ts";
import { readApplication } from "../../src/observations/read-application.ts";
import type { Survey } from "../../src/survey/surveyed.ts";
import { smallApplication } from "../survey/small-application.ts";
import { surveyTexts } from "../survey/texts.ts";

interface Read {
  readonly kind: string;
  readonly source: string;
  readonly ts: number | undefined;
  readonly tsMin: number | undefined;
  readonly tsMax: number | undefined;
  readonly file: number;
  readonly line: number;
}

async function readAll(survey: Survey): Promise<Read[]> {
  const all: Read[] = [];
  for (const application of survey.applications) {
    await readApplication(application, {
      observe: ({ fact, source, ts, tsMin, tsMax, sourceFileId, line }: Observation) => {
        all.push({ kind: fact.kind, source, ts, tsMin, tsMax, file: sourceFileId, line });
      },
      report: (diagnostic) => {
        throw new Error(diagnostic.message);
      },
    });
  }
  return all;
}

test("every fact of every log is observed exactly once, in its log's own order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        tasks: fc.integer({ min: 1, max: 60 }),
        step: fc.integer({ min: 0, max: 90_000 }),
        millis: fc.boolean(),
        chunk: fc.integer({ min: 1, max: 3000 }),
      }),
      async ({ tasks, step, millis, chunk }) => {
        const texts = smallApplication({ tasks, step, millis });
        const all = await readAll(await surveyTexts(texts, { chunk }));
        const keys = new Set(all.map(({ file, line }) => `${file}:${line}`));
        expect(keys.size).toBe(all.length);
        // Per executor: command, start, registration; four lines a task. Events: 3 + 2 an executor
        // + 2 a task + the end.
        expect(all.length).toBe(3 * 2 + 4 * tasks + 3 + 2 * 2 + 2 * tasks + 1);
        for (const file of [1, 2, 3]) {
          const lines = all.filter((one) => one.file === file).map((one) => one.line);
          expect(lines).toEqual([...lines].sort((a, b) => a - b));
        }
        for (const file of [2, 3]) {
          const times = all.filter((one) => one.file === file).map((one) => one.ts ?? Number.NaN);
          expect(times).toEqual([...times].sort((a, b) => a - b));
        }
      },
    ),
    { numRuns: 40 },
  );
});

test("a log's record comes after all events up to a minute later, and events wait for logs further behind", async () => {
  const all = await readAll(await surveyTexts(smallApplication({ tasks: 50, step: 20_000 })));
  let waiting = 0;
  let rushed = 0;
  all.forEach(({ source, ts = 0 }, at) => {
    const later = all.slice(at + 1);
    if (source === "event_log") {
      // A log's record more than a minute before an event does not come after it.
      if (later.some((one) => one.source !== source && (one.ts ?? 0) < ts - LEAD)) rushed++;
    } else if (later.some((one) => one.source === "event_log" && (one.ts ?? 0) < ts + LEAD)) {
      waiting++;
    }
  });
  expect({ waiting, rushed }).toEqual({ waiting: 0, rushed: 0 });
});

test("whole seconds are sharpened by what the event log knows of tasks", async () => {
  const survey = await surveyTexts(smallApplication({ tasks: 30, step: 170 }));
  const start = Date.UTC(2026, 10, 21, 2, 36, 44) + 2000;
  const all = await readAll(survey);
  for (const one of all) {
    if (one.source !== "executor_log" || one.ts === undefined) continue;
    expect(one.tsMin).toBeLessThanOrEqual(one.ts);
    expect(one.tsMax).toBeGreaterThanOrEqual(one.ts);
    expect((one.tsMax ?? 0) - (one.tsMin ?? 0)).toBe(999_999);
  }
  const running = all.filter((one) => one.kind === "task_running");
  expect(running.length).toBe(30);
  // Each task was printed as running 4 ms after its launch.
  const wrong = running
    .map((one) => one.ts ?? 0)
    .sort((a, b) => a - b)
    .filter((ts, task) => Math.abs(ts - (start + task * 170 + 4) * 1000) > 30_000);
  expect(wrong).toEqual([]);
});

test("shifting the executor logs by any quarter of an hour changes no observation", async () => {
  const straight = await readAll(await surveyTexts(smallApplication()));
  for (const quarters of [-57, -20, -1, 1, 2, 3, 4, 23, 96, 1000]) {
    const shift = quarters * 900_000;
    const shifted = await surveyTexts(smallApplication({ ahead: () => shift }));
    expect(await readAll(shifted)).toEqual(straight);
    const offsets = shifted.files.filter((file) => file.kind === "executor_log");
    expect(offsets.map((file) => file.clock.offsetMs)).toEqual([-shift, -shift]);
  }
});

test("of an aggregated file every container's records are observed once, as their executor's", async () => {
  const appId = "application_1724877841851_0016";
  const texts = smallApplication({ appId, executors: ["1", "2"], namesApplication: false });
  const section = (container: string, log: string): string =>
    `Container: ${container} on node7_45454\n====\nLogType:stderr\nLogLength:${log.length}\nLog Contents:\n${log}\nEnd of LogType:stderr\n\n`;
  const one = texts["app/executor-1.log"] ?? "";
  const two = texts["app/executor-2.log"] ?? "";
  const apart = await readAll(await surveyTexts(texts));
  const together = await readAll(
    await surveyTexts({
      [`app/${appId}`]: texts[`app/${appId}`] ?? "",
      "app/all.log":
        section("container_1724877841851_0016_01_000002", one) +
        section("container_1724877841851_0016_01_000003", two),
    }),
  );
  const said = (all: readonly Read[]): string[] =>
    all.map(({ kind, source, ts, tsMin, tsMax }) => [kind, source, ts, tsMin, tsMax].join(" "));
  expect(said(together).sort()).toEqual(said(apart).sort());
});

test("without an event log and a zone, times are read as if UTC and have no bounds; a zone gives them", async () => {
  const { "app/executor-0.log": log = "" } = smallApplication({ ahead: () => 3_600_000 });
  const diagnostics: { code: string }[] = [];
  const alone = await surveyTexts({ "logs/stderr": log }, { diagnostics: diagnostics as never[] });
  expect(diagnostics.map((one) => one.code)).toEqual([
    "clock_zone_unknown",
    "spark_version_unknown",
  ]);
  expect(alone.files[0]?.clock).toMatchObject({
    offsetMs: undefined,
    zone: undefined,
    confidence: 0,
  });
  const unknown = (await readAll(alone)).filter((one) => one.kind === "executor_started");
  const wall = Date.UTC(2026, 10, 21, 3, 36, 44) * 1000;
  expect(unknown[0]?.tsMin).toBeUndefined();
  expect(unknown[0]?.tsMax).toBeUndefined();
  expect(unknown[0]?.ts).toBeGreaterThanOrEqual(wall);
  const given = await surveyTexts({ "logs/stderr": log }, { timeZone: "Europe/Paris" });
  const [started] = (await readAll(given)).filter((one) => one.kind === "executor_started");
  expect(started?.tsMin).toBe(wall - 3_600_000_000);
  expect(given.files[0]?.clock).toMatchObject({ zone: "Europe/Paris", offsetMs: -3_600_000 });
});
