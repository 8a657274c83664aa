/**
 * Settings that decide memory: key, default, which versions know it; and how Spark reads their
 * text.
 */
import { JAVA_ILLEGAL_ARGUMENT, JAVA_NUMBER_FORMAT, SparkFailure } from "./assert.ts";
import type { SparkBehaviour } from "./spark-behaviour.ts";
import { compareSparkVersions, parseSparkVersion } from "./spark-version.ts";
import { byteStringAs, byteStringAsBytes } from "./units.ts";

/** Explicit settings, as an event log's Spark Properties give them. */
export type SparkConf = ReadonlyMap<string, string>;

/**
 * A memory setting. `default` is the text Spark would have, `undefined` where a formula decides.
 */
export interface MemorySetting {
  readonly key: string;
  /** Text as a user would write it, by version where it changed; undefined: no default. */
  readonly default: string | ((behaviour: SparkBehaviour) => string) | undefined;
  /** First and last version that reads it; undefined = from 1.2, still. */
  readonly since?: string;
  readonly until?: string;
  readonly meaning: string;
}

/** One row a setting (spec 1.1). */
export const memorySettings: readonly MemorySetting[] = [
  {
    key: "spark.memory.fraction",
    default: (behaviour) => String(behaviour.memoryFraction),
    since: "1.6.0",
    meaning: "share of heap less reserved that execution and storage have together",
  },
  {
    key: "spark.memory.storageFraction",
    default: "0.5",
    since: "1.6.0",
    meaning: "share of that which eviction for execution spares; splits off-heap memory too",
  },
  {
    key: "spark.memory.useLegacyMode",
    default: "false",
    since: "1.6.0",
    until: "2.4",
    meaning: "selects the static manager",
  },
  {
    key: "spark.memory.offHeap.enabled",
    default: "false",
    since: "1.6.0",
    meaning: "Tungsten allocates off-heap",
  },
  {
    key: "spark.memory.offHeap.size",
    default: "0",
    since: "1.6.0",
    meaning: "off-heap memory of the pools, enabled or not",
  },
  {
    key: "spark.testing.memory",
    default: undefined,
    since: "1.6.0",
    meaning: "replaces the JVM's maximum memory",
  },
  {
    key: "spark.testing.reservedMemory",
    default: undefined,
    since: "1.6.0",
    meaning: "replaces the reserved 300 MiB",
  },
  {
    key: "spark.storage.memoryFraction",
    default: "0.6",
    until: "2.4",
    meaning: "share of the heap for storage (static, pre-1.6)",
  },
  {
    key: "spark.storage.safetyFraction",
    default: "0.9",
    until: "2.4",
    meaning: "how much of that share is used",
  },
  {
    key: "spark.storage.unrollFraction",
    default: "0.2",
    until: "2.4",
    meaning: "share of storage that unrolling may evict (static, pre-1.6)",
  },
  {
    key: "spark.shuffle.memoryFraction",
    default: "0.2",
    until: "2.4",
    meaning: "share of the heap for execution (static, pre-1.6)",
  },
  {
    key: "spark.shuffle.safetyFraction",
    default: "0.8",
    until: "2.4",
    meaning: "how much of that share is used",
  },
  {
    key: "spark.storage.unrollMemoryThreshold",
    default: "1048576",
    meaning: "first request of every unroll",
  },
  {
    key: "spark.storage.unrollMemoryCheckPeriod",
    default: "16",
    since: "2.3.0",
    meaning: "records between two looks at the size of a block being unrolled",
  },
  {
    key: "spark.storage.unrollMemoryGrowthFactor",
    default: "1.5",
    since: "2.3.0",
    meaning: "how much more an unroll asks for than it holds",
  },
  {
    key: "spark.buffer.pageSize",
    default: undefined,
    since: "1.5.0",
    meaning: "Tungsten page, verbatim",
  },
  {
    key: "spark.shuffle.spill.initialMemoryThreshold",
    default: "5242880",
    meaning: "size a spillable collection reaches untracked",
  },
  {
    key: "spark.memory.unmanagedMemoryPollingInterval",
    default: "0s",
    since: "4.1.0",
    meaning: "how often unmanaged consumers are asked; 0 = never",
  },
  {
    key: "spark.executor.memory",
    default: (behaviour) => behaviour.executorMemoryDefault,
    meaning: "-Xmx of executors",
  },
  { key: "spark.driver.memory", default: "1g", meaning: "-Xmx of the driver" },
  {
    key: "spark.executor.memoryOverhead",
    default: undefined,
    since: "2.3.0",
    meaning: "container memory beside the heap",
  },
  {
    key: "spark.executor.memoryOverheadFactor",
    default: "0.1",
    since: "3.3.0",
    meaning: "the same as a share of the heap",
  },
  {
    key: "spark.executor.minMemoryOverhead",
    default: "384m",
    since: "4.0.0",
    meaning: "least overhead",
  },
  {
    key: "spark.executor.pyspark.memory",
    default: undefined,
    since: "2.4.0",
    meaning: "container memory for Python workers",
  },
];

