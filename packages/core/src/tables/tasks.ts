/** As core's task_end fact, times in µs; without an end its status is `running` or `unknown`. */
import type { RowOf } from "./declared-table.ts";

/** The table `tasks`. */
export const tasks = {
  comment:
    "A row is an attempt of a task, with the totals that Spark logged when it ended. One that ran, and whose output was lost later, is in task_resubmissions, too.",
  columns: {
    taskId: ["integer", "task attempt, unique in the application"],
    stageId: ["integer", "its stage"],
    stageAttemptId: ["small", "attempt of the stage, from 0"],
    taskIndex: ["integer", "index of the task in its stage"],
    partitionId: [
      "integer?",
      "partition it computes, as logged; NULL before Spark 3.3, which logs the index alone",
    ],
    attempt: ["small", "attempt of the same task, from 0"],
    executorId: ["executor"],
    host: ["text?", "host it ran on"],
    launchedAt: ["moment?", "when it was launched"],
    finishedAt: ["moment?", "when it ended; NULL: no log tells"],
    status: ["text", "success, failed, killed, running (when the log ends) or unknown"],
    speculative: ["flag?", "a second copy of a slow task"],
    locality: ["text?", "how near its input was: PROCESS_LOCAL, NODE_LOCAL …"],
    failureClass: ["text?", "kind of failure, as Spark names it"],
    failureReason: ["text?", "why it failed, in the log's words"],
    peakExecutionBytes: [
      "integer?",
      "peak execution memory as Spark logs it: an estimate of the operators, no bound (tasks before 4.0: 0 to 2.5 times the true peak); bytes",
    ],
    peakOnHeapExecutionBytes: ["integer?", "its on-heap part (Spark 4.0 and later); bytes"],
    peakOffHeapExecutionBytes: ["integer?", "its off-heap part (Spark 4.0 and later); bytes"],
    memorySpilledBytes: ["integer?", "size in memory of what it spilled; bytes"],
    diskSpilledBytes: ["integer?", "size on disk of what it spilled; bytes"],
    runMillis: ["integer?", "time it ran; ms"],
    cpuNanos: ["integer?", "CPU time; ns"],
    deserializeMillis: ["integer?", "time to deserialize it; ms"],
    gcMillis: ["integer?", "time its JVM spent in garbage collection meanwhile; ms"],
    resultBytes: ["integer?", "size of its result; bytes"],
    resultSerializationMillis: ["integer?", "time to serialize its result; ms"],
    inputBytes: ["integer?", "read from storage or cache; bytes"],
    inputRecords: ["integer?", "read from storage or cache; records"],
    outputBytes: ["integer?", "written to storage; bytes"],
    outputRecords: ["integer?", "written to storage; records"],
    shuffleReadBytes: ["integer?", "shuffle read, remote and local; bytes"],
    shuffleReadRemoteBytes: ["integer?", "shuffle read from other executors; bytes"],
    shuffleReadLocalBytes: ["integer?", "shuffle read from its own executor; bytes"],
    shuffleReadRecords: ["integer?", "shuffle read; records"],
    shuffleFetchWaitMillis: ["integer?", "time it waited for shuffle blocks; ms"],
    shuffleWriteBytes: ["integer?", "shuffle written; bytes"],
    shuffleWriteRecords: ["integer?", "shuffle written; records"],
    sourceFileId: ["source"],
  },
} as const;

/** A row of `tasks`. */
export type TaskRow = RowOf<
  typeof tasks,
  {
    status: "success" | "failed" | "killed" | "running" | "unknown";
    sourceFileId: number;
    sourceLine: number;
  }
>;
