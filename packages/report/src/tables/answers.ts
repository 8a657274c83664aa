/** Tables of a what-if answer, which stand only in databases that `whatif -o` wrote into. */
import { always, maybe, type PlainColumn } from "./plain-column.ts";
import { keyColumns } from "./table.ts";

interface AnswerTable {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly PlainColumn[];
}

const scenario = always("scenario_id", "BIGINT", "scenario (whatif_scenarios)");
const outcome = always(
  "outcome",
  "VARCHAR",
  "what is counted, as evicted_blocks; docs/spark/whatif.md",
);
const keys: readonly PlainColumn[] = keyColumns.map(({ name, type, comment }) => {
  return always(name, type, comment);
});

/** In the order in which they are shown. */
export const answerTables: readonly AnswerTable[] = [
  {
    name: "whatif_scenarios",
    comment: "A row is a configuration that the application was simulated under by `whatif -o`.",
    columns: [
      ...keys,
      always("scenario_id", "BIGINT", "number of the scenario in its application attempt, from 1"),
      always("name", "VARCHAR", "its settings in words; 'as it was': none differs"),
      always("settings", "MAP(VARCHAR, VARCHAR)", "settings that differ from the run's"),
      always("manager", "VARCHAR", "memory manager: unified, static or shuffle"),
      maybe("collector", "VARCHAR", "garbage collector; NULL: unknown"),
      always("max_memory_bytes", "BIGINT", "pool of an executor on heap; bytes"),
      always("storage_region_bytes", "BIGINT", "part that execution cannot evict; bytes"),
      always("off_heap_bytes", "BIGINT", "pool of an executor off heap; bytes"),
      maybe("page_size_bytes", "BIGINT", "page of Tungsten operators; bytes"),
      always("slots", "BIGINT", "tasks that an executor runs at once; count"),
      always("draws", "BIGINT", "simulated runs; count"),
      always("seed", "BIGINT", "seed of their random numbers"),
      always("simulated_executors", "BIGINT", "executors in each simulated run; count"),
    ],
  },
  {
    name: "whatif_outcomes",
    comment: "A row is an outcome of a scenario: what its simulated runs say together.",
    columns: [
      ...keys,
      scenario,
      outcome,
      always("unit", "VARCHAR", "count or bytes"),
      maybe("base", "BIGINT", "what the logs of the run itself say; NULL: they do not tell"),
      maybe("median", "BIGINT", "middle of the simulated runs; NULL: not foretold"),
      maybe("lo", "BIGINT", "lower end of the 90 % band; NULL: not foretold"),
      maybe("hi", "BIGINT", "upper end of the 90 % band; NULL: not foretold"),
      maybe(
        "p_any",
        "DOUBLE",
        "share of simulated runs with any of it, 0 to 1; NULL: not foretold",
      ),
      always("grade", "VARCHAR", "A (all demand was logged) to D (not foretold)"),
      maybe("reason", "VARCHAR", "why the grade is below A"),
      maybe("at_least", "BIGINT", "lower bound where nothing more is foretold (grade D)"),
    ],
  },
  {
    name: "whatif_draws",
    comment: "A row is the value of an outcome in one simulated run.",
    columns: [
      ...keys,
      scenario,
      always(
        "draw",
        "BIGINT",
        "number of the simulated run, from 0; equal draws share their chance",
      ),
      outcome,
      always("value", "BIGINT", "its value; count or bytes"),
    ],
  },
  {
    name: "whatif_demand",
    comment:
      "A row is a size that simulations draw from: a cached partition, an operator of a task, or a broadcast.",
    columns: [
      ...keys,
      always("kind", "VARCHAR", "block, task or broadcast"),
      always("id", "VARCHAR", "block id, task id with the place of its operator, or broadcast id"),
      maybe("task_id", "BIGINT", "the task, of kind task"),
      maybe("block_id", "VARCHAR", "the block, of kind block"),
      always(
        "operator",
        "VARCHAR",
        "spillable, sorter, shuffle_sorter, map, relation, pages, or the kind",
      ),
      always("bytes", "BIGINT", "best estimate; bytes"),
      always("bytes_min", "BIGINT", "at least; bytes"),
      always("bytes_max", "BIGINT", "at most; bytes"),
      always("source", "VARCHAR", "exact (no interval), bounds (any value between) or estimate"),
      always("uses", "BIGINT", "stages that read the partition, else 1; count"),
    ],
  },
  {
    name: "whatif_self_check",
    comment: "A row is an outcome of the run simulated as it was, held against its logs.",
    columns: [
      ...keys,
      outcome,
      always("logged", "BIGINT", "what the logs say; count or bytes"),
      always("lo", "BIGINT", "lower end of the 90 % band"),
      always("hi", "BIGINT", "upper end of the 90 % band"),
      always("inside", "BOOLEAN", "whether the logs' number lies in the band, bytes within 1 %"),
    ],
  },
  {
    name: "whatif_miss_ratio",
    comment:
      "A row is an executor's reads of a cached RDD at one size of its memory: the recorded reads, replayed through Spark's managers and order of eviction.",
    columns: [
      ...keys,
      always("rdd_id", "BIGINT", "the RDD"),
      maybe("executor_id", "VARCHAR", "executor; NULL: the reads are not replayed (reason)"),
      always("knob", "VARCHAR", "the setting: spark.executor.memory, or spark.memory.offHeap.size"),
      maybe("knob_value", "VARCHAR", "its value, as 640m"),
      maybe(
        "memory_bytes",
        "BIGINT",
        "pool that blocks may use at this size, of one executor; bytes",
      ),
      maybe("is_own", "BOOLEAN", "whether the run had this size"),
      maybe("reads", "BIGINT", "reads of its partitions; count"),
      maybe("first_reads", "BIGINT", "reads before which the partition was never computed; count"),
      maybe("memory_hits", "BIGINT", "reads from this executor's memory; count"),
      maybe("disk_hits", "BIGINT", "reads from its disk; count"),
      maybe("remote_hits", "BIGINT", "reads from another executor; count"),
      maybe("misses", "BIGINT", "reads that compute the partition, first reads included; count"),
      maybe(
        "best_memory_hits",
        "BIGINT",
        "memory hits of an order of eviction that knows the reads to come (Belady's); count",
      ),
      maybe("reason", "VARCHAR", "why the reads are not replayed"),
    ],
  },
];
