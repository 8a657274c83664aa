/** What to call an RDD, and the one that held memory after its last read while others were evicted. */
import { numberIn, type Row, textIn } from "../../sql/row.ts";
import { shortened } from "../words.ts";

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

/** The first of the row's list `idle` that is another RDD than the row's own. */
export function idleRddOf(row: Row): IdleRdd | undefined {
  const list = row["idle"];
  if (!Array.isArray(list)) return undefined;
  for (const item of list) {
    if (typeof item !== "object" || item === null || Array.isArray(item)) continue;
    const entry: Row = { ...item };
    const rddId = numberIn(entry, "rdd_id");
    if (rddId === undefined || rddId === numberIn(row, "rdd_id")) continue;
    return {
      rddId,
      words: rddWords({
        rdd_id: rddId,
        name: entry["name"] ?? null,
        storage_level: entry["level"] ?? null,
      }),
      wouldPrevent: numberIn(entry, "would_prevent") ?? 0,
      bytes: numberIn(entry, "bytes"),
    };
  }
  return undefined;
}
