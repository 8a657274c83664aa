/**
 * The rules of inference that account for a statement which was not predicted, in the order in
 * which they are asked. Each has its sentence (`replay_checks.explanation`) and its source.
 */

export type RuleName =
  | "removal_reported_late"
  | "silent_removal"
  | "steps_counted_early"
  | "stale_line"
  | "unseen_blocks"
  | "unlogged_removals"
  | "execution_measured"
  | "printed_sizes"
  | "order_of_use"
  | "unroll_between_looks"
  | "unroll_unlogged"
  | "layout_adopted";

interface Rule {
  readonly sentence: string;
  /** why Spark's logs need it */
  readonly source: string;
}

export const rules: Readonly<Record<RuleName, Rule>> = {
  removal_reported_late: {
    sentence: "counts removals that were reported later",
    source: "SparkListenerBlockUpdated carries no time",
  },
  silent_removal: {
    sentence: "counts blocks as gone that no line tells of",
    source: "BlockManagerStorageEndpoint removes broadcasts and results without an INFO line",
  },
  steps_counted_early: {
    sentence: "counts steps whose lines come later",
    source: "lines are printed after the locks are released (memory-model 5.3)",
  },
  stale_line: {
    sentence: "printed after a neighbouring line's step",
    source: "MemoryStore reads free without a lock (memory-model 5.3)",
  },
  unseen_blocks: {
    sentence:
      "counts blocks of which no line tells: stored before the log begins, or left out of it",
    source: "rotated logs begin within an executor's life",
  },
  unlogged_removals: {
    sentence: "blocks may have been removed without a line",
    source: "ContextCleaner removes broadcasts without an INFO line",
  },
  execution_measured: {
    sentence: "measures execution memory, of which no grant is logged",
    source: "TaskMemoryManager logs grants at DEBUG alone",
  },
  printed_sizes: {
    sentence: "sizes are printed with one decimal, and what that leaves open adds up",
    source: "Utils.bytesToString",
  },
  order_of_use: {
    sentence: "reads that are not logged changed the order of use, or held a block",
    source: "MemoryStore.evictBlocksToFreeSpace goes by access order and skips locked blocks",
  },
  unroll_between_looks: {
    sentence: "an unroll is measured every 16 records, and may have grown in between",
    source: "MemoryStore.putIterator (memory-model 3.4)",
  },
  unroll_unlogged: {
    sentence: "counts unroll memory, of which no line is printed",
    source: "MemoryStore.reserveUnrollMemoryForThisTask prints nothing",
  },
  layout_adopted: {
    sentence: "tells the layout, of which nothing else is known",
    source: "MemoryStore prints its capacity as it starts",
  },
};
