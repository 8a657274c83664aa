/** Why a task ended as it did: `Task End Reason` of every kind, in one form. */
import { userFrameOf } from "../../user-frame.ts";
import { flag, integer, isList, isObject, type JsonObject, object, text } from "../json.ts";

export interface TaskFailure {
  readonly reason: string;
  /** Class of the exception; of any other failure the reason's own name. */
  readonly failureClass: string | undefined;
  readonly failureReason: string | undefined;
  /** Innermost frame of the program's own code. */
  readonly userFrame: string | undefined;
  readonly exitCausedByApp: boolean | undefined;
  /** Until 1.6 a failed task's metrics stand in the reason. */
  readonly metrics: JsonObject | undefined;
}

const success: TaskFailure = {
  reason: "Success",
  failureClass: undefined,
  failureReason: undefined,
  userFrame: undefined,
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
    userFrame: reason === "ExceptionFailure" ? frameOf(ended) : undefined,
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

/**
 * The whole trace, with its causes, is logged since 1.3; before that and beside it, the frames of
 * the first throwable.
 */
function frameOf(ended: JsonObject): string | undefined {
  const whole = text(ended, "Full Stack Trace");
  if (whole !== undefined) return userFrameOf(whole.split("\n"));
  const frames = ended["Stack Trace"];
  return isList(frames) ? userFrameOf(frames.flatMap(lineOf)) : undefined;
}

/** As StackTraceElement.toString writes it. */
function lineOf(frame: unknown): string[] {
  if (!isObject(frame)) return [];
  const [owner, method] = [text(frame, "Declaring Class"), text(frame, "Method Name")];
  const [file, line] = [text(frame, "File Name"), integer(frame, "Line Number")];
  const place = file === undefined ? "Unknown Source" : `${file}:${line ?? 0}`;
  return owner === undefined || method === undefined ? [] : [`at ${owner}.${method}(${place})`];
}
