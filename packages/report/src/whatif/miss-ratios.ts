/**
 * How much of what a run reads of each cached RDD comes from memory, by how much memory an executor
 * has: the recorded reads replayed through Spark's own managers, store and order of eviction at
 * each size. One pass of stack distances would be 5 to 50 % wrong here: a block never evicts one of
 * its own RDD, so more memory does not always hold all that less memory held.
 */
import {
  CacheTrace,
  counted,
  NoJitter,
  type SimulatedConfiguration,
  simulate,
  type TracedReads,
  type WantedMemory,
  type WantedRdd,
} from "@respark/core";
import { placementsOf } from "./as-logged.ts";
import { hasExecutorLogs } from "./base-outcomes.ts";
import {
  AskedWrongly,
  type BaseConfiguration,
  changedConfiguration,
  memoryInMiB,
} from "./configurations.ts";
import { type EvictionOrder, evictionOrderOf } from "./eviction-order.ts";
import type { RunRecord } from "./run-record.ts";
import type { Demand } from "./wanted-memory.ts";

/** An RDD's reads over all executors at one size. Counts; bytes of one executor's pool. */
export interface MissRatioPoint {
  readonly value: string;
  readonly memory_bytes: number;
  readonly is_own: boolean;
  readonly reads: number;
  readonly first_reads: number;
  readonly memory_hits: number;
  readonly disk_hits: number;
  readonly remote_hits: number;
  readonly misses: number;
  /** Memory hits of the best order of eviction, an order that knows the reads to come. */
  readonly best_memory_hits: number;
}

/** How an RDD is read at each size tried, and from which on nearly always from memory. */
export interface MissRatioCurve {
  readonly rdd_id: number;
  readonly level: string | null;
  readonly knob: string;
  /** The share of reads after each partition's first that `from` stands for, 0 to 1. */
  readonly share: number;
  /** What the run's logs show of its reads, first reads included. Counts. */
  readonly logged: { readonly reads: number; readonly from_memory: number } | null;
  /** The least size tried from which on so many come from memory; `null`: none, or unknown. */
  readonly from: { readonly value: string; readonly memory_bytes: number } | null;
  /** By size; empty where the reads or the sizes are in no log. */
  readonly points: readonly MissRatioPoint[];
  /** Why there are no points. */
  readonly reason: string | null;
}

/** The curves, the best order beside the run's own, and the reads of each executor. */
export interface MissRatios {
  readonly curves: readonly MissRatioCurve[];
  readonly order: EvictionOrder | null;
  readonly byExecutor: readonly ExecutorPoint[];
}

/** One executor's part of a point. */
export interface ExecutorPoint {
  readonly executorId: string;
  readonly knob: string;
  readonly value: string;
  readonly memoryBytes: number;
  readonly isOwn: boolean;
  readonly counts: TracedReads;
}

const SHARE = 0.95;
/** Steps of the square root of 2 below and above the run's own size: a quarter to four times. */
const STEPS = 4;
/** Where a curve passes the share is looked at to this part of the size. */
const EDGE = 1 / 32;
const MOST_SIZES = 32;
const LEAST_SIZES = 5;
/** So many tasks times sizes take some five seconds. */
const MOST_TASK_SIZES = 1_000_000;
/** Share of an RDD's bytes that may be inferred, and of its reads that may come out otherwise. */
const INFERRED = 0.1;
const OFF = 0.05;

/** No curves where nothing is cached. */
export function missRatiosOf(run: RunRecord, base: BaseConfiguration, demand: Demand): MissRatios {
  const cached = demand.wanted.rdds.filter(({ level }) => level.useMemory);
  const sizes = Math.min(MOST_SIZES, Math.floor(MOST_TASK_SIZES / Math.max(1, demand.tasks)));
  if (cached.length === 0) return { curves: [], order: null, byExecutor: [] };
  if (!hasExecutorLogs(run))
    return allUnknown(run, cached, "which blocks were read is in the executors' logs alone");
  if (sizes < LEAST_SIZES) return allUnknown(run, cached, "more tasks than are replayed");
  const wanted = { ...demand.wanted, placements: placementsOf(run) };
  const curves: MissRatioCurve[] = [];
  const byExecutor: ExecutorPoint[] = [];
  let own: readonly TracedReads[] = [];
  for (const useOffHeap of [false, true]) {
    const rdds = cached.filter(({ level }) => level.useOffHeap === useOffHeap);
    if (rdds.length === 0) continue;
    const sweep = new Sweep(wanted, base, knobOf(useOffHeap));
    own = sweep.own();
    const known = rdds.filter((rdd) => unknownBecause(run, rdd, own) === undefined);
    if (known.length > 0) sweep.look(known, sizes);
    for (const rdd of rdds)
      curves.push(curveOf(run, rdd, sweep, unknownBecause(run, rdd, own) ?? null));
    const ids = new Set(known.map(({ rddId }) => rddId));
    byExecutor.push(...sweep.byExecutor(run).filter(({ counts }) => ids.has(counts.rddId)));
  }
  const allKnown = curves.every(({ reason }) => reason === null);
  return { curves, order: allKnown ? evictionOrderOf(run, wanted, own) : null, byExecutor };
}

