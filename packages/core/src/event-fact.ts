/** What one event of an event log says, any Spark version spelled one way (spec/event-log.md). */
import type { SqlMetricUpdate, SqlPlanNode } from "./sql-metric.ts";

/** Storage level flags; `useOffHeap` undefined where the version does not write it (2.0–3.3). */
export interface StorageLevelFlags {
  useDisk: boolean;
  useMemory: boolean;
  useOffHeap: boolean | undefined;
  deserialized: boolean;
  replication: number;
}

/** A block's state in `SparkListenerBlockUpdated` or in a task's `Updated Blocks`. */
export interface BlockStatus {
  blockId: string;
  level: StorageLevelFlags;
  memoryBytes: number;
  diskBytes: number;
}

/** One RDD as a stage lists it. */
export interface RddInfo {
  readonly rddId: number;
  readonly name: string;
  readonly callSite: string | undefined;
  readonly scope: string | undefined;
  readonly parentIds: readonly number[];
  readonly level: StorageLevelFlags;
  readonly partitions: number;
  readonly cachedPartitions: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly diskBytes: number | undefined;
}

/** StageInfo of SparkListenerStageSubmitted and StageCompleted; times in epoch ms. */
export interface StageInfo {
  readonly stageId: number;
  readonly stageAttemptId: number;
  readonly name: string;
  readonly details: string | undefined;
  readonly tasks: number;
  readonly rdds: readonly RddInfo[];
  readonly parentIds: readonly number[];
  /** ms */
  readonly submittedMs: number | undefined;
  readonly completedMs: number | undefined;
  readonly failureReason: string | undefined;
  readonly resourceProfileId: number | undefined;
}

/**
 * Executor metrics by Spark's names (`JVMHeapMemory`, `OnHeapExecutionMemory`, …), as logged and in
 * the log's order; a Map is one. Bytes, counts or ms, from 0.
 */
export interface ExecutorMetricValues {
  /** Its value; undefined: not logged. */
  get(name: string): number | undefined;
  /** All that are logged, in the log's order. */
  forEach(take: (value: number, name: string) => void): void;
}

/** Task totals; undefined = not in this version's log or not in this event. A reused record. */
export interface TaskEndFact {
  kind: "task_end";
  stageId: number;
  stageAttemptId: number;
  taskType: string | undefined;
  taskId: number;
  index: number;
  partitionId: number | undefined;
  attempt: number;
  executorId: string;
  host: string;
  locality: string | undefined;
  speculative: boolean;
  launchedMs: number;
  gettingResultMs: number | undefined;
  finishedMs: number | undefined;
  failed: boolean;
  killed: boolean;
  /** `Success`, `ExceptionFailure`, … */
  reason: string;
  failureClass: string | undefined;
  failureReason: string | undefined;
  /** Innermost frame of the program's own code, of an ExceptionFailure. */
  userFrame: string | undefined;
  /** ExecutorLostFailure */
  exitCausedByApp: boolean | undefined;
  hasMetrics: boolean;
  deserializeMillis: number | undefined;
  deserializeCpuNanos: number | undefined;
  runMillis: number | undefined;
  cpuNanos: number | undefined;
  resultBytes: number | undefined;
  gcMillis: number | undefined;
  resultSerializationMillis: number | undefined;
  memorySpilledBytes: number | undefined;
  diskSpilledBytes: number | undefined;
  /** Sum of structure peaks: an estimate, no bound (spec/event-log.md 3.10). */
  peakExecutionBytes: number | undefined;
  /** 4.0+: true per-task peaks; undefined for tasks that failed, whose peaks are not logged. */
  peakOnHeapExecutionBytes: number | undefined;
  peakOffHeapExecutionBytes: number | undefined;
  inputBytes: number | undefined;
  inputRecords: number | undefined;
  outputBytes: number | undefined;
  outputRecords: number | undefined;
  shuffleReadRemoteBytes: number | undefined;
  shuffleReadLocalBytes: number | undefined;
  shuffleReadRecords: number | undefined;
  shuffleFetchWaitMillis: number | undefined;
  shuffleWriteBytes: number | undefined;
  shuffleWriteRecords: number | undefined;
  /** undefined where the version or the configuration writes none */
  updatedBlocks: readonly BlockStatus[] | undefined;
  /** of SQL operators, those that tell of memory; undefined: the task is of no SQL execution */
  sqlMetrics?: readonly SqlMetricUpdate[] | undefined;
  /** `Task Executor Metrics`: executor-wide peaks; undefined when absent or all zero */
  executorMetrics: ExecutorMetricValues | undefined;
}

/** SparkListenerBlockUpdated: where a block is now, with exact bytes; 0 and 0 is nowhere. */
export interface BlockUpdatedFact {
  kind: "block_updated";
  executorId: string;
  host: string;
  port: number;
  status: BlockStatus;
}

/**
 * What one listener event says; times in epoch ms, sizes in bytes, undefined where its version
 * lacks the field.
 */
