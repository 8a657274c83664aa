/** What lay beside Spark's pools, and the time that collecting garbage took beyond the usual. */
import { numberIn, type Of, textsIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { bytes, executorsWords, millis, share } from "../words.ts";
import { COST_UNKNOWN, type Draft, type Finder } from "./finder.ts";
import { memoryChange } from "./room.ts";

/** The heap counts as full from this share on. */
const FULL = 0.85;

const COLLECTED = {
  cost_ms: "number",
  gc_ms: "number",
  run_ms: "number",
  usual_share: "number",
  executors: "texts",
  heap_peak_bytes: "number",
  heap_bytes: "number",
} as const;

export const garbage: Finder = {
  sql: (here) => `
    select app_id, attempt_id, sum(beyond_ms)::bigint as cost_ms, sum(gc_ms)::bigint as gc_ms,
      sum(run_ms)::bigint as run_ms,
      max(usual_share) as usual_share, list(executor_id order by beyond_ms desc)
        filter (beyond_ms > 0) as executors,
      max(heap_peak_bytes) as heap_peak_bytes, max(jvm_max_memory_bytes) as heap_bytes
    from garbage_costs where ${here} group by all having sum(beyond_ms) > sum(run_ms) * 0.01
      and sum(run_ms) >= 1000`,
  find: (rows, application) =>
    known(rows, COLLECTED).map((row): Draft => {
      const [gc, run, beyond] = [
        numberIn(row, "gc_ms") ?? 0,
        numberIn(row, "run_ms") ?? 0,
        numberIn(row, "cost_ms"),
      ];
      const full = isFull(row);
      return {
        id: "garbage",
        kind: "garbage",
        severity: "slow",
        cost: { best: beyond, min: 0, max: gc },
        title: `Garbage was collected in ${millis(gc)} of the tasks' ${millis(run)}, ${millis(beyond)} more than usual (${executorsWords(textsIn(row, "executors"), 4)})`,
        evidence: [
          `Usual is up to ${share(numberIn(row, "usual_share") ?? 0, 1)}, as in nine of ten recorded runs with memory enough. A collection counts in each task that ran then.`,
          ...(full === undefined
            ? []
            : [
                `The heap was polled at up to ${bytes(numberIn(row, "heap_peak_bytes"))} of ${bytes(numberIn(row, "heap_bytes"))}.`,
              ]),
        ],
        change: full === true ? memoryChange(application, undefined) : undefined,
        certainty: "the tasks' own account; what filled the heap is not logged object by object",
        more: { why: "which executors", ask: "query garbage_costs" },
        facts: row,
      };
    }),
};

function isFull(row: Of<typeof COLLECTED>): boolean | undefined {
  const [peak, heap] = [numberIn(row, "heap_peak_bytes"), numberIn(row, "heap_bytes")];
  return peak === undefined || heap === undefined ? undefined : peak > heap * FULL;
}

const OUTSIDE_HEAP = {
  executors: "texts",
  rss_beyond_heap_bytes_min: "number",
  overhead_bytes: "number",
} as const;

export const overheadLeft: Finder = {
  where: "process_sizes",
  sql: (here) => `
    select app_id, attempt_id, list(executor_id order by overhead_left_bytes_max) as executors,
      max(rss_beyond_heap_bytes_min) as rss_beyond_heap_bytes_min,
        max(overhead_bytes) as overhead_bytes
    from memory_outside_pools where ${here} and overhead_left_bytes_max < overhead_bytes * 0.1
      group by all`,
  find: (rows) =>
    known(rows, OUTSIDE_HEAP).map(
      (row): Draft => ({
        id: "overhead",
        kind: "overhead",
        severity: "risk",
        cost: COST_UNKNOWN,
        title: `The container's overhead is used up on ${executorsWords(textsIn(row, "executors"), 5)}`,
        evidence: [
          `The process held at least ${bytes(numberIn(row, "rss_beyond_heap_bytes_min"))} beyond its heap; its overhead is ${bytes(numberIn(row, "overhead_bytes"))}.`,
        ],
        change: {
          key: "spark.executor.memoryOverhead",
          text: () => "a larger spark.executor.memoryOverhead",
        },
        certainty: "polled sizes of the process, which miss what happens between two polls",
        more: { why: "heap, direct buffers and processes", ask: "query memory_outside_pools" },
        facts: row,
      }),
    ),
};
