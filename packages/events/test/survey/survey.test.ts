import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostic.ts";
import type { Survey } from "../../src/survey/surveyed.ts";
import { smallApplication } from "./small-application.ts";
import { surveyTexts } from "./texts.ts";

const owners = (survey: Survey): string[] =>
  survey.files.map(({ path, kind, appId, attemptId, executorId }) =>
    [path, kind, appId, attemptId, executorId ?? "-"].join(" "),
  );

const within = (directory: string, texts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [path.replace("app/", `${directory}/`), text]),
  );

test("a directory's logs are told by content, whatever they are called", async () => {
  const texts = smallApplication();
  const survey = await surveyTexts({
    "logs/a.txt": texts["app/app-20261121023644-0000"] ?? "",
    "logs/b": texts["app/executor-1.log"] ?? "",
    "logs/c.out": texts["app/executor-0.log"] ?? "",
  });
  expect(owners(survey)).toEqual([
    "logs/a.txt event_log app-20261121023644-0000 1 -",
    "logs/b executor_log app-20261121023644-0000 1 1",
    "logs/c.out executor_log app-20261121023644-0000 1 0",
  ]);
  const [application] = survey.applications;
  expect(application).toMatchObject({
    appId: "app-20261121023644-0000",
    name: "small",
    sparkVersion: "3.5.6",
    startedAt: Date.UTC(2026, 10, 21, 2, 36, 44) * 1000,
    evidenceLevel: "info",
  });
  expect(application?.executors.map((one) => [one.executorId, one.hasLog])).toEqual([
    ["0", true],
    ["1", true],
  ]);
  expect(survey.files[1]?.identityEvidence).toContain("executor command");
});

test("an application is what its start calls it, whatever its settings say", async () => {
  const properties = { "spark.app.id": "local-1430917381534", "spark.app.name": "copied" };
  const survey = await surveyTexts(smallApplication({ properties }));
  expect(survey.applications.map(({ appId, name }) => [appId, name])).toEqual([
    ["app-20261121023644-0000", "small"],
  ]);
});

test("logs that do not name their application are tied to it by block manager ports and tasks", async () => {
  const first = { appId: "app-20261121023644-0000", namesApplication: false };
  const second = {
    appId: "app-20261121023644-0001",
    namesApplication: false,
    start: Date.UTC(2026, 10, 21, 2, 36, 50),
    port: 41_000,
  };
  const survey = await surveyTexts({
    ...within("x", smallApplication(first)),
    "x/app-20261121023644-0001": smallApplication(second)["app/app-20261121023644-0001"] ?? "",
    "x/stderr": smallApplication(second)["app/executor-0.log"] ?? "",
  });
  expect(owners(survey)).toEqual([
    "x/app-20261121023644-0000 event_log app-20261121023644-0000 1 -",
    "x/app-20261121023644-0001 event_log app-20261121023644-0001 1 -",
    "x/executor-0.log executor_log app-20261121023644-0000 1 0",
    "x/executor-1.log executor_log app-20261121023644-0000 1 1",
    "x/stderr executor_log app-20261121023644-0001 1 0",
  ]);
  expect(survey.files[4]?.identityEvidence).toContain("block manager port 41000");
});

test("a log that fits two applications equally well is kept apart, and said to be", async () => {
  const twins = { namesApplication: false };
  const texts = smallApplication(twins);
  const diagnostics: Diagnostic[] = [];
  const survey = await surveyTexts(
    {
      "x/one": texts["app/app-20261121023644-0000"] ?? "",
      "x/two": (texts["app/app-20261121023644-0000"] ?? "").replaceAll(
        "app-20261121023644-0000",
        "app-20261121023644-0007",
      ),
      "x/stderr": texts["app/executor-0.log"] ?? "",
    },
    { diagnostics },
  );
  expect(diagnostics.map((one) => one.code)).toContain("survey_ambiguous_application");
  expect(survey.files.find((file) => file.path === "x/stderr")?.appId).toMatch(
    /^unknown-[0-9a-f]{12}$/,
  );
});

