/** What failed. */
import type { FailureRow } from "@respark/core";
import { always, big, moment, provenance, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const failures: TableSpec<FailureRow> = {
  name: "failures",
  comment:
    "A row is a failure in the words of the log: of a task, of a process, or of the application. Once, whichever logs report it.",
  columns: [
    text(
      "executor_id",
      "executor it happened on; driver is the driver; NULL: no log names it",
      (row) => row.executorId,
    ),
    moment("ts", "when it was logged; NULL: the log prints no times", (row) => row.ts),
    always(text("what", "what failed: task, process (a JVM) or application", (row) => row.what)),
    always(
      text(
        "class",
        "a class of oom_events; size_limit (maxResultSize, pages, Kryo's buffer …), start_refused, no_resources, signal (SIGTERM while tasks ran), crash, executor_lost, fetch, aborted or other",
        (row) => row.class,
      ),
    ),
    big("task_id", "task that failed", (row) => row.taskId),
    big("stage_id", "its stage, or that of all tasks that ran there", (row) => row.stageId),
    small(
      "running_tasks",
      "tasks that ran on the executor then, this one among them; count; NULL: not logged",
      (row) => row.runningTasks,
    ),
    text("error_class", "Java class of the error", (row) => row.errorClass),
    always(text("message", "the log's words", (row) => row.message)),
    text(
      "user_frame",
      "innermost frame of the stack trace that is neither Spark's nor Java's nor Scala's; NULL: none logged",
      (row) => row.userFrame,
    ),
    ...provenance<FailureRow>(),
  ],
};
