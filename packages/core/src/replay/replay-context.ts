/** What every part of one executor's replay shares. */

import type { ByteInterval } from "../byte-interval.ts";
import type { StorageLevelFlags } from "../event-fact.ts";
import type { Origin } from "../rows.ts";
import type { BlockHistory } from "./blocks/block-history.ts";
import type { BlockLocks } from "./blocks/block-locks.ts";
import type { BroadcastValues } from "./blocks/broadcast-values.ts";
import type { RemovalReports } from "./blocks/removal-reports.ts";
import type { UnrollWindows } from "./blocks/unroll-windows.ts";
import type { UnseenBlocks } from "./blocks/unseen-blocks.ts";
import type { Decisions } from "./evidence/decisions.ts";
import type { Foresight } from "./evidence/foresight.ts";
import type { Weighed } from "./evidence/grades.ts";
import type { LoggedClasses } from "./evidence/logged-classes.ts";
import type { UnrollLadder } from "./evidence/unroll-ladder.ts";
import type { ExecutorEvidence } from "./evidence.ts";
import type { ExecutorState, StepPlace } from "./executor-state.ts";
import type { LogStep, Lookahead } from "./links/lookahead.ts";
import type { RecentChanges } from "./links/recent-changes.ts";
import type { ExecutionEstimates } from "./tasks/execution-estimates.ts";
import type { PolledPeaks } from "./tasks/polled-peaks.ts";
import type { RecentPages } from "./tasks/recent-pages.ts";

/**
 * Blocks that went without a line: none, some that are removed now, or more lines have to say so.
 */
export type Inferred = "nothing" | "removed" | { readonly hold: (weighed: Weighed) => void };

export interface ReplayContext {
  readonly state: ExecutorState;
  readonly history: BlockHistory;
  readonly evidence: ExecutorEvidence;
  readonly polled: PolledPeaks;
  /** of all executors */
  readonly broadcasts: BroadcastValues;
  readonly windows: UnrollWindows;
  readonly unseen: UnseenBlocks;
  readonly removals: RemovalReports;
  readonly foresight: Foresight;
  readonly decisions: Decisions;
  readonly ladder: UnrollLadder;
  readonly locks: BlockLocks;
  readonly lookahead: Lookahead;
  /** Steps that were replayed before their line, which is yet to come. */
  readonly early: Set<LogStep>;
  readonly recent: RecentChanges;
  readonly recentPages: RecentPages;
  readonly execution: ExecutionEstimates;
  /** What has a line in the log whenever it happens. */
  readonly logged: LoggedClasses;
  /** Blocks of this RDD live off-heap, as far as the logs tell. */
  isOffHeap(blockId: string): boolean;
  /** Whether blocks of this RDD are kept as values; undefined: not logged. */
  isDeserializedRdd(rddId: number): boolean | undefined;
  /** Whether the event log reports blocks, by settings and version. */
  reportsBlocks(): boolean;
  /** Of a persisted RDD, as stages list it. */
  levelOfRdd(rddId: number): StorageLevelFlags | undefined;
  /** RDDs that a stage computes or reads and that are persisted. */
  persistedRdds(stageId: number | undefined): Iterable<number>;
  /** Those of these blocks that are in memory leave it, without a line of their own. */
  removeBlocks(at: StepPlace, blockIds: readonly string[], origin: Origin): void;
  /** What a line that leaves `room` shows to have been removed without a line. */
  inferRemovals(step: LogStep, room: ByteInterval): Inferred;
  /** Replays a store, grant or release whose line is yet to come. */
  replayEarly(step: LogStep): void;
  /** The task that the thread of a step runs, where thread or MDC tells. */
  taskOf(step: LogStep): number | undefined;
}

/** How much of its time a step leaves open, µs: a second where whole seconds are printed. */
export function printedWithin({ tsMin, tsMax }: LogStep): number {
  return tsMin === undefined || tsMax === undefined ? 0 : tsMax - tsMin;
}
