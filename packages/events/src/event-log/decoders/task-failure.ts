/** Why a task ended as it did: `Task End Reason` of every kind, in one form. */
import { flag, type JsonObject, object, text } from "../json.ts";

export interface TaskFailure {
  readonly reason: string;
  /** Class of the exception; of any other failure the reason's own name. */
  readonly failureClass: string | undefined;
  readonly failureReason: string | undefined;
  readonly exitCausedByApp: boolean | undefined;
  /** Until 1.6 a failed task's metrics stand in the reason. */
  readonly metrics: JsonObject | undefined;
}

const success: TaskFailure = {
  reason: "Success",
  failureClass: undefined,
  failureReason: undefined,
  exitCausedByApp: undefined,
  metrics: undefined,
};

/** Follows JsonProtocol.taskEndReasonToJson, 1.2.2 … 4.2.0. */
export function taskFailureOf(ended: JsonObject): TaskFailure {
  const reason = text(ended, "Reason") ?? "UnknownReason";
  if (reason === "Success") return success;
  return {
    reason,
    failureClass: text(ended, "Class Name") ?? reason,
    failureReason: wordsOf(ended, reason),
    exitCausedByApp: flag(ended, "Exit Caused By App"),
    metrics: object(ended, "Metrics"),
  };
}

function wordsOf(ended: JsonObject, reason: string): string | undefined {
  switch (reason) {
    case "ExceptionFailure":
      return text(ended, "Description");
    case "FetchFailed":
      return text(ended, "Message");
    case "ExecutorLostFailure":
      return text(ended, "Loss Reason");
    case "TaskKilled":
      return text(ended, "Kill Reason");
    default:
      return undefined;
  }
}