function knobOf(useOffHeap: boolean): string {
  return useOffHeap ? "spark.memory.offHeap.size" : "spark.executor.memory";
}

function allUnknown(run: RunRecord, rdds: readonly WantedRdd[], reason: string): MissRatios {
  const curves = rdds.map((rdd): MissRatioCurve => {
    const knob = knobOf(rdd.level.useOffHeap);
    return { ...headOf(run, rdd), knob, logged: null, from: null, points: [], reason };
  });
  return { curves, order: null, byExecutor: [] };
}

function headOf(
  run: RunRecord,
  { rddId }: WantedRdd,
): Pick<MissRatioCurve, "rdd_id" | "level" | "share"> {
  const level = run.rdds.find((rdd) => rdd.rddId === rddId)?.storageLevel;
  return { rdd_id: rddId, level: level ?? null, share: SHARE };
}

/** Why an RDD's reads are not replayed; `undefined`: they are. */
function unknownBecause(
  run: RunRecord,
  { rddId, blocks }: WantedRdd,
  own: readonly TracedReads[],
): string | undefined {
  const partitions = run.rdds.find((rdd) => rdd.rddId === rddId)?.partitions ?? blocks.size;
  if (partitions > blocks.size)
    return `the size of ${counted(partitions - blocks.size, "partition")} is in no log`;
  const sizes = [...blocks.values()].map(({ bytes }) => bytes);
  const all = sizes.reduce((sum, { best }) => sum + best, 0);
  const inferred = sizes.reduce((sum, { best, sigma }) => sum + (sigma === 0 ? 0 : best), 0);
  if (inferred > INFERRED * all)
    return "more than a tenth of its bytes is of partitions whose size is in no log";
  const replayed = summed(own, rddId);
  const logged = loggedReads(run, rddId);
  const slack = Math.max(1, OFF * replayed.reads);
  if (Math.abs(logged.reads - replayed.reads) > slack)
    return `the logs show ${counted(logged.reads, "read")}, its stages make ${replayed.reads}`;
  const met = fromMemory(replayed);
  if (Math.abs(logged.from_memory - met) > slack)
    return `at its own size ${met} of ${replayed.reads} reads would come from memory, in the logs ${logged.from_memory} did`;
  return undefined;
}

function loggedReads(run: RunRecord, rddId: number): NonNullable<MissRatioCurve["logged"]> {
  const prefix = `rdd_${rddId}_`;
  let reads = 0;
  let met = 0;
  for (const { blockId, op } of run.blockEvents) {
    if (!blockId.startsWith(prefix) || !(op.startsWith("hit_") || op === "miss")) continue;
    reads++;
    if (op === "hit_memory" || op === "hit_remote") met++;
  }
  return { reads, from_memory: met };
}

type Counts = Omit<TracedReads, "rddId" | "executor">;

function summed(reads: readonly TracedReads[], rddId: number): Counts {
  const mine = reads.filter((one) => one.rddId === rddId);
  const sum = (of: (counts: TracedReads) => number): number =>
    mine.reduce((total, counts) => total + of(counts), 0);
  return {
    reads: sum((counts) => counts.reads),
    firstReads: sum((counts) => counts.firstReads),
    memoryHits: sum((counts) => counts.memoryHits),
    diskHits: sum((counts) => counts.diskHits),
    remoteHits: sum((counts) => counts.remoteHits),
    misses: sum((counts) => counts.misses),
    bestMemoryHits: sum((counts) => counts.bestMemoryHits),
  };
}

/** From an executor's own memory, or from another's. */
function fromMemory({ memoryHits, remoteHits }: Counts): number {
  return memoryHits + remoteHits;
}

/** An RDD that is read once only is never read from memory, and lacks nothing. */
function isMet(counts: Counts): boolean {
  return fromMemory(counts) >= SHARE * (counts.reads - counts.firstReads);
}

