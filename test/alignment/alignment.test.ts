/**
 * Task starts and ends of executor logs and event logs agree within the log's resolution, once
 * their clocks are aligned.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Observation } from "@respark/core";
import { readApplication, type SurveyedApplication, survey } from "@respark/events";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const fixtures = join(root, "fixtures/runs");
const shared = join(root, "../shared/data/runs");

const runsIn = (directory: string): string[] =>
  existsSync(directory)
    ? readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort()
    : [];

async function surveyed(directory: string): Promise<SurveyedApplication> {
  const found = await survey([directory], { report: () => {} });
  const [application] = found.applications;
  if (application === undefined || found.applications.length !== 1) {
    throw new Error(`${directory} holds ${found.applications.length} applications`);
  }
  return application;
}

interface Agreement {
  /** lines that stand before their task's launch or, of finished tasks, after its finish */
  strays: string[];
  compared: number;
  /** whole seconds at most, of all logs: µs */
  widest: number;
  /** of lines whose time goes back in their file */
  backwards: number;
}

async function agreement(application: SurveyedApplication): Promise<Agreement> {
  const tasks = new Map<number, { launched: number; finished: number | undefined }>();
  const lines: { fact: Observation["fact"]; tsMin: number; tsMax: number; at: string }[] = [];
  const last = new Map<number, number>();
  let backwards = 0;
  await readApplication(application, {
    observe: ({ fact, source, ts, tsMin, tsMax, sourceFileId, line }) => {
      if (source === "event_log") {
        if (fact.kind !== "task_end") return;
        const finished = fact.reason === "Success" ? fact.finishedMs : undefined;
        tasks.set(fact.taskId, {
          launched: fact.launchedMs * 1000,
          finished: finished === undefined ? undefined : finished * 1000 + 999,
        });
        return;
      }
      if (ts === undefined || tsMin === undefined || tsMax === undefined) {
        throw new Error(`no time: file ${sourceFileId} line ${line}`);
      }
      if (ts < tsMin || ts > tsMax) throw new Error(`ts outside its bounds: line ${line}`);
      if (ts < (last.get(sourceFileId) ?? 0)) backwards++;
      last.set(sourceFileId, ts);
      if (fact.kind === "task_running" || fact.kind === "task_finished") {
        lines.push({ fact, tsMin, tsMax, at: `${sourceFileId}:${line} ${fact.kind}` });
      }
    },
    report: () => {},
  });
  const found: Agreement = { strays: [], compared: 0, widest: 0, backwards };
  for (const { fact, tsMin, tsMax, at } of lines) {
    found.widest = Math.max(found.widest, tsMax - tsMin);
    const task = "taskId" in fact && fact.taskId !== undefined ? tasks.get(fact.taskId) : undefined;
    if (task === undefined) continue;
    found.compared++;
    if (tsMax < task.launched) found.strays.push(at);
    const ends = fact.kind === "task_finished" && fact.how === "finished";
    if (ends && task.finished !== undefined && tsMin > task.finished) found.strays.push(at);
  }
  return found;
}

describe.each(
  [
    { where: "fixtures/runs", directory: fixtures, runs: runsIn(fixtures) },
    { where: "../shared/data/runs", directory: shared, runs: runsIn(shared) },
  ].filter(({ runs }) => runs.length > 0),
)("of the $runs.length runs in $where", ({ directory, runs }) => {
  test.each(runs)("%s: task starts and ends agree within a second", async (run) => {
    const application = await surveyed(join(directory, run, directory === shared ? "logs" : ""));
    const found = await agreement(application);
    expect(found.strays).toEqual([]);
    expect(found.backwards).toBe(0);
    expect(found.compared).toBeGreaterThan(0);
    // A line printed after one of the next second stands at that second's start.
    expect(found.widest).toBeLessThanOrEqual(1_000_000);
    const zone = run.includes("-tzny-") ? "America/New_York" : "UTC";
    const offsetMs = zone === "UTC" ? 0 : 18_000_000;
    for (const { kind, path, clock, executorId } of application.files) {
      if (kind === "event_log") continue;
      const named = /(?:executor-(\d+)|driver)\.log/.exec(path)?.[1] ?? "driver";
      expect({ path, zone: clock.zone, offsetMs: clock.offsetMs, executorId }).toEqual({
        path,
        zone,
        offsetMs,
        executorId: named,
      });
      expect(clock.confidence).toBeGreaterThanOrEqual(0.8);
    }
  });
});
