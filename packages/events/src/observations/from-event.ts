/** An event log's fact as an observation: when it was said, and of which executor. */
import type { EventFact, Observation } from "@respark/core";

/** Where a file's events are read; one per file. */
export interface EventCursor {
  readonly sourceFileId: number;
  readonly line: number;
  /** Latest event time so far (epoch ms), kept here by `observationFromEvent`. */
  lastTimedMs?: number | undefined;
}

/**
 * Fills `out` and returns it; `out` holds the fact itself, valid as long as the fact is. Times are
 * the driver's clock, whole milliseconds. Events without a time (block updates, stage metrics,
 * unpersists) come after the events before them in the file: that time is their lower bound and
 * best estimate, and they have no upper bound.
 */
export function observationFromEvent(
  fact: EventFact,
  cursor: EventCursor,
  out: Observation,
): Observation {
  const ms = timeOf(fact);
  if (ms === undefined) {
    const last = cursor.lastTimedMs;
    out.ts = last === undefined ? undefined : last * 1000;
    out.tsMin = out.ts;
    out.tsMax = undefined;
  } else {
    if (cursor.lastTimedMs === undefined || ms > cursor.lastTimedMs) cursor.lastTimedMs = ms;
    out.ts = ms * 1000;
    out.tsMin = out.ts;
    out.tsMax = ms * 1000 + 999;
  }
  out.fact = fact;
  out.source = "event_log";
  out.executorId = "executorId" in fact ? fact.executorId : undefined;
  out.taskId = undefined;
  out.thread = undefined;
  out.sourceFileId = cursor.sourceFileId;
  out.line = cursor.line;
  return out;
}

/** The event's own time, epoch ms; undefined where its kind or its version writes none. */
function timeOf(fact: EventFact): number | undefined {
  switch (fact.kind) {
    case "task_end":
      return fact.finishedMs;
    case "task_start":
      return fact.launchedMs;
    case "stage_submitted":
      return fact.stage.submittedMs;
    case "stage_completed":
      return fact.stage.completedMs;
    case "application_start":
    case "application_end":
    case "executor_added":
    case "executor_removed":
    case "block_manager_added":
    case "block_manager_removed":
    case "job_start":
    case "job_end":
    case "exclusion":
    case "sql_start":
    case "sql_end":
      return fact.timeMs;
    case "sql_plan":
    case "log_start":
    case "environment":
    case "resource_profile":
    case "block_updated":
    case "executor_metrics":
    case "unpersist_rdd":
      return undefined;
  }
}
