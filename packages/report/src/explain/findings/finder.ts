/** What a finder is: looks for one kind of trouble, and says what to change where it finds it. */
import { numberIn, type Row, textIn } from "../../sql/row.ts";
import type { Investigation } from "../investigation.ts";
import type { Finding } from "../story.ts";
import { bytes, shortened } from "../words.ts";

export type Finder = (investigation: Investigation) => Promise<Finding[]>;

/** A setting as it was in force; undefined: not told. */
export async function settingOf(
  investigation: Investigation,
  key: string,
): Promise<string | undefined> {
  const row = await investigation.one(
    `select value from spark_conf where ${investigation.here()} and key = '${key}' order by is_default limit 1`,
  );
  return textIn(row, "value");
}

/** `spark.executor.cores, now 4`; the name alone where its value is not told. */
export async function settingInWords(investigation: Investigation, key: string): Promise<string> {
  const value = await settingOf(investigation, key);
  if (value === undefined) return key;
  // Settings that take bytes where no unit is given; spark.executor.memory would take MiB.
  const amount =
    /(?:\.size|Bytes)$/.test(key) && /^\d+$/.test(value) ? bytes(Number(value)) : value;
  return `${key}, now ${amount}`;
}

/** Run time of all tasks; what a finding cost is weighed against it. */
export async function runMillis(investigation: Investigation): Promise<number> {
  const row = await investigation.one(
    `select sum(run_ms)::bigint as ms from tasks where ${investigation.here()}`,
  );
  return numberIn(row, "ms") ?? 0;
}

/** 0 to 1; an unknown part weighs nothing. */
export function weightOf(part: number | undefined, whole: number): number {
  return part === undefined || whole <= 0 ? 0 : Math.min(1, part / whole);
}

/** `RDD 1 “hot” (MEMORY_ONLY)`. */
export function rddWords(row: Row): string {
  // Without an event log a block's kind is all the name there is.
  const said = shortened(textIn(row, "name"));
  const name = said === "rdd" ? undefined : said;
  if (numberIn(row, "rdd_id") === undefined)
    return name === "broadcast" ? "broadcasts" : (name ?? "other blocks");
  const level = textIn(row, "storage_level");
  return `RDD ${numberIn(row, "rdd_id") ?? "unknown"}${name === undefined ? "" : ` “${name}”`}${level === undefined ? "" : ` (${level})`}`;
}
