/** Stages with their attempts, and the RDDs they compute. */
import type { RddInfo, StageInfo } from "@respark/core";
import type { Cut, EventDecoder, Picks } from "../event.ts";
import {
  asInteger,
  int,
  integers,
  type JsonObject,
  needInteger,
  needObject,
  needQuantity,
  object,
  objects,
  quantity,
  stageAttemptOf,
  text,
  timeMs,
} from "../json.ts";
import { storageLevelOf } from "./storage-level.ts";

const stageInfoPicks: Picks = {
  "Stage ID": true,
  "Stage Attempt ID": true,
  "Stage Name": true,
  "Number of Tasks": true,
  "RDD Info": {
    "RDD ID": true,
    Name: true,
    Scope: true,
    Callsite: true,
    "Parent IDs": true,
    "Storage Level": true,
    "Number of Partitions": true,
    "Number of Cached Partitions": true,
    "Memory Size": true,
    "Disk Size": true,
  },
  "Parent IDs": true,
  Details: true,
  "Submission Time": true,
  "Completion Time": true,
  "Failure Reason": true,
  "Resource Profile Id": true,
};

/** Accumulables may be most of a completed stage; the tasks' own are read with the tasks. */
const accumulables: Cut = {
  begins: Buffer.from('"Accumulables":['),
  ends: [Buffer.from('],"Resource Profile Id":'), Buffer.from(']},"Properties":')],
};

export function stageDecoders(): readonly EventDecoder[] {
  return [
    {
      event: "SparkListenerStageSubmitted",
      picks: { "Stage Info": stageInfoPicks, Properties: { "spark.sql.execution.id": true } },
      cut: accumulables,
      decode: (event) => ({
        kind: "stage_submitted",
        stage: stageInfoOf(needObject(event, "Stage Info")),
        sqlExecutionId: asInteger(object(event, "Properties")?.["spark.sql.execution.id"]),
      }),
    },
    {
      event: "SparkListenerStageCompleted",
      picks: { "Stage Info": stageInfoPicks },
      cut: accumulables,
      decode: (event) => ({
        kind: "stage_completed",
        stage: stageInfoOf(needObject(event, "Stage Info")),
      }),
    },
  ];
}

export function stageInfoOf(info: JsonObject): StageInfo {
  return {
    stageId: needInteger(info, "Stage ID"),
    stageAttemptId: stageAttemptOf(info),
    name: text(info, "Stage Name") ?? "",
    details: text(info, "Details"),
    tasks: needQuantity(info, "Number of Tasks"),
    rdds: objects(info, "RDD Info").map(rddInfoOf),
    parentIds: integers(info, "Parent IDs"),
    submittedMs: timeMs(info, "Submission Time"),
    completedMs: timeMs(info, "Completion Time"),
    failureReason: text(info, "Failure Reason"),
    resourceProfileId: int(info, "Resource Profile Id"),
  };
}

function rddInfoOf(info: JsonObject): RddInfo {
  return {
    rddId: needInteger(info, "RDD ID"),
    name: text(info, "Name") ?? "",
    callSite: text(info, "Callsite"),
    scope: text(info, "Scope"),
    parentIds: integers(info, "Parent IDs"),
    level: storageLevelOf(info),
    partitions: needQuantity(info, "Number of Partitions"),
    cachedPartitions: quantity(info, "Number of Cached Partitions"),
    memoryBytes: quantity(info, "Memory Size"),
    diskBytes: quantity(info, "Disk Size"),
  };
}
