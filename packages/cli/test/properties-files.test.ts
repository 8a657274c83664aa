/** How executors of each cluster manager come to read a log4j file before they print. */
import type { Survey } from "@respark/events";
import { expect, test } from "vitest";
import type { Host } from "../src/host.ts";
import { wayTo, writeProperties } from "../src/inspect/properties-files.ts";

test.each([
  ["yarn", "--files /more/log4j2.properties", "configurationFile=log4j2.properties"],
  [undefined, "--files /more/log4j2.properties", "configurationFile=log4j2.properties"],
  ["spark://host:7077", undefined, "configurationFile=file:///more/log4j2.properties"],
  ["k8s://https://host:443", undefined, undefined],
  [
    "local[*]",
    "--driver-java-options -Dlog4j2.configurationFile=file:///more/log4j2.properties",
    undefined,
  ],
])("under %s spark-submit gets %s and executors %s", (master, options, java) => {
  const way = wayTo("log4j2.properties", master, "/more");
  expect(way.options).toBe(options);
  const set = way.conf.find((line) => line.startsWith("spark.executor.extraJavaOptions"));
  expect(set?.split("-Dlog4j2.")[1]).toBe(java);
});

test("log4j 1 has an option of its own", () => {
  expect(wayTo("log4j.properties", "yarn", "/more").conf.join()).toContain(
    "-Dlog4j.configuration=log4j.properties",
  );
});

test("logs that tell all leave nothing to write", async () => {
  const survey = { applications: [] } as unknown as Survey;
  expect(await writeProperties({} as Host, survey, "/more")).toMatch(/^These logs tell all/);
});
