/**
 * An application's id is a text from a log: whatever stands in it, commands keep to that
 * application.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "./run-respark.ts";

const folder = mkdtempSync(join(tmpdir(), "respark-ids-"));
const database = join(folder, "two.duckdb");
const odd = "it's \"odd\"\0' or 1=1 --";

beforeAll(async () => {
  const [one, other] = [join(folder, "one"), join(folder, "other")];
  writeFileSync(one, eventLog(odd, "the odd one"));
  writeFileSync(other, eventLog("app-plain", "the plain one"));
  await replayed([one, other, "-o", database, "--quiet"]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function eventLog(appId: string, name: string): string {
  return [
    { Event: "SparkListenerLogStart", "Spark Version": "3.5.6" },
    {
      Event: "SparkListenerApplicationStart",
      "App Name": name,
      "App ID": appId,
      Timestamp: 1700000000000,
      User: "x",
    },
    { Event: "SparkListenerApplicationEnd", Timestamp: 1700000003000 },
  ]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
}

test("a view is asked about an application whose id holds a NUL and quotes, and about no other", async () => {
  const { code, stdout, stderr } = await respark([
    "query",
    database,
    "applications",
    "--app",
    odd,
    "--format",
    "json",
  ]);
  expect([code, stderr]).toEqual([0, ""]);
  const rows: unknown = JSON.parse(stdout);
  expect(rows).toEqual([expect.objectContaining({ app_id: odd, name: "the odd one" })]);
});

test("the summary of a replay knows it by that id, and so does explain", async () => {
  const again = join(folder, "again.duckdb");
  const { code, stdout, stderr } = await respark([
    "replay",
    join(folder, "one"),
    "-o",
    again,
    "--json",
  ]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain('"the odd one"');
  const explained = await respark(["explain", database, "--app", odd]);
  expect([explained.code, explained.stderr]).toEqual([0, ""]);
  expect(explained.stdout).toContain("the odd one");
});

test("an id that is not there is answered with those that are", async () => {
  const { code, stderr } = await respark(["explain", database, "--app", "it's"]);
  expect(code).toBe(2);
  expect(stderr).toContain("no application it's in ");
  expect(stderr).toContain("app-plain");
});
