/** Secrets in Spark properties. */
import { expect, test } from "vitest";
import { redactedText, redactProperties } from "../../src/event-log/redact-properties.ts";

test("keys and values that look secret are hidden as Spark hides them", () => {
  const shown = redactProperties(
    new Map([
      ["spark.hadoop.fs.s3a.access.key", "AKIA"],
      ["spark.ssl.keyStorePassword", "x"],
      ["spark.executor.extraJavaOptions", "-Dtoken=abc"],
      ["spark.executor.memory", "4g"],
    ]),
  );
  expect([...shown.values()]).toEqual([redactedText, redactedText, redactedText, "4g"]);
});

test("the application's own spark.redaction.regex is honoured", () => {
  const shown = redactProperties(
    new Map([
      ["spark.redaction.regex", "(?i)internal"],
      ["spark.Internal.id", "7"],
      ["spark.password", "x"],
    ]),
  );
  expect([...shown.values()]).toEqual(["(?i)internal", redactedText, "x"]);
});

test("a regex that cannot be read hides by the default", () => {
  const shown = redactProperties(new Map([["spark.password", "x"]]), "(?<bad");
  expect(shown.get("spark.password")).toBe(redactedText);
});
