/** A task's end: when, how, and what it used; the bulk of every event log. */
import type { BlockStatus, TaskEndFact } from "@respark/core";
import { type EventDecoder, executorIdOf, type LineBytes, type LineReader } from "../event.ts";
import {
  flag,
  integer,
  isInt,
  isObject,
  isTime,
  type JsonObject,
  list,
  needInt,
  needInteger,
  needObject,
  needText,
  needTimeMs,
  object,
  objects,
  quantity,
  stageAttemptOf,
  text,
  timeMs,
} from "../json.ts";
import { LearnedShapes } from "../learned-shape.ts";
import { ShapeFields } from "../shape.ts";
import { MetricValues } from "./executor-metrics.ts";
import { sqlMetricsIn, sqlMetricsOf } from "./sql-task-metrics.ts";
import { updatedBlockOf, updatedBlockPicks } from "./storage-level.ts";
import { taskFailureOf } from "./task-failure.ts";
import { LAUNCHED } from "./task-start.ts";

const info = "Task Info";
const metrics = "Task Metrics";
const shuffleRead = "Shuffle Read Metrics";
const shuffleWrite = "Shuffle Write Metrics";

const fields = new ShapeFields();
const at = {
  stageId: fields.need("Stage ID"),
  stageAttemptId: fields.integer("Stage Attempt ID"),
  taskType: fields.text("Task Type"),
  reason: fields.needText("Task End Reason", "Reason"),
  taskId: fields.need(info, "Task ID"),
  index: fields.need(info, "Index"),
  attempt: fields.need(info, "Attempt"),
  partitionId: fields.integer(info, "Partition ID"),
  launchTime: fields.need(info, "Launch Time"),
  executorId: fields.needText(info, "Executor ID"),
  host: fields.needText(info, "Host"),
  locality: fields.text(info, "Locality"),
  speculative: fields.flag(info, "Speculative"),
  gettingResultTime: fields.integer(info, "Getting Result Time"),
  finishTime: fields.integer(info, "Finish Time"),
  failed: fields.flag(info, "Failed"),
  killed: fields.flag(info, "Killed"),
  deserializeTime: fields.integer(metrics, "Executor Deserialize Time"),
  deserializeCpuTime: fields.integer(metrics, "Executor Deserialize CPU Time"),
  // Every version that writes metrics writes this one.
  runTime: fields.need(metrics, "Executor Run Time"),
  cpuTime: fields.integer(metrics, "Executor CPU Time"),
  resultSize: fields.integer(metrics, "Result Size"),
  gcTime: fields.integer(metrics, "JVM GC Time"),
  resultSerializationTime: fields.integer(metrics, "Result Serialization Time"),
  memorySpilled: fields.integer(metrics, "Memory Bytes Spilled"),
  diskSpilled: fields.integer(metrics, "Disk Bytes Spilled"),
  peakExecution: fields.integer(metrics, "Peak Execution Memory"),
  peakOnHeapExecution: fields.integer(metrics, "Peak On Heap Execution Memory"),
  peakOffHeapExecution: fields.integer(metrics, "Peak Off Heap Execution Memory"),
  inputBytes: fields.integer(metrics, "Input Metrics", "Bytes Read"),
  inputRecords: fields.integer(metrics, "Input Metrics", "Records Read"),
  outputBytes: fields.integer(metrics, "Output Metrics", "Bytes Written"),
  outputRecords: fields.integer(metrics, "Output Metrics", "Records Written"),
  shuffleReadRemoteBytes: fields.integer(metrics, shuffleRead, "Remote Bytes Read"),
  shuffleReadLocalBytes: fields.integer(metrics, shuffleRead, "Local Bytes Read"),
  shuffleReadRecords: fields.integer(metrics, shuffleRead, "Total Records Read"),
  shuffleFetchWaitTime: fields.integer(metrics, shuffleRead, "Fetch Wait Time"),
  shuffleWriteBytes: fields.integer(metrics, shuffleWrite, "Shuffle Bytes Written"),
  shuffleWriteRecords: fields.integer(metrics, shuffleWrite, "Shuffle Records Written"),
} as const;
/** What cannot be below 0. */
const quantities: readonly number[] = [
  at.deserializeTime,
  at.deserializeCpuTime,
  at.runTime,
  at.cpuTime,
  at.resultSize,
  at.gcTime,
  at.resultSerializationTime,
  at.memorySpilled,
  at.diskSpilled,
  at.peakExecution,
  at.peakOnHeapExecution,
  at.peakOffHeapExecution,
  at.inputBytes,
  at.inputRecords,
  at.outputBytes,
  at.outputRecords,
  at.shuffleReadRemoteBytes,
  at.shuffleReadLocalBytes,
  at.shuffleReadRecords,
  at.shuffleFetchWaitTime,
  at.shuffleWriteBytes,
  at.shuffleWriteRecords,
];
const accumulables = fields.array(info, "Accumulables");
const updatedBlocks = fields.array(metrics, "Updated Blocks");
fields.metrics("Task Executor Metrics");

