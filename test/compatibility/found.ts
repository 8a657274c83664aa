/**
 * What respark finds in one input: files, applications, counts of what their logs say, and how the
 * command ends.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main, processHost } from "@respark/cli";
import type { Observation } from "@respark/core";
import {
  DiagnosticLog,
  readApplication,
  type Survey,
  type SurveyedApplication,
  type SurveyedFile,
  survey,
} from "@respark/events";
import { AlignedTasks, type Alignment } from "./alignment.ts";
import { type StatementCount, statementLines } from "./statements.ts";

/** What event logs say, counted. */
export interface EventCounts {
  lines: number;
  executors: number;
  jobs: number;
  stages: number;
  tasks: number;
  blockUpdates: number;
}

/** One executor or driver log of an application. */
export interface LogFound {
  readonly file: SurveyedFile;
  readonly lines: number;
  readonly statements: StatementCount;
}

export interface ApplicationFound {
  readonly application: SurveyedApplication;
  readonly events: EventCounts;
  readonly logs: readonly LogFound[];
  readonly alignment: Alignment;
}

export interface Found {
  /** as the table names it */
  readonly name: string;
  readonly surveyed: Survey;
  readonly applications: readonly ApplicationFound[];
  /** times seen, by code */
  readonly diagnostics: ReadonlyMap<string, number>;
  /** of `respark replay` */
  readonly exitCode: number;
  /** what it said on standard error, where it failed */
  readonly complaint: string;
}

export async function find(name: string, path: string): Promise<Found> {
  const log = new DiagnosticLog();
  const surveyed = await survey([path], { report: log.report });
  const applications: ApplicationFound[] = [];
  for (const application of surveyed.applications) {
    applications.push(await readOne(application, log));
  }
  const diagnostics = new Map<string, number>();
  for (const { code, count } of log.rows()) {
    diagnostics.set(code, (diagnostics.get(code) ?? 0) + count);
  }
  return { name, surveyed, applications, diagnostics, ...(await replayed(path)) };
}

async function readOne(
  application: SurveyedApplication,
  diagnostics: DiagnosticLog,
): Promise<ApplicationFound> {
  const seen = new EventCounter();
  const aligned = new AlignedTasks();
  const said = new Map<number, Set<number>>();
  const lines = new Map<number, number>();
  await readApplication(application, {
    observe: (observation) => {
      aligned.observe(observation);
      if (observation.source === "event_log") seen.count(observation);
      else {
        const at = said.get(observation.sourceFileId) ?? new Set<number>();
        said.set(observation.sourceFileId, at.add(observation.line));
      }
    },
    report: diagnostics.report,
    fileDone: (done) => void lines.set(done.sourceFileId, done.lines),
  });
  const logs: LogFound[] = [];
  for (const file of application.files) {
    const { sourceFileId, kind, path } = file;
    if (kind === "event_log") seen.events.lines += lines.get(sourceFileId) ?? 0;
    if (kind !== "executor_log" && kind !== "driver_log") continue;
    const observed = said.get(sourceFileId) ?? new Set();
    const stated = await statementLines(path);
    logs.push({
      file,
      lines: lines.get(sourceFileId) ?? 0,
      statements: {
        stated: stated.length,
        observed: stated.filter((line) => observed.has(line)).length,
        missed: stated.filter((line) => !observed.has(line)),
      },
    });
  }
  return { application, events: seen.finished(), logs, alignment: aligned.finished() };
}

class EventCounter {
  readonly events: EventCounts = {
    lines: 0,
    executors: 0,
    jobs: 0,
    stages: 0,
    tasks: 0,
    blockUpdates: 0,
  };
  readonly #executors = new Set<string>();

  count({ fact }: Observation): void {
    switch (fact.kind) {
      case "executor_added":
      case "block_manager_added":
        this.#executors.add(fact.executorId);
        break;
      case "job_start":
        this.events.jobs++;
        break;
      case "stage_completed":
        this.events.stages++;
        break;
      case "task_end":
        this.#executors.add(fact.executorId);
        this.events.tasks++;
        break;
      case "block_updated":
        this.events.blockUpdates++;
        break;
      default:
    }
  }

  finished(): EventCounts {
    this.#executors.delete("driver");
    this.events.executors = this.#executors.size;
    return this.events;
  }
}

/** One for all: it listens to the process's streams. */
const host = processHost();

/** The command itself, on a host that listens. */
async function replayed(path: string): Promise<{ exitCode: number; complaint: string }> {
  const folder = await mkdtemp(join(tmpdir(), "respark-compatibility-"));
  let complaint = "";
  const silent = { isTerminal: false, columns: 100, write: () => Promise.resolve() };
  try {
    const exitCode = await main({
      ...host,
      args: ["replay", path, "-o", join(folder, "replayed.duckdb"), "--quiet"],
      stdout: silent,
      stderr: {
        ...silent,
        write: (text) => {
          complaint += Buffer.from(text).toString();
          return Promise.resolve();
        },
      },
    });
    return { exitCode, complaint: exitCode === 0 ? "" : complaint.trim() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
