/**
 * The memory statements of a log, found without respark: by the words that tools/score-replay.py
 * looks for in each line.
 */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

/** Copied from the scorer, so that neither can drift without a difference in the table. */
const STATEMENT =
  /stored as (?:values|bytes) (?:in memory|to memory) \(estimated size [^)]*free|dropped from memory \(free|Storage limit = |free memory is|Not enough space to cache|Will not store |blocks selected for dropping|Memory use = |MemoryStore started with capacity/;

/** Memory statements of a log, and what respark made of them. */
export interface StatementCount {
  readonly stated: number;
  /** of these, lines from which an observation came */
  readonly observed: number;
  /** 1-based lines without one */
  readonly missed: readonly number[];
}

/** 1-based numbers of the lines that state memory. */
export async function statementLines(path: string): Promise<number[]> {
  const stored = await readFile(path);
  const text = (path.endsWith(".gz") ? gunzipSync(stored) : stored).toString("utf8");
  const found: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (STATEMENT.test(line)) found.push(index + 1);
  }
  return found;
}
