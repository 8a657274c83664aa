/**
 * Many applications on one screen: one database or a folder of them, by cost, owner and job, trend
 * and settings.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "../cli/run-respark.ts";

const folder = mkdtempSync(join(tmpdir(), "respark-fleet-"));
const nights = join(folder, "nights");

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/**
 * An event log of one task that spilled, by `user`, with spark.memory.fraction below its default.
 */
function eventLog(
  night: number,
  { user, spilledMib }: { user: string; spilledMib: number },
): string {
  const started = Date.UTC(2026, 10, night);
  const spilled = spilledMib * 2 ** 20;
  const task = { "Task ID": 0, Index: 0, Attempt: 0, "Launch Time": started, "Executor ID": "1" };
  const info = { ...task, Host: "h", Locality: "ANY", "Finish Time": started + 60_000 };
  const stage = {
    "Stage ID": 0,
    "Stage Attempt ID": 0,
    "Stage Name": `count at Job.scala:${night}`,
  };
  return [
    { Event: "SparkListenerLogStart", "Spark Version": "3.5.6" },
    {
      Event: "SparkListenerEnvironmentUpdate",
      "Spark Properties": { "spark.app.id": `app-${night}`, "spark.memory.fraction": "0.2" },
    },
    {
      Event: "SparkListenerApplicationStart",
      "App Name": `load 2026-11-${night}`,
      "App ID": `app-${night}`,
      Timestamp: started,
      User: user,
    },
    {
      Event: "SparkListenerStageSubmitted",
      "Stage Info": { ...stage, "Number of Tasks": 1, "RDD Info": [], "Parent IDs": [] },
    },
    {
      Event: "SparkListenerTaskEnd",
      "Stage ID": 0,
      "Stage Attempt ID": 0,
      "Task Type": "ResultTask",
      "Task End Reason": { Reason: "Success" },
      "Task Info": info,
      "Task Metrics": {
        "Executor Run Time": 60_000,
        "Memory Bytes Spilled": spilled,
        "Disk Bytes Spilled": spilled,
      },
    },
    { Event: "SparkListenerApplicationEnd", Timestamp: started + 61_000 },
  ]
    .map((event) => JSON.stringify(event))
    .join("\n");
}

beforeAll(async () => {
  mkdirSync(nights);
  for (const [index, spilledMib] of [60, 40, 50, 400].entries()) {
    const log = join(folder, `app-${index + 1}`);
    writeFileSync(log, eventLog(index + 1, { user: "ann", spilledMib }));
    await replayed([log, "-o", join(nights, `${index + 1}.duckdb`), "--quiet"]);
  }
});

test("a folder of databases is one fleet, and the last run of a job is held against those before", async () => {
  const { code, stdout } = await respark(["explain", nights]);
  expect(code).toBe(0);
  const said = stdout.replaceAll(/\s+/g, " ");
  expect(said).toContain("4 applications: 4 lost time");
  expect(said).toMatch(/ 1\. app-4 “load 2026-11-4”/);
  expect(said).toMatch(
    /Costlier than the runs before ann “load \*-\*-\*”: app-4 cost about [\d.]+ s; the 3/,
  );
  expect(said).toMatch(/Settings of the users that bind most often spark\.memory\.fraction: 4 app/);
  expect(said).toContain(`explain ${join(nights, "4.duckdb")} --app app-4`);
});

test("of several databases an application is found by its name", async () => {
  const paths = [1, 2].map((night) => join(nights, `${night}.duckdb`));
  const found = await respark(["explain", ...paths, "--app", "app-2"]);
  expect(found.stdout).toContain("app-2 “load 2026-11-2”");
  const unnamed = await respark(["explain", ...paths, "--task", "0"]);
  expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining("--app")]);
  const missing = await respark(["explain", nights, "--app", "app-9"]);
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("app-9")]);
});

test("what machines read has the groups that the screen has", async () => {
  const { stdout } = await respark(["explain", nights, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: "fleet",
    applications: [{ appId: "app-4" }, { appId: "app-1" }, { appId: "app-3" }, { appId: "app-2" }],
    groups: {
      owners: [{ owner: "ann", job: "load *-*-*", applications: 4 }],
      worse: [{ appId: "app-4", runsBefore: 3 }],
      jobsCompared: 1,
      settings: [{ key: "spark.memory.fraction", applications: 4 }],
    },
  });
});

test("sixty applications of one database are one screen, worst first as the table of findings has it", async () => {
  const logs = Array.from({ length: 60 }, (_, index) => {
    const night = index + 1;
    const log = join(folder, `many-${night}`);
    writeFileSync(log, eventLog(night, { user: "ann", spilledMib: 10 + ((index * 37) % 60) }));
    return log;
  });
  const path = join(folder, "sixty.duckdb");
  await replayed([...logs, "-o", path, "--quiet"]);
  const { stdout } = await respark(["explain", path]);
  const lines = stdout.split("\n");
  expect(lines.length).toBeLessThan(50);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(stdout).toMatch(/^60 applications: /);
  const { stdout: asked } = await respark([
    "query",
    path,
    "select distinct on (app_id) app_id, cost_ms from findings order by cost_ms desc",
    "--format",
    "json",
  ]);
  const costly: unknown = JSON.parse(asked);
  if (!Array.isArray(costly)) throw new Error(asked);
  const byCost = [...costly]
    .sort((a, b) => Number(b.cost_ms) - Number(a.cost_ms))
    .map(({ app_id: id }) => String(id));
  const shown = lines.flatMap((line) => /^ *\d+\. (\S+)/.exec(line)?.[1] ?? []);
  expect(shown).toEqual(byCost.slice(0, shown.length));
});

test("an application whose log lacks its end is not whole, and one that ends within a line is", async () => {
  const runs = join(import.meta.dirname, "../../fixtures/runs");
  const two = join(folder, "two.duckdb");
  await replayed([join(runs, "s35-o-base-info"), join(runs, "s24-i-legacy-dbg"), "-o", two]);
  const { stdout } = await respark(["explain", two]);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("Logs of 1 application are not whole.");
  const asked = "select app_id from application_summary where incomplete_files > 0";
  const { stdout: rows } = await respark(["query", two, asked, "--json"]);
  expect(JSON.parse(rows)).toEqual([{ app_id: "app-20261121023807-0000" }]);
});
