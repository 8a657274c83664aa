/**
 * What another order of eviction could have met from memory at the run's own size, and what to do
 * about it: a hint only where the difference is worth the work.
 */
import { counted, type TracedReads, type WantedMemory } from "@respark/core";
import type { RunRecord } from "./run-record.ts";

/** Reads after each partition's first, over all RDDs and executors. Counts. */
export interface EvictionOrder {
  readonly reads: number;
  readonly memory_hits: number;
  /** Under an order that knows the reads to come (Belady's), all else as it was. */
  readonly best_memory_hits: number;
  /** RDDs that stay cached although no stage reads them any more, while others are still read. */
  readonly unread_rdd_ids: readonly number[];
  /** `null`: the run's own order is about as good as any. */
  readonly hint: string | null;
}

/** A better order is worth a hint from so many reads on, and from this share of them on. */
const LEAST_READS = 3;
const LEAST_SHARE = 0.1;

/** `own`: the reads replayed at the run's own size. */
export function evictionOrderOf(
  run: RunRecord,
  wanted: WantedMemory,
  own: readonly TracedReads[],
): EvictionOrder {
  const sum = (of: (counts: TracedReads) => number): number =>
    own.reduce((total, counts) => total + of(counts), 0);
  const reads = sum((counts) => counts.reads - counts.firstReads);
  const met = sum(({ memoryHits }) => memoryHits);
  const best = sum(({ bestMemoryHits }) => bestMemoryHits);
  const unread = unreadRdds(wanted);
  const isReal = best - met >= Math.max(LEAST_READS, LEAST_SHARE * reads);
  const names = unread.map((rddId) => {
    const name = run.rdds.find((rdd) => rdd.rddId === rddId)?.name;
    return name === undefined || name === "" ? `rdd ${rddId}` : `rdd ${rddId} (${name})`;
  });
  const advice =
    names.length > 0
      ? `unpersist ${names.join(", ")} after the last read`
      : "read an RDD to the end of its use before the next is cached, or unpersist it there";
  const hint =
    `an order of eviction that knows the reads to come meets ${best} of ` +
    `${counted(reads, "repeated read")} from the executors' own memory at this size, Spark's ` +
    `${met}: ${advice}`;
  return {
    reads,
    memory_hits: met,
    best_memory_hits: best,
    unread_rdd_ids: unread,
    hint: isReal ? hint : null,
  };
}

function unreadRdds({ rdds, stages }: WantedMemory): number[] {
  const lastRead = new Map<number, number>();
  for (const [index, stage] of stages.entries()) {
    for (const { rdd } of stage.reads) lastRead.set(rdd, index);
    for (const { reads } of stage.tasks)
      for (const { rdd } of reads ?? []) lastRead.set(rdd, index);
  }
  const end = Math.max(-1, ...lastRead.values());
  return rdds.flatMap(({ rddId, level, unpersistedAfterStages }, rdd) => {
    const last = lastRead.get(rdd);
    if (last === undefined || !level.useMemory || last >= end) return [];
    return unpersistedAfterStages === undefined || unpersistedAfterStages > last + 1 ? [rddId] : [];
  });
}