const defaults = new Map(memorySettings.map((setting) => [setting.key, setting.default]));

/**
 * The default text of a memory setting on a line; `undefined` when a formula or nothing gives it.
 */
export function defaultOf(key: string, behaviour: SparkBehaviour): string | undefined {
  const value = defaults.get(key);
  return typeof value === "function" ? value(behaviour) : value;
}

/**
 * Memory settings that are not set, with what this line takes instead; those that a formula gives
 * are left out.
 */
export function defaultsInForce(
  conf: SparkConf,
  behaviour: SparkBehaviour,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const line = parseSparkVersion(behaviour.since);
  for (const { key, since, until } of memorySettings) {
    const value = defaultOf(key, behaviour);
    if (conf.has(key) || value === undefined || line === undefined) continue;
    const [first, last] = [parseSparkVersion(since ?? ""), parseSparkVersion(`${until}.9999`)];
    if (first !== undefined && compareSparkVersions(line, first) < 0) continue;
    if (last !== undefined && compareSparkVersions(line, last) > 0) continue;
    found.set(key, value);
  }
  return found;
}

function textOf(conf: SparkConf, key: string, behaviour: SparkBehaviour): string {
  return conf.get(key) ?? defaultOf(key, behaviour) ?? "";
}

/** What a configuration entry with a type of its own is refused with. */
function refusal(behaviour: SparkBehaviour, words: string, plainClass: string): SparkFailure {
  return behaviour.confChecks === "typed_error_class"
    ? new SparkFailure(
        "org.apache.spark.SparkIllegalArgumentException",
        `[INVALID_CONF_VALUE] ${words}`,
      )
    : new SparkFailure(plainClass, words);
}

