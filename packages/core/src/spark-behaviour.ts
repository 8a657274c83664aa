/**
 * What differs between Spark lines, as data: one frozen record a line, each written as its
 * predecessor plus what changed.
 */
import type { SparkVersion } from "./spark-version.ts";
import { compareSparkVersions, parseSparkVersion } from "./spark-version.ts";
import type { SizeStyle, SizeSuffixes } from "./units.ts";
import { binarySizeSuffixes, shortSizeSuffixes } from "./units.ts";

/**
 * Where our reading of a line was checked: against vectors recorded from its classes, or against
 * its sources alone.
 */
export type ModelEvidence = "vectors" | "source";

/** JVM collectors that decide `Runtime.maxMemory()` and the page size. */
export type GarbageCollector = "G1" | "ZGC" | "Shenandoah" | "Parallel" | "Serial" | "CMS";

/**
 * How one line of Spark's versions treats memory: every field is read by a manager or by the
 * replay.
 */
export interface SparkBehaviour {
  /** First version that behaves so. */
  readonly since: string;
  readonly modelEvidence: ModelEvidence;

  // Which managers there are
  /** What a configuration without legacy mode selects. */
  readonly memoryManager: "pre16" | "unified";
  /** Whether `spark.memory.useLegacyMode` selects the static manager. */
  readonly legacyMode: boolean;

  // Configuration and capacity
  readonly memoryFraction: number;
  /**
   * The minimum heap: `double` compares with 1.5 × reserved unrounded (1.6), `ceiling` with its
   * ceiling.
   */
  readonly minimumHeap: "none" | "double" | "ceiling";
  /** Least heap of the static manager; 0 = unchecked. */
  readonly staticMinimumHeapBytes: number;
  readonly checksExecutorMemory: boolean;
  readonly requiresOnHeapExecution: boolean;
  /**
   * How a setting that is no number is refused, and whether `[0,1)` is checked for the storage
   * fraction.
   */
  readonly confChecks: "untyped" | "typed_size" | "typed" | "typed_error_class";
  readonly startupWording: "larger_heap" | "plain" | "error_class" | "error_class_two_lines";
  /** Thrown by the start-up checks. */
  readonly startupFailureClass: string;
  /** Collectors under which a default on-heap page is 16 bytes less (LONG_ARRAY_OFFSET). */
  readonly pageOffsetCollectors: ReadonlySet<GarbageCollector>;
  /**
   * Tungsten's page size: no Tungsten, always 128 MiB (1.4), or derived from the execution pool.
   */
  readonly pageSize: "none" | "fixed" | "derived";
  readonly offHeapStorage: boolean;
  readonly containerAddsOffHeap: boolean;
  readonly memoryOverheadKey: string;
  readonly memoryOverheadFactorKey: string | undefined;
  readonly minimumOverheadKey: string | undefined;
  readonly executorMemoryDefault: string;

  // Pools
  /** What storage borrows from execution: all that was asked for, or what its own pool lacks. */
  readonly storageBorrow: "requested" | "shortfall";
  /** What one off-heap put is checked against: all off-heap memory, or what execution leaves. */
  readonly offHeapStorageLimit: "constant" | "less_execution";
  /**
   * Whether an eviction for execution moves the evicted bytes in the same call; 1.6 leaves them
   * free in storage.
   */
  readonly evictionCreditsExecution: boolean;
  /** Unmanaged memory (`spark.memory.unmanagedMemoryPollingInterval`) lowers what both may have. */
  readonly unmanagedMemory: boolean;
  /** A pre-1.6 task that gave everything back still counts in N. */
  readonly emptyTaskStaysActive: boolean;
  /** Whose memory a task's execution entry is, before tasks had one of their own. */
  readonly executionKey: "thread" | "task";