/** 1.5–1.6 and 2.0+; until 3.0 the peak is logged here alone. */
const peakNames: readonly string[] = [
  "peakExecutionMemory",
  "internal.metrics.peakExecutionMemory",
];
const peakNeedle = Buffer.from('peakExecutionMemory"');
/**
 * 2.0+: where others of Spark's own are there and the peak is not, it is 0 (AccumulatorV2.isZero).
 */
const internalName = "internal.metrics.";
const internalNeedle = Buffer.from(`"Name":"${internalName}`);

export function taskEndDecoders(): readonly EventDecoder[] {
  return [new TaskEndDecoder()];
}

class TaskEndDecoder implements EventDecoder, LineReader {
  readonly event: string = "SparkListenerTaskEnd";
  readonly picks: EventDecoder["picks"] = {
    "Stage ID": true,
    "Stage Attempt ID": true,
    "Task Type": true,
    "Task End Reason": {
      Reason: true,
      "Class Name": true,
      Description: true,
      Message: true,
      "Loss Reason": true,
      "Kill Reason": true,
      "Exit Caused By App": true,
      Metrics: { ...taskMetricsPicks() },
    },
    [info]: {
      ...LAUNCHED,
      "Getting Result Time": true,
      "Finish Time": true,
      Failed: true,
      Killed: true,
      Accumulables: { ID: true, Name: true, Update: true, Metadata: true },
    },
    "Task Executor Metrics": true,
    [metrics]: { ...taskMetricsPicks() },
  };
  readonly lineReader: LineReader = this;
  readonly #shapes = new LearnedShapes(fields);
  readonly #executorMetrics = new MetricValues();
  readonly #fact: TaskEndFact = emptyTaskEnd();

  decode(event: JsonObject): TaskEndFact {
    const fact = this.#fact;
    const task = needObject(event, info);
    const failure = taskFailureOf(object(event, "Task End Reason") ?? {});
    fact.stageId = needInteger(event, "Stage ID");
    fact.stageAttemptId = stageAttemptOf(event);
    fact.taskType = text(event, "Task Type");
    fact.taskId = needInteger(task, "Task ID");
    fact.index = needInteger(task, "Index");
    fact.partitionId = integer(task, "Partition ID");
    fact.attempt = needInt(task, "Attempt");
    fact.executorId = executorIdOf(needText(task, "Executor ID"));
    fact.host = needText(task, "Host");
    fact.locality = text(task, "Locality");
    fact.speculative = flag(task, "Speculative") ?? false;
    fact.launchedMs = needTimeMs(task, "Launch Time");
    fact.gettingResultMs = notZero(timeMs(task, "Getting Result Time"));
    fact.finishedMs = notZero(timeMs(task, "Finish Time"));
    fact.failed = flag(task, "Failed") ?? false;
    fact.killed = flag(task, "Killed") ?? false;
    fact.reason = failure.reason;
    fact.failureClass = failure.failureClass;
    fact.failureReason = failure.failureReason;
    fact.userFrame = failure.userFrame;
    fact.exitCausedByApp = failure.exitCausedByApp;
    fillMetrics(fact, object(event, metrics) ?? failure.metrics);
    fact.peakExecutionBytes ??= peakOf(task);
    fact.sqlMetrics = sqlMetricsOf(task);
    const executorMetrics = object(event, "Task Executor Metrics");
    fact.executorMetrics = this.#executorMetrics.fillFrom(executorMetrics)
      ? this.#executorMetrics
      : undefined;
    return fact;
  }

