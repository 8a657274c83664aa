/** Two applications with one id are two; of one application's copies the whole one is read. */
import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { surveyTexts } from "./texts.ts";

const lines = (...events: object[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join("");

const start = (timeMs: number, name = "job", appId = "app-1") => ({
  Event: "SparkListenerApplicationStart",
  "App Name": name,
  "App ID": appId,
  Timestamp: timeMs,
  User: "u",
});
const version = (text: string) => ({ Event: "SparkListenerLogStart", "Spark Version": text });
const end = (timeMs: number) => ({ Event: "SparkListenerApplicationEnd", Timestamp: timeMs });
const job = (timeMs: number) => ({
  Event: "SparkListenerJobStart",
  "Job ID": 0,
  "Submission Time": timeMs,
  "Stage IDs": [],
});

const startsAt = Date.UTC(2026, 10, 21, 2, 37, 4, 123);
const first = lines(version("3.5.6"), start(startsAt), job(startsAt + 1), end(startsAt + 9));
const second = lines(version("3.5.6"), start(startsAt + 60_000), job(startsAt + 60_001));

async function attemptsOf(texts: Record<string, string>, diagnostics: Diagnostic[] = []) {
  const { applications } = await surveyTexts(texts, { diagnostics });
  return applications.map(({ appId, attemptId, files }) => [
    appId,
    attemptId,
    files.map(({ path }) => path).join(),
  ]);
}

test("an id that was used twice is two applications: the later stands under its start", async () => {
  const diagnostics: Diagnostic[] = [];
  expect(await attemptsOf({ "/b/log": first, "/a/log": second }, diagnostics)).toEqual([
    ["app-1", "1", "/b/log"],
    ["app-1", "1-20261121T023804123Z", "/a/log"],
  ]);
  expect(diagnostics).toMatchObject([{ code: "survey_id_used_twice", severity: "warning" }]);
});

test.each([
  ["another version", lines(version("3.4.4"), start(startsAt))],
  ["another name", lines(version("3.5.6"), start(startsAt, "other"))],
])("%s under one id and start is another application", async (_, text) => {
  const attempts = await attemptsOf({ "/a": first, "/b": text });
  const apart = attempts.map(([, attempt]) => attempt);
  expect(new Set(apart)).toEqual(new Set(["1", "1-20261121T023704123Z"]));
});

test("two applications in one file are two, each with its lines", async () => {
  const both = `${first}${lines(version("3.5.6"), start(startsAt + 60_000, "job", "app-2"), job(1))}`;
  const { applications } = await surveyTexts({ "/log": both });
  expect(applications.map(({ appId, files }) => [appId, files.map((file) => file.lines)])).toEqual([
    ["app-1", [{ from: 1, to: 4 }]],
    ["app-2", [{ from: 5, to: undefined }]],
  ]);
});

test("a log that is there twice in one file is one application", async () => {
  expect(await attemptsOf({ "/log": first + first })).toEqual([["app-1", "1", "/log"]]);
});

test("of two copies of one log the whole one is read, whatever lines the damaged one has more", async () => {
  const damaged = `${first.replace('"Job ID"', "")}${lines(job(1), job(2), job(3))}`;
  const { files } = await surveyTexts({ "/a": damaged, "/b": first });
  expect(files.map(({ path, duplicateOf }) => [path, duplicateOf])).toEqual([
    ["/a", 2],
    ["/b", undefined],
  ]);
});
