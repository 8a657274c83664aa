/**
 * A seeded large event log: one real log again and again, its task, stage and job ids and its times
 * moved on.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

/**
 * Writes at least `bytes` of events and returns how many lines; ids and times grow, so no two
 * rounds are equal.
 */
export function growLog(from: string, to: string, bytes: number): number {
  const lines = readFileSync(from, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  const isBody = (line: string): boolean =>
    /^\{"Event":"SparkListener(Task|Stage|Job|BlockUpdated)/.test(line);
  const head = lines.slice(0, lines.findIndex(isBody));
  const body = lines.filter(isBody);
  const file = openSync(to, "w");
  let written = writeSync(file, `${head.join("\n")}\n`);
  let count = head.length;
  for (let round = 0; written < bytes; round++) {
    const text = body.map((line) => shifted(line, round)).join("\n");
    written += writeSync(file, `${text}\n`);
    count += body.length;
  }
  closeSync(file);
  return count;
}

function shifted(line: string, round: number): string {
  return line
    .replace(/"(Stage ID|Job ID)":(\d+)/g, (_, key, id) => `"${key}":${Number(id) + 1000 * round}`)
    .replace(/"Task ID":(\d+)/g, (_, id) => `"Task ID":${Number(id) + 100_000 * round}`)
    .replace(
      /"(Launch|Finish|Submission|Completion|Getting Result) Time":(\d{13})/g,
      (_, key, ms) => `"${key} Time":${Number(ms) + 60_000 * round}`,
    );
}