  // Block store
  readonly evictionSkipsPinned: boolean;
  readonly evictionWithinMode: boolean;
  /** A second put of a stored block: reported as there (1.6), or refused. */
  readonly duplicatePut: "exists" | "refused";
  /** What `free` in a `Block … stored` line prints. */
  readonly storedLineFree: "blocks_used" | "free";
  /** Whether that number includes off-heap storage. */
  readonly storedLineCountsOffHeap: boolean;
  /**
   * The driver of a cluster keeps the values of broadcast relations beside their pieces
   * (TorrentBroadcast.writeBlocks; SPARK-39983 ended it).
   */
  readonly driverKeepsRelations: boolean;
  /** How unroll memory becomes storage memory when a block is whole. */
  readonly unrollTransfer: "released_first" | "pending" | "storage_request" | "unroll_request";
  /** Which unroll memory of a task goes to pending: all that it gained (1.6.0), or this block's. */
  readonly pendingUnroll: "task_gain" | "this_block";
  /** When the serialized form asks for more. */
  readonly serializedUnroll: "none" | "each_record" | "each_period" | "as_values";
  readonly checkPeriodConfigurable: boolean;
  /** Whether a task that is killed stops unrolling (SPARK-45025); before, it goes on to the end. */
  readonly interruptStopsUnroll: boolean;

  // Task memory
  readonly spillOrder:
    | "hash_any_mode_then_self"
    | "hash_then_self"
    | "tree_each_once_then_self"
    | "tree_until_zero_then_self"
    | "tree_until_zero_then_self_until_zero"
    | "one_tree_self_last";
  readonly retriesRefusedPages: boolean;
  /**
   * What a ShuffleExternalSorter counts as spilled, and whether an array that made it spill is
   * kept: seen in 4.3.0, not in 4.2.0.
   */
  readonly shuffleSorterSpills: "pages" | "pages_and_array";
  readonly taskPeaks: boolean;
  /**
   * The peak that an aggregation reports counts what its map held before it spilled (SPARK-22721,
   * BytesToBytesMap.reset).
   */
  readonly mapPeakOutlivesSpill: boolean;
  /**
   * A task's end that tells no peak says that it held none: accumulables of 0 were left out
   * (DAGScheduler.updateAccumulators). Others have none at all at times, and tell nothing then.
   */
  readonly absentPeakIsNone: boolean;
  readonly taskOutOfMemoryClass: string;
  readonly pageTooLargeClass: string;
  readonly outOfMemoryWording: "plain" | "error_class" | "error_class_sqlstate";
  readonly spillFailureWording: "plain" | "error_class";
  /**
   * 1.6's Spillable collections ask without a consumer: no other can make them spill, and they do
   * not spill themselves here.
   */
  readonly consumerRequired: boolean;
  /**
   * An interrupt while spilling is a RuntimeException of its own; before 2.1.1 it was an I/O
   * failure like any other.
   */
  readonly interruptedSpill: "runtime_exception" | "out_of_memory";

  // Words
  readonly sizeStyle: SizeStyle;
  readonly sizeSuffixes: SizeSuffixes;
  /**
   * whether ends of tasks in the event log tell of the blocks they stored:
   * `spark.taskMetrics.trackUpdatedBlockStatuses`
   */
  readonly updatedBlocks: "always" | "asked_for";
}

type Change = Partial<Omit<SparkBehaviour, "since">> & { readonly modelEvidence: ModelEvidence };

function after(previous: SparkBehaviour, since: string, change: Change): SparkBehaviour {
  return Object.freeze({ ...previous, ...change, since });
}

const ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException";
const SPARK_ILLEGAL_ARGUMENT = "org.apache.spark.SparkIllegalArgumentException";
const decimalToTera: SizeStyle = { labels: ["B", "KB", "MB", "GB", "TB"], rounding: "double" };
const decimalToExa: SizeStyle = {
  labels: ["B", "KB", "MB", "GB", "TB", "PB", "EB"],
  rounding: "exact",
};
const binaryExact: SizeStyle = {
  labels: ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"],
  rounding: "exact",
};
const binaryDouble: SizeStyle = { ...binaryExact, rounding: "double" };

