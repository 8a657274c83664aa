/**
 * What lies on either side of the limits of reading: rows of another layout, traces, dates, clocks,
 * identities.
 */
import { describe, expect, test } from "vitest";
import { readApplication } from "../src/observations/read-application.ts";
import { alignClock } from "../src/survey/clock-alignment.ts";
import { decode } from "./executor-log/decoded.ts";
import { smallApplication } from "./survey/small-application.ts";
import { surveyTexts } from "./survey/texts.ts";

test("a log whose next eight records have another layout has that layout from then on", () => {
  const stock = "26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared";
  const other = "2026-11-21 02:36:36,014 INFO  [main] MemoryStore: MemoryStore cleared";
  const layoutAfter = (others: number) =>
    decode([...Array(40).fill(stock), ...Array(others).fill(other), stock].join("\n")).decoder
      .layoutName;
  const first = layoutAfter(0);
  expect(layoutAfter(7)).toBe(first);
  expect(layoutAfter(8)).not.toBe(first);
});

test("a program's own frame is found below twenty frames of Spark's, and not below a hundred", () => {
  const frameBelow = (frames: number) =>
    decode(
      [
        "26/11/21 02:36:35 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)",
        "java.lang.IllegalStateException: no such key",
        ...Array(frames).fill("\tat org.apache.spark.rdd.RDD.iterator(RDD.scala:331)"),
        "\tat com.example.Nightly.run(Nightly.scala:44)",
        "26/11/21 02:36:36 INFO MemoryStore: MemoryStore cleared",
      ].join("\n"),
    ).records.map(({ fact }) => fact)[0];
  expect(JSON.stringify(frameBelow(20))).toContain("Nightly.scala:44");
  expect(JSON.stringify(frameBelow(100))).not.toContain("Nightly.scala:44");
});

test("a date ten hours ahead of both its neighbours is damaged: its line stands with the one before", async () => {
  const texts = smallApplication({ tasks: 12 });
  const path = "app/executor-0.log";
  const lines = (texts[path] ?? "").split("\n");
  const at = lines.findIndex((line) => line.includes("(TID 4)"));
  lines[at] = (lines[at] ?? "").replace("02:36", "12:36");
  const { applications } = await surveyTexts({ ...texts, [path]: lines.join("\n") });
  const [application] = applications;
  if (application === undefined) throw new Error("no application");
  let latest = 0;
  await readApplication(application, {
    observe: ({ source, ts }) => {
      if (source === "executor_log") latest = Math.max(latest, ts ?? 0);
    },
    report: () => {},
  });
  expect(latest / 1000).toBeLessThan(Date.UTC(2026, 10, 21, 3));
});

describe("a driver's line about an event", () => {
  const event = Date.UTC(2026, 10, 21, 2, 55, 26);
  test("may come seconds after it, and its clock is right all the same", () => {
    const bounds = [10, 400, 3000, 6000].map((delay, place) => ({
      side: "soon_after" as const,
      taskId: place,
      place,
      eventMs: event + place * 1000,
      wallMs: event + place * 1000 + delay,
    }));
    const first = {
      side: "not_after" as const,
      taskId: 9,
      place: 9,
      eventMs: event + 20_000,
      wallMs: event + 19_990,
    };
    const aligned = alignClock({
      bounds: [...bounds, first],
      resolutionMs: 1,
      givenZone: undefined,
      zoned: false,
      namedZones: [],
    });
    expect(aligned).toMatchObject({ offsetMs: 0, confidence: 0.75 });
  });
});

test("an executor's log says which application it is of within its first two thousand records", async () => {
  const plain = smallApplication({ namesApplication: false, executors: ["0"], tasks: 4 });
  const path = "app/executor-0.log";
  const filler = "26/11/21 02:36:45 INFO BlockManager: Found block rdd_0_0 locally\n";
  const saying =
    "26/11/21 02:36:45 INFO ExecutorRunner: Starting executor with app ID app-20261121023644-0000\n";
  const appIdAfter = async (records: number) => {
    const text = filler.repeat(records) + saying + (plain[path] ?? "");
    const { files } = await surveyTexts({ [path]: text });
    return files[0]?.identityEvidence;
  };
  expect(await appIdAfter(100)).toContain("Starting executor with app ID");
  expect(await appIdAfter(2500)).not.toContain("Starting executor with app ID");
});
