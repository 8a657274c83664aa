/**
 * What to call an RDD, and the one that held memory after its last read while others were evicted.
 */
import { numberIn, type Of, textIn, textsIn } from "../../sql/row.ts";
import { shortened } from "../words.ts";
import type { Application } from "./application.ts";

/** The columns that rddWords takes. */
export const RDD = { rdd_id: "number", name: "text", storage_level: "text" } as const;

/** `RDD 1 “hot” (MEMORY_ONLY)`. */
export function rddWords(row: Of<typeof RDD>): string {
  // Without an event log a block's kind is all the name there is.
  const said = shortened(textIn(row, "name"));
  const name = said === "rdd" ? undefined : said;
  if (numberIn(row, "rdd_id") === undefined)
    return name === "broadcast" ? "broadcasts" : (name ?? "other blocks");
  const level = textIn(row, "storage_level");
  return `RDD ${numberIn(row, "rdd_id") ?? "unknown"}${name === undefined ? "" : ` “${name}”`}${level === undefined ? "" : ` (${level})`}`;
}

/** An RDD that was not read any more, while blocks of another went. */
export interface IdleRdd {
  readonly rddId: number;
  readonly words: string;
  /** blocks of the other RDD that were read in vain later; count */
  readonly wouldPrevent: number;
  readonly bytes: number | undefined;
}

/** The RDD whose unpersist() would have kept most blocks of the row's RDD in memory. */
export function idleRddBeside(
  row: Of<Pick<typeof RDD, "rdd_id">>,
  { idle }: Application,
): IdleRdd | undefined {
  const own = String(numberIn(row, "rdd_id") ?? "");
  let most: IdleRdd | undefined;
  for (const entry of idle) {
    const rddId = numberIn(entry, "rdd_id");
    const at = textsIn(entry, "victim_rdd_ids").indexOf(own);
    if (rddId === undefined || at < 0) continue;
    const wouldPrevent = Number(textsIn(entry, "victim_times")[at] ?? 0);
    if (wouldPrevent <= (most?.wouldPrevent ?? 0)) continue;
    most = { rddId, words: rddWords(entry), wouldPrevent, bytes: numberIn(entry, "idle_bytes") };
  }
  return most;
}
