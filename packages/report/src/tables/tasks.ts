/** Task attempts, with the totals that Spark logs at their end. */
import type { TaskRow } from "@respark/core";
import { always, big, executorId, flag, moment, small, source, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const tasks: TableSpec<TaskRow> = {
  name: "tasks",
  comment:
    "A row is an attempt of a task, with the totals that Spark logged when it ended. One that ran, and whose output was lost later, is in task_resubmissions, too.",
  columns: [
    always(big("task_id", "task attempt, unique in the application", (row) => row.taskId)),
    always(big("stage_id", "its stage", (row) => row.stageId)),
    always(small("stage_attempt_id", "attempt of the stage, from 0", (row) => row.stageAttemptId)),
    always(big("task_index", "index of the task in its stage", (row) => row.index)),
    big(
      "partition_id",
      "partition it computes, as logged; NULL before Spark 3.3, which logs the index alone",
      (row) => row.partitionId,
    ),
    always(small("attempt", "attempt of the same task, from 0", (row) => row.attempt)),
    executorId(),
    text("host", "host it ran on", (row) => row.host),
    moment("launched_at", "when it was launched", (row) => row.launchedAt),
    moment("finished_at", "when it ended; NULL: no log tells", (row) => row.finishedAt),
    always(
      text(
        "status",
        "success, failed, killed, running (when the log ends) or unknown",
        (row) => row.status,
      ),
    ),
    flag("speculative", "a second copy of a slow task", (row) => row.speculative),
    text("locality", "how near its input was: PROCESS_LOCAL, NODE_LOCAL …", (row) => row.locality),
    text("failure_class", "kind of failure, as Spark names it", (row) => row.failureClass),
    text("failure_reason", "why it failed, in the log's words", (row) => row.failureReason),
    big(
      "peak_execution_bytes",
      "peak execution memory as Spark logs it: an estimate of the operators, no bound (tasks before 4.0: 0 to 2.5 times the true peak); bytes",
      (row) => row.peakExecutionBytes,
    ),
    big(
      "peak_on_heap_execution_bytes",
      "its on-heap part (Spark 4.0 and later); bytes",
      (row) => row.peakOnHeapExecutionBytes,
    ),
    big(
      "peak_off_heap_execution_bytes",
      "its off-heap part (Spark 4.0 and later); bytes",
      (row) => row.peakOffHeapExecutionBytes,
    ),
    big(
      "memory_spilled_bytes",
      "size in memory of what it spilled; bytes",
      (row) => row.memorySpilledBytes,
    ),
    big(
      "disk_spilled_bytes",
      "size on disk of what it spilled; bytes",
      (row) => row.diskSpilledBytes,
    ),
    big("run_ms", "time it ran; ms", (row) => row.runMillis),
    big("cpu_ns", "CPU time; ns", (row) => row.cpuNanos),
    big("deserialize_ms", "time to deserialize it; ms", (row) => row.deserializeMillis),
    big("gc_ms", "time its JVM spent in garbage collection meanwhile; ms", (row) => row.gcMillis),
    big("result_bytes", "size of its result; bytes", (row) => row.resultBytes),
    big(
      "result_serialization_ms",
      "time to serialize its result; ms",
      (row) => row.resultSerializationMillis,
    ),
    big("input_bytes", "read from storage or cache; bytes", (row) => row.inputBytes),
    big("input_records", "read from storage or cache; records", (row) => row.inputRecords),
    big("output_bytes", "written to storage; bytes", (row) => row.outputBytes),
    big("output_records", "written to storage; records", (row) => row.outputRecords),
    big("shuffle_read_bytes", "shuffle read, remote and local; bytes", shuffleReadBytes),
    big(
      "shuffle_read_remote_bytes",
      "shuffle read from other executors; bytes",
      (row) => row.shuffleReadRemoteBytes,
    ),
    big(
      "shuffle_read_local_bytes",
      "shuffle read from its own executor; bytes",
      (row) => row.shuffleReadLocalBytes,
    ),
    big("shuffle_read_records", "shuffle read; records", (row) => row.shuffleReadRecords),
    big(
      "shuffle_fetch_wait_ms",
      "time it waited for shuffle blocks; ms",
      (row) => row.shuffleFetchWaitMillis,
    ),
    big("shuffle_write_bytes", "shuffle written; bytes", (row) => row.shuffleWriteBytes),
    big("shuffle_write_records", "shuffle written; records", (row) => row.shuffleWriteRecords),
    ...source<TaskRow>(),
  ],
};

/** Unknown where one of its parts is: local bytes are not logged before Spark 1.3. */
function shuffleReadBytes({
  shuffleReadRemoteBytes: remote,
  shuffleReadLocalBytes: local,
}: TaskRow): number | undefined {
  return remote === undefined || local === undefined ? undefined : remote + local;
}
