/** The recorded runs of a directory, each replayed and measured once. */
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { openDatabase } from "@respark/report";
import { type MeasuredRun, measureRun } from "@respark/report/checks";
import { respark } from "../cli/run-respark.ts";

export interface RecordedRun {
  /** `s35-f-rep2-info` */
  readonly name: string;
  /** `s35-f`: a version and a scenario */
  readonly group: string;
  /** `rep2` */
  readonly config: string;
  readonly isRepeat: boolean;
  readonly measured: MeasuredRun;
}

/** The same program with the same settings: what differs between them is noise. */
const REPEATS = /^(?:base|rep\d+|tzny)$/;

/** Replays into `databases`, where a database that is there already is taken as it is. */
export async function recordedRuns(directory: string, databases: string): Promise<RecordedRun[]> {
  await mkdir(databases, { recursive: true });
  const runs: RecordedRun[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const logs = join(directory, name, "logs");
    if (!(await isThere(logs))) continue;
    const database = join(databases, `${name}.duckdb`);
    if (!(await isThere(database))) {
      const { code, stderr } = await respark(["replay", logs, "-o", database, "--quiet"]);
      if (code !== 0) throw new Error(`replay of ${name} ended with ${code}: ${stderr}`);
    }
    const [, group = name, config = ""] = /^([^-]+-[^-]+)-(.*)-[^-]+$/.exec(name) ?? [];
    const measured = await measuredIn(database);
    runs.push({ name, group, config, isRepeat: REPEATS.test(config), measured });
    process.stderr.write(`${name}\n`);
  }
  return runs;
}

async function measuredIn(path: string): Promise<MeasuredRun> {
  const database = await openDatabase(path);
  try {
    const [row = {}] = await database.rows("select app_id, attempt_id from applications");
    const { app_id: appId, attempt_id: attemptId } = row;
    if (typeof appId !== "string" || typeof attemptId !== "string") {
      throw new TypeError(`${path} holds no application`);
    }
    return await measureRun(database, { appId, attemptId });
  } finally {
    database.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && isAbsence(error.code)) return false;
    throw error;
  }
}

function isAbsence(code: unknown): boolean {
  return code === "ENOENT" || code === "ENOTDIR";
}
