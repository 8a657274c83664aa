/**
 * What to call an RDD, and the one that held memory after its last read while others were evicted.
 */
import { numberIn, type Row, textIn } from "../../sql/row.ts";
import { shortened } from "../words.ts";
import type { Application } from "./application.ts";

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

interface IdleRdd {
  readonly rddId: number;
  readonly words: string;
  readonly wouldPrevent: number;
  readonly bytes: number | undefined;
}

/** The RDD whose unpersist() would have prevented most, other than the row's own. */
export function idleRddBeside(row: Row, { idle }: Application): IdleRdd | undefined {
  for (const entry of idle) {
    const rddId = numberIn(entry, "rdd_id");
    const wouldPrevent = numberIn(entry, "would_prevent") ?? 0;
    if (rddId === undefined || rddId === numberIn(row, "rdd_id") || wouldPrevent === 0) continue;
    return { rddId, words: rddWords(entry), wouldPrevent, bytes: numberIn(entry, "idle_bytes") };
  }
  return undefined;
}