const spark12: SparkBehaviour = Object.freeze({
  since: "1.2.0",
  modelEvidence: "source",
  memoryManager: "pre16",
  legacyMode: false,
  memoryFraction: 0.75,
  minimumHeap: "none",
  staticMinimumHeapBytes: 0,
  checksExecutorMemory: false,
  requiresOnHeapExecution: false,
  confChecks: "untyped",
  startupWording: "larger_heap",
  startupFailureClass: ILLEGAL_ARGUMENT,
  pageOffsetCollectors: new Set<GarbageCollector>(),
  pageSize: "none",
  offHeapStorage: false,
  containerAddsOffHeap: false,
  memoryOverheadKey: "spark.yarn.executor.memoryOverhead",
  memoryOverheadFactorKey: undefined,
  minimumOverheadKey: undefined,
  executorMemoryDefault: "512m",
  storageBorrow: "requested",
  offHeapStorageLimit: "constant",
  evictionCreditsExecution: false,
  unmanagedMemory: false,
  emptyTaskStaysActive: true,
  executionKey: "thread",
  evictionSkipsPinned: false,
  evictionWithinMode: false,
  duplicatePut: "exists",
  storedLineFree: "free",
  storedLineCountsOffHeap: false,
  driverKeepsRelations: true,
  unrollTransfer: "released_first",
  pendingUnroll: "task_gain",
  serializedUnroll: "none",
  checkPeriodConfigurable: false,
  interruptStopsUnroll: false,
  spillOrder: "hash_any_mode_then_self",
  retriesRefusedPages: false,
  shuffleSorterSpills: "pages",
  taskPeaks: false,
  mapPeakOutlivesSpill: false,
  absentPeakIsNone: false,
  taskOutOfMemoryClass: "java.lang.OutOfMemoryError",
  pageTooLargeClass: ILLEGAL_ARGUMENT,
  outOfMemoryWording: "plain",
  spillFailureWording: "plain",
  consumerRequired: false,
  interruptedSpill: "out_of_memory",
  sizeStyle: decimalToTera,
  sizeSuffixes: shortSizeSuffixes,
  updatedBlocks: "always",
});

const spark13 = after(spark12, "1.3.0", { modelEvidence: "source" });

/** Finished unrolls wait in a pending map instead of being released before the put. */
const spark14 = after(spark13, "1.4.0", {
  modelEvidence: "source",
  unrollTransfer: "pending",
  executorMemoryDefault: "1g",
  pageSize: "fixed",
});

/** Execution memory belongs to task attempts, no longer to threads. */
const spark15 = after(spark14, "1.5.0", {
  modelEvidence: "source",
  executionKey: "task",
  pageSize: "derived",
  absentPeakIsNone: true,
});

/** The unified manager; the pre-1.6 split lives on as its legacy mode. */
const spark160 = after(spark15, "1.6.0", {
  modelEvidence: "source",
  memoryManager: "unified",
  legacyMode: true,
  minimumHeap: "double",
  emptyTaskStaysActive: false,
  storedLineFree: "blocks_used",
});

/** A refused page is tried again; only the block's own unroll memory goes to pending. */
const spark161 = after(spark160, "1.6.1", {
  modelEvidence: "vectors",
  pendingUnroll: "this_block",
  retriesRefusedPages: true,
});

/** `free` in store lines prints what is free. */
const spark163 = after(spark161, "1.6.3", { modelEvidence: "source", storedLineFree: "free" });

/**
 * Off-heap storage, pins respected by eviction, evicted bytes reach execution at once, no more
 * pending unroll memory.
 */
