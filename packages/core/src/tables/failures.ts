/** A task, process or application that failed, in the words of the log. */
import type { RowOf } from "./declared-table.ts";

/**
 * Whose memory ran out. The first five are Spark's and the heap's; the others are not in Spark's
 * accounts.
 */
export type OutOfMemoryClass =
  | "jvm_heap"
  | "gc_overhead"
  | "container"
  | "task_memory"
  | "direct"
  /** the driver could not build a broadcast table */
  | "broadcast"
  | "metaspace"
  | "permgen"
  | "native_thread"
  /** one object beyond what a JVM array can hold */
  | "array_size"
  /** the host or the container had no memory to give to the JVM */
  | "native"
  | "gpu"
  /** memory that Velox, DataFusion or another native engine manages */
  | "native_engine"
  | "python";

/** Why something failed, by the words of its error. */
export type FailureClass =
  | OutOfMemoryClass
  /** a limit of Spark's own: maxResultSize, pages, Kryo's buffer, rows over 2 GiB */
  | "size_limit"
  | "start_refused"
  /** the cluster gave the application no executor */
  | "no_resources"
  /** a disk was full, or could not be written to */
  | "disk"
  /** a JVM had no room for a page of execution memory, and Spark tried again */
  | "page"
  /** SIGTERM: while tasks ran, or in a log that tells no more of its process */
  | "signal"
  /** its driver was gone, in a log that tells no more of its process */
  | "stopped"
  /** a JVM or a Python worker crashed */
  | "crash"
  | "executor_lost"
  | "fetch"
  /** Spark gave a stage up */
  | "aborted"
  | "other";

/** The table `failures`. */
export const failures = {
  comment:
    "A row is a failure in the words of the log: of a task, of a process, or of the application. Once, whichever logs report it.",
  columns: {
    executorId: ["text?", "executor it happened on; driver is the driver; NULL: no log names it"],
    ts: ["moment", "when it was logged; NULL: the log prints no times"],
    what: [
      "text",
      "what failed: task, process (a JVM) or application; error: an error of Spark's own, or a warning that memory or blocks were short; what came of it no line says",
    ],
    class: [
      "text",
      "a class of oom_events; size_limit (maxResultSize, pages, Kryo's buffer …), start_refused, no_resources, disk, page (the JVM had no room for one, and Spark tried again), signal (SIGTERM while tasks ran, or in a log without any), stopped (its driver was gone), crash, executor_lost, fetch, aborted or other",
    ],
    taskId: ["integer?", "task that failed"],
    stageId: ["integer?", "its stage, or that of all tasks that ran there"],
    runningTasks: [
      "small?",
      "tasks that ran on the executor then, this one among them; count; NULL: not logged",
    ],
    errorClass: ["text?", "Java class of the error"],
    message: ["text", "the log's words"],
    userFrame: [
      "text?",
      "innermost frame of the stack trace that is neither Spark's nor Java's nor Scala's; NULL: none logged",
    ],
    origin: ["provenance"],
  },
} as const;

/** A row of `failures`. */
export type FailureRow = RowOf<
  typeof failures,
  { what: "task" | "process" | "application" | "error"; class: FailureClass; origin: "logged" }
>;