export type EventFact =
  | TaskEndFact
  | BlockUpdatedFact
  | {
      readonly kind: "log_start";
      readonly sparkVersion: string;
      /** Databricks, at the head of each rolled part: its number, from 0 */
      readonly rollover?: number | undefined;
      /** Databricks: equal in all parts of one context's log */
      readonly contextId?: string | undefined;
    }
  | {
      readonly kind: "application_start";
      readonly name: string;
      readonly appId: string | undefined;
      readonly attemptId: string | undefined;
      readonly timeMs: number;
      readonly user: string | undefined;
    }
  | {
      readonly kind: "application_end";
      readonly timeMs: number;
      readonly exitCode: number | undefined;
    }
  | {
      readonly kind: "environment";
      readonly sparkProperties: ReadonlyMap<string, string>;
      readonly systemProperties: ReadonlyMap<string, string>;
      readonly jvm: ReadonlyMap<string, string>;
    }
  | {
      readonly kind: "resource_profile";
      readonly profileId: number;
      /** name → amount as logged (memory kinds: MiB) */
      readonly executor: ReadonlyMap<string, number>;
      readonly task: ReadonlyMap<string, number>;
    }
  | {
      readonly kind: "executor_added";
      readonly executorId: string;
      readonly timeMs: number;
      readonly host: string;
      readonly cores: number;
      readonly resourceProfileId: number | undefined;
      readonly attributes: ReadonlyMap<string, string>;
    }
  | {
      readonly kind: "executor_removed";
      readonly executorId: string;
      readonly timeMs: number;
      readonly reason: string;
    }
  | {
      readonly kind: "block_manager_added";
      readonly executorId: string;
      readonly host: string;
      readonly port: number;
      readonly timeMs: number | undefined;
      readonly maxBytes: number;
      readonly maxOnHeapBytes: number | undefined;
      readonly maxOffHeapBytes: number | undefined;
    }
  | {
      readonly kind: "block_manager_removed";
      readonly executorId: string;
      readonly host: string;
      readonly port: number;
      readonly timeMs: number | undefined;
    }
  | {
      readonly kind: "job_start";
      readonly jobId: number;
      readonly timeMs: number | undefined;
      readonly stageIds: readonly number[];
      /**
       * What it plans to run or to skip; undefined where the log does not say, or too much to hold.
       */
      readonly stages?: readonly StageInfo[] | undefined;
      readonly description: string | undefined;
      readonly jobGroup: string | undefined;
      readonly sqlExecutionId: number | undefined;
    }
  | {
      readonly kind: "job_end";
      readonly jobId: number;
      readonly timeMs: number | undefined;
      readonly succeeded: boolean;
      readonly error: string | undefined;
    }
  | {
      readonly kind: "stage_submitted";
      readonly stage: StageInfo;
      readonly sqlExecutionId: number | undefined;
    }
  | { readonly kind: "stage_completed"; readonly stage: StageInfo }
  | {
      readonly kind: "task_start";
      readonly taskId: number;
      readonly stageId: number;
      readonly stageAttemptId: number;
      readonly index: number;
      readonly partitionId: number | undefined;
      readonly attempt: number;
      readonly executorId: string;
      readonly host: string;
      readonly launchedMs: number;
      readonly locality: string | undefined;
      readonly speculative: boolean;
    }
  | {
      readonly kind: "executor_metrics";
      readonly executorId: string;
      readonly stageId: number | undefined;
      readonly stageAttemptId: number | undefined;
      /**
       * stage: SparkListenerStageExecutorMetrics (peaks over the stage); update: a (driver)
       * heartbeat
       */
      readonly scope: "stage" | "update";
      readonly values: ExecutorMetricValues;
    }
  | { readonly kind: "unpersist_rdd"; readonly rddId: number }
  | {
      readonly kind: "exclusion";
      readonly timeMs: number;
      readonly scope: "executor" | "node" | "executor_for_stage" | "node_for_stage";
      readonly change: "excluded" | "readmitted";
      readonly executorId: string | undefined;
      readonly host: string | undefined;
      readonly stageId: number | undefined;
      readonly failures: number | undefined;
    }
  | {
      readonly kind: "sql_start";
      readonly executionId: number;
      readonly rootExecutionId: number | undefined;
      readonly timeMs: number;
      readonly description: string;
      /** physicalPlanDescription, cut to 64 KiB */
      readonly plan: string | undefined;
      /** the same as a tree; undefined: the event has none */
      readonly nodes?: readonly SqlPlanNode[] | undefined;
    }
  | {
      /** what adaptive execution made of a plan */
      readonly kind: "sql_plan";
      readonly executionId: number;
      readonly nodes: readonly SqlPlanNode[];
    }
  | {
      readonly kind: "sql_end";
      readonly executionId: number;
      readonly timeMs: number;
      readonly error: string | undefined;
    };

/** Names of the facts that an event log gives. */
export type EventFactKind = EventFact["kind"];
