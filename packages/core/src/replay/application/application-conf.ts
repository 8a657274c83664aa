/**
 * What is known of an application's version and configuration, and the memory layouts that follow
 * from it.
 */
import { ModelError, SparkFailure } from "../../assert.ts";
import { type ByteInterval, exactly } from "../../byte-interval.ts";
import type { StorageLevelFlags } from "../../event-fact.ts";
import { memoryManagerKind } from "../../memory/capacity.ts";
import { memoryManagerFromLayout } from "../../memory/managers/index.ts";
import { type ExecutorMemoryLayout, executorMemoryLayout } from "../../memory/memory-layout.ts";
import type { MemoryManager } from "../../memory/memory-manager.ts";
import type { EmitRow } from "../../rows.ts";
import {
  behaviourWithin,
  type GarbageCollector,
  modelEvidence,
  type SparkBehaviour,
  sparkBehaviour,
} from "../../spark-behaviour.ts";
import { confOffHeapBytes, defaultsInForce, parseJavaDouble } from "../../spark-conf.ts";
import { unrollSettings } from "../../storage/unroll.ts";
import type { ExecutorRules } from "../executor-rules.ts";
import {
  assumedConf,
  type HeapAgainstCapacity,
  mayBeAllOnHeap,
  roundOffHeapBytes,
} from "./assumed-conf.ts";
import type { ExecutorKnowledge } from "./executor-roster.ts";

/** Spark lines (`2.1`), both included; undefined: open. */
export interface SparkVersionBounds {
  readonly atLeast: string | undefined;
  readonly atMost: string | undefined;
}

