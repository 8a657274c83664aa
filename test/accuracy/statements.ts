/** Lines of executors' logs that state something about memory, counted without a template. */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

const STATEMENT =
  /stored as (?:values|bytes) (?:in memory|to memory) \(estimated size [^)]*free|dropped from memory \(free|Storage limit = |free memory is|Not enough space to cache|Will not store |blocks selected for dropping|Memory use = |MemoryStore started with capacity/;

export async function statementsIn(executorLogs: readonly string[]): Promise<number> {
  let statements = 0;
  for (const path of executorLogs) {
    for (const line of (await logText(path)).split(/\r\n|\r|\n/))
      statements += Number(STATEMENT.test(line));
  }
  return statements;
}

export async function logText(path: string): Promise<string> {
  const bytes = await readFile(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
