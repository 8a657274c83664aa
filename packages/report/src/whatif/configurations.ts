/**
 * The configuration a run had, proven to the byte, and the one it would have with other settings.
 */
import {
  executorHeapMiB,
  type GarbageCollector,
  managerCapacity,
  maxHeapBytes,
  type SimulatedConfiguration,
  type SparkBehaviour,
  SparkFailure,
  sparkBehaviour,
} from "@respark/core";
import type { RunRecord } from "./run-record.ts";
import { slotsOf } from "./wanted-memory.ts";

const MIB = 1_048_576;

/** Settings whose effect a simulation can tell. */
const ANSWERABLE: ReadonlySet<string> = new Set([
  "spark.executor.memory",
  "spark.executor.cores",
  "spark.memory.fraction",
  "spark.memory.storageFraction",
  "spark.memory.offHeap.enabled",
  "spark.memory.offHeap.size",
  "spark.memory.useLegacyMode",
  "spark.storage.memoryFraction",
  "spark.storage.unrollFraction",
  "spark.shuffle.memoryFraction",
  "spark.storage.safetyFraction",
  "spark.shuffle.safetyFraction",
  "spark.buffer.pageSize",
  "spark.storage.unrollMemoryThreshold",
  "spark.storage.unrollMemoryCheckPeriod",
  "spark.storage.unrollMemoryGrowthFactor",
  "spark.shuffle.spill.initialMemoryThreshold",
  "spark.executor.instances",
  "spark.task.cpus",
  "spark.version",
]);

/** Can a simulation answer what a change of this setting would do? */
export function isSimulated(setting: string): boolean {
  return ANSWERABLE.has(setting);
}

/** The run cannot be compared: exit 5. */
export class NotComparable extends Error {
  override readonly name = "NotComparable";
}

/** A setting that is none, or that Spark would refuse: exit 2. */
export class AskedWrongly extends Error {
  override readonly name = "AskedWrongly";
}

export interface BaseConfiguration {
  readonly configuration: SimulatedConfiguration;
  readonly sparkVersion: string;
  readonly collector: GarbageCollector | undefined;
  readonly heapBytes: number;
  readonly cores: number;
}

const COLLECTORS: readonly GarbageCollector[] = ["G1", "Parallel", "Serial", "ZGC", "Shenandoah"];

/**
 * The base's own configuration; throws NotComparable where its capacity does not come out to the
 * byte.
 */
export function baseConfiguration(run: RunRecord): BaseConfiguration {
  const behaviour = run.sparkVersion === undefined ? undefined : sparkBehaviour(run.sparkVersion);
  if (behaviour === undefined || run.sparkVersion === undefined)
    throw new NotComparable("no log tells which version of Spark ran");
  if (behaviour.memoryManager === "pre16")
    throw new NotComparable(`Spark ${run.sparkVersion} has a memory manager that is not simulated`);
  const executor = run.executors.find(({ maxMemoryBytes }) => maxMemoryBytes !== undefined);
  if (executor?.maxMemoryBytes === undefined)
    throw new NotComparable("no log tells how much memory an executor had");
  const cores = executor.cores ?? 1;
  const { conf } = run;
  const sizes = { behaviour, conf, cores };
  const xmxBytes = asSparkStarts(() => executorHeapMiB(behaviour, conf), notStarted) * MIB;
  for (const collector of collectorsOf(run, executor.pageSizeBytes)) {
    const heapBytes = maxHeapBytes(xmxBytes, collector);
    if (heapBytes === undefined) continue;
    const capacity = asSparkStarts(
      () => managerCapacity({ ...sizes, heapBytes, collector }),
      notStarted,
    );
    const onHeap = capacity.maxHeapBytes ?? capacity.onHeapStorageBytes;
    const total = capacity.onHeapStorageBytes + capacity.onHeapExecutionBytes;
    if (onHeap !== executor.maxMemoryBytes && total !== executor.maxMemoryBytes) continue;
    return {
      configuration: { behaviour, conf, capacity, slots: slotsOf(run) },
      sparkVersion: run.sparkVersion,
      collector,
      heapBytes,
      cores,
    };
  }
  throw new NotComparable(
    `the memory of executor ${executor.executorId} (${executor.maxMemoryBytes} bytes) does not follow from its settings`,
  );
}

/**
 * Collectors to try, likeliest first: what the command line says, else what the page size leaves.
 */