const spark20 = after(spark163, "2.0.0", {
  modelEvidence: "source",
  memoryFraction: 0.6,
  minimumHeap: "ceiling",
  staticMinimumHeapBytes: 33_554_432,
  checksExecutorMemory: true,
  confChecks: "typed_size",
  startupWording: "plain",
  offHeapStorage: true,
  evictionCreditsExecution: true,
  evictionSkipsPinned: true,
  evictionWithinMode: true,
  consumerRequired: true,
  duplicatePut: "refused",
  unrollTransfer: "storage_request",
  serializedUnroll: "each_record",
  spillOrder: "hash_then_self",
  absentPeakIsNone: false,
});

/** `free` counts off-heap storage. */
const spark21 = after(spark20, "2.1.0", {
  modelEvidence: "source",
  storedLineCountsOffHeap: true,
});

/** An interrupt while spilling has an exception of its own. */
const spark211 = after(spark21, "2.1.1", {
  modelEvidence: "source",
  interruptedSpill: "runtime_exception",
});

/**
 * Storage borrows only what it lacks; off-heap puts are held to what execution leaves; the smallest
 * sufficient consumer spills first.
 */
const spark22 = after(spark211, "2.2.0", {
  modelEvidence: "source",
  storageBorrow: "shortfall",
  offHeapStorageLimit: "less_execution",
  spillOrder: "tree_each_once_then_self",
});

/** The serialized form checks every 16 records with the growth factor; both became settings. */
const spark23 = after(spark22, "2.3.0", {
  modelEvidence: "source",
  memoryOverheadKey: "spark.executor.memoryOverhead",
  serializedUnroll: "each_period",
  checkPeriodConfigurable: true,
  taskOutOfMemoryClass: "org.apache.spark.memory.SparkOutOfMemoryError",
  pageTooLargeClass: "org.apache.spark.memory.TooLargePageException",
  sizeStyle: decimalToExa,
  updatedBlocks: "asked_for",
  mapPeakOutlivesSpill: true,
});

/**
 * Values and serialized form unroll alike; the missing rest is asked for as unroll memory; a
 * consumer spills until it gives nothing.
 */
const spark24 = after(spark23, "2.4.0", {
  modelEvidence: "vectors",
  unrollTransfer: "unroll_request",
  serializedUnroll: "as_values",
  spillOrder: "tree_until_zero_then_self",
});

/** Legacy mode is gone; KiB and MiB; fractions are checked. */
const spark30 = after(spark24, "3.0.0", {
  modelEvidence: "vectors",
  legacyMode: false,
  requiresOnHeapExecution: true,
  confChecks: "typed",
  containerAddsOffHeap: true,
  sizeStyle: binaryExact,
});

const spark31 = after(spark30, "3.1.0", { modelEvidence: "source" });

/** The requester spills itself again and again while others take what it freed. */
const spark32 = after(spark31, "3.2.0", {
  modelEvidence: "source",
  spillOrder: "tree_until_zero_then_self_until_zero",
});

/** One tree with the requester last; pages leave room for the array header under G1. */
const spark33 = after(spark32, "3.3.0", {
  modelEvidence: "source",
  spillOrder: "one_tree_self_last",
  pageOffsetCollectors: new Set<GarbageCollector>(["G1"]),
  memoryOverheadFactorKey: "spark.executor.memoryOverheadFactor",
});

/** Errors have classes. */
const spark34 = after(spark33, "3.4.0", {
  modelEvidence: "source",
  outOfMemoryWording: "error_class",
  driverKeepsRelations: false,
});

const spark35 = after(spark34, "3.5.0", {
  modelEvidence: "vectors",
  startupWording: "error_class",
  startupFailureClass: SPARK_ILLEGAL_ARGUMENT,
  sizeStyle: binaryDouble,
});