  /**
   * Successful tasks of a known shape that changed no blocks; the rest is rare enough for
   * JSON.parse.
   */
  read(line: LineBytes): TaskEndFact | undefined {
    const shapes = this.#shapes;
    if (!shapes.match(line) || shapes.text(at.reason) !== "Success") return undefined;
    if (!isTime(shapes.number(at.launchTime))) return undefined;
    const finishedMs = shapes.integer(at.finishTime) ?? 0;
    const gettingResultMs = shapes.integer(at.gettingResultTime) ?? 0;
    if (!isTime(finishedMs) || !isTime(gettingResultMs)) return undefined;
    if (!isInt(shapes.integer(at.stageAttemptId) ?? 0) || !isInt(shapes.number(at.attempt))) {
      return undefined;
    }
    let peak = shapes.integer(at.peakExecution);
    if (peak === undefined) {
      const found = this.#peakInAccumulables(line.buffer);
      if (found === "unclear") return undefined;
      peak = found;
    }
    if (this.#holdsNegative()) return undefined;
    const blocksStart = shapes.arrayStart(updatedBlocks);
    if (blocksStart !== undefined && blocksStart < shapes.arrayEnd(updatedBlocks)) return undefined;
    const sqlMetrics = this.#sqlMetrics(line.buffer);
    if (sqlMetrics === "unclear") return undefined;
    const fact = this.#fact;
    fact.sqlMetrics = sqlMetrics;
    fact.stageId = shapes.number(at.stageId);
    fact.stageAttemptId = shapes.integer(at.stageAttemptId) ?? 0;
    fact.taskType = shapes.text(at.taskType);
    fact.taskId = shapes.number(at.taskId);
    fact.index = shapes.number(at.index);
    fact.partitionId = shapes.integer(at.partitionId);
    fact.attempt = shapes.number(at.attempt);
    fact.executorId = executorIdOf(shapes.text(at.executorId) ?? "");
    fact.host = shapes.text(at.host) ?? "";
    fact.locality = shapes.text(at.locality);
    fact.speculative = shapes.flag(at.speculative) ?? false;
    fact.launchedMs = shapes.number(at.launchTime);
    fact.gettingResultMs = notZero(gettingResultMs);
    fact.finishedMs = notZero(finishedMs);
    fact.failed = shapes.flag(at.failed) ?? false;
    fact.killed = shapes.flag(at.killed) ?? false;
    fact.reason = "Success";
    fact.failureClass = undefined;
    fact.failureReason = undefined;
    fact.userFrame = undefined;
    fact.exitCausedByApp = undefined;
    fact.hasMetrics = true;
    fact.deserializeMillis = shapes.integer(at.deserializeTime);
    fact.deserializeCpuNanos = shapes.integer(at.deserializeCpuTime);
    fact.runMillis = shapes.integer(at.runTime);
    fact.cpuNanos = shapes.integer(at.cpuTime);
    fact.resultBytes = shapes.integer(at.resultSize);
    fact.gcMillis = shapes.integer(at.gcTime);
    fact.resultSerializationMillis = shapes.integer(at.resultSerializationTime);
    fact.memorySpilledBytes = shapes.integer(at.memorySpilled);
    fact.diskSpilledBytes = shapes.integer(at.diskSpilled);
    fact.peakExecutionBytes = peak;
    fact.peakOnHeapExecutionBytes = shapes.integer(at.peakOnHeapExecution);
    fact.peakOffHeapExecutionBytes = shapes.integer(at.peakOffHeapExecution);
    fact.inputBytes = shapes.integer(at.inputBytes);
    fact.inputRecords = shapes.integer(at.inputRecords);
    fact.outputBytes = shapes.integer(at.outputBytes);
    fact.outputRecords = shapes.integer(at.outputRecords);
    fact.shuffleReadRemoteBytes = shapes.integer(at.shuffleReadRemoteBytes);
    fact.shuffleReadLocalBytes = shapes.integer(at.shuffleReadLocalBytes);
    fact.shuffleReadRecords = shapes.integer(at.shuffleReadRecords);
    fact.shuffleFetchWaitMillis = shapes.integer(at.shuffleFetchWaitTime);
    fact.shuffleWriteBytes = shapes.integer(at.shuffleWriteBytes);
    fact.shuffleWriteRecords = shapes.integer(at.shuffleWriteRecords);
    fact.updatedBlocks = blocksStart === undefined ? undefined : noBlocks;
    fact.executorMetrics = this.#executorMetrics.fillFromShape(shapes, false)
      ? this.#executorMetrics
      : undefined;
    return fact;
  }

  /** Damage, which decode() knows how to read. */
  #holdsNegative(): boolean {
    const shapes = this.#shapes;
    for (let k = 0; k < quantities.length; k++) {
      if (shapes.number(quantities[k] ?? 0) < 0) return true;
    }
    return false;
  }

