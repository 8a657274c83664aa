/** Secrets in Spark properties. */
import { expect, test } from "vitest";
import {
  hideMatches,
  redactedText,
  redactionTrouble,
  redactProperties,
} from "../src/redact-properties.ts";

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

test("a regex in Java's own words hides what it hides there", () => {
  const properties = new Map([
    ["spark.corp.key", "7"],
    ["spark.executor.memory", "4g"],
  ]);
  for (const regex of [
    "secret|(?i)CORP",
    "(?i:CORP)",
    "(?ix) corp # ours",
    "\\Qcorp.key\\E",
    "corp(?>[.])key",
    "co++rp",
    "\\p{Alpha}rp[.]",
    "[.]key\\z",
  ]) {
    const shown = redactProperties(properties, regex);
    expect([regex, ...shown.values()]).toEqual([regex, redactedText, "4g"]);
  }
});

test.each(["(?<bad", "[a-z&&[^b]]", "\\p{javaLowerCase}"])(
  "a regex that cannot be read (%s) hides everything",
  (regex) => {
    const shown = redactProperties(new Map([["spark.executor.memory", "4g"]]), regex);
    expect([...shown.values()]).toEqual([redactedText]);
  },
);

test("a regex that would run for years elsewhere answers at once, the same on any machine", () => {
  const properties = Array.from({ length: 500 }, (_, n): [string, string] => [
    `spark.${n}`,
    n === 0 ? "aaa" : `${"a".repeat(60)}!`,
  ]);
  const shown = [...redactProperties(new Map(properties), "(a+)+$").values()];
  expect(shown).toEqual([redactedText, ...properties.slice(1).map(([, value]) => value)]);
});

test("a regex that the log itself hides is Spark's own", () => {
  expect(redactionTrouble(redactedText)).toBe("redacted");
  const properties = new Map([
    ["spark.redaction.regex", redactedText],
    ["spark.password", "x"],
    ["spark.executor.memory", "4g"],
  ]);
  expect([...redactProperties(properties).values()]).toEqual([redactedText, redactedText, "4g"]);
});

test("a regex that cannot be read is said to be", () => {
  expect(redactionTrouble("(?<=a)b")).toBe("unreadable");
  expect(redactionTrouble("(?i)secret|password")).toBeUndefined();
});

test("spark.redaction.string.regex hides each match in a text, and all of it where it cannot be read", () => {
  expect(hideMatches("a card-12 b CARD-34", "(?i)card-\\d+")).toBe(
    `a ${redactedText} b ${redactedText}`,
  );
  expect(hideMatches("a b", "(?<=a) b(?")).toBe(redactedText);
});
