/**
 * The reads of cached blocks in one simulated run, by RDD and executor: how Spark's order of
 * eviction met them, and how many the best order would have met from memory.
 */
import { rddIdOf } from "../block-id.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import {
  UNROLLED,
  type UnrollAccount,
  type UnrollDemand,
  UnrollingValues,
  type UnrollSettings,
} from "../storage/unroll.ts";
import { type CacheUse, metByBestOrder } from "./best-eviction.ts";
import type { SimulatedExecutor } from "./executor.ts";

export type ReadMetBy = "memory" | "disk" | "remote" | "first" | "again";

/** Reads of one RDD's partitions by the tasks of one executor; counts. */
export interface TracedReads {
  readonly rddId: number;
  /** Position in the demand's executors. */
  readonly executor: number;
  reads: number;
  /** Of partitions that had not been computed before: no memory helps them. */
  firstReads: number;
  memoryHits: number;
  diskHits: number;
  /** Read from another executor. */
  remoteHits: number;
  /** Computed, first reads included. */
  misses: number;
  /** Memory hits under the best order of eviction; never fewer than `memoryHits` over the pool. */
  bestMemoryHits: number;
}

interface PoolTrace {
  readonly uses: CacheUse[];
  readonly wasHit: boolean[];
}

/** Is told of each read while a run is simulated, and sums up afterwards. */
export class CacheTrace {
  readonly #reads = new Map<string, TracedReads>();
  readonly #pools = new Map<string, PoolTrace>();

  /** A task reads a block; where it is met from elsewhere, no memory of this executor is asked. */
  read(
    { index, manager, store }: SimulatedExecutor,
    mode: MemoryMode,
    block: { readonly blockId: string; readonly bytes: number; readonly needBytes: number },
    met: ReadMetBy,
  ): void {
    const counts = this.#countsOf(rddIdOf(block.blockId) ?? -1, index);
    counts.reads++;
    if (met === "memory") counts.memoryHits++;
    else if (met === "disk") counts.diskHits++;
    else if (met === "remote") counts.remoteHits++;
    else counts.misses++;
    if (met === "first") counts.firstReads++;
    if (met === "remote") return;
    const pool = this.#poolOf(index, mode);
    const held = store.rddBytes(mode);
    const roomBytes = manager.maxStorageBytes(mode) - manager.storageUsedBytes(mode) + held;
    pool.uses.push({ ...block, roomBytes });
    pool.wasHit.push(met === "memory");
  }

  /**
   * Blocks were evicted: whatever needed the room, unrolls left out, would have needed it anyhow.
   */
  evicted({ index, manager, store }: SimulatedExecutor): void {
    for (const mode of ["on_heap", "off_heap"] as const) {
      const pool = this.#pools.get(poolName(index, mode));
      if (pool === undefined) continue;
      const free = manager.maxStorageBytes(mode) - manager.storageUsedBytes(mode);
      const roomBytes = free + store.rddBytes(mode) + store.unrollBytes;
      pool.uses.push({ blockId: undefined, bytes: 0, needBytes: 0, roomBytes });
      pool.wasHit.push(false);
    }
  }

  /** By RDD, then executor. */
  total(): readonly TracedReads[] {
    for (const [name, { uses, wasHit }] of this.#pools) {
      const best = metByBestOrder(uses);
      const count = (met: readonly boolean[]): number => met.filter(Boolean).length;
      // Spark's order is an order too.
      const met = count(best) >= count(wasHit) ? best : wasHit;
      for (const [at, { blockId }] of uses.entries())
        if (met[at] === true && blockId !== undefined)
          this.#countsOf(rddIdOf(blockId) ?? -1, Number.parseInt(name, 10)).bestMemoryHits++;
    }
    this.#pools.clear();
    return [...this.#reads.values()].sort((a, b) => a.rddId - b.rddId || a.executor - b.executor);
  }

  #countsOf(rddId: number, executor: number): TracedReads {
    const name = `${rddId}.${executor}`;
    const known = this.#reads.get(name);
    if (known !== undefined) return known;
    const none = { reads: 0, firstReads: 0, memoryHits: 0, diskHits: 0, remoteHits: 0 };
    const counts = { rddId, executor, ...none, misses: 0, bestMemoryHits: 0 };
    this.#reads.set(name, counts);
    return counts;
  }

  #poolOf(executor: number, mode: MemoryMode): PoolTrace {
    const name = poolName(executor, mode);
    const known = this.#pools.get(name);
    if (known !== undefined) return known;
    const pool: PoolTrace = { uses: [], wasHit: [] };
    this.#pools.set(name, pool);
    return pool;
  }
}

function poolName(executor: number, mode: MemoryMode): string {
  return `${executor} ${mode}`;
}

const ROOM_FOR_ALL: UnrollAccount = { reserve: () => true };

/** The most that storing a block holds: its unroll asks ahead of what it has seen. Bytes. */
export function storingNeeds(demand: UnrollDemand, settings: UnrollSettings): number {
  const unrolling = new UnrollingValues(demand, settings);
  while (unrolling.advance(ROOM_FOR_ALL) !== UNROLLED);
  return Math.max(unrolling.heldBytes, demand.finalBytes);
}
