/** An application is replaced by itself alone, and stands beside another of its id. */
import type { SurveyedApplication } from "@respark/events";
import { expect, test } from "vitest";
import { placedBeside } from "../src/replay/placed-beside.ts";

const application: SurveyedApplication = {
  appId: "app-1",
  attemptId: "1",
  name: "job",
  sparkVersion: "3.5.6",
  sparkVersionBounds: undefined,
  master: undefined,
  loggedStartMs: Date.UTC(2026, 10, 21),
  startedAt: undefined,
  endedAt: undefined,
  files: [],
  executors: [],
  evidenceLevel: undefined,
  advice: [],
};
const held = {
  appId: "app-1",
  attemptId: "1",
  name: "job",
  sparkVersion: "3.5.6",
  startedMs: Date.UTC(2026, 10, 21),
};
const attemptBeside = (...others: (typeof held)[]) =>
  placedBeside(others, [application]).map(({ attemptId }) => attemptId);

test("the same application keeps its attempt and is replaced", () => {
  expect(attemptBeside()).toEqual(["1"]);
  expect(attemptBeside(held)).toEqual(["1"]);
  expect(attemptBeside({ ...held, attemptId: "1-20261121T000000000Z" })).toEqual([
    "1-20261121T000000000Z",
  ]);
});

test("another application of its id is left alone", () => {
  const apart = "1-20261121T000000000Z";
  expect(attemptBeside({ ...held, startedMs: 5 })).toEqual([apart]);
  expect(attemptBeside({ ...held, name: "other" })).toEqual([apart]);
  expect(
    attemptBeside({ ...held, startedMs: 5 }, { ...held, sparkVersion: "4.0.1", attemptId: apart }),
  ).toEqual([`${apart}-2`]);
});

test("another attempt is another attempt", () => {
  expect(attemptBeside({ ...held, attemptId: "2" })).toEqual(["1"]);
});
