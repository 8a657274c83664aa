/** What of Spark's properties is not written down. */
import { expect, test } from "vitest";
import { redaction } from "../src/replay/redaction.ts";

test("a setting whose name or value speaks of a secret is blanked, others stay as they are", () => {
  const secrets = redaction();
  expect(secrets.redact("spark.hadoop.fs.s3a.secret.key", "abc")).toBe("*********(redacted)");
  expect(secrets.redact("spark.ssl.keyPassword", "abc")).toBe("*********(redacted)");
  expect(secrets.redact("spark.executor.extraJavaOptions", "-Dtoken=abc")).toBe(
    "*********(redacted)",
  );
  expect(secrets.redact("spark.executor.memory", "512m")).toBe("512m");
});

test("a password inside an address is blanked, the address stays", () => {
  expect(redaction().redact("spark.jdbc.url", "postgresql://ann:pw@db:5432/x")).toBe(
    "postgresql://ann:*********(redacted)@db:5432/x",
  );
});

test("the application's own spark.redaction.regex hides what it names, whatever order settings come in", () => {
  const secrets = redaction();
  secrets.learn("(?i)bearer|pin");
  expect(secrets.redact("spark.app.PIN", "1234")).toBe("*********(redacted)");
  expect(secrets.redact("spark.app.header", "Bearer 1234")).toBe("*********(redacted)");
});

test("with a pattern that cannot be read nobody knows what was meant: everything is hidden", () => {
  const secrets = redaction();
  secrets.learn("(?<!a)[[");
  expect(secrets.redact("spark.password", "x")).toBe("*********(redacted)");
  expect(secrets.redact("spark.executor.memory", "512m")).toBe("*********(redacted)");
});

test("a value that its key made secret is hidden in every other text too, and what was hidden is counted", () => {
  const secrets = redaction();
  expect(secrets.text("job of hunter2hunter2")).toBe("job of hunter2hunter2");
  secrets.redact("spark.app.apiKey", "hunter2hunter2");
  expect(secrets.text("job of hunter2hunter2")).toBe("job of *********(redacted)");
  expect(secrets.text("count at Workload.java:64")).toBe("count at Workload.java:64");
  expect(secrets.hidden).toBe(2);
});