function collectorsOf(run: RunRecord, pageBytes: number | undefined): readonly GarbageCollector[] {
  const flags = `${run.conf.get("spark.executor.extraJavaOptions") ?? ""} ${run.conf.get("spark.executor.defaultJavaOptions") ?? ""}`;
  const named = /-XX:\+Use(G1|Parallel|Serial|Z|Shenandoah)GC/.exec(flags)?.[1];
  const said = COLLECTORS.find(
    (collector) => collector === named || (named === "Z" && collector === "ZGC"),
  );
  if (said !== undefined) return [said];
  return pageBytes === undefined ? COLLECTORS : COLLECTORS;
}

export interface ChangedConfiguration {
  readonly configuration: SimulatedConfiguration;
  /** Executors, where the change says how many. */
  readonly executors: number | undefined;
}

/** The base with some settings changed. Throws AskedWrongly and NotComparable. */
export function changedConfiguration(
  base: BaseConfiguration,
  changes: ReadonlyMap<string, string>,
): ChangedConfiguration {
  for (const key of changes.keys()) {
    if (ANSWERABLE.has(key)) continue;
    if (
      /^spark\.(sql|default|dynamicAllocation|serializer|io|rdd|shuffle|broadcast|kryo)/.test(key)
    )
      throw new NotComparable(`${key} changes the plan or the data, not only the memory`);
    throw new AskedWrongly(
      `${key} is no setting that is simulated; these are: ${[...ANSWERABLE].join(", ")}`,
    );
  }
  const conf = new Map(base.configuration.conf);
  for (const [key, value] of changes) conf.set(key, value);
  const version = changes.get("spark.version");
  const behaviour = version === undefined ? base.configuration.behaviour : versionOf(version);
  const cores = changes.has("spark.executor.cores")
    ? positive("spark.executor.cores", changes.get("spark.executor.cores"))
    : base.cores;
  const asked = [...changes].map(([key, value]) => `${key}=${value}`).join(", ");
  const refused = (why: string): AskedWrongly =>
    new AskedWrongly(`Spark does not start with ${asked}: ${why}`);
  const xmxBytes = asSparkStarts(() => executorHeapMiB(behaviour, conf), refused) * MIB;
  const heapBytes = changes.has("spark.executor.memory")
    ? maxHeapBytes(xmxBytes, base.collector ?? "G1")
    : base.heapBytes;
  if (heapBytes === undefined || Number.isNaN(heapBytes))
    throw new AskedWrongly(`${changes.get("spark.executor.memory")} is no size of memory`);
  const { collector } = base;
  const capacity = asSparkStarts(
    () => managerCapacity({ behaviour, conf, heapBytes, cores, collector }),
    refused,
  );
  const perTask = Math.max(1, Number(conf.get("spark.task.cpus") ?? 1));
  const executors = changes.get("spark.executor.instances");
  return {
    configuration: { behaviour, conf, capacity, slots: Math.max(1, Math.floor(cores / perTask)) },
    executors:
      executors === undefined ? undefined : positive("spark.executor.instances", executors),
  };
}

/** What a setting of memory was in the base run, MiB. */
export function memoryInMiB(base: BaseConfiguration, knob: string): number {
  const { behaviour, conf } = base.configuration;
  if (knob === "spark.executor.memory") return executorHeapMiB(behaviour, conf);
  if (knob === "spark.memory.offHeap.size")
    return Math.max(1, Math.round(base.configuration.capacity.offHeapStorageBytes / 524_288));
  throw new AskedWrongly(
    `${knob} cannot be sized: spark.executor.memory and spark.memory.offHeap.size can`,
  );
}

function notStarted(why: string): NotComparable {
  return new NotComparable(`Spark does not start with the settings that the logs name: ${why}`);
}

/** What Spark throws as it starts is no mistake of ours: these settings do not run. */
function asSparkStarts<Given>(asked: () => Given, refused: (why: string) => Error): Given {
  try {
    return asked();
  } catch (failure) {
    if (failure instanceof SparkFailure) throw refused(failure.message.replaceAll("\n", " "));
    throw failure;
  }
}

function versionOf(version: string): SparkBehaviour {
  const behaviour = sparkBehaviour(version);
  if (behaviour === undefined || behaviour.memoryManager === "pre16")
    throw new AskedWrongly(`${version} is no version of Spark that can be simulated`);
  return behaviour;
}

function positive(key: string, text: string | undefined): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new AskedWrongly(`${key} is a whole number above 0, not ${text ?? ""}`);
  return value;
}