/** True peaks per task; a killed task stops unrolling; block lines of the driver at DEBUG. */
const spark40 = after(spark35, "4.0.0", {
  modelEvidence: "vectors",
  interruptStopsUnroll: true,
  startupWording: "error_class_two_lines",
  outOfMemoryWording: "error_class_sqlstate",
  minimumOverheadKey: "spark.executor.minMemoryOverhead",
  taskPeaks: true,
});

/** Unmanaged memory; the page offset under ZGC and Shenandoah, too. */
const spark41 = after(spark40, "4.1.0", {
  modelEvidence: "vectors",
  unmanagedMemory: true,
  confChecks: "typed_error_class",
  spillFailureWording: "error_class",
  pageOffsetCollectors: new Set<GarbageCollector>(["G1", "ZGC", "Shenandoah"]),
});

/** `kib`, `mib`, … in size strings. */
const spark42 = after(spark41, "4.2.0", {
  modelEvidence: "vectors",
  sizeSuffixes: binarySizeSuffixes,
});

/**
 * As 4.2 until its sources are at hand, but for what recorded fillings of its sorters say
 * (fixtures/consumers).
 */
const spark43 = after(spark42, "4.3.0", {
  modelEvidence: "source",
  shuffleSorterSpills: "pages_and_array",
});

/** Oldest first. */
export const sparkBehaviours: readonly SparkBehaviour[] = Object.freeze([
  spark12,
  spark13,
  spark14,
  spark15,
  spark160,
  spark161,
  spark163,
  spark20,
  spark21,
  spark211,
  spark22,
  spark23,
  spark24,
  spark30,
  spark31,
  spark32,
  spark33,
  spark34,
  spark35,
  spark40,
  spark41,
  spark42,
  spark43,
]);

const starts: readonly SparkVersion[] = sparkBehaviours.map((behaviour) => {
  const version = parseSparkVersion(behaviour.since);
  if (version === undefined) throw new Error(`${behaviour.since} is no version`);
  return version;
});

/**
 * How a version behaves: the newest record that is not newer. Before 1.2 the oldest, beyond the
 * last the newest. `undefined` when the text is no version.
 */
export function sparkBehaviour(version: string | SparkVersion): SparkBehaviour | undefined {
  const wanted = typeof version === "string" ? parseSparkVersion(version) : version;
  if (wanted === undefined) return undefined;
  let found = spark12;
  for (const [index, behaviour] of sparkBehaviours.entries()) {
    const start = starts[index];
    if (start !== undefined && compareSparkVersions(start, wanted) <= 0) found = behaviour;
  }
  return found;
}

/** What the newest known line does: for logs that do not tell their version. */
export const newestSparkBehaviour: SparkBehaviour = sparkBehaviours.at(-1) ?? spark43;

/**
 * The rules for logs that only bound their version (`2.1`, both included; undefined: open): the
 * newest line within that was held against recorded vectors, else the oldest. Without bounds, or
 * where no line is within, the newest of all.
 */
export function behaviourWithin(
  atLeast: string | undefined,
  atMost: string | undefined,
): SparkBehaviour {
  if (atLeast === undefined && atMost === undefined) return newestSparkBehaviour;
  const lineOf = ({ major, minor }: SparkVersion): number => major * 1000 + minor;
  const first = parseSparkVersion(atLeast ?? "");
  const last = parseSparkVersion(atMost ?? "");
  const within = sparkBehaviours.filter((_, index) => {
    const start = starts[index];
    if (start === undefined) return false;
    const line = lineOf(start);
    return (
      (first === undefined || line >= lineOf(first)) && (last === undefined || line <= lineOf(last))
    );
  });
  const proved = within.filter((behaviour) => behaviour.modelEvidence === "vectors").at(-1);
  return proved ?? within[0] ?? newestSparkBehaviour;
}

/**
 * Whether a version's model was proved by recorded vectors, or read from sources only
 * (docs/fidelity.md).
 */
export function modelEvidence(version: string | SparkVersion): ModelEvidence {
  return sparkBehaviour(version)?.modelEvidence ?? "source";
}