  learn(line: LineBytes): void {
    if (this.#fact.reason === "Success") this.#shapes.learn(line);
  }

  #sqlMetrics(buffer: Buffer): ReturnType<typeof sqlMetricsIn> {
    const start = this.#shapes.arrayStart(accumulables);
    if (start === undefined) return undefined;
    return sqlMetricsIn(buffer, start, this.#shapes.arrayEnd(accumulables));
  }

  /** The task's own share (`Update`); `Value` beside it is the stage's running total. */
  #peakInAccumulables(buffer: Buffer): number | undefined | "unclear" {
    const start = this.#shapes.arrayStart(accumulables);
    if (start === undefined) return undefined;
    const end = this.#shapes.arrayEnd(accumulables);
    const list = buffer.subarray(start, end);
    const found = list.indexOf(peakNeedle);
    if (found < 0) return list.includes(internalNeedle) ? 0 : undefined;
    const name = start + found;
    const around = buffer.toString("latin1", Math.max(start, name - 25), Math.min(end, name + 64));
    const told = peakPattern.exec(around);
    return told?.[1] === undefined ? "unclear" : Number(told[1]);
  }
}

const noBlocks: readonly BlockStatus[] = [];
const peakPattern: RegExp =
  /"Name":"(?:internal\.metrics\.)?peakExecutionMemory","Update":"?(\d{1,15})"?[,}]/;

function peakOf(task: JsonObject): number | undefined {
  let tellsOthers = false;
  for (const accumulable of objects(task, "Accumulables")) {
    const name = text(accumulable, "Name") ?? "";
    if (peakNames.includes(name)) return quantity(accumulable, "Update");
    tellsOthers ||= name.startsWith(internalName);
  }
  return tellsOthers ? 0 : undefined;
}

/** Spark writes 0 for a time that has not come. */
function notZero(quantity: number | undefined): number | undefined {
  return quantity === 0 ? undefined : quantity;
}

const none: JsonObject = {};

