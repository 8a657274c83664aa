/** A database of rows made by hand, in a folder that goes away with the test. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmitRow } from "@respark/core";
import { onTestFinished } from "vitest";
import { DuckDbSink, findingsOf, openDatabase, type QueryValue } from "../src/index.ts";

export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "respark-report-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The path of a database with one complete application. */
export async function replayed(
  write: (emit: EmitRow) => void,
  appId = "app-1",
  attemptId = "1",
): Promise<string> {
  const path = join(await scratchFolder(), "replayed.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const application = sink.application({ appId, attemptId });
  write(application.emit);
  await application.complete();
  await sink.finish(findingsOf);
  return path;
}

export type Asked = readonly Readonly<Record<string, QueryValue>>[];

export async function ask(path: string, sql: string): Promise<Asked> {
  const database = await openDatabase(path);
  try {
    return await database.rows(sql);
  } finally {
    database.close();
  }
}
