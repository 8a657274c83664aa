/** Logs of any size whose lines are alike, so that only how many there are of one thing differs. */

const T0 = 1_795_228_532_000;

type Json = Readonly<Record<string, unknown>>;

const head: readonly Json[] = [
  { Event: "SparkListenerLogStart", "Spark Version": "3.5.6" },
  {
    Event: "SparkListenerEnvironmentUpdate",
    "JVM Information": {},
    "Spark Properties": { "spark.executor.memory": "1g", "spark.executor.cores": "4" },
    "Hadoop Properties": {},
    "System Properties": {},
    "Classpath Entries": {},
  },
  {
    Event: "SparkListenerApplicationStart",
    "App Name": "made",
    "App ID": "app-20261121023527-0000",
    Timestamp: T0,
    User: "someone",
  },
];
const end: Json = { Event: "SparkListenerApplicationEnd", Timestamp: T0 + 9_000_000 };

function text(events: readonly Json[]): string {
  return `${[...head, ...events, end].map((event) => JSON.stringify(event)).join("\n")}\n`;
}

function executor(id: number, cores: number): Json[] {
  const Timestamp = T0 + 1;
  const place = { "Executor ID": String(id), Host: "h", Port: 40_000 + (id % 20_000) };
  return [
    {
      Event: "SparkListenerExecutorAdded",
      Timestamp,
      "Executor ID": String(id),
      "Executor Info": { Host: "h", "Total Cores": cores, "Log Urls": {}, Attributes: {} },
    },
    {
      Event: "SparkListenerBlockManagerAdded",
      "Block Manager ID": place,
      "Maximum Memory": 455_501_414,
      Timestamp,
      "Maximum Onheap Memory": 455_501_414,
      "Maximum Offheap Memory": 0,
    },
  ];
}

interface Task {
  readonly id: number;
  readonly executor: number;
  readonly stage: number;
  readonly from: number;
  readonly until: number;
}

function started({ id, executor: of, stage, from }: Task): Json {
  return {
    Event: "SparkListenerTaskStart",
    "Stage ID": stage,
    "Stage Attempt ID": 0,
    "Task Info": info(id, of, from, 0),
  };
}

function ended({ id, executor: of, stage, from, until }: Task): Json {
  return {
    Event: "SparkListenerTaskEnd",
    "Stage ID": stage,
    "Stage Attempt ID": 0,
    "Task Type": "ResultTask",
    "Task End Reason": { Reason: "Success" },
    "Task Info": info(id, of, from, until),
    "Task Executor Metrics": { JVMHeapMemory: 1_000_000 + id, OnHeapExecutionMemory: 70_000 + id },
    "Task Metrics": {
      "Executor Run Time": until - from,
      "Peak Execution Memory": 65_536 + (id % 7),
      "Memory Bytes Spilled": 0,
      "Disk Bytes Spilled": 0,
      "JVM GC Time": 1,
    },
  };
}

function info(id: number, of: number, from: number, until: number): Json {
  return {
    "Task ID": id,
    Index: id,
    Attempt: 0,
    "Partition ID": id,
    "Launch Time": T0 + from,
    "Executor ID": String(of),
    Host: "h",
    Locality: "PROCESS_LOCAL",
    Speculative: false,
    "Getting Result Time": 0,
    "Finish Time": until === 0 ? 0 : T0 + until,
    Failed: false,
    Killed: false,
    Accumulables: [],
  };
}

function stage(id: number, tasks: number, at: number): Json {
  const Scope = '{"id":"1","name":"Exchange"}';
  const level = { "Use Disk": false, "Use Memory": false, Replication: 1 };
  const rdd = { "RDD ID": id, Name: "r", Scope, "Parent IDs": [], "Storage Level": level };
  return {
    Event: "SparkListenerStageSubmitted",
    "Stage Info": {
      "Stage ID": id,
      "Stage Attempt ID": 0,
      "Stage Name": "s",
      "Number of Tasks": tasks,
      "RDD Info": [{ ...rdd, "Number of Partitions": tasks, "Number of Cached Partitions": 0 }],
      "Parent IDs": [],
      "Submission Time": T0 + at,
    },
    Properties: {},
  };
}

/** Each executor runs the one task of a stage of its own, all at the same time. */
export function executors(n: number): string {
  const ids = Array.from({ length: n }, (_, id) => id);
  const task = (id: number): Task => ({ id, executor: id, stage: id, from: 10, until: 2000 + id });
  return text([
    ...ids.flatMap((id) => executor(id, 1)),
    ...ids.flatMap((id) => [stage(id, 1, 5), started(task(id))]),
    ...ids.map((id) => ended(task(id))),
  ]);
}

function clock(seconds: number): string {
  const part = (value: number): string => String(value % 60).padStart(2, "0");
  return `26/11/21 0${2 + Math.floor(seconds / 3600)}:${part(Math.floor(seconds / 60))}:${part(seconds)}`;
}

/**
 * An executor's log at INFO: tasks one after the other leave broadcasts and blocks of RDDs that
 * stay in memory, until the last ones evict.
 */
export function heldBlocks(n: number): string {
  const lines: string[] = [];
  let free = 4096 * 1024;
  const say = (at: number, message: string): void =>
    void lines.push(`${clock(at)} INFO ${message}`);
  const stored = (at: number, block: string, as: string): void => {
    free -= 1;
    say(
      at,
      `MemoryStore: Block ${block} stored as ${as} in memory (estimated size 1024.0 KiB, free ${(free / 1024).toFixed(1)} GiB)`,
    );
  };
  say(0, "MemoryStore: MemoryStore started with capacity 4.0 TiB");
  for (let id = 0; id < n; id++) {
    const at = 1 + Math.floor(id / 2);
    const task = `task ${id}.0 in stage 0.0 (TID ${id})`;
    say(at, `Executor: Running ${task}`);
    stored(at, `broadcast_${id}_piece0`, "bytes");
    stored(at, `rdd_1_${id}`, "values");
    if (id > n / 2) {
      say(at, "MemoryStore: 1 blocks selected for dropping (1024.0 KiB bytes)");
      say(at, `BlockManager: Dropping block rdd_1_${id - Math.floor(n / 2)} from memory`);
      free += 1;
      say(
        at,
        `MemoryStore: After dropping 1 blocks, free memory is ${(free / 1024).toFixed(1)} GiB`,
      );
      stored(at, `rdd_2_${id}`, "values");
    }
    say(at, `Executor: Finished ${task}. 1000 bytes result sent to driver`);
  }
  return `${lines.join("\n")}\n`;
}

/** Small applications, a log each. */
export function applications(n: number): ReadonlyMap<string, string> {
  const one = executors(2);
  const name = (at: number): string => `app-20261121023527-${String(at).padStart(4, "0")}`;
  return new Map(
    Array.from({ length: n }, (_, at) => [name(at), one.replaceAll(name(0), name(at))]),
  );
}
