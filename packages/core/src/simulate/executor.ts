/** One executor of a simulation: the real manager and store, and what becomes of blocks. */
import { rddIdOf } from "../block-id.ts";
import type { ManagerCapacity } from "../memory/capacity.ts";
import { createMemoryManager } from "../memory/managers/index.ts";
import type { MemoryManager } from "../memory/memory-manager.ts";
import type { SparkBehaviour } from "../spark-behaviour.ts";
import { confLong, type SparkConf } from "../spark-conf.ts";
import { MemoryStore } from "../storage/memory-store.ts";
import { type UnrollSettings, unrollSettings } from "../storage/unroll.ts";
import type { BlockLocations } from "./block-locations.ts";
import type { Outcomes } from "./outcomes.ts";

/** A configuration that a simulation runs under. */
export interface SimulatedConfiguration {
  readonly behaviour: SparkBehaviour;
  readonly conf: SparkConf;
  readonly capacity: ManagerCapacity;
  /** Tasks at once. */
  readonly slots: number;
}

/** What the settings of a configuration come to, read once for all of its draws' tasks. */
export interface SimulatedSettings {
  readonly unroll: UnrollSettings;
  /** `spark.shuffle.spill.initialMemoryThreshold`, bytes. */
  readonly initialThresholdBytes: number;
  readonly pageBytes: number;
}

export function settingsOf({
  behaviour,
  conf,
  capacity,
}: SimulatedConfiguration): SimulatedSettings {
  return {
    unroll: unrollSettings(behaviour, conf),
    initialThresholdBytes: confLong(conf, "spark.shuffle.spill.initialMemoryThreshold", behaviour),
    pageBytes: capacity.pageSizeBytes ?? 1_048_576,
  };
}

export class SimulatedExecutor {
  readonly index: number;
  readonly host: string;
  readonly manager: MemoryManager;
  readonly store: MemoryStore;
  /** What all executors come to together. */
  readonly outcomes: Outcomes;
  /** Blocks that a level with disk wrote, or that were evicted to it. */
  readonly onDisk: Set<string> = new Set();
  readonly broadcasts: Set<number> = new Set();
  /** Blocks that some task here computes right now. */
  readonly computing: Set<string> = new Set();
  /** It has read a block of another executor: the next ones find a connection. */
  hasReadRemotely = false;
  /** How much longer its tasks take than the base's. */
  readonly slowness: number;
  freeSlots: number;
  isAvailable = false;
  /** It alone, as it is offered when a task of it ends. */
  readonly alone: readonly SimulatedExecutor[] = [this];

  constructor(
    configuration: SimulatedConfiguration,
    given: {
      readonly index: number;
      readonly host: string;
      readonly outcomes: Outcomes;
      readonly slowness: number;
    },
  ) {
    const { behaviour, conf, capacity } = configuration;
    this.index = given.index;
    this.host = given.host;
    this.outcomes = given.outcomes;
    this.slowness = given.slowness;
    this.manager = createMemoryManager(behaviour, capacity, conf);
    this.store = new MemoryStore(behaviour, this.manager, conf);
    this.freeSlots = configuration.slots;
  }

  isOnDisk(blockId: string): boolean {
    return this.onDisk.size > 0 && this.onDisk.has(blockId);
  }

  isComputing(blockId: string): boolean {
    return this.computing.size > 0 && this.computing.has(blockId);
  }

  /** Counts the RDD blocks that were just evicted, and forgets where those are that are gone. */
  noteEvicted(locations: BlockLocations): void {
    const { outcomes } = this;
    for (const { blockId, bytes, toDisk } of this.store.takeEvicted()) {
      const rddId = rddIdOf(blockId);
      if (rddId === undefined) continue;
      outcomes.evicted_blocks++;
      outcomes.evicted_bytes += bytes;
      if (toDisk) this.onDisk.add(blockId);
      else if (!this.isOnDisk(blockId)) locations.removeOf(rddId, partitionOf(blockId), this.index);
    }
  }

  /** The highest use of each pool, which the pools themselves keep. */
  noteHighest(): void {
    const { outcomes, manager } = this;
    const note = (
      name: "peak_storage_bytes" | "peak_execution_bytes" | "peak_off_heap_storage_bytes",
      bytes: number,
    ): void => {
      outcomes[name] = Math.max(outcomes[name], bytes);
    };
    note("peak_storage_bytes", manager.highestStorageBytes("on_heap"));
    note("peak_execution_bytes", manager.highestExecutionBytes("on_heap"));
    note("peak_off_heap_storage_bytes", manager.highestStorageBytes("off_heap"));
  }
}

/** Of an RDD block: the number behind its last `_`. */
function partitionOf(blockId: string): number {
  let partition = 0;
  let factor = 1;
  for (let at = blockId.length - 1; blockId.charCodeAt(at) !== 95; at--) {
    partition += factor * (blockId.charCodeAt(at) - 48);
    factor *= 10;
  }
  return partition;
}
