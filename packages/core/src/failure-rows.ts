/** The row of a failure, in the log's own words, and what memory or limit it names. */

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
  /** SIGTERM while tasks ran */
  | "signal"
  /** a JVM or a Python worker crashed */
  | "crash"
  | "executor_lost"
  | "fetch"
  /** Spark gave a stage up */
  | "aborted"
  | "other";

/**
 * A row of `failures`: a task, process or application that failed, in the words of the log. Times
 * in epoch µs.
 */
export interface FailureRow {
  /** undefined: no log names it */
  executorId: string | undefined;
  ts: number;
  what: "task" | "process" | "application";
  class: FailureClass;
  taskId: number | undefined;
  stageId: number | undefined;
  /** tasks that ran on the executor then, this one among them */
  runningTasks: number | undefined;
  errorClass: string | undefined;
  message: string;
  /** innermost frame of the trace that is neither Spark's nor Java's nor Scala's */
  userFrame: string | undefined;
  origin: "logged";
  sourceFileId: number | undefined;
  sourceLine: number | undefined;
}
