/** The numbers of Spark's history server, from what its REST interface answers (Spark 3.5). */
import type { ApplicationNumbers, Numbers, NumbersById } from "./numbers.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Answers a path below `/api/v1/`. */
export type AskServer = (path: string) => Promise<Json>;

export async function serverNumbers(
  ask: AskServer,
  application: string,
  attempt: JsonObject,
): Promise<ApplicationNumbers> {
  const of = async (what: string): Promise<readonly JsonObject[]> =>
    objects(await ask(`applications/${application}/${what}`));
  return {
    application: { started_ms: time(attempt["startTime"]), ended_ms: time(attempt["endTime"]) },
    executors: byId(await of("allexecutors"), (one) => text(one["id"]), executor),
    stages: byId(
      await of("stages"),
      (one) => `${text(one["stageId"])}.${text(one["attemptId"])}`,
      stage,
    ),
    jobs: byId(await of("jobs"), (one) => text(one["jobId"]), job),
    rdds: byId(
      await Promise.all(
        (await of("storage/rdd")).map(async (one) =>
          // Its blocks by executor stand on its own page.
          object(await ask(`applications/${application}/storage/rdd/${text(one["id"])}`)),
        ),
      ),
      (one) => text(one["id"]),
      rdd,
    ),
  };
}

function executor(one: JsonObject): Numbers {
  const memory = object(one["memoryMetrics"]);
  return {
    cores: one["id"] === "driver" ? null : number(one["totalCores"]),
    // Before 2.3 the log tells one number for both modes, as the server does.
    storage_memory_bytes: number(one["maxMemory"]),
    ...(memory === undefined
      ? {}
      : { off_heap_storage_memory_bytes: number(memory["totalOffHeapStorageMemory"]) }),
    // Blocks alone make one of the local driver before 1.3: then the server knows no time.
    added_ms: time(one["addTime"]),
    removed_ms: time(one["removeTime"]),
    // Of the driver the server shows the application's own time.
    duration_ms: one["id"] === "driver" ? null : number(one["totalDuration"]),
    gc_ms: one["id"] === "driver" ? null : number(one["totalGCTime"]),
    excluded: flag(one["isExcluded"]),
    excluded_in_stages: list(one["excludedInStages"]),
    tasks: number(one["totalTasks"]),
    completed_tasks: number(one["completedTasks"]),
    failed_tasks: number(one["failedTasks"]),
    input_bytes: number(one["totalInputBytes"]),
    shuffle_read_bytes: number(one["totalShuffleRead"]),
    shuffle_write_bytes: number(one["totalShuffleWrite"]),
    ...peaks(one["peakMemoryMetrics"]),
  };
}

function stage(one: JsonObject): Numbers {
  return {
    status: text(one["status"]).toLowerCase().replace("active", "running"),
    planned_tasks: number(one["numTasks"]),
    complete_tasks: number(one["numCompleteTasks"]),
    failed_tasks: number(one["numFailedTasks"]),
    killed_tasks: number(one["numKilledTasks"]),
    submitted_ms: time(one["submissionTime"]),
    completed_ms: time(one["completionTime"]),
    run_ms: number(one["executorRunTime"]),
    cpu_ns: number(one["executorCpuTime"]),
    gc_ms: number(one["jvmGcTime"]),
    result_bytes: number(one["resultSize"]),
    memory_spilled_bytes: number(one["memoryBytesSpilled"]),
    disk_spilled_bytes: number(one["diskBytesSpilled"]),
    peak_execution_bytes: number(one["peakExecutionMemory"]),
    active_tasks: number(one["numActiveTasks"]),
    deserialize_ms: number(one["executorDeserializeTime"]),
    result_serialization_ms: number(one["resultSerializationTime"]),
    fetch_wait_ms: number(one["shuffleFetchWaitTime"]),
    input_records: number(one["inputRecords"]),
    output_records: number(one["outputRecords"]),
    shuffle_read_records: number(one["shuffleReadRecords"]),
    shuffle_write_records: number(one["shuffleWriteRecords"]),
    first_launched_ms: time(one["firstTaskLaunchedTime"]),
    rdds: list(one["rddIds"]),
    input_bytes: number(one["inputBytes"]),
    output_bytes: number(one["outputBytes"]),
    shuffle_read_remote_bytes: number(one["shuffleRemoteBytesRead"]),
    shuffle_read_local_bytes: number(one["shuffleLocalBytesRead"]),
    shuffle_write_bytes: number(one["shuffleWriteBytes"]),
    ...peaks(one["peakExecutorMetrics"]),
  };
}

