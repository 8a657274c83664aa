/**
 * Secrets planted in texts of a log, by shape: none stays readable, and what is no secret stays as
 * it is.
 */
import { describe, expect, test } from "vitest";
import { hideSecretShapes, isSecretKey } from "../src/secret-shapes.ts";

const planted: readonly { readonly text: string; readonly secret: string }[] = [
  { text: "postgresql://ann:s3cr3tpw@db:5432/x", secret: "s3cr3tpw" },
  { text: "read mysql://user:p@ss@host/db now", secret: "p@ss" },
  { text: "mysql://user:pa/ss@host/db", secret: "pa/ss" },
  { text: "redis://:hunter22@cache:6379", secret: "hunter22" },
  { text: "https://ghtoken123456@github.com/org/repo.git", secret: "ghtoken123456" },
  { text: "mongodb+srv://u:pw%40x@cluster0.example.net", secret: "pw%40x" },
  { text: "jdbc:oracle:thin:scott/tiger7@db:1521:x", secret: "tiger7" },
  { text: "jdbc:mysql://h/db?user=a&password=tiger7x", secret: "tiger7x" },
  { text: "AKIAIOSFODNN7EXAMPLE is the id", secret: "AKIAIOSFODNN7EXAMPLE" },
  { text: "id ASIAIOSFODNN7EXAMPLE", secret: "ASIAIOSFODNN7EXAMPLE" },
  { text: "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG", secret: "wJalrXUtnFEMI" },
  { text: 'fs.s3a.secret.key = "wJalrXUtnFEMI"', secret: "wJalrXUtnFEMI" },
  { text: "https://acc.blob.core.windows.net/c?sv=1&sig=abc%2Fdef%3D&se=2", secret: "abc%2Fdef" },
  { text: "AccountKey=Zm9vYmFyYmF6cXV4;EndpointSuffix=x", secret: "Zm9vYmFyYmF6cXV4" },
  { text: `key ${"a".repeat(86)}==`, secret: "a".repeat(86) },
  { text: "SharedAccessKey=c2VjcmV0a2V5", secret: "c2VjcmV0a2V5" },
  { text: "Authorization: Bearer abcdef.ghijkl-123", secret: "abcdef.ghijkl-123" },
  { text: "header Bearer 0123456789abcdef", secret: "0123456789abcdef" },
  { text: "Authorization: Basic dXNlcjpwYXNz", secret: "dXNlcjpwYXNz" },
  { text: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", secret: "eyJzdWIiOiIxIn0" },
  { text: `ghp_${"x1".repeat(18)}`, secret: "x1x1x1" },
  { text: "xoxb-1234567890-abcdefghij", secret: "1234567890-abcdefghij" },
  { text: `AIza${"b".repeat(35)}`, secret: "bbbbbb" },
  { text: `dapi${"0a".repeat(16)}`, secret: "0a0a0a" },
  { text: "glpat-abcdefghij0123456789", secret: "abcdefghij0123456789" },
  {
    text: "-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\n-----END RSA PRIVATE KEY-----",
    secret: "MIIEow",
  },
  { text: "password=hunter22", secret: "hunter22" },
  { text: "passwd: hunter22", secret: "hunter22" },
  { text: "pwd=hunter22&x=1", secret: "hunter22" },
  { text: "passphrase = hunter22", secret: "hunter22" },
  { text: '{"apiKey": "hunter22"}', secret: "hunter22" },
  { text: "api_key=hunter22", secret: "hunter22" },
  { text: "client_secret=hunter22", secret: "hunter22" },
  { text: "clientSecret => hunter22", secret: "hunter22" },
  { text: "x.password.file.token=hunter22", secret: "hunter22" },
  { text: "submit --password hunter22 --class X", secret: "hunter22" },
  { text: "run --api-key=hunter22", secret: "hunter22" },
  { text: "https://s3/x?X-Amz-Signature=deadbeef00&y=1", secret: "deadbeef00" },
  { text: "https://s/x?X-Goog-Credential=acc%40x&y=1", secret: "acc%40x" },
  { text: "-Djavax.net.ssl.keyStorePassword=changeit9", secret: "changeit9" },
];

describe("a secret is hidden", () => {
  test.each(planted)("in $text", ({ text, secret }) => {
    expect(hideSecretShapes(text)).not.toContain(secret);
    expect(hideSecretShapes(text)).toContain("(redacted)");
  });
});

test.each([
  "abfss://logs@account.dfs.core.windows.net/x",
  "spark://CoarseGrainedScheduler@10.0.0.1:40001",
  "http://host:8080/path@version",
  "count at Workload.java:64",
  "s3a://bucket/key=1/part-0",
  "org.apache.spark.sql.Dataset.collect(Dataset.scala:123)",
  "Job aborted due to stage failure: Task 3 in stage 1.0 failed 4 times",
  "password=*********(redacted)",
  "spark.sql.token.enabled=true",
])("%s is no secret", (text) => {
  expect(hideSecretShapes(text)).toBe(text);
});

test("a key makes its value a secret, a switch or a number does not", () => {
  expect(isSecretKey("fs.azure.account.key.acc.blob.core.windows.net", "Zm9v")).toBe(true);
  expect(isSecretKey("spark.app.apiKey", "abc")).toBe(true);
  expect(isSecretKey("spark.ssl.passphrase", "abc")).toBe(true);
  expect(isSecretKey("spark.storage.sas", "sv=1")).toBe(true);
  expect(isSecretKey("spark.security.credentials.hive.enabled", "true")).toBe(false);
  expect(isSecretKey("spark.executor.memory", "4g")).toBe(false);
});

test("a hostile text takes work in proportion to its length", () => {
  // Each character may begin a match that fails late; bounded parts keep that from squaring.
  const texts = ["://a:", "--password", "eyJaaaaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "key="];
  for (const part of texts) {
    const text = part.repeat(20_000);
    expect(hideSecretShapes(text).length).toBeGreaterThan(0);
  }
});
