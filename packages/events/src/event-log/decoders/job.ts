/** Jobs: their stages, description and SQL execution at the start, success or error at the end. */
import type { EventDecoder } from "../event.ts";
import {
  asInteger,
  integer,
  integers,
  isObject,
  type JsonObject,
  list,
  needInteger,
  object,
  text,
  timeMs,
} from "../json.ts";
import { stageInfoOf } from "./stage.ts";

export function jobDecoders(): readonly EventDecoder[] {
  return [
    {
      event: "SparkListenerJobStart",
      picks: {
        "Job ID": true,
        "Submission Time": true,
        "Stage IDs": true,
        Properties: {
          "spark.job.description": true,
          "spark.jobGroup.id": true,
          "spark.sql.execution.id": true,
        },
      },
      decode: (event) => {
        const properties = object(event, "Properties") ?? {};
        return {
          kind: "job_start",
          jobId: needInteger(event, "Job ID"),
          timeMs: timeMs(event, "Submission Time"),
          stageIds: integers(event, "Stage IDs"),
          // Not among the picks: of a line too long to hold, the job is what counts.
          stages: list(event, "Stage Infos")
            ?.filter(isObject)
            .filter(isWholeStage)
            .map(stageInfoOf),
          description: text(properties, "spark.job.description"),
          jobGroup: text(properties, "spark.jobGroup.id"),
          sqlExecutionId: asInteger(properties["spark.sql.execution.id"]),
        };
      },
    },
    {
      event: "SparkListenerJobEnd",
      picks: {
        "Job ID": true,
        "Completion Time": true,
        "Job Result": { Result: true, Exception: { Message: true } },
      },
      decode: (event) => {
        const result = object(event, "Job Result") ?? {};
        const exception = object(result, "Exception");
        return {
          kind: "job_end",
          jobId: needInteger(event, "Job ID"),
          timeMs: timeMs(event, "Completion Time"),
          succeeded: text(result, "Result") === "JobSucceeded",
          error: exception === undefined ? undefined : text(exception, "Message"),
        };
      },
    },
  ];
}

function isWholeStage(info: JsonObject): boolean {
  return integer(info, "Stage ID") !== undefined && integer(info, "Number of Tasks") !== undefined;
}
