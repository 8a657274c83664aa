/** What lay beside Spark's pools, and the time that collecting garbage took. */
import { numberIn, textIn } from "../../sql/row.ts";
import { type Investigation, thereIs } from "../investigation.ts";
import { bytes, executorsWords, share } from "../words.ts";
import { type Finder, settingInWords } from "./finder.ts";

/** Share of run time from which collecting garbage is worth a word. */
const MUCH_GC = 0.1;

export const garbage: Finder = async (investigation) => {
  const row = await investigation.one(
    `select sum(gc_ms)::bigint as gc_ms, sum(run_ms)::bigint as run_ms from tasks where ${investigation.here()}`,
  );
  const [gc, run] = [numberIn(row, "gc_ms"), numberIn(row, "run_ms")];
  if (gc === undefined || run === undefined || run < 1000 || gc / run < MUCH_GC) return [];
  const held = await investigation.one(
    `select max(storage_peak_bytes) as storage_bytes, max(max_memory_bytes) as all_bytes from executor_memory_summary where ${investigation.here()} and mode = 'on_heap' and executor_id <> 'driver'`,
  );
  const [storage, all] = [numberIn(held, "storage_bytes"), numberIn(held, "all_bytes")];
  const full = storage !== undefined && all !== undefined && storage > all * 0.6;
  return [
    {
      id: "garbage",
      severity: "slow",
      weight: gc / run,
      title: `Tasks spent ${share(gc, run)} of their time collecting garbage`,
      evidence: full
        ? [
            `Cached blocks held up to ${bytes(storage)} of the heap: deserialized objects are what a collector has to go through.`,
          ]
        : [],
      change: full
        ? "cache serialized (MEMORY_AND_DISK_SER) or off-heap, so that there are fewer objects"
        : `fewer tasks at once (${await settingInWords(investigation, "spark.executor.cores")}), or a larger ${await settingInWords(investigation, "spark.executor.memory")}`,
      certainty: "the tasks' own account; what filled the heap is not told object by object",
      places: [],
      facts: { ...row, held: held ?? null },
      next: [{ why: "which executors", command: "query", argument: "executor_pressure" }],
    },
  ];
};

/** Whether the size of processes was polled, and how large they may be is known. */
export async function overheadTold(investigation: Investigation): Promise<boolean> {
  return (
    (await thereIs(
      investigation,
      "executor_metrics",
      "name = 'ProcessTreeJVMRSSMemory' and value > 0",
    )) && (await thereIs(investigation, "executors", "overhead_bytes is not null"))
  );
}

export const overheadLeft: Finder = async (investigation) => {
  if (!(await overheadTold(investigation))) return [];
  const rows = await investigation.ask(
    `select * from memory_outside_pools where ${investigation.here()} and overhead_left_bytes_max < overhead_bytes * 0.1 order by overhead_left_bytes_max limit 5`,
  );
  const [worst] = rows;
  if (worst === undefined) return [];
  return [
    {
      id: "overhead",
      severity: "risk",
      weight: 0.5,
      title: `The container's overhead is used up on ${executorsWords(
        rows.map((row) => textIn(row, "executor_id") ?? ""),
        5,
      )}`,
      evidence: [
        `The process held at least ${bytes(numberIn(worst, "rss_beyond_heap_bytes_min"))} beyond its heap; its overhead is ${bytes(numberIn(worst, "overhead_bytes"))}.`,
      ],
      change: "a larger spark.executor.memoryOverhead",
      certainty: "polled sizes of the process, which miss what happens between two polls",
      places: [],
      facts: worst,
      next: [
        {
          why: "heap, direct buffers and processes",
          command: "query",
          argument: "memory_outside_pools",
        },
      ],
    },
  ];
};
