export { ModelError, SparkFailure } from "./assert.ts";
export { parseBlockId, rddIdOf } from "./block-id.ts";
export type { ByteInterval } from "./byte-interval.ts";
export { cutToWidth, displayWidth, padded } from "./display-width.ts";
export type {
  BlockStatus,
  BlockUpdatedFact,
  EventFact,
  EventFactKind,
  ExecutorMetricValues,
  RddInfo,
  StageInfo,
  StorageLevelFlags,
  TaskEndFact,
} from "./event-fact.ts";
export {
  bytesInWords,
  counted,
  countInWords,
  durationInWords,
  instantInWords,
  listed,
  orDash,
  shareInWords,
  someOf,
} from "./in-words.ts";
export type { LogFact, LogFactKind } from "./log-fact.ts";
export {
  type CapacityInput,
  type ManagerCapacity,
  type MemoryManagerKind,
  managerCapacity,
  offHeapPools,
} from "./memory/capacity.ts";
export { type ContainerSize, executorContainer, executorHeapMiB } from "./memory/container.ts";
export type { ExecutionRequest } from "./memory/execution-memory-pool.ts";
export { type HeapCandidate, maxHeapBytes } from "./memory/heap.ts";
export {
  createMemoryManager,
  memoryManagerFromLayout,
  selectMemoryManager,
} from "./memory/managers/index.ts";
export { UnifiedMemoryManager } from "./memory/managers/unified-memory-manager.ts";
export {
  type ExecutorMemoryLayout,
  executorMemoryLayout,
  type LayoutEvidence,
} from "./memory/memory-layout.ts";
export type {
  AdoptedOutcome,
  Adoption,
  ExecutionAnswer,
  MemoryManager,
  MemoryManagerSnapshot,
  PoolsSnapshot,
  TaskShare,
} from "./memory/memory-manager.ts";
export type { MemoryMode } from "./memory/memory-mode.ts";
export type { BlockEvictor } from "./memory/storage-memory-pool.ts";
export {
  type Fact,
  type Observation,
  type ObservationSource,
  UNKNOWN_TIME,
} from "./observation.ts";
export { printable, printableLine, printableValue } from "./printable.ts";
export type { SourceCompleteness } from "./replay/application/completeness.ts";
export { sparksExitCode } from "./replay/application/death-classes.ts";
export { Replay } from "./replay/replay.ts";
export type { ReplayOptions } from "./replay/replay-options.ts";
export type { ExecutorSummary, ReplaySummary } from "./replay/replay-summary.ts";
export type {
  ApplicationRow,
  BlockEventRow,
  BlockOp,
  BlockRow,
  ClockOffsetRow,
  DecidingRule,
  DiagnosticRow,
  EmitRow,
  EvictionCause,
  EvidenceLevel,
  ExclusionRow,
  ExecutorMetricRow,
  ExecutorRow,
  FailureClass,
  FailureRow,
  FindingRow,
  FindingSeverity,
  JobRow,
  LayoutValue,
  MemoryEventRow,
  MemoryLeakRow,
  MemoryOp,
  MemoryTimelineRow,
  MemoryWaitRow,
  MissKind,
  OomEventRow,
  Origin,
  OutOfMemoryClass,
  Provenance,
  RddRow,
  RemovedClass,
  ReplayAccuracy,
  ReplayCheckRow,
  ResourceProfileRow,
  Rows,
  SourceFileRow,
  SparkConfRow,
  SpillRow,
  SqlExecutionRow,
  SqlPlanNodeRow,
  StageRow,
  TableAndRow,
  TableName,
  TakeRow,
  TaskMemoryTimelineRow,
  TaskResubmissionRow,
  TaskRow,
  TaskSqlMetricRow,
  Triple,
} from "./rows.ts";
export { escapedJson, safeJson } from "./safe-json.ts";
export { CacheTrace, type TracedReads } from "./simulate/cache-trace.ts";
export type {
  BlockRead,
  CachedRead,
  ConsumerDemand,
  TaskPlacement,
  Wanted,
  WantedBlock,
  WantedBroadcast,
  WantedMemory,
  WantedRdd,
  WantedStage,
  WantedTask,
} from "./simulate/demand.ts";
export { Draws, NoJitter } from "./simulate/draws.ts";
export type { SimulatedConfiguration } from "./simulate/executor.ts";
export {
  isInBytes,
  isPeak,
  OUTCOMES,
  type OutcomeName,
  type Outcomes,
} from "./simulate/outcomes.ts";
export { goesTheSame, type Room } from "./simulate/room.ts";
export { type SimulatedRun, simulate, simulateUntil } from "./simulate/simulation.ts";
export { TooLongToSimulate } from "./simulate/work.ts";
export {
  type GarbageCollector,
  type ModelEvidence,
  newestSparkBehaviour,
  type SparkBehaviour,
  sparkBehaviour,
  sparkBehaviours,
} from "./spark-behaviour.ts";
export { defaultOf, type MemorySetting, type SparkConf } from "./spark-conf.ts";
export type { SparkVersion } from "./spark-version.ts";
export {
  MEMORY_METRICS,
  type SqlMetricUpdate,
  type SqlPlanNode,
} from "./sql-metric.ts";
export type { EvictedBlock, MemoryStoreSnapshot, PutResult } from "./storage/memory-store.ts";
export { MemoryStore } from "./storage/memory-store.ts";
export { Pre16MemoryStore } from "./storage/pre16-memory-store.ts";
export type { BlockToPut, PartiallyUnrolled, PutIteratorResult } from "./storage/stepwise-put.ts";
export type { UnrollDemand } from "./storage/unroll.ts";
export { type StorageLevel, storageLevelNamed } from "./storage-level.ts";
export { alignedLine, columnWidths } from "./table-lines.ts";
export type { ColumnKind, DeclaredColumn, DeclaredTable } from "./tables/declared-table.ts";
export { declaredTables } from "./tables/index.ts";
export { type MemoryConsumer, SpillFailure } from "./tasks/memory-consumer.ts";
export {
  answerAtOnce,
  type MemoryPage,
  TaskMemoryManager,
  type TaskMemorySnapshot,
  type TaskStep,
} from "./tasks/task-memory-manager.ts";
export {
  byteStringAs,
  byteStringAsBytes,
  byteStringAsMb,
  bytesToString,
  memoryStringToMb,
  printedSize,
  type SizeStyle,
  type SizeSuffixes,
} from "./units.ts";
