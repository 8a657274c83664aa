/**
 * How large a container the cluster manager is asked for: heap, overhead, off-heap, Python (spec
 * 1.5).
 */

import type { LayoutValue } from "../rows.ts";
import type { SparkBehaviour } from "../spark-behaviour.ts";
import {
  confBoolean,
  confMiB,
  confOffHeapBytes,
  defaultOf,
  parseJavaDouble,
  type SparkConf,
} from "../spark-conf.ts";
import { byteStringAsMb } from "../units.ts";

const MIB = 1_048_576;
const DEFAULT_OVERHEAD_FACTOR = 0.1;
/** Kubernetes gives Python and R applications more. */
const NON_JVM_OVERHEAD_FACTOR = 0.4;
const MINIMUM_OVERHEAD_MIB = 384;

/** What a cluster manager is asked for an executor, part by part, in MiB (memory-model 1.5). */
export interface ContainerSize {
  readonly heapMiB: number;
  readonly overheadMiB: number;
  readonly offHeapMiB: number;
  readonly pysparkMiB: number;
  /** The sum: what is asked for, before the cluster manager rounds up. */
  readonly totalMiB: number;
}

/** What an executor's container is asked for. */
export function executorContainer(behaviour: SparkBehaviour, conf: SparkConf): ContainerSize {
  const heapMiB = executorHeapMiB(behaviour, conf);
  const overheadMiB = overheadMiBOf(behaviour, conf, heapMiB);
  const offHeapMiB =
    behaviour.containerAddsOffHeap && confBoolean(conf, "spark.memory.offHeap.enabled", behaviour)
      ? Number(confOffHeapBytes(conf, behaviour) / BigInt(MIB))
      : 0;
  const pysparkMiB = isPython(conf)
    ? (confMiB(conf, "spark.executor.pyspark.memory", behaviour) ?? 0)
    : 0;
  return {
    heapMiB,
    overheadMiB,
    offHeapMiB,
    pysparkMiB,
    totalMiB: heapMiB + overheadMiB + offHeapMiB + pysparkMiB,
  };
}

/** `spark.executor.memory` or its default, in MiB. */
export function executorHeapMiB(behaviour: SparkBehaviour, conf: SparkConf): number {
  return (
    confMiB(conf, "spark.executor.memory", behaviour) ??
    byteStringAsMb(behaviour.executorMemoryDefault)
  );
}

function overheadMiBOf(behaviour: SparkBehaviour, conf: SparkConf, heapMiB: number): number {
  const explicit = explicitOverheadMiB(behaviour, conf);
  if (explicit !== undefined) return explicit;
  const minimum =
    behaviour.minimumOverheadKey === undefined
      ? MINIMUM_OVERHEAD_MIB
      : (confMiB(conf, behaviour.minimumOverheadKey, behaviour) ?? MINIMUM_OVERHEAD_MIB);
  return Math.max(Math.trunc(overheadFactor(behaviour, conf) * heapMiB), minimum);
}

function explicitOverheadMiB(behaviour: SparkBehaviour, conf: SparkConf): number | undefined {
  return (
    confMiB(conf, behaviour.memoryOverheadKey, behaviour) ??
    confMiB(conf, "spark.yarn.executor.memoryOverhead", behaviour)
  );
}

function overheadFactor(behaviour: SparkBehaviour, conf: SparkConf): number {
  const key = behaviour.memoryOverheadFactorKey;
  const text =
    (key === undefined ? undefined : conf.get(key)) ??
    conf.get("spark.kubernetes.memoryOverheadFactor");
  const given = text === undefined ? undefined : parseJavaDouble(text);
  if (given !== undefined) return given;
  if (isKubernetes(conf) && isNonJvm(conf)) return NON_JVM_OVERHEAD_FACTOR;
  const fallback = key === undefined ? undefined : defaultOf(key, behaviour);
  return fallback === undefined ? DEFAULT_OVERHEAD_FACTOR : Number(fallback);
}

function isKubernetes(conf: SparkConf): boolean {
  return (conf.get("spark.master") ?? "").startsWith("k8s");
}

function isPython(conf: SparkConf): boolean {
  return (
    conf.get("spark.yarn.isPython") === "true" ||
    conf.get("spark.kubernetes.resource.type") === "python"
  );
}

function isNonJvm(conf: SparkConf): boolean {
  const type = conf.get("spark.kubernetes.resource.type");
  return type === "python" || type === "r";
}

/**
 * The overhead of an executor as far as the settings tell: `derived` where they or a cluster
 * manager that adds one say so, nothing in local and standalone mode.
 */
export function executorOverhead(behaviour: SparkBehaviour, conf: SparkConf): LayoutValue {
  const explicit = explicitOverheadMiB(behaviour, conf);
  if (explicit !== undefined) return { bytes: explicit * MIB, origin: "derived" };
  const master = conf.get("spark.master");
  if (master !== undefined && (master.startsWith("local") || master.startsWith("spark:")))
    return { bytes: undefined, origin: undefined };
  const bytes = overheadMiBOf(behaviour, conf, executorHeapMiB(behaviour, conf)) * MIB;
  return { bytes, origin: master === undefined ? "assumed" : "derived" };
}