function curveOf(
  run: RunRecord,
  rdd: WantedRdd,
  sweep: Sweep,
  reason: string | null,
): MissRatioCurve {
  const { knob } = sweep;
  const tried = reason === null ? sweep.tried() : [];
  const points = tried.map(({ mib, memoryBytes, isOwn, reads }): MissRatioPoint => {
    const counts = summed(reads, rdd.rddId);
    return {
      value: `${mib}m`,
      memory_bytes: memoryBytes,
      is_own: isOwn,
      reads: counts.reads,
      first_reads: counts.firstReads,
      memory_hits: counts.memoryHits,
      disk_hits: counts.diskHits,
      remote_hits: counts.remoteHits,
      misses: counts.misses,
      best_memory_hits: counts.bestMemoryHits,
    };
  });
  const unmet = tried.findLastIndex(({ reads }) => !isMet(summed(reads, rdd.rddId)));
  const from = points[unmet + 1];
  return {
    ...headOf(run, rdd),
    knob,
    logged: loggedReads(run, rdd.rddId),
    from: from === undefined ? null : { value: from.value, memory_bytes: from.memory_bytes },
    points,
    reason,
  };
}

interface TriedSize {
  readonly mib: number;
  readonly memoryBytes: number;
  readonly isOwn: boolean;
  readonly reads: readonly TracedReads[];
}

/** The run's reads at some sizes of one setting. */
class Sweep {
  readonly knob: string;
  readonly #wanted: WantedMemory;
  readonly #base: BaseConfiguration;
  readonly #ownMiB: number;
  /** `undefined`: Spark refuses to start with it. */
  readonly #tried = new Map<number, TriedSize | undefined>();

  constructor(wanted: WantedMemory, base: BaseConfiguration, knob: string) {
    this.#wanted = wanted;
    this.#base = base;
    this.knob = knob;
    this.#ownMiB = memoryInMiB(base, knob);
  }

  own(): readonly TracedReads[] {
    return this.#at(this.#ownMiB)?.reads ?? [];
  }

  /** By size. */
  tried(): readonly TriedSize[] {
    const sizes = [...this.#tried.values()].flatMap((size) => size ?? []);
    return sizes.sort((a, b) => a.mib - b.mib);
  }

  /** A grid about the run's own size, then where the curves of these RDDs pass the share. */
  look(rdds: readonly WantedRdd[], most: number): void {
    for (let step = -STEPS; step <= STEPS; step++)
      if (this.#tried.size < most) this.#at(Math.round(this.#ownMiB * 2 ** (step / 2)));
    for (const { rddId } of rdds) this.#narrow(rddId, most);
  }

  #narrow(rddId: number, most: number): void {
    const unmet = this.tried().findLastIndex(({ reads }) => !isMet(summed(reads, rddId)));
    let low = this.tried()[unmet]?.mib;
    let high = this.tried()[unmet + 1]?.mib;
    while (low !== undefined && high !== undefined && this.#tried.size < most) {
      if (high - low <= Math.max(1, Math.floor(high * EDGE))) return;
      const middle = Math.round((low + high) / 2);
      const found = this.#at(middle);
      if (found !== undefined && isMet(summed(found.reads, rddId))) high = middle;
      else low = middle;
    }
  }

  byExecutor(run: RunRecord): ExecutorPoint[] {
    return this.tried().flatMap(({ mib, memoryBytes, isOwn, reads }) =>
      reads.map((counts) => ({
        executorId: run.executors[counts.executor]?.executorId ?? "",
        knob: this.knob,
        value: `${mib}m`,
        memoryBytes,
        isOwn,
        counts,
      })),
    );
  }

  #at(mib: number): TriedSize | undefined {
    if (this.#tried.has(mib)) return this.#tried.get(mib);
    const isOwn = mib === this.#ownMiB;
    const configuration = isOwn ? this.#base.configuration : this.#configurationAt(mib);
    const tried =
      configuration === undefined
        ? undefined
        : {
            mib,
            memoryBytes: this.#poolBytes(configuration),
            isOwn,
            reads: tracedReads(this.#wanted, configuration),
          };
    this.#tried.set(mib, tried);
    return tried;
  }

  #configurationAt(mib: number): SimulatedConfiguration | undefined {
    try {
      return changedConfiguration(this.#base, new Map([[this.knob, `${mib}m`]])).configuration;
    } catch (failure) {
      if (failure instanceof AskedWrongly) return undefined;
      throw failure;
    }
  }

  #poolBytes({ capacity }: SimulatedConfiguration): number {
    if (this.knob !== knobOf(false))
      return capacity.offHeapStorageBytes + capacity.offHeapExecutionBytes;
    const { kind, onHeapStorageBytes, onHeapExecutionBytes } = capacity;
    return kind === "unified" ? onHeapStorageBytes + onHeapExecutionBytes : onHeapStorageBytes;
  }
}

function tracedReads(
  wanted: WantedMemory,
  configuration: SimulatedConfiguration,
): readonly TracedReads[] {
  const trace = new CacheTrace();
  simulate(wanted, configuration, new NoJitter(), trace);
  return trace.total();
}
