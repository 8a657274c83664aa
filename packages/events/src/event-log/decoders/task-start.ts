/** A task's launch: what is running when a log ends, and how many tasks share an executor. */
import type { EventFact } from "@respark/core";
import { type EventDecoder, executorIdOf, type LineBytes, type LineReader } from "../event.ts";
import {
  flag,
  integer,
  isInt,
  isTime,
  type JsonObject,
  needInt,
  needInteger,
  needObject,
  needText,
  needTimeMs,
  stageAttemptOf,
  text,
} from "../json.ts";
import { LearnedShapes } from "../learned-shape.ts";
import { ShapeFields } from "../shape.ts";

const info = "Task Info";
const fields = new ShapeFields();
const stageId = fields.need("Stage ID");
const stageAttemptId = fields.integer("Stage Attempt ID");
const taskId = fields.need(info, "Task ID");
const index = fields.need(info, "Index");
const attempt = fields.need(info, "Attempt");
const partitionId = fields.integer(info, "Partition ID");
const launchTime = fields.need(info, "Launch Time");
const executorId = fields.needText(info, "Executor ID");
const host = fields.needText(info, "Host");
const locality = fields.text(info, "Locality");
const speculative = fields.flag(info, "Speculative");

/** A reused record. */
interface TaskStartFact {
  kind: "task_start";
  taskId: number;
  stageId: number;
  stageAttemptId: number;
  index: number;
  partitionId: number | undefined;
  attempt: number;
  executorId: string;
  host: string;
  launchedMs: number;
  locality: string | undefined;
  speculative: boolean;
}

export function taskStartDecoders(): readonly EventDecoder[] {
  return [new TaskStartDecoder()];
}

/** What a task's launch has of its info, as has its end. */
export const LAUNCHED: Readonly<Record<string, true>> = {
  "Task ID": true,
  Index: true,
  Attempt: true,
  "Partition ID": true,
  "Launch Time": true,
  "Executor ID": true,
  Host: true,
  Locality: true,
  Speculative: true,
};

class TaskStartDecoder implements EventDecoder, LineReader {
  readonly event: string = "SparkListenerTaskStart";
  readonly picks: EventDecoder["picks"] = {
    "Stage ID": true,
    "Stage Attempt ID": true,
    [info]: LAUNCHED,
  };
  readonly lineReader: LineReader = this;
  readonly #shapes = new LearnedShapes(fields);
  readonly #fact: TaskStartFact = {
    kind: "task_start",
    taskId: 0,
    stageId: 0,
    stageAttemptId: 0,
    index: 0,
    partitionId: undefined,
    attempt: 0,
    executorId: "",
    host: "",
    launchedMs: 0,
    locality: undefined,
    speculative: false,
  };

  decode(event: JsonObject): EventFact {
    const task = needObject(event, info);
    const fact = this.#fact;
    fact.taskId = needInteger(task, "Task ID");
    fact.stageId = needInteger(event, "Stage ID");
    fact.stageAttemptId = stageAttemptOf(event);
    fact.index = needInteger(task, "Index");
    fact.partitionId = integer(task, "Partition ID");
    fact.attempt = needInt(task, "Attempt");
    fact.executorId = executorIdOf(needText(task, "Executor ID"));
    fact.host = needText(task, "Host");
    fact.launchedMs = needTimeMs(task, "Launch Time");
    fact.locality = text(task, "Locality");
    fact.speculative = flag(task, "Speculative") ?? false;
    return fact;
  }

  read(line: LineBytes): EventFact | undefined {
    const shapes = this.#shapes;
    if (!shapes.match(line) || !isTime(shapes.number(launchTime))) return undefined;
    if (!isInt(shapes.integer(stageAttemptId) ?? 0) || !isInt(shapes.number(attempt))) {
      return undefined;
    }
    const fact = this.#fact;
    fact.taskId = shapes.number(taskId);
    fact.stageId = shapes.number(stageId);
    fact.stageAttemptId = shapes.integer(stageAttemptId) ?? 0;
    fact.index = shapes.number(index);
    fact.partitionId = shapes.integer(partitionId);
    fact.attempt = shapes.number(attempt);
    fact.executorId = executorIdOf(shapes.text(executorId) ?? "");
    fact.host = shapes.text(host) ?? "";
    fact.launchedMs = shapes.number(launchTime);
    fact.locality = shapes.text(locality);
    fact.speculative = shapes.flag(speculative) ?? false;
    return fact;
  }

  learn(line: LineBytes): void {
    this.#shapes.learn(line);
  }
}
