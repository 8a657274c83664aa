/** Which log4j a setting is written for depends on the version of Spark, as far as it is known. */
import { expect, test } from "vitest";
import { type AdviceQuestion, adviceFor } from "../../src/survey/evidence.ts";

const seen: Omit<AdviceQuestion, "sparkVersion"> = {
  eventLog: true,
  blockUpdates: true,
  info: true,
  debug: false,
  stageMetrics: true,
  millisAndThread: true,
};
const filesOf = (question: Pick<AdviceQuestion, "sparkVersion" | "sparkVersionBounds">) =>
  adviceFor({ ...seen, ...question }).map(
    ({ file, gives }) => `${file}${/;.*$/.exec(gives)?.[0] ?? ""}`,
  );

test.for([
  { sparkVersion: "3.3.0", files: ["log4j2.properties"] },
  { sparkVersion: "3.2.4", files: ["log4j.properties"] },
  { sparkVersion: "4.1.4", files: ["log4j2.properties"] },
  { sparkVersion: "1.6.1", files: ["log4j.properties"] },
])("Spark $sparkVersion reads $files", ({ sparkVersion, files }) => {
  expect(filesOf({ sparkVersion })).toEqual(files);
});

test("of a version that no log names both files are given, each with its Spark", () => {
  const both = ["log4j2.properties; Spark 3.3 and later", "log4j.properties; Spark before 3.3"];
  expect(filesOf({ sparkVersion: undefined })).toEqual(both);
  const bounds = (atLeast: string | undefined, atMost: string | undefined) =>
    filesOf({ sparkVersion: undefined, sparkVersionBounds: { atLeast, atMost } });
  expect(bounds("2.0.0", "3.5.9")).toEqual(both);
  expect(bounds("3.4.0", undefined)).toEqual(["log4j2.properties"]);
  expect(bounds(undefined, "3.2.4")).toEqual(["log4j.properties"]);
});