/** Utils.isLocalMaster: the driver is the executor. */
const LOCAL_MASTER = /^local(?:\[|$)/;

export class ApplicationConf {
  readonly properties: Map<string, string> = new Map();
  readonly #profileRows: {
    profileId: number;
    resource: string;
    scope: "executor" | "task";
    amount: number;
  }[] = [];
  #version: string | undefined;
  #versionFromEventLog = false;
  /** an environment was logged: what is not in it was not set */
  #logged = false;
  /** What is gone by while nothing names the version. */
  readonly #assumed: SparkBehaviour;
  #lacksReports = false;

  /** `bounds`: between which lines the version is, where nothing names it. */
  constructor(version: string | undefined, bounds?: SparkVersionBounds) {
    this.#version = version;
    this.#assumed = behaviourWithin(bounds?.atLeast, bounds?.atMost);
  }

  get versionText(): string | undefined {
    return this.#version;
  }

  /** The event log tells of blocks (spec event-log.md 3.5, 3.7). */
  get reportsBlocks(): boolean {
    return (
      (this.#logsUpdates && !this.#lacksReports) ||
      this.#isOn("spark.taskMetrics.trackUpdatedBlockStatuses") ||
      this.behaviour.updatedBlocks === "always"
    );
  }

  /**
   * Asked when a task starts before any block was reported: true, once, where the log's own
   * settings promise reports. A stage's broadcast is stored on the driver and reported before its
   * tasks start (DAGScheduler.submitMissingTasks), so the reports were filtered out.
   */
  owesReports(): boolean {
    if (!this.reportsBlocks || !this.#logsUpdates) return false;
    this.#lacksReports = true;
    return !this.reportsBlocks;
  }

  get #logsUpdates(): boolean {
    return this.#isOn("spark.eventLog.logBlockUpdates.enabled");
  }

  #isOn(key: string): boolean {
    return this.properties.get(key) === "true";
  }

  get behaviour(): SparkBehaviour {
    const known = this.#version === undefined ? undefined : sparkBehaviour(this.#version);
    return known ?? this.#assumed;
  }

  /** Which manager the version and its configuration select. */
  get managerKind(): "unified" | "static" | "pre16" {
    const { behaviour } = this;
    return unlessRefused(
      () => memoryManagerKind(behaviour, this.properties),
      behaviour.memoryManager,
    );
  }

  /** Whether the model of this version was held against recorded vectors. */
  get modelEvidence(): "vectors" | "source" {
    return this.#version === undefined ? "source" : modelEvidence(this.#version);
  }

  /** The event log's word on the version beats a line of a log. */
  versionSeen(version: string, where: "event_log" | "log"): void {
    if (this.#versionFromEventLog && where === "log") return;
    this.#version = version;
    this.#versionFromEventLog = where === "event_log";
  }

  environment(
    spark: ReadonlyMap<string, string>,
    _system: ReadonlyMap<string, string>,
    _jvm: ReadonlyMap<string, string>,
  ): void {
    for (const [key, value] of spark) this.properties.set(key, value);
    this.#logged ||= spark.size > 0;
  }

  profile(
    profileId: number,
    executor: ReadonlyMap<string, number>,
    task: ReadonlyMap<string, number>,
  ): void {
    for (const [resource, amount] of executor) {
      this.#profileRows.push({ profileId, resource, scope: "executor", amount });
    }
    for (const [resource, amount] of task) {
      this.#profileRows.push({ profileId, resource, scope: "task", amount });
    }
  }

  /** The memory layout of an executor, from all that is known of it now. */
  layout(known: ExecutorKnowledge, byDefaults = false): ExecutorMemoryLayout {
    return executorMemoryLayout({
      behaviour: this.behaviour,
      conf: this.#confOf(known),
      onHeapCapacityBytes:
        known.maxOnHeapBytes === undefined ? undefined : exactly(known.maxOnHeapBytes),
      totalCapacityBytes: known.maxBytes === undefined ? known.capacity : exactly(known.maxBytes),
      seenCapacityBytes:
        this.behaviour.storedLineFree === "blocks_used" ? undefined : known.seenCapacityBytes,
      settingsLogged: byDefaults || this.properties.size > 0,
      xmxBytes: known.xmxBytes,
      collector: collectorOf(known.jvmFlags),
      cores: known.cores,
      isDriver: known.executorId === "driver",
    });
  }

  /** What the store of an executor will say its capacity is; undefined: nothing but that tells. */
  foreseenCapacity(known: ExecutorKnowledge): ByteInterval | undefined {
    const layout = this.layout({ ...known, capacity: undefined });
    const isUnified = layout.memoryManager === "unified";
    const { bytes, origin } = isUnified ? layout.maxMemory : layout.storageRegion;
    if (bytes === undefined || origin === "assumed") return undefined;
    const { offHeapStorage, offHeapExecution } = layout;
    const counts = isUnified && this.behaviour.storedLineCountsOffHeap;
    const offHeap = counts ? (offHeapStorage.bytes ?? 0) + (offHeapExecution.bytes ?? 0) : 0;
    return exactly(bytes + offHeap);
  }

  /**
   * The application's settings; without an event log, those that the executor's heap and capacity
   * give away.
   */
  #confOf(known: ExecutorKnowledge): ReadonlyMap<string, string> {
    const { xmxBytes, capacity } = known;
    if (this.properties.size > 0 || xmxBytes === undefined || capacity === undefined) {
      return this.#withRegistered(known.maxOffHeapBytes);
    }
    known.assumedConf ??= assumedConf(this.#heapAgainst(known, xmxBytes, capacity));
    return known.assumedConf;
  }

  #heapAgainst(
    known: ExecutorKnowledge,
    xmxBytes: number,
    capacity: ByteInterval,
  ): HeapAgainstCapacity {
    return {
      behaviour: this.behaviour,
      xmxBytes,
      collector: collectorOf(known.jvmFlags),
      capacity,
      usesOffHeap: known.offHeapRdds.size > 0,
    };
  }

  /**
   * What an executor registered as its off-heap memory beats what is set: not every way to set it
   * is logged.
   */
  #withRegistered(maxOffHeapBytes: number | undefined): ReadonlyMap<string, string> {
    const { properties } = this;
    const told = maxOffHeapBytes !== undefined && this.behaviour.storedLineCountsOffHeap;
    if (!told || this.managerKind !== "unified") return properties;
    const set = unlessRefused(() => Number(confOffHeapBytes(properties, this.behaviour)), 0);
    if (set === maxOffHeapBytes) return properties;
    return new Map(properties).set(OFF_HEAP_SIZE, String(maxOffHeapBytes));
  }

  /**
   * What the replay of an executor goes by; undefined while its capacity is unknown. One that has a
   * log of its own, or of whose blocks the driver's log tells, is replayed by Spark's defaults even
   * then (`capacityIsGuessed`), for what the lines say: no row of its pools is written.
   */
  rules(known: ExecutorKnowledge, hasLog: boolean): ExecutorRules | undefined {
    let layout = this.layout(known);
    known.capacityIsGuessed =
      (hasLog || known.isToldByDriver) && layout.maxMemory.bytes === undefined;
    if (known.capacityIsGuessed) layout = this.layout(known, true);
    const { behaviour } = this;
    const max = layout.maxMemory.bytes;
    const region = layout.storageRegion.bytes;
    if (max === undefined || region === undefined || max <= 0 || region < 0) return undefined;
    if (!Number.isSafeInteger(max)) return undefined; // damage: no heap is as large
    const fixedPools = layout.memoryManager !== "unified";
    const sharedBytes = this.#isSplitUnknown(known) && !fixedPools ? max : undefined;
    const offStorage = layout.offHeapStorage.bytes ?? 0;
    const offExecution = layout.offHeapExecution.bytes ?? 0;
    const common = {
      fixedPools,
      storageBorrow: behaviour.storageBorrow,
      evictionCreditsExecution: behaviour.evictionCreditsExecution,
    };
    // Of a part that is unknown nothing is known to be protected from execution either.
    const part = { maxBytes: max, regionBytes: 0, ...common };
    const offHeap =
      offStorage + offExecution > 0
        ? { maxBytes: offStorage + offExecution, regionBytes: offStorage, ...common }
        : undefined;
    return {
      onHeap: sharedBytes === undefined ? { ...part, regionBytes: region } : part,
      offHeap: sharedBytes === undefined ? offHeap : part,
      sharedBytes,
      isCapacityKnown: !(
        layout.maxMemory.origin === "assumed" &&
        known.capacity === undefined &&
        known.maxBytes === undefined
      ),
      maximumDoubt: doubtOf(layout.maxMemory, known),
      areModesKnown: this.#areModesKnown(known),
      freePrintsUsed: behaviour.storedLineFree === "blocks_used",
      freeExcludesExecution: !fixedPools,
      freeCountsOffHeap: behaviour.storedLineCountsOffHeap,
      keepsRelations:
        behaviour.driverKeepsRelations ||
        known.executorId !== "driver" ||
        LOCAL_MASTER.test(this.properties.get("spark.master") ?? ""),
      // Blocks live off-heap only where that is enabled, and then Tungsten does, too.
      tungstenMode: sharedBytes === undefined ? layout.tungstenMode : "off_heap",
      pageBytes: layout.pageSize.bytes,
      peakReports: behaviour,
      slots: this.#slots(known.cores),
      ...this.#unroll(known),
    };
  }

  /** What an unroll asks for at first, and by how much it grows. */
  #unroll(known: ExecutorKnowledge): Pick<ExecutorRules, "unrollThresholdBytes" | "unrollGrowth"> {
    const settingsOf = (conf: ReadonlyMap<string, string>) => unrollSettings(this.behaviour, conf);
    const { thresholdBytes, growthFactor } = unlessRefused(
      () => settingsOf(this.#confOf(known)),
      settingsOf(new Map()),
    );
    return { unrollThresholdBytes: thresholdBytes, unrollGrowth: growthFactor };
  }

  /**
   * How much of the capacity is off-heap: settings and registrations say so, else the heap and the
   * printed capacity, where one round size alone makes up for the difference.
   */
  #areModesKnown(known: ExecutorKnowledge): boolean {
    const { offHeapRdds, maxOffHeapBytes, xmxBytes, capacity } = known;
    if (this.properties.size > 0 || maxOffHeapBytes !== undefined) return true;
    const usesOffHeap = offHeapRdds.size > 0;
    if (xmxBytes === undefined || capacity === undefined) return !usesOffHeap;
    const against = this.#heapAgainst(known, xmxBytes, capacity);
    const assumed = this.#confOf(known);
    if (usesOffHeap) return Number(assumed.get(OFF_HEAP_SIZE)) === roundOffHeapBytes(against);
    return mayBeAllOnHeap(against, assumed);
  }

  /** The log has off-heap blocks, and nothing says how much of the capacity is theirs. */
  #isSplitUnknown(known: ExecutorKnowledge): boolean {
    return known.offHeapRdds.size > 0 && !this.#areModesKnown(known);
  }

  /** The layout as rows have it: without the pools' sizes where only their sum is known. */
  knownLayout(known: ExecutorKnowledge): ExecutorMemoryLayout {
    const layout = this.layout(known);
    if (known.capacity === undefined || this.#areModesKnown(known)) return layout;
    const unknown = { bytes: undefined, origin: undefined };
    return {
      ...layout,
      userMemory: unknown,
      maxMemory: unknown,
      storageRegion: unknown,
      executionRegion: unknown,
      offHeapStorage: unknown,
      offHeapExecution: unknown,
    };
  }

  /** Tasks that run at once on so many cores, at most: those of any profile may (3.4+). */
  #slots(cores: number | undefined): number | undefined {
    if (cores === undefined) return undefined;
    let cpus = Number(this.properties.get("spark.task.cpus") ?? 1);
    for (const { resource, scope, amount } of this.#profileRows)
      if (scope === "task" && resource === "cpus") cpus = Math.min(cpus, amount);
    return cpus >= 1 ? Math.max(1, Math.floor(cores / cpus)) : undefined;
  }

  /** The manager that this version and configuration select, of the executor's own size. */
  manager(known: ExecutorKnowledge): MemoryManager | undefined {
    if (this.#isSplitUnknown(known)) return undefined; // its pools' sizes are unknown
    const layout = this.layout(known);
    return unlessRefused(
      () => memoryManagerFromLayout(this.behaviour, layout, this.#confOf(known)),
      undefined,
    );
  }

  /**
   * Whether blocks of this level are stored off-heap; 2.0–3.3 do not write it, but only OFF_HEAP
   * has disk, memory, serialized there.
   */
  isOffHeap(level: StorageLevelFlags | undefined): boolean {
    if (level === undefined) return false;
    if (level.useOffHeap !== undefined) return level.useOffHeap;
    return level.useDisk && level.useMemory && !level.deserialized && level.replication === 1;
  }

  write(emit: EmitRow, redact: (key: string, value: string) => string): void {
    for (const [key, value] of this.properties) {
      emit("spark_conf", { key, value: redact(key, value), isDefault: false });
    }
    if (this.#logged && this.#version !== undefined) {
      for (const [key, value] of defaultsInForce(this.properties, this.behaviour)) {
        emit("spark_conf", { key, value, isDefault: true });
      }
    }
    for (const row of this.#profileRows) emit("resource_profiles", row);
    for (const [key, value] of this.properties) {
      const share = SHARES.has(key) ? parseJavaDouble(value) : undefined;
      if (share === undefined || (share >= 0 && share <= 1)) continue;
      emit("diagnostics", {
        sourceFileId: undefined,
        line: undefined,
        byteOffset: undefined,
        code: "impossible_setting",
        severity: "warning",
        message: `${key} is ${share}, and a share lies between 0 and 1: what follows from it is no fact`,
        count: 1,
      });
    }
  }
}

/**
 * A printed capacity of which no heap or setting tells the rest may be anything that prints alike.
 */
function doubtOf(
  { bytes, origin }: ExecutorMemoryLayout["maxMemory"],
  { capacity, maxBytes }: ExecutorKnowledge,
): ExecutorRules["maximumDoubt"] {
  if (bytes === undefined || origin !== "assumed" || maxBytes !== undefined) return NO_DOUBT;
  if (capacity === undefined || bytes < capacity.atLeast || bytes > capacity.atMost) {
    return NO_DOUBT;
  }
  return { below: bytes - capacity.atLeast, above: capacity.atMost - bytes };
}

const NO_DOUBT: ExecutorRules["maximumDoubt"] = { below: 0, above: 0 };

const SHARES = new Set([
  "spark.memory.fraction",
  "spark.memory.storageFraction",
  "spark.storage.memoryFraction",
  "spark.storage.safetyFraction",
  "spark.storage.unrollFraction",
  "spark.shuffle.memoryFraction",
  "spark.shuffle.safetyFraction",
]);
const OFF_HEAP_SIZE = "spark.memory.offHeap.size";

const COLLECTORS: readonly (readonly [string, GarbageCollector])[] = [
  ["-XX:+UseG1GC", "G1"],
  ["-XX:+UseSerialGC", "Serial"],
  ["-XX:+UseParallelGC", "Parallel"],
  ["-XX:+UseZGC", "ZGC"],
  ["-XX:+UseShenandoahGC", "Shenandoah"],
  ["-XX:+UseConcMarkSweepGC", "CMS"],
];

/**
 * Settings that Spark would not have started with are no reason to stop: what remains is read
 * without them.
 */
function unlessRefused<T>(compute: () => T, otherwise: T): T {
  try {
    return compute();
  } catch (failure) {
    if (failure instanceof SparkFailure || failure instanceof ModelError) return otherwise;
    throw failure;
  }
}

function collectorOf(flags: readonly string[]): GarbageCollector | undefined {
  return COLLECTORS.find(([flag]) => flags.includes(flag))?.[1];
}