test("the attempts of one application are told apart", async () => {
  const appId = "application_1724877841851_0016";
  const first = smallApplication({ appId, attemptId: "1" });
  const second = smallApplication({
    appId,
    attemptId: "2",
    start: Date.UTC(2026, 10, 21, 3),
    port: 42_000,
  });
  const survey = await surveyTexts({ ...within("first", first), ...within("second", second) });
  expect(survey.applications.map((one) => [one.appId, one.attemptId, one.files.length])).toEqual([
    [appId, "1", 3],
    [appId, "2", 3],
  ]);
});

test("a copy is read once; a second event log of the same attempt is not read twice", async () => {
  const texts = smallApplication();
  const log = texts["app/executor-0.log"] ?? "";
  const events = texts["app/app-20261121023644-0000"] ?? "";
  const diagnostics: Diagnostic[] = [];
  const survey = await surveyTexts(
    {
      ...texts,
      "app/copy-of-0.log": log,
      "app/cut-1.log": (texts["app/executor-1.log"] ?? "").slice(0, 2000),
      "app/cut.inprogress": events.slice(0, events.length / 2),
      "app/filtered": events.slice(events.indexOf("\n") + 1, events.length / 2),
    },
    { diagnostics },
  );
  const duplicates = survey.files.filter((file) => file.duplicateOf !== undefined);
  expect(duplicates.map((file) => file.path)).toEqual([
    "app/cut-1.log",
    "app/cut.inprogress",
    "app/executor-0.log",
    "app/filtered",
  ]);
  expect(diagnostics.map((one) => one.code)).toEqual([
    "survey_second_copy",
    "survey_duplicate_file",
    "survey_second_copy",
    "survey_second_copy",
  ]);
  expect(survey.applications.map((one) => one.files.length)).toEqual([3]);
});

test("logs alone name their application, or are one unknown application a directory", async () => {
  const texts = smallApplication();
  const named = await surveyTexts({ "work/0/stderr": texts["app/executor-0.log"] ?? "" });
  expect(owners(named)).toEqual(["work/0/stderr executor_log app-20261121023644-0000 1 0"]);
  const nameless = smallApplication({ namesApplication: false });
  const unknown = await surveyTexts({
    "work/0/stderr": nameless["app/executor-0.log"] ?? "",
    "work/1/stderr": nameless["app/executor-1.log"] ?? "",
  });
  for (const file of unknown.files) expect(file.appId).toMatch(/^unknown-[0-9a-f]{12}$/);
  expect(unknown.applications[0]?.evidenceLevel).toBe("info");
  const advice = unknown.applications[0]?.advice.flatMap((one) => one.lines) ?? [];
  expect(advice).toContain("spark.eventLog.enabled true");
  expect(advice).toContain("spark.eventLog.logBlockUpdates.enabled true");
});

test("an aggregated file holds the logs of several containers, each on its own", async () => {
  const appId = "application_1724877841851_0016";
  const texts = smallApplication({ appId, executors: ["1", "2"], namesApplication: false });
  const section = (container: string, log: string): string =>
    `Container: ${container} on node7_45454\n======\nLogType:stderr\nLog Upload Time:Sat Nov 21 02:40:00 +0000 2026\nLogLength:${log.length}\nLog Contents:\n${log}\nEnd of LogType:stderr\n\n`;
  const survey = await surveyTexts({
    [`app/${appId}`]: texts[`app/${appId}`] ?? "",
    "app/aggregated.log":
      section("container_1724877841851_0016_01_000002", texts["app/executor-1.log"] ?? "") +
      section("container_1724877841851_0016_01_000003", texts["app/executor-2.log"] ?? ""),
  });
  expect(owners(survey)).toEqual([
    `app/aggregated.log!container_1724877841851_0016_01_000002 executor_log ${appId} 1 1`,
    `app/aggregated.log!container_1724877841851_0016_01_000003 executor_log ${appId} 1 2`,
    `app/${appId} event_log ${appId} 1 -`,
  ]);
});

