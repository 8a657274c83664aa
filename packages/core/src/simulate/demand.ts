/**
 * What an application wanted of memory, whatever it got: stages, tasks, blocks, broadcasts, and how
 * sure each size is.
 */
import type { StorageLevel } from "../storage-level.ts";

/** A quantity that a log tells more or less well. Bytes or rows. */
export interface Wanted {
  readonly best: number;
  readonly atLeast: number;
  readonly atMost: number;
  /**
   * Deviation of the logarithm around `best`; `undefined`: anything between the bounds is as
   * likely.
   */
  readonly sigma: number | undefined;
}

/** A partition of a cached RDD: the bytes it takes in memory, as logged or estimated. */
export interface WantedBlock {
  readonly blockId: string;
  readonly bytes: Wanted;
  /** Elements of the partition, where a read shows them; else `undefined`. */
  readonly elements: number | undefined;
}

/** A cached RDD: its level, and its partitions as blocks. */
export interface WantedRdd {
  readonly rddId: number;
  readonly level: StorageLevel;
  /** By partition. */
  readonly blocks: ReadonlyMap<number, WantedBlock>;
  /** Removed once so many stages are complete; `undefined`: never. */
  readonly unpersistedAfterStages: number | undefined;
}

/** A cached RDD that a stage reads, and those that it reads to compute it. */
export interface CachedRead {
  /** Position in `WantedMemory.rdds`. */
  readonly rdd: number;
  readonly parents: readonly CachedRead[];
}

/** A cached partition that one task reads; used where partitions do not map one to one. */
export interface BlockRead {
  readonly rdd: number;
  readonly partition: number;
}

/**
 * A collection that asks by its estimated size and spills itself (ExternalSorter,
 * ExternalAppendOnlyMap).
 */
export interface SpillableDemand {
  readonly kind: "spillable";
  readonly consumer: string;
  /** Estimated size of the whole, had it never spilled. */
  readonly bytes: Wanted;
  /** Bytes on disk a byte spilled. */
  readonly diskRatio: Wanted;
}

/** Rows sorted in pages with an array of pointers (UnsafeExternalSorter). */
export interface SorterDemand {
  readonly kind: "sorter";
  readonly rows: Wanted;
  /** With what the sorter adds to each. */
  readonly rowBytes: number;
  readonly radix: boolean;
  readonly diskRatio: Wanted;
}

/**
 * Serialized rows sorted by partition (ShuffleExternalSorter): one long a record, and gone with the
 * last row.
 */
export interface ShuffleSorterDemand {
  readonly kind: "shuffle_sorter";
  readonly rows: Wanted;
  readonly rowBytes: number;
  readonly radix: boolean;
  readonly diskRatio: Wanted;
}

/**
 * Groups in a hash map in pages (BytesToBytesMap), written out as a sorted run when it gets no
 * more.
 */
export interface MapDemand {
  readonly kind: "map";
  /** Distinct keys. */
  readonly rows: Wanted;
  /** Key and value row, with what the map adds to each pair. */
  readonly rowBytes: number;
  /** A page of the generated code's own map. */
  readonly fastPage: boolean;
  readonly diskRatio: Wanted;
}

/** The build side of a join in memory, which cannot spill. */
export interface RelationDemand {
  readonly kind: "relation";
  readonly rows: Wanted;
  readonly rowBytes: number;
  readonly keyedByLong: boolean;
}

/**
 * Memory of an operator of which only its peak is known: pages, and all are spilled when it gets no
 * more.
 */
export interface PagesDemand {
  readonly kind: "pages";
  readonly bytes: Wanted;
  readonly diskRatio: Wanted;
}

export type PagedDemand =
  | SorterDemand
  | ShuffleSorterDemand
  | MapDemand
  | RelationDemand
  | PagesDemand;

/** What one operator of a task wants. */
export type ConsumerDemand = (SpillableDemand | PagedDemand) & {
  /** Places of earlier operators of the task that it reads to their end while it is filled. */
  readonly drains?: readonly number[] | undefined;
};

