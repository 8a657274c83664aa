/**
 * One short executor log, record by record, to be printed in any layout and wrapped in anything.
 */

export interface Said {
  /** `2024-07-24T04:20:08.123Z` */
  readonly at: Date;
  readonly level: "INFO" | "WARN" | "ERROR";
  readonly logger: string;
  readonly thread: string;
  readonly message: string;
  /** Lines below it. */
  readonly trace: readonly string[];
}

const TASK = "Executor task launch worker for task 1.0 in stage 2.0 (TID 11)";

function said(
  second: number,
  level: Said["level"],
  logger: string,
  thread: string,
  message: string,
  trace: readonly string[] = [],
): Said {
  return {
    at: new Date(Date.UTC(2024, 6, 24, 4, 20, second, 123)),
    level,
    logger,
    thread,
    message,
    trace,
  };
}

/**
 * `rdd_3_1` stored and evicted, `rdd_4_1` stored, a failed unroll, a spill, an OutOfMemoryError: 12
 * facts.
 */
export function anExecutorsLog(executorId = "3", host = "host-a"): readonly Said[] {
  return [
    said(
      0,
      "INFO",
      "org.apache.spark.executor.CoarseGrainedExecutorBackend",
      "main",
      `Started daemon with process name: 22@${host}`,
    ),
    said(
      1,
      "INFO",
      "org.apache.spark.storage.memory.MemoryStore",
      "main",
      "MemoryStore started with capacity 366.3 MiB",
    ),
    said(
      2,
      "INFO",
      "org.apache.spark.storage.BlockManager",
      "main",
      `Initialized BlockManager: BlockManagerId(${executorId}, ${host}, 38341, None)`,
    ),
    said(
      2,
      "INFO",
      "org.apache.spark.executor.Executor",
      "main",
      `Starting executor ID ${executorId} on host ${host}`,
    ),
    said(
      5,
      "INFO",
      "org.apache.spark.executor.Executor",
      TASK,
      "Running task 1.0 in stage 2.0 (TID 11)",
    ),
    said(
      8,
      "INFO",
      "org.apache.spark.storage.memory.MemoryStore",
      TASK,
      "Block rdd_3_1 stored as values in memory (estimated size 200.0 MiB, free 166.3 MiB)",
    ),
    said(
      9,
      "INFO",
      "org.apache.spark.storage.memory.MemoryStore",
      TASK,
      "1 blocks selected for dropping (200.0 MiB bytes)",
    ),
    said(
      9,
      "INFO",
      "org.apache.spark.storage.BlockManager",
      TASK,
      "Dropping block rdd_3_1 from memory",
    ),
    said(
      10,
      "INFO",
      "org.apache.spark.storage.memory.MemoryStore",
      TASK,
      "After dropping 1 blocks, free memory is 366.3 MiB",
    ),
    said(
      11,
      "INFO",
      "org.apache.spark.storage.memory.MemoryStore",
      TASK,
      "Block rdd_4_1 stored as values in memory (estimated size 220.0 MiB, free 146.3 MiB)",
    ),
    said(
      20,
      "INFO",
      "org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter",
      TASK,
      "Thread 52 spilling sort data of 64.0 MiB to disk (0  time so far)",
    ),
    said(
      30,
      "WARN",
      "org.apache.spark.storage.memory.MemoryStore",
      TASK,
      "Not enough space to cache rdd_5_1 in memory! (computed 140.0 MiB so far)",
    ),
    said(
      40,
      "ERROR",
      "org.apache.spark.executor.Executor",
      TASK,
      "Exception in task 1.0 in stage 2.0 (TID 11)",
      [
        "java.lang.OutOfMemoryError: Java heap space",
        "\tat java.util.Arrays.copyOf(Arrays.java:3332)",
      ],
    ),
  ];
}

export const FACTS: readonly string[] = [
  "store_started",
  "block_manager_registered",
  "executor_started",
  "task_running",
  "block_stored",
  "eviction_selected",
  "block_dropping",
  "eviction_done",
  "block_stored",
  "spill",
  "unroll_failed",
  "task_finished",
];

/** `MemoryStore` */
export function shortName(logger: string): string {
  return logger.slice(logger.lastIndexOf(".") + 1);
}

/** `o.a.s.s.m.MemoryStore` */
export function abbreviated(logger: string): string {
  const parts = logger.split(".");
  return parts.map((part, i) => (i === parts.length - 1 ? part : part[0])).join(".");
}

/** Spark's own layout. */
export function stock(one: Said): string {
  return `${shortTime(one.at)} ${one.level} ${shortName(one.logger)}: ${one.message}`;
}

/** `24/07/24 04:20:08` */
export function shortTime(at: Date): string {
  return at.toISOString().slice(2, 19).replaceAll("-", "/").replace("T", " ");
}

/** `04:20:08.123` */
export function clock(at: Date): string {
  return at.toISOString().slice(11, 23);
}

/** Each record by `head`, the lines below it as they are. */
export function printed(log: readonly Said[], line: (one: Said) => string): string {
  return log
    .flatMap((one) => [line(one), ...one.trace])
    .map((text) => `${text}\n`)
    .join("");
}

/** Every line with its record, in Spark's own layout. */
export function stockLines(
  log: readonly Said[],
): readonly { readonly one: Said; readonly line: string }[] {
  return log.flatMap((one) => [stock(one), ...one.trace].map((line) => ({ one, line })));
}