function fillMetrics(fact: TaskEndFact, logged: JsonObject | undefined): void {
  const from = logged ?? none;
  const input = object(from, "Input Metrics") ?? none;
  const output = object(from, "Output Metrics") ?? none;
  const read = object(from, shuffleRead) ?? none;
  const write = object(from, shuffleWrite) ?? none;
  fact.hasMetrics = logged !== undefined;
  fact.deserializeMillis = quantity(from, "Executor Deserialize Time");
  fact.deserializeCpuNanos = quantity(from, "Executor Deserialize CPU Time");
  fact.runMillis = quantity(from, "Executor Run Time");
  fact.cpuNanos = quantity(from, "Executor CPU Time");
  fact.resultBytes = quantity(from, "Result Size");
  fact.gcMillis = quantity(from, "JVM GC Time");
  fact.resultSerializationMillis = quantity(from, "Result Serialization Time");
  fact.memorySpilledBytes = quantity(from, "Memory Bytes Spilled");
  fact.diskSpilledBytes = quantity(from, "Disk Bytes Spilled");
  fact.peakExecutionBytes = quantity(from, "Peak Execution Memory");
  // Set when a task has returned its value: one that failed leaves them at 0
  // (Executor.TaskRunner.run, 4.0).
  const told = fact.reason === "Success" ? (bytes: number | undefined) => bytes : notZero;
  fact.peakOnHeapExecutionBytes = told(quantity(from, "Peak On Heap Execution Memory"));
  fact.peakOffHeapExecutionBytes = told(quantity(from, "Peak Off Heap Execution Memory"));
  fact.inputBytes = quantity(input, "Bytes Read");
  fact.inputRecords = quantity(input, "Records Read");
  fact.outputBytes = quantity(output, "Bytes Written");
  fact.outputRecords = quantity(output, "Records Written");
  fact.shuffleReadRemoteBytes = quantity(read, "Remote Bytes Read");
  fact.shuffleReadLocalBytes = quantity(read, "Local Bytes Read");
  fact.shuffleReadRecords = quantity(read, "Total Records Read");
  fact.shuffleFetchWaitMillis = quantity(read, "Fetch Wait Time");
  fact.shuffleWriteBytes = quantity(write, "Shuffle Bytes Written");
  fact.shuffleWriteRecords = quantity(write, "Shuffle Records Written");
  fact.updatedBlocks = list(from, "Updated Blocks")?.filter(isObject).map(updatedBlockOf);
}

function taskMetricsPicks(): EventDecoder["picks"] {
  return {
    "Executor Deserialize Time": true,
    "Executor Deserialize CPU Time": true,
    "Executor Run Time": true,
    "Executor CPU Time": true,
    "Result Size": true,
    "JVM GC Time": true,
    "Result Serialization Time": true,
    "Memory Bytes Spilled": true,
    "Disk Bytes Spilled": true,
    "Peak Execution Memory": true,
    "Peak On Heap Execution Memory": true,
    "Peak Off Heap Execution Memory": true,
    "Input Metrics": true,
    "Output Metrics": true,
    [shuffleRead]: true,
    [shuffleWrite]: true,
    "Updated Blocks": updatedBlockPicks,
  };
}

function emptyTaskEnd(): TaskEndFact {
  return {
    kind: "task_end",
    stageId: 0,
    stageAttemptId: 0,
    taskType: undefined,
    taskId: 0,
    index: 0,
    partitionId: undefined,
    attempt: 0,
    executorId: "",
    host: "",
    locality: undefined,
    speculative: false,
    launchedMs: 0,
    gettingResultMs: undefined,
    finishedMs: undefined,
    failed: false,
    killed: false,
    reason: "",
    failureClass: undefined,
    failureReason: undefined,
    userFrame: undefined,
    exitCausedByApp: undefined,
    hasMetrics: false,
    deserializeMillis: undefined,
    deserializeCpuNanos: undefined,
    runMillis: undefined,
    cpuNanos: undefined,
    resultBytes: undefined,
    gcMillis: undefined,
    resultSerializationMillis: undefined,
    memorySpilledBytes: undefined,
    diskSpilledBytes: undefined,
    peakExecutionBytes: undefined,
    peakOnHeapExecutionBytes: undefined,
    peakOffHeapExecutionBytes: undefined,
    inputBytes: undefined,
    inputRecords: undefined,
    outputBytes: undefined,
    outputRecords: undefined,
    shuffleReadRemoteBytes: undefined,
    shuffleReadLocalBytes: undefined,
    shuffleReadRecords: undefined,
    shuffleFetchWaitMillis: undefined,
    shuffleWriteBytes: undefined,
    shuffleWriteRecords: undefined,
    updatedBlocks: undefined,
    sqlMetrics: undefined,
    executorMetrics: undefined,
  };
}
