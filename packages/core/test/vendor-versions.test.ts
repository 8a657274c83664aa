/** Versions as vendors print them: the model is that of the Spark line they begin with. */
import { expect, test } from "vitest";
import { sparkBehaviour } from "../src/spark-behaviour.ts";
import { parseSparkVersion } from "../src/spark-version.ts";

test.each([
  ["3.3.0.3.3.7190", "3.3.0"],
  ["3.4.1+databricks", "3.4.1"],
  ["3.2.1-amzn-0", "3.2.1"],
  ["2.4.0-cdh6.3.2", "2.4.0"],
  ["3.5.0.dataproc.1", "3.5.0"],
  ["v2.4.5-mapr-710", "2.4.5"],
  ["3.1.1.119", "3.1.1"],
  ["1.6.2.2.5.3.0-37", "1.6.2"],
])("%s is %s, with all that it was called", (printed, spark) => {
  const version = parseSparkVersion(printed);
  expect([version?.major, version?.minor, version?.patch].join(".")).toBe(spark);
  expect(version?.text).toBe(printed);
  expect(sparkBehaviour(printed)).toBe(sparkBehaviour(spark));
});

test("a text that begins with no number is no version", () => {
  expect(parseSparkVersion("databricks-14.3")).toBeUndefined();
});