/** Java's Double.parseDouble; `undefined` for what it refuses. */
export function parseJavaDouble(text: string): number | undefined {
  const trimmed = text.trim();
  const match = /^([+-]?)(NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[dDfF]?$/.exec(trimmed);
  if (match === null) return undefined;
  const value = Number(match[2]);
  return match[1] === "-" ? -value : value;
}

/**
 * A fraction. Spark 1.x and 2.x throw NumberFormatException for nonsense, 3.0+
 * IllegalArgumentException.
 */
export function confDouble(conf: SparkConf, key: string, behaviour: SparkBehaviour): number {
  const text = textOf(conf, key, behaviour);
  const value = parseJavaDouble(text);
  if (value !== undefined) return value;
  if (behaviour.confChecks === "untyped" || behaviour.confChecks === "typed_size")
    throw new SparkFailure(JAVA_NUMBER_FORMAT, `For input string: "${text}" (${key})`);
  throw refusal(behaviour, `${key} should be double, but was ${text}`, JAVA_ILLEGAL_ARGUMENT);
}

/** `spark.memory.storageFraction`: 3.0+ insists on `[0,1)`. */
export function confStorageFraction(conf: SparkConf, behaviour: SparkBehaviour): number {
  const key = "spark.memory.storageFraction";
  const value = confDouble(conf, key, behaviour);
  const checked = behaviour.confChecks === "typed" || behaviour.confChecks === "typed_error_class";
  if (checked && !(value >= 0 && value < 1))
    throw refusal(
      behaviour,
      `'${conf.get(key) ?? value}' in ${key} is invalid. Storage fraction must be in [0,1)`,
      JAVA_ILLEGAL_ARGUMENT,
    );
  return value;
}

export function confBoolean(conf: SparkConf, key: string, behaviour: SparkBehaviour): boolean {
  const text = textOf(conf, key, behaviour).trim().toLowerCase();
  if (text === "true") return true;
  if (text === "false") return false;
  throw refusal(behaviour, `${key} should be boolean, but was ${text}`, JAVA_ILLEGAL_ARGUMENT);
}

/**
 * A plain integer (`spark.testing.memory`, thresholds before 3.0) or, where the line has typed
 * entries, a size string.
 */
export function confLong(conf: SparkConf, key: string, behaviour: SparkBehaviour): number {
  const text = textOf(conf, key, behaviour).trim();
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  if (behaviour.confChecks === "typed" || behaviour.confChecks === "typed_error_class")
    return Number(signedSize(text, behaviour, key));
  throw new SparkFailure(JAVA_NUMBER_FORMAT, `For input string: "${text}" (${key})`);
}

/** `spark.memory.offHeap.size`, never negative, exact to the last of 64 bits. */
export function confOffHeapBytes(conf: SparkConf, behaviour: SparkBehaviour): bigint {
  const key = "spark.memory.offHeap.size";
  const text = textOf(conf, key, behaviour);
  if (behaviour.confChecks === "untyped") return byteStringAs(text, 1n, behaviour.sizeSuffixes);
  const bytes = signedSize(text, behaviour, key);
  if (bytes < 0n)
    throw refusal(
      behaviour,
      `'${bytes}b' in ${key} is invalid. The off-heap memory size must not be negative`,
      JAVA_ILLEGAL_ARGUMENT,
    );
  return bytes;
}

/**
 * A size that is read without a typed entry: `spark.executor.memory` in the start-up check,
 * `spark.buffer.pageSize` before 3.0.
 */
export function confSizeBytes(text: string, behaviour: SparkBehaviour): number {
  return byteStringAsBytes(text, behaviour.sizeSuffixes);
}

/** `spark.buffer.pageSize`: taken as it is; 3.0+ even takes a negative one. */
export function confPageSizeBytes(conf: SparkConf, behaviour: SparkBehaviour): number | undefined {
  const text = conf.get("spark.buffer.pageSize");
  if (text === undefined) return undefined;
  const typed = behaviour.confChecks === "typed" || behaviour.confChecks === "typed_error_class";
  return typed
    ? Number(signedSize(text, behaviour, "spark.buffer.pageSize"))
    : confSizeBytes(text, behaviour);
}

/** ConfigHelpers.byteFromString: a typed entry takes a sign. */
function signedSize(text: string, behaviour: SparkBehaviour, key: string): bigint {
  const negative = text.startsWith("-");
  try {
    const bytes = byteStringAs(negative ? text.slice(1) : text, 1n, behaviour.sizeSuffixes);
    return negative ? -bytes : bytes;
  } catch (failure) {
    if (!(failure instanceof SparkFailure)) throw failure;
    throw refusal(behaviour, `${failure.message} (${key})`, failure.sparkClass);
  }
}

/** A size in MiB as launchers read it: a bare number is MiB. `undefined` when unset or no size. */
export function confMiB(
  conf: SparkConf,
  key: string,
  behaviour: SparkBehaviour,
): number | undefined {
  const text = conf.get(key);
  if (text === undefined) return undefined;
  try {
    return Number(byteStringAs(text, 1024n ** 2n, behaviour.sizeSuffixes));
  } catch (failure) {
    if (failure instanceof SparkFailure) return undefined;
    throw failure;
  }
}
