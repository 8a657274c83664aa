/** All views and macros, in the order in which they are shown. */
import type { MacroSpec, ViewSpec } from "../view.ts";
import { evictionLedger } from "./eviction-ledger.ts";
import { evictionRegret } from "./eviction-regret.ts";
import { executionReclaimed } from "./execution-reclaimed.ts";
import { executorMemoryLayout } from "./executor-memory-layout.ts";
import { executorMemorySummary } from "./executor-memory-summary.ts";
import { executorPressure } from "./executor-pressure.ts";
import { executorRanking } from "./executor-ranking.ts";
import { headroom } from "./headroom.ts";
import { highWaterMarks } from "./high-water-marks.ts";
import { importHealth } from "./import-health.ts";
import { memoryAt } from "./memory-at.ts";
import { memoryOutsidePools } from "./memory-outside-pools.ts";
import { oomContext } from "./oom-context.ts";
import { pressureEvents } from "./pressure-events.ts";
import { putFailures } from "./put-failures.ts";
import { rddCacheEfficiency } from "./rdd-cache-efficiency.ts";
import { replayAccuracy } from "./replay-accuracy.ts";
import { spillCauses } from "./spill-causes.ts";
import { stageMemory } from "./stage-memory.ts";
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
];

export const macros: readonly MacroSpec[] = [memoryAt];
