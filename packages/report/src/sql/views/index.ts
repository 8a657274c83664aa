/** All views and macros, in the order in which they are shown. */
import type { MacroSpec, ViewSpec } from "../view.ts";
import { applicationSummary } from "./application-summary.ts";
import { blockEnds } from "./block-ends.ts";
import { broadcasts } from "./broadcasts.ts";
import { cacheCosts } from "./cache-costs.ts";
import { cacheGains } from "./cache-gains.ts";
import { evictionLedger } from "./eviction-ledger.ts";
import { evictionRegret } from "./eviction-regret.ts";
import { executionReclaimed } from "./execution-reclaimed.ts";
import { executorMemoryLayout } from "./executor-memory-layout.ts";
import { executorMemorySummary } from "./executor-memory-summary.ts";
import { executorPressure } from "./executor-pressure.ts";
import { executorRanking } from "./executor-ranking.ts";
import { failureSummary } from "./failure-summary.ts";
import { garbageCosts } from "./garbage-costs.ts";
import { headroom } from "./headroom.ts";
import { highWaterMarks } from "./high-water-marks.ts";
import { idleRdds } from "./idle-rdds.ts";
import { importHealth } from "./import-health.ts";
import { jobRuns } from "./job-runs.ts";
import { lostExecutors } from "./lost-executors.ts";
import { memoryAt } from "./memory-at.ts";
import { memoryNeed } from "./memory-need.ts";
import { memoryOutsidePools } from "./memory-outside-pools.ts";
import { oomContext } from "./oom-context.ts";
import { oomSummary } from "./oom-summary.ts";
import { pressureEvents } from "./pressure-events.ts";
import { putFailures } from "./put-failures.ts";
import { rddCacheEfficiency } from "./rdd-cache-efficiency.ts";
import { replayAccuracy } from "./replay-accuracy.ts";
import { spillCauses } from "./spill-causes.ts";
import { spillCosts } from "./spill-costs.ts";
import { sqlOperatorMemory } from "./sql-operator-memory.ts";
import { stageMemory } from "./stage-memory.ts";
import { stagePartitions } from "./stage-partitions.ts";
import { storageBorrowed } from "./storage-borrowed.ts";
import { taskSkew } from "./task-skew.ts";
import { waitSummary } from "./wait-summary.ts";

/** A view that asks another one comes after it. */
export const views: readonly ViewSpec[] = [
  executorMemorySummary,
  executorMemoryLayout,
  executorPressure,
  executorRanking,
  highWaterMarks,
  evictionLedger,
  evictionRegret,
  rddCacheEfficiency,
  spillCauses,
  stageMemory,
  stagePartitions,
  sqlOperatorMemory,
  taskSkew,
  waitSummary,
  storageBorrowed,
  executionReclaimed,
  putFailures,
  oomContext,
  pressureEvents,
  memoryOutsidePools,
  headroom,
  importHealth,
  replayAccuracy,
  applicationSummary,
  cacheCosts,
  cacheGains,
  spillCosts,
  garbageCosts,
  lostExecutors,
  failureSummary,
  oomSummary,
  broadcasts,
  memoryNeed,
  idleRdds,
  blockEnds,
  jobRuns,
];

export const macros: readonly MacroSpec[] = [memoryAt];