function job(one: JsonObject): Numbers {
  const stages = Array.isArray(one["stageIds"]) ? one["stageIds"].map(Number) : [];
  return {
    status: text(one["status"]).toLowerCase(),
    submitted_ms: time(one["submissionTime"]),
    completed_ms: time(one["completionTime"]),
    stages: JSON.stringify(stages.sort((a, b) => a - b)),
    completed_tasks: number(one["numCompletedTasks"]),
    failed_tasks: number(one["numFailedTasks"]),
    completed_stages: number(one["numCompletedStages"]),
    failed_stages: number(one["numFailedStages"]),
    skipped_stages: number(one["numSkippedStages"]),
  };
}

function rdd(one: JsonObject): Numbers {
  return {
    partitions: number(one["numPartitions"]),
    cached_partitions: number(one["numCachedPartitions"]),
    memory_bytes: number(one["memoryUsed"]),
    disk_bytes: number(one["diskUsed"]),
    storage_level: levelNamed(text(one["storageLevel"])),
    blocks: JSON.stringify(
      objects(one["partitions"])
        .map((block) => [
          text(block["blockName"]),
          number(block["memoryUsed"]),
          number(block["diskUsed"]),
          (Array.isArray(block["executors"]) ? block["executors"] : []).map(String).sort(),
        ])
        .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
    ),
  };
}

/**
 * `Disk Memory Deserialized 1x Replicated` as Spark's programs call it. Follows
 * StorageLevel.description.
 */
function levelNamed(description: string): string {
  const has = (word: string): boolean => description.includes(word);
  const copies = / (\d+)x Replicated/.exec(description)?.[1] ?? "1";
  const ending = copies === "1" ? "" : `_${copies}`;
  if (has("off heap")) return `OFF_HEAP${ending}`;
  if (!has("Memory")) return `DISK_ONLY${ending}`;
  const serialized = has("Deserialized") ? "" : "_SER";
  return `MEMORY${has("Disk") ? "_AND_DISK" : "_ONLY"}${serialized}${ending}`;
}

/** The server says 0 of what no log tells: those are left out. */
function peaks(metrics: Json | undefined): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, value] of Object.entries(object(metrics) ?? {})) {
    if (typeof value === "number" && value > 0) found[`peak ${name}`] = value;
  }
  return found;
}

function byId(
  found: readonly (JsonObject | undefined)[],
  id: (one: JsonObject) => string,
  of: (one: JsonObject) => Numbers,
): NumbersById {
  const all = found.filter((one) => one !== undefined);
  const sorted = all.sort((a, b) => id(a).localeCompare(id(b), "en", { numeric: true }));
  return Object.fromEntries(sorted.map((one) => [id(one), of(one)]));
}

export function object(json: Json | undefined): JsonObject | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? Object.fromEntries(Object.entries(json))
    : undefined;
}

export function objects(json: Json | undefined): JsonObject[] {
  if (!Array.isArray(json)) throw new TypeError(`a list was expected: ${JSON.stringify(json)}`);
  return json.map((one) => object(one) ?? {});
}

/** An id or a name. */
export function text(json: Json | undefined): string {
  return typeof json === "string" || typeof json === "number" ? String(json) : "";
}

function flag(json: Json | undefined): number | null {
  return typeof json === "boolean" ? Number(json) : null;
}

function list(json: Json | undefined): string {
  const numbers = Array.isArray(json) ? json.map(Number) : [];
  return JSON.stringify(numbers.sort((a, b) => a - b));
}

function number(json: Json | undefined): number | null {
  return typeof json === "number" ? json : null;
}

/**
 * `2015-02-03T16:42:39.407GMT`; the server shows the epoch's eve for an application that has not
 * ended.
 */
function time(json: Json | undefined): number | null {
  if (typeof json !== "string") return null;
  const ms = Date.parse(json.replace("GMT", "Z"));
  return ms <= 0 ? null : ms;
}