test("a log whose beginning was rotated away is told by its tasks", async () => {
  const texts = smallApplication({ namesApplication: false });
  const log = texts["app/executor-1.log"] ?? "";
  const survey = await surveyTexts({
    "x/app-20261121023644-0000": texts["app/app-20261121023644-0000"] ?? "",
    "x/stderr": log.slice(log.indexOf("\n", log.length / 2) + 1),
  });
  expect(owners(survey)[1]).toBe("x/stderr executor_log app-20261121023644-0000 1 1");
  expect(survey.files[1]?.identityEvidence).toMatch(/executor: its tasks; application: .*tasks/);
});

test("a large event log is read on until it tells of the tasks that a late log prints", async () => {
  const texts = smallApplication({ tasks: 9000, ahead: () => -3_600_000 });
  const events = texts["app/app-20261121023644-0000"] ?? "";
  const log = texts["app/executor-1.log"] ?? "";
  expect(events.length).toBeGreaterThan(5_000_000);
  const survey = await surveyTexts(
    { "x/events": events, "x/late": log.slice(log.indexOf("\n", log.length * 0.95) + 1) },
    { logs: 1_000_000, chunk: 100_000 },
  );
  const [eventLog, late] = survey.files;
  expect(eventLog?.readWhole).toBe(false);
  expect(late).toMatchObject({
    executorId: "1",
    appId: "app-20261121023644-0000",
    clock: { zone: "UTC-01:00", offsetMs: 3_600_000 },
  });
});

test("an executor that never ran a task is set by its registration", async () => {
  const survey = await surveyTexts(smallApplication({ tasks: 0, ahead: () => 19_800_000 }));
  const clocks = survey.files
    .filter((file) => file.kind === "executor_log")
    .map((one) => one.clock);
  expect(clocks).toMatchObject([
    { zone: "UTC+05:30", offsetMs: -19_800_000, confidence: 0.6 },
    { zone: "UTC+05:30", offsetMs: -19_800_000, confidence: 0.6 },
  ]);
});

test("a log without any evidence takes the zone that the other logs of its application agree on", async () => {
  const texts = smallApplication({ ahead: () => 7_200_000 });
  const command = (texts["app/executor-0.log"] ?? "").split("\n")[0] ?? "";
  const survey = await surveyTexts({
    ...texts,
    "app/z.log": `${command.replace('"--executor-id" "0"', '"--executor-id" "7"')}\n26/11/21 04:40:00 INFO MemoryStore: MemoryStore cleared\n`,
  });
  expect(survey.files.at(-1)).toMatchObject({
    path: "app/z.log",
    executorId: "7",
    clock: { zone: "UTC+02:00", offsetMs: -7_200_000, confidence: 0.3 },
  });
});

test("what is no log of Spark is listed as other and said not to be read", async () => {
  const survey = await surveyTexts({
    ...smallApplication(),
    "app/gc.log": "[0.012s][info][gc] Using G1\n[12.3s][info][gc] GC(0) Pause Young\n",
    "app/notes.txt": "buy milk\n",
  });
  const others = survey.files.filter((file) => file.kind === "other");
  expect(others.map((file) => [file.path, file.unread])).toEqual([
    ["app/gc.log", "neither an event log nor a log of Spark"],
    ["app/notes.txt", "neither an event log nor a log of Spark"],
  ]);
  expect(survey.applications[0]?.files.length).toBe(3);
});

test("a zone that the driver's properties name is used where it fits", async () => {
  const ahead = (): number => -5 * 3_600_000;
  const there = await surveyTexts(smallApplication({ ahead, userTimeZone: "America/New_York" }));
  const elsewhere = await surveyTexts(smallApplication({ ahead, userTimeZone: "Asia/Shanghai" }));
  const zones = (survey: Survey): (string | undefined)[] =>
    survey.files.filter((file) => file.kind === "executor_log").map((file) => file.clock.zone);
  expect(zones(there)).toEqual(["America/New_York", "America/New_York"]);
  expect(zones(elsewhere)).toEqual(["UTC-05:00", "UTC-05:00"]);
});
