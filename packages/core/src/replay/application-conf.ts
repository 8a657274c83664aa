/** What is known of an application's version and configuration, and the memory layouts that follow from it. */
import type { StorageLevelFlags } from "../event-fact.ts";
import type { EmitRow } from "../rows.ts";
import {
  modelEvidence,
  newestSparkBehaviour,
  type SparkBehaviour,
  sparkBehaviour,
} from "../spark-behaviour.ts";
import { executorMemoryLayout, type MemoryLayout } from "./executor-layout.ts";
import type { ExecutorKnowledge } from "./executor-roster.ts";
import type { ExecutorRules } from "./executor-state.ts";

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

  constructor(version: string | undefined) {
    this.#version = version;
  }

  get versionText(): string | undefined {
    return this.#version;
  }

  get behaviour(): SparkBehaviour {
    const known = this.#version === undefined ? undefined : sparkBehaviour(this.#version);
    return known ?? newestSparkBehaviour;
  }

  /** Which manager the version and its configuration select. */
  get managerKind(): "unified" | "static" | "pre16" {
    const { behaviour } = this;
    if (behaviour.memoryManager === "pre16") return "pre16";
    const legacy = this.properties.get("spark.memory.useLegacyMode") === "true";
    return behaviour.legacyMode && legacy ? "static" : "unified";
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
  layout(known: ExecutorKnowledge): MemoryLayout | undefined {
    const onHeap = known.maxOnHeapBytes ?? known.maxBytes;
    const capacity = onHeap === undefined ? known.capacity : { atLeast: onHeap, atMost: onHeap };
    return executorMemoryLayout({
      behaviour: this.behaviour,
      manager: this.managerKind,
      conf: this.properties,
      onHeapCapacityBytes: capacity,
      offHeapCapacityBytes: known.maxOffHeapBytes,
    });
  }

  /** What the replay of an executor goes by; undefined while its capacity is unknown. */
  rules(known: ExecutorKnowledge): ExecutorRules | undefined {
    const layout = this.layout(known);
    if (layout === undefined) return undefined;
    const { behaviour } = this;
    const max = layout.maxMemoryBytes.bytes;
    const region = layout.storageRegionBytes.bytes;
    if (max === undefined || region === undefined) return undefined;
    const fixedPools = layout.memoryManager !== "unified";
    const offStorage = layout.offHeapStorageBytes.bytes ?? 0;
    const offExecution = layout.offHeapExecutionBytes.bytes ?? 0;
    const common = {
      fixedPools,
      storageBorrow: behaviour.storageBorrow,
      evictionCreditsExecution: behaviour.evictionCreditsExecution,
    };
    return {
      onHeap: { maxBytes: max, regionBytes: region, ...common },
      offHeap:
        offStorage + offExecution > 0
          ? { maxBytes: offStorage + offExecution, regionBytes: offStorage, ...common }
          : undefined,
      freePrintsUsed: behaviour.storedLineFree === "blocks_used",
      freeExcludesExecution: !fixedPools,
      freeCountsOffHeap: behaviour.storedLineCountsOffHeap,
      tungstenMode:
        this.properties.get("spark.memory.offHeap.enabled") === "true" ? "off_heap" : "on_heap",
      unrollThresholdBytes: 1024 * 1024,
      unrollGrowth: 1.5,
    };
  }

  /** Whether blocks of this level are stored off-heap; 2.0–3.3 do not write it, but only OFF_HEAP has disk, memory, serialized there. */
  isOffHeap(level: StorageLevelFlags | undefined): boolean {
    if (level === undefined) return false;
    if (level.useOffHeap !== undefined) return level.useOffHeap;
    return level.useDisk && level.useMemory && !level.deserialized && level.replication === 1;
  }

  write(emit: EmitRow, redact: (key: string, value: string) => string): void {
    for (const [key, value] of this.properties) {
      emit("spark_conf", { key, value: redact(key, value), isDefault: false });
    }
    for (const row of this.#profileRows) emit("resource_profiles", row);
  }
}