/** What one task wanted: cached reads, memory of its consumers, and its run time in ms. */
export interface WantedTask {
  readonly taskId: number;
  readonly partition: number;
  /** Run time when its cached reads are met, and when the first of them is computed, ms. */
  readonly hitMillis: number;
  readonly missMillis: number;
  /** Replaces the stage's reads. */
  readonly reads: readonly BlockRead[] | undefined;
  /** One is filled after the other, and held until it is drained or the task ends. */
  readonly consumers: readonly ConsumerDemand[];
}

/** A broadcast: its pieces and its value, in bytes, and when it is gone. */
export interface WantedBroadcast {
  readonly broadcastId: number;
  readonly pieceBytes: readonly number[];
  readonly valueBytes: number;
  /** Gone once so many stages are complete. */
  readonly removedAfterStages: number | undefined;
}

/** A stage of the run that is simulated: its tasks, and which stages precede it. */
export interface WantedStage {
  readonly stageId: number;
  readonly attempt: number;
  readonly jobId: number;
  /** So many stages, in the order of their completion, precede it. */
  readonly afterStages: number;
  /** What the driver did between their end and its submission, ms. */
  readonly gapMillis: number;
  /** Its place among stages by completion. */
  readonly completionOrder: number;
  readonly reads: readonly CachedRead[];
  /** Positions in `WantedMemory.broadcasts`: the task binary first. */
  readonly broadcasts: readonly number[];
  /**
   * Time before a task runs (fetching, deserializing), ms: of an executor's first tasks of the
   * stage, and of later ones.
   */
  readonly firstOverheadMillis: number;
  readonly overheadMillis: number;
  /** Spread of run times, as the deviation of their logarithm. */
  readonly durationSigma: number;
  readonly tasks: readonly WantedTask[];
}

export interface WantedExecutor {
  readonly executorId: string;
  readonly host: string;
  /** From the first submission of a stage, ms. */
  readonly availableAtMillis: number;
  /**
   * How long its start took of that, where it differs from run to run: its deviation is
   * `WantedMemory.startSigma`. ms.
   */
  readonly startMillis?: number | undefined;
}

/** Where and when a task ran, where a simulation is to keep to that. */
export interface TaskPlacement {
  /** Position in `WantedMemory.executors`. */
  readonly executor: number;
  /** Launched at, from the first submission of a stage; and until its first read. Both in ms. */
  readonly launchedAtMillis: number;
  readonly overheadMillis: number;
  /** Of its run time, what passed until then; ms. */
  readonly ranMillis: number;
  /** What computing and storing its first partition, its second, … took; ms. */
  readonly computeMillis: readonly number[];
}

/** Everything that a simulation is given of an application. */
export interface WantedMemory {
  readonly executors: readonly WantedExecutor[];
  readonly rdds: readonly WantedRdd[];
  readonly broadcasts: readonly WantedBroadcast[];
  readonly stages: readonly WantedStage[];
  /** Deviation of the logarithm of how long an executor's first tasks of a stage take to start. */
  readonly overheadSigma: number;
  /** Deviation of the logarithm of how long executors take to start. */
  readonly startSigma?: number | undefined;
  /** Deviation of the logarithm of executors' speeds; 0: all are equally fast. */
  readonly speedSigma: number;
  /**
   * Time to read a block of another executor, ms: an executor's first ones, and later ones; and the
   * deviation of its logarithm.
   */
  readonly remoteReads: {
    readonly firstMillis: number;
    readonly laterMillis: number;
    readonly sigma: number;
  };
  /** `spark.locality.wait`, ms. */
  readonly localityWaitMillis: { readonly process: number; readonly node: number };
  readonly fair: boolean;
  /** `spark.task.maxFailures`. */
  readonly maxFailures: number;
  /** By task id. With it no schedule is simulated: tasks run where and when this says. */
  readonly placements?: ReadonlyMap<number, TaskPlacement> | undefined;
}
