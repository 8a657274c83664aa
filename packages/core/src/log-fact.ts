/**
 * What one line of an executor or driver log says about memory, blocks and tasks
 * (spec/log-templates.md, by its row names).
 */
import type { ByteInterval } from "./byte-interval.ts";

/** A task that failed, in the words of another's end. */
export interface TaskQuoted {
  readonly taskId: number;
  readonly executorId: string | undefined;
  readonly host: string;
  readonly stageId: number;
  readonly lostReason: string;
  readonly cause: OutOfMemoryCause | undefined;
  readonly userFrame: string | undefined;
}

/**
 * Sizes are intervals: what a printed size can mean; exact where the log prints integers.
 * `free` can be negative. Row names of the spec stand at each kind.
 */
export type LogFact =
  // --- the executor's life
  /** Standalone's first line: `Spark Executor Command: …`. */
  | {
      readonly kind: "executor_command";
      readonly executorId: string | undefined;
      readonly appId: string | undefined;
      readonly cores: number | undefined;
      readonly xmxBytes: number | undefined;
      /** JVM flags as written, in order (-XX:…, -D… without values that look secret). */
      readonly jvmFlags: readonly string[];
    }
  /** X1 */
  | { readonly kind: "executor_started"; readonly executorId: string; readonly host: string }
  /** B13, and `Registering/Registered BlockManager {id}` */
  | {
      readonly kind: "block_manager_registered";
      readonly executorId: string;
      readonly host: string;
      readonly port: number;
    }
  /** Executor: `Running Spark version 3.5.6` (driver), or another line that names the version. */
  | { readonly kind: "spark_version_logged"; readonly version: string }
  /** `Java version 17.0.15` */
  | { readonly kind: "java_version_logged"; readonly version: string }
  /** X11, X12, B14 `BlockManager stopped`; signal: SIGTERM received. */
  | {
      readonly kind: "executor_stopping";
      readonly how:
        | "commanded"
        | "self_exit"
        | "disassociated"
        | "signal"
        | "block_manager_stopped";
      readonly reason: string | undefined;
    }
  /** X13, or a JVM line `java.lang.OutOfMemoryError: …` */
  | {
      readonly kind: "uncaught_error";
      readonly thread: string | undefined;
      readonly errorClass: string;
      readonly message: string;
      readonly cause?: OutOfMemoryCause | undefined;
      readonly userFrame?: string | undefined;
      /** Its words are a driver's alone. */
      readonly isDrivers?: true;
    }
  /**
   * X14: a warning or an error of any logger with an OutOfMemoryError below it, or one as a cause
   * of what is below it; the line is that of the OutOfMemoryError
   */
  | {
      readonly kind: "error_logged";
      readonly errorClass: string;
      readonly message: string;
      /** In the words `Caused by: …`, not the throwable itself. */
      readonly isCause: boolean;
    }
  // --- the memory store
  /** M1 */
  | { readonly kind: "store_started"; readonly capacity: ByteInterval }
  /** M3, M4. `used` instead of free (1.6.0–1.6.2) is for the replay to know. */
  | {
      readonly kind: "block_stored";
      readonly blockId: string;
      readonly form: "values" | "bytes";
      readonly size: ByteInterval;
      readonly free: ByteInterval;
    }
  /** M5, exact */
  | {
      readonly kind: "ensure_free_space";
      readonly requestedBytes: number;
      readonly currentBytes: number;
      readonly maxBytes: number;
    }
  /** M6, M7, M8, P1, P1' */
  | {
      readonly kind: "store_refused";
      readonly blockId: string;
      readonly why: "larger_than_limit" | "same_rdd" | "not_evictable" | "exceeds_limit";
      /** P1 only, exact */
      readonly requiredBytes: number | undefined;
      readonly limitBytes: number | undefined;
      readonly unmanagedBytes: number | undefined;
    }
  /** M9, M10; freed is the sum of the blocks' sizes */
  | {
      readonly kind: "eviction_selected";
      readonly blocks: number;
      readonly freed: ByteInterval | undefined;
    }
  /** B1 */
  | { readonly kind: "block_dropping"; readonly blockId: string }
  /** B2 */
  | { readonly kind: "block_writing_to_disk"; readonly blockId: string }
  /** M11, M11' */
  | { readonly kind: "eviction_done"; readonly blocks: number; readonly free: ByteInterval }
  /** B3, B4, B8, B9, B11 */
  | {
      readonly kind: "block_remark";
      readonly blockId: string;
      readonly what: "drop_missing" | "already_dropped" | "remove_missing" | "already_exists";
    }
  /** M12 */
  | { readonly kind: "unroll_refused"; readonly blockId: string; readonly threshold: ByteInterval }
  /** M13 */
  | { readonly kind: "unroll_failed"; readonly blockId: string; readonly computed: ByteInterval }
  /** M14: five separate reads, not one snapshot */
  | {
      readonly kind: "memory_use";
      readonly blocks: ByteInterval;
      readonly unroll: ByteInterval;
      readonly tasks: number;
      readonly total: ByteInterval;
      readonly limit: ByteInterval;
    }
  /** M15 */
  | { readonly kind: "unroll_interrupted"; readonly blockId: string }
  /** M16: exact */
  | {
      readonly kind: "block_removed";
      readonly blockId: string;
      readonly bytes: number;
      readonly freeBytes: number;
    }
  /** M17 */
  | { readonly kind: "store_cleared" }
  // --- the block manager
  /** M19, C1 `Persisting partition … to disk instead.` */
  | { readonly kind: "persisting_to_disk"; readonly blockId: string }
  /** B5 */
  | { readonly kind: "block_found"; readonly blockId: string; readonly where: "local" | "remote" }
  /** G1; asBytes for `… as bytes` */
  | { readonly kind: "block_lookup"; readonly blockId: string; readonly asBytes: boolean }
  /**
   * G2, G4 `not found in memory`, G6, C1 `Partition … not found, computing it`; everywhere: no
   * executor has it
   */
  | {
      readonly kind: "block_missing";
      readonly blockId: string;
      readonly where: "local" | "memory" | "everywhere";
    }
  /** G4 */
  | { readonly kind: "block_read"; readonly blockId: string; readonly from: "memory" | "disk" }
  /** G3 */
  | {
      readonly kind: "block_level";
      readonly blockId: string;
      readonly useDisk: boolean;
      readonly useMemory: boolean;
      readonly useOffHeap: boolean;
      readonly deserialized: boolean;
      readonly replication: number;
    }
  /** B6, G11 `removing RDD`, B7, G11 `removing broadcast`, B7 `Removing block` */
  | { readonly kind: "removing"; readonly what: "rdd" | "broadcast" | "block"; readonly id: string }
  /** B19: handed to another executor, and removed here right after */
  | { readonly kind: "block_migrated"; readonly blockId: string }
  /** B10 */
  | { readonly kind: "put_failed"; readonly blockId: string; readonly reason?: string }
  /** G8: end of a put, also of a failed one. localOnly: `Put block … locally took` */
  | {
      readonly kind: "put_done";
      readonly blockId: string;
      readonly millis: number;
      readonly step: "local" | "remote" | "whole";
    }
  /** G9 */
  | { readonly kind: "block_reported"; readonly blockId: string }
  /** G10 */
  | { readonly kind: "block_replicated"; readonly blockId: string; readonly bytes: number }
  /** G12; size undefined for `Attempting to put` */
  | { readonly kind: "disk_put"; readonly blockId: string; readonly size: ByteInterval | undefined }
  /** X10; took: `Reading broadcast variable n took` */
  | {
      readonly kind: "broadcast_read";
      readonly broadcastId: number;
      readonly step: "started" | "took";
      readonly pieces: number | undefined;
    }
  // --- tasks
  /** X2 */
  | { readonly kind: "task_assigned"; readonly taskId: number }
  /** X3 */
  | {
      readonly kind: "task_running";
      readonly taskId: number;
      readonly stageId: number | undefined;
      readonly stageAttempt: number | undefined;
      readonly index: number | undefined;
      readonly attempt: number | undefined;
    }
  /** X4–X7 (ends only; `is trying to kill` is task_kill_requested) */
  | {
      readonly kind: "task_finished";
      readonly taskId: number;
      readonly how: "finished" | "failed" | "killed" | "result_too_large";
      readonly resultBytes: number | undefined;
      readonly viaBlockManager: boolean;
      /** of a failed one */
      readonly stageId?: number | undefined;
      /** of a failed one: first line of the trace below it */
      readonly errorClass: string | undefined;
      readonly errorMessage: string | undefined;
      readonly cause?: OutOfMemoryCause | undefined;
      /** innermost frame of the trace that is neither Spark's nor Java's nor Scala's */
      readonly userFrame?: string | undefined;
    }
  | { readonly kind: "task_kill_requested"; readonly taskId: number }
  /** X8: exact */
  | { readonly kind: "task_leak"; readonly taskId: number; readonly bytes: number }
  /** P2–P4; taskId undefined where the line names a thread (1.2–1.4) */
  | {
      readonly kind: "execution_waiting";
      readonly taskId: number | undefined;
      readonly threadId: number | undefined;
      readonly mode: "on_heap" | "off_heap";
    }
  // --- task memory (T7 at DEBUG; sizes granted/freed, printed)
  | {
      readonly kind: "execution_acquired";
      readonly taskId: number;
      readonly granted: ByteInterval;
      readonly consumer: string | undefined;
    }
  | {
      readonly kind: "execution_released";
      readonly taskId: number;
      readonly released: ByteInterval;
      readonly consumer: string | undefined;
    }
  /**
   * T7 `spilled … of requested … from c for r` (3.3+), `released … from c for r`, `released … from
   * itself (c)` (≤ 3.2)
   */
  | {
      readonly kind: "execution_spilled";
      readonly taskId: number;
      readonly spilled: ByteInterval;
      readonly requested: ByteInterval | undefined;
      readonly consumer: string | undefined;
      readonly forConsumer: string | undefined;
    }
  /** T7 `need to spill …` / `try to spill …` */
  | {
      readonly kind: "spill_wanted";
      readonly taskId: number;
      readonly wanted: ByteInterval;
      readonly consumer: string | undefined;
      readonly forConsumer: string | undefined;
    }
  /** G13: exact */
  | { readonly kind: "page_allocated"; readonly page: number; readonly bytes: number }
  | { readonly kind: "page_freed"; readonly page: number; readonly bytes: number }
  /** T5, T5' */
  | { readonly kind: "page_allocation_failed"; readonly bytes: number }
  /** T8 */
  | {
      readonly kind: "unreleased";
      readonly taskId: number | undefined;
      readonly size: ByteInterval | undefined;
      readonly consumer: string | undefined;
    }
  /** T1 */
  | { readonly kind: "dump_task"; readonly taskId: number }
  /** T2 */
  | { readonly kind: "dump_consumer"; readonly consumer: string; readonly size: ByteInterval }
  /** T3: exact */
  | { readonly kind: "dump_unaccounted"; readonly taskId: number; readonly bytes: number }
  /** T4: exact totals over both modes */
  | {
      readonly kind: "dump_totals";
      readonly executionBytes: number;
      readonly storageBytes: number;
      readonly unmanagedBytes: number | undefined;
    }
  // --- spills (S1–S3, S6)
  | {
      readonly kind: "spill";
      readonly what: "collection" | "sort_data" | "forced_collection";
      /**
       * logger's class: ExternalSorter, ExternalAppendOnlyMap, UnsafeExternalSorter,
       * ShuffleExternalSorter
       */
      readonly consumer: string;
      /** Java thread id of `Thread n spilling` */
      readonly threadId: number | undefined;
      /** S2, S3' */
      readonly taskId: number | undefined;
      readonly size: ByteInterval;
      /** as printed (S1: from 1; S3: spills before this one) */
      readonly times: number | undefined;
      readonly elements: number | undefined;
    }
  /** S4 */
  | {
      readonly kind: "spill_threshold_crossed";
      readonly consumer: string;
      readonly by: "records" | "bytes";
    }
  /** S6 */
  | { readonly kind: "spill_declined"; readonly consumer: string }
  /** P5, P6 */
  | {
      readonly kind: "release_mismatch";
      readonly pool: "storage" | "execution";
      readonly askedBytes: number;
      readonly heldBytes: number;
    }
  // --- the driver's view
  /** D1 */
  | {
      readonly kind: "driver_block_manager_added";
      readonly executorId: string;
      readonly host: string;
      readonly port: number;
      readonly capacity: ByteInterval;
    }
  /** D7 */
  | { readonly kind: "driver_block_manager_removed"; readonly executorId: string }
  /** D2–D5; hostPort names the executor (the replay joins it with D1) */
  | {
      readonly kind: "driver_block";
      readonly change: "added" | "updated" | "removed";
      readonly where: "memory" | "disk";
      readonly blockId: string;
      readonly hostPort: string;
      readonly size: ByteInterval;
      readonly free: ByteInterval | undefined;
    }
  /** D8 */
  | { readonly kind: "block_lost"; readonly blockId: string }
  /** D11 */
  | {
      readonly kind: "driver_task_started";
      readonly taskId: number;
      readonly executorId: string | undefined;
      readonly host: string;
      readonly stageId: number | undefined;
      readonly partition: number | undefined;
    }
  /** D12, D13 */
  | {
      readonly kind: "driver_task_ended";
      readonly taskId: number;
      readonly executorId: string | undefined;
      readonly lostReason: string | undefined;
      /** of a lost one, as far as the line says */
      readonly stageId?: number | undefined;
      readonly host?: string | undefined;
      readonly cause?: OutOfMemoryCause | undefined;
      readonly userFrame?: string | undefined;
      /** of one killed with its stage: the task whose failure the reason quotes */
      readonly killedFor?: TaskQuoted | undefined;
    }
  /** X15: what failed, where no other fact holds it: a start refused, results too large, a crash */
  | {
      readonly kind: "trouble_logged";
      readonly what: "task" | "process" | "application";
      readonly message: string;
      readonly stageId?: number | undefined;
      /** It names no process, and not the one whose log it stands in. */
      readonly isNobodys?: true;
    }
  /** X18: an error of Spark's own in words that no other fact has; what came of it no line says */
  | {
      readonly kind: "spark_error";
      readonly logger: string;
      readonly message: string;
      /** the throwable below it, and its first cause in a line of its own */
      readonly error: string | undefined;
    }
  /** X16: since it said so last; before 2.3 all listeners had one queue, which has no name */
  | {
      readonly kind: "events_dropped";
      readonly count: number;
      readonly queue: string | undefined;
    }
  /** D14, D15, D16, D18, Y1–Y4, K1: an executor is gone, in the words of the log */
  | {
      readonly kind: "driver_executor_lost";
      readonly executorId: string | undefined;
      readonly host: string | undefined;
      readonly containerId: string | undefined;
      /** set where a log may name executors of several applications: a worker's, a master's */
      readonly appId?: string | undefined;
      readonly exitCode: number | undefined;
      readonly reason: string;
    }
  /** X17: what ended the process whose log it is, in the words of its host, shell or cluster */
  | { readonly kind: "process_ended"; readonly reason: string }
  /** D17 */
  | {
      readonly kind: "driver_executor_granted";
      readonly executorId: string;
      readonly appId?: string | undefined;
      readonly hostPort: string;
      readonly cores: number;
      readonly memory: ByteInterval;
    }
  /** D19 `Removing RDD n from persistence list`; `Destroying Broadcast(n)` */
  | { readonly kind: "driver_unpersist"; readonly what: "rdd" | "broadcast"; readonly id: number }
  /** Y2: which executor a container is for */
  | {
      readonly kind: "container_launched";
      readonly containerId: string;
      readonly host: string;
      readonly executorId: string;
    }
  /** Y5: container size as requested, MiB as printed */
  | {
      readonly kind: "container_requested";
      readonly cores: number | undefined;
      readonly memoryMiB: number;
      readonly overheadMiB: number | undefined;
    };

/** The OutOfMemoryError among the causes of an error that is none itself. */
export interface OutOfMemoryCause {
  readonly errorClass: string;
  readonly message: string;
}

/** Names of the facts that lines of executors and drivers give. */
export type LogFactKind = LogFact["kind"];
