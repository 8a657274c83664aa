/** What events of each Spark line say, and what becomes of damaged ones. */
import { expect, test } from "vitest";
import { EventLogDecoder } from "../../src/event-log/event-log-decoder.ts";
import { decoded, factsOf, linesOf } from "./decoded.ts";

const taskEnd = {
  Event: "SparkListenerTaskEnd",
  "Stage ID": 3,
  "Stage Attempt ID": 1,
  "Task Type": "ResultTask",
  "Task End Reason": { Reason: "Success" },
  "Task Info": {
    "Task ID": 17,
    Index: 5,
    Attempt: 2,
    "Launch Time": 1795228984476,
    "Executor ID": "1",
    Host: "worker-a",
    Locality: "NODE_LOCAL",
    Speculative: true,
    "Getting Result Time": 0,
    "Finish Time": 1795228984749,
    Failed: false,
    Killed: false,
    Accumulables: [
      {
        ID: 9,
        Name: "internal.metrics.peakExecutionMemory",
        Update: 1080,
        Value: 5400,
        Internal: true,
      },
    ],
  },
  "Task Metrics": {
    "Executor Run Time": 250,
    "Memory Bytes Spilled": 4096,
    "Disk Bytes Spilled": 512,
    "Shuffle Read Metrics": { "Remote Bytes Read": 7, "Local Bytes Read": 8 },
    "Updated Blocks": [],
  },
};

test("a task's peak is its own share of the accumulable until 3.0, its field from then on", () => {
  for (const fact of factsOf(taskEnd)) expect(fact).toMatchObject({ peakExecutionBytes: 1080 });
  const metrics = { ...taskEnd["Task Metrics"], "Peak Execution Memory": 0 };
  for (const fact of factsOf({ ...taskEnd, "Task Metrics": metrics })) {
    expect(fact).toMatchObject({ peakExecutionBytes: 0 });
  }
});

test("the accumulable of 1.5 and 1.6 is text under a shorter name", () => {
  const info = {
    ...taskEnd["Task Info"],
    Accumulables: [{ ID: 1, Name: "peakExecutionMemory", Update: "2097152", Value: "9" }],
  };
  for (const fact of factsOf({ ...taskEnd, "Task Info": info })) {
    expect(fact).toMatchObject({ peakExecutionBytes: 2097152 });
  }
});

test("what a version does not write is unknown, not 0", () => {
  for (const fact of factsOf(taskEnd)) {
    expect(fact).toMatchObject({
      partitionId: undefined,
      gettingResultMs: undefined,
      peakOnHeapExecutionBytes: undefined,
      inputBytes: undefined,
      shuffleReadRecords: undefined,
      executorMetrics: undefined,
      updatedBlocks: [],
    });
  }
});

test("a shape without a field does not repeat the value of the line before", () => {
  const info = { ...taskEnd["Task Info"], "Partition ID": 4, Accumulables: [] };
  const metrics = { "JVM GC Time": 9, ...taskEnd["Task Metrics"] };
  const full = JSON.stringify({ ...taskEnd, "Task Info": info, "Task Metrics": metrics });
  const plain = JSON.stringify(taskEnd);
  const { facts } = decoded([full, plain, full, plain, ""].join("\n"));
  expect(facts[2]).toMatchObject({ partitionId: 4, gcMillis: 9, peakExecutionBytes: undefined });
  expect(facts[3]).toMatchObject({ partitionId: undefined, gcMillis: undefined });
  expect(facts[3]).toEqual(facts[1]);
});

test("a failed task of 1.x has its metrics in the reason", () => {
  const { "Task Metrics": metrics, ...rest } = taskEnd;
  const failed = {
    ...rest,
    "Task End Reason": {
      Reason: "ExceptionFailure",
      "Class Name": "java.lang.OutOfMemoryError",
      Description: "Unable to acquire 262144 bytes of memory, got 0",
      "Stack Trace": [{ "Declaring Class": "A", "Method Name": "b", "Line Number": 3 }],
      Metrics: metrics,
    },
  };
  for (const fact of factsOf(failed)) {
    expect(fact).toMatchObject({
      reason: "ExceptionFailure",
      failureClass: "java.lang.OutOfMemoryError",
      failureReason: "Unable to acquire 262144 bytes of memory, got 0",
      hasMetrics: true,
      memorySpilledBytes: 4096,
    });
  }
});

test("a task that failed has no peaks of its own where 4.x left them at 0; one that ended well has", () => {
  const peaks = { "Peak On Heap Execution Memory": 0, "Peak Off Heap Execution Memory": 0 };
  const ended = { ...taskEnd, "Task Metrics": { ...taskEnd["Task Metrics"], ...peaks } };
  for (const fact of factsOf(ended)) expect(fact).toMatchObject({ peakOnHeapExecutionBytes: 0 });
  const failure = { Reason: "ExceptionFailure", "Class Name": "a.B", Description: "" };
  for (const fact of factsOf({ ...ended, "Task End Reason": failure })) {
    expect(fact).toMatchObject({
      peakOnHeapExecutionBytes: undefined,
      peakOffHeapExecutionBytes: undefined,
    });
  }
});

test("a lost executor and a kill give their words; no metrics are no metrics", () => {
  const { "Task Metrics": _, ...rest } = taskEnd;
  const lost = {
    Reason: "ExecutorLostFailure",
    "Executor ID": "1",
    "Exit Caused By App": true,
    "Loss Reason": "Command exited with code 137",
  };
  for (const fact of factsOf({ ...rest, "Task End Reason": lost })) {
    expect(fact).toMatchObject({
      failureClass: "ExecutorLostFailure",
      failureReason: "Command exited with code 137",
      exitCausedByApp: true,
      hasMetrics: false,
      runMillis: undefined,
    });
  }
  const killed = { Reason: "TaskKilled", "Kill Reason": "another attempt succeeded" };
  for (const fact of factsOf({ ...taskEnd, "Task End Reason": killed })) {
    expect(fact).toMatchObject({
      reason: "TaskKilled",
      failureReason: "another attempt succeeded",
    });
  }
});

test("blocks that a task changed come with their level", () => {
  const metrics = {
    ...taskEnd["Task Metrics"],
    "Updated Blocks": [
      {
        "Block ID": "rdd_4_1",
        Status: {
          "Storage Level": {
            "Use Disk": false,
            "Use Memory": true,
            "Use ExternalBlockStore": false,
            Deserialized: true,
            Replication: 1,
          },
          "Memory Size": 14680064,
          "ExternalBlockStore Size": 0,
          "Disk Size": 0,
        },
      },
    ],
  };
  for (const fact of factsOf({ ...taskEnd, "Task Metrics": metrics })) {
    expect(fact).toMatchObject({
      updatedBlocks: [
        {
          blockId: "rdd_4_1",
          level: { useMemory: true, useDisk: false, useOffHeap: false, deserialized: true },
          memoryBytes: 14680064,
          diskBytes: 0,
        },
      ],
    });
  }
});

test("executor metrics of a task are told when any is not zero", () => {
  const zero = { JVMHeapMemory: 0, OnHeapExecutionMemory: 0 };
  for (const fact of factsOf({ ...taskEnd, "Task Executor Metrics": zero })) {
    expect(fact).toMatchObject({ executorMetrics: undefined });
  }
  const some = { ...zero, OnHeapExecutionMemory: 2162688 };
  for (const fact of factsOf({ ...taskEnd, "Task Executor Metrics": some })) {
    expect(fact).toMatchObject({ executorMetrics: new Map(Object.entries(some)) });
  }
});

test("numbers beyond 2^53 are unknown, and the others of the line stand", () => {
  const line = JSON.stringify(taskEnd)
    .replace('"Memory Bytes Spilled":4096', '"Memory Bytes Spilled":9223372036854775807')
    .concat("\n");
  for (const fact of decoded(line + line).facts) {
    expect(fact).toMatchObject({ memorySpilledBytes: undefined, diskSpilledBytes: 512 });
  }
});

test("a driver is called driver in every version", () => {
  for (const id of ["driver", "<driver>", "localhost"]) {
    const added = {
      Event: "SparkListenerBlockManagerAdded",
      "Block Manager ID": { "Executor ID": id, Host: "localhost", Port: 57967 },
      "Maximum Memory": 278302556,
    };
    expect(factsOf(added)[0]).toEqual({
      kind: "block_manager_added",
      executorId: "driver",
      host: "localhost",
      port: 57967,
      timeMs: undefined,
      maxBytes: 278302556,
      maxOnHeapBytes: undefined,
      maxOffHeapBytes: undefined,
    });
  }
});

test("an eviction keeps the size that the block had before", () => {
  const updated = {
    Event: "SparkListenerBlockUpdated",
    "Block Updated Info": {
      "Block Manager ID": { "Executor ID": "0", Host: "h", Port: 1 },
      "Block ID": "rdd_3_7",
      "Storage Level": {
        "Use Disk": false,
        "Use Memory": false,
        "Use Off Heap": false,
        Deserialized: false,
        Replication: 1,
      },
      "Memory Size": 14680064,
      "Disk Size": 0,
    },
  };
  for (const fact of factsOf(updated)) {
    expect(fact).toEqual({
      kind: "block_updated",
      executorId: "0",
      host: "h",
      port: 1,
      status: {
        blockId: "rdd_3_7",
        level: {
          useDisk: false,
          useMemory: false,
          useOffHeap: false,
          deserialized: false,
          replication: 1,
        },
        memoryBytes: 14680064,
        diskBytes: 0,
      },
    });
  }
});

test("an exclusion is told once, under its old name and its new one", () => {
  const at = { time: 1516300394348, executorId: "5", taskFailures: 1, stageId: 0 };
  const name = (word: string): string => `org.apache.spark.scheduler.SparkListenerExecutor${word}`;
  const events = [
    { Event: name("BlacklistedForStage"), ...at },
    { Event: name("ExcludedForStage"), ...at },
    { Event: name("Unexcluded"), time: 1516300395000, executorId: "5" },
  ];
  const { facts } = decoded(events.map((event) => JSON.stringify(event)).join("\n"));
  expect(facts[0]).toMatchObject({
    kind: "exclusion",
    scope: "executor_for_stage",
    change: "excluded",
    failures: 1,
  });
  expect(facts[1]).toBeUndefined();
  expect(facts[2]).toMatchObject({ scope: "executor", change: "readmitted", failures: undefined });
});

test("Databricks' own first line tells the Spark version", () => {
  const metadata = { Event: "DBCEventLoggingListenerMetadata", "Spark Version": "3.2.1" };
  expect(factsOf(metadata)[0]).toEqual({ kind: "log_start", sparkVersion: "3.2.1" });
  const amazon = { Event: "SparkListenerLogStart", "Spark Version": "3.3.0-amzn-0" };
  expect(factsOf(amazon)[0]).toEqual({ kind: "log_start", sparkVersion: "3.3.0-amzn-0" });
});

test("an SQL execution ends well with an empty message, badly with a message", () => {
  const ended = {
    Event: "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd",
    executionId: 4,
    time: 1671662169451,
  };
  expect(factsOf({ ...ended, errorMessage: "" })[0]).toMatchObject({ error: undefined });
  expect(factsOf({ ...ended, errorMessage: "no space" })[0]).toMatchObject({ error: "no space" });
});

test("a malformed line is reported with its place and without its words, and the rest is read", () => {
  const secret = '{"Event":"SparkListenerEnvironmentUpdate",_"password":"hunter2"}';
  const start = '{"Event":"SparkListenerLogStart","Spark Version":"3.5.6"}';
  const { facts, troubles, decoder } = decoded(`${secret}\n${start}\n`);
  expect(facts).toEqual([undefined, { kind: "log_start", sparkVersion: "3.5.6" }]);
  expect(troubles).toMatchObject([{ code: "malformed_json", line: 1, byteOffset: 0 }]);
  expect(JSON.stringify(troubles)).not.toContain("hunter2");
  expect(decoder.counts()).toMatchObject({ lines: 2, lostLines: 1, facts: 1 });
});

test("a cut last line is a note, a cut line in the middle a warning", () => {
  const whole = JSON.stringify(taskEnd);
  expect(decoded(`${whole}\n${whole.slice(0, 300)}`).troubles).toMatchObject([
    { code: "truncated_line", severity: "info", line: 2, byteOffset: whole.length + 1 },
  ]);
  expect(decoded(`${whole.slice(0, 300)}\n${whole}\n`).troubles).toMatchObject([
    { code: "malformed_json", severity: "warning", line: 1 },
  ]);
});

test("an event behind a cut one, or behind NULs, in the same line is read", () => {
  const whole = JSON.stringify(taskEnd);
  const glued = decoded(`${whole.slice(0, 300)}${whole}\n`);
  expect(glued.facts).toMatchObject([{ kind: "task_end", taskId: 17 }]);
  expect(glued.troubles).toMatchObject([{ code: "malformed_json", line: 1 }]);
  const holes = decoded(`${"\0".repeat(512)}${whole}\n`);
  expect(holes.facts).toMatchObject([{ kind: "task_end", taskId: 17 }]);
  expect(holes.troubles).toHaveLength(1);
});

test("two lines that ran into each other never become one fact", () => {
  const first = JSON.stringify(taskEnd);
  const info = { ...taskEnd["Task Info"], "Task ID": 18 };
  const second = JSON.stringify({ ...taskEnd, "Task Info": info });
  const inAccumulables = first.indexOf("peakExecution");
  for (const head of [first, first.slice(0, inAccumulables), first.slice(0, -9)]) {
    const { facts, troubles } = decoded(`${first}\n${first}\n${head}${second}\n`);
    expect(facts[2]).toMatchObject({ taskId: 18 });
    expect(troubles).toMatchObject([{ code: "malformed_json", line: 3 }]);
  }
  const job = (id: number): string =>
    JSON.stringify({
      Event: "SparkListenerJobStart",
      "Job ID": id,
      "Stage Infos": [{ "Stage Name": "x".repeat(500) }],
      "Stage IDs": [id],
    });
  const jobs = decoded(`${job(1).slice(0, 300)}${job(2)}\n`);
  expect(jobs.facts).toMatchObject([{ jobId: 2, stageIds: [2] }]);
});

test("an event behind the cut name of another is read, and so is one behind an event of no interest", () => {
  const whole = JSON.stringify(taskEnd);
  const ignored = '{"Event":"SparkListenerTaskGettingResult","Task Info":{"Task ID":3';
  for (const head of ['{"Event":"SparkListe', ignored, '{"Event":"com.vendor.X","a":']) {
    const { facts, troubles } = decoded(`${head}${whole}\n`);
    expect(facts).toMatchObject([{ kind: "task_end", taskId: 17 }]);
    expect(troubles).toMatchObject([{ code: "malformed_json", line: 1 }]);
  }
});

test("a NUL inside a known shape is damage, not data", () => {
  const whole = JSON.stringify(taskEnd);
  const holed = whole.replace("worker-a", "work\0r-a");
  const { facts, troubles } = decoded(`${whole}\n${whole}\n${holed}\n`);
  expect(facts[2]).toBeUndefined();
  expect(troubles).toMatchObject([{ code: "malformed_json", line: 3 }]);
});

test("unknown events are counted by name and told once; known ones without a table are silent", () => {
  const lines = [
    '{"Event":"com.vendor.Custom","x":1}',
    '{"Event":"com.vendor.Custom","x":2}',
    '{"Event":"SparkListenerTaskGettingResult","Task Info":{}}',
    "",
    "[1,2]",
    '{"no":"event"}',
    "",
  ];
  const { troubles, decoder } = decoded(lines.join("\n"));
  decoder.finish();
  expect(troubles.map(({ code, line, count }) => ({ code, line, count }))).toEqual([
    { code: "malformed_json", line: 5, count: 1 },
    { code: "not_an_event", line: 6, count: 1 },
    { code: "unknown_event", line: 1, count: 2 },
  ]);
  expect(decoder.counts()).toMatchObject({
    blankLines: 1,
    unknown: new Map([["com.vendor.Custom", 2]]),
    ignored: new Map([["SparkListenerTaskGettingResult", 1]]),
  });
});

test("a log of nothing but new names keeps a bounded number of them", () => {
  const names = Array.from({ length: 3000 }, (_, k) => `{"Event":"e${k}"}`);
  const { decoder } = decoded(names.join("\n"));
  const { unknown } = decoder.counts();
  expect(unknown.size).toBeLessThan(1002);
  expect([...unknown.values()].reduce((sum, count) => sum + count, 0)).toBe(3000);
});

test("an event without what every version writes is reported by name", () => {
  const { troubles } = decoded('{"Event":"SparkListenerJobEnd"}\n');
  expect(troubles).toMatchObject([
    { code: "incomplete_event", message: 'SparkListenerJobEnd: no usable "Job ID"' },
  ]);
});

test("keys in another order and spaces between them change nothing", () => {
  const reversed = Object.fromEntries(Object.entries(taskEnd).reverse());
  const spaced = JSON.stringify(taskEnd, undefined, 1).replaceAll("\n", " ");
  const [expected] = decoded(`${JSON.stringify(taskEnd)}\n`).facts;
  const line = JSON.stringify(reversed);
  const { facts } = decoded([line, line, spaced, spaced, ""].join("\n"));
  for (const fact of facts) expect(fact).toEqual(expected);
});

test("hot facts are one record, filled again", () => {
  const decoder = new EventLogDecoder({ report: () => {} });
  const line = JSON.stringify(taskEnd);
  const [first, second] = linesOf(Buffer.from(`${line}\n${line}\n`)).map((at) =>
    decoder.decode(at),
  );
  expect(first).toBe(second);
});

test("a time whose microseconds no number holds exactly is no time", () => {
  const beyond = 9_007_199_254_741;
  const late = { ...taskEnd["Task Info"], "Finish Time": beyond };
  const text = [taskEnd, taskEnd, { ...taskEnd, "Task Info": late }]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
  expect(decoded(text).facts.at(-1)).toMatchObject({ taskId: 17, finishedMs: undefined });
  const launched = { ...taskEnd["Task Info"], "Launch Time": beyond };
  const { facts, troubles } = decoded(
    `${JSON.stringify(taskEnd)}\n${JSON.stringify({ ...taskEnd, "Task Info": launched })}\n`,
  );
  expect(facts.at(-1)).toBeUndefined();
  expect(troubles.map(({ code }) => code)).toEqual(["incomplete_event"]);
});

test("of many events in one line the last whole one is read, and the others are counted", () => {
  const ends = Array.from({ length: 40_000 }, (_, taskId) =>
    JSON.stringify({ ...taskEnd, "Task Info": { ...taskEnd["Task Info"], "Task ID": taskId } }),
  );
  // Line ends of an old Mac. Each event must not cost a look at all that follow it.
  const { facts, troubles } = decoded(`${ends.join("\r")}\r{"Event":"SparkListenerTaskEnd","Sta\n`);
  expect(facts).toMatchObject([{ kind: "task_end", taskId: 39_999 }]);
  expect(troubles).toMatchObject([{ code: "malformed_json", line: 1, count: 40_000 }]);
});

test("a whole event with a cut one behind it is read", () => {
  const whole = JSON.stringify(taskEnd);
  const { facts, troubles } = decoded(`${whole}${whole.slice(0, 99)}`);
  expect(facts).toMatchObject([{ taskId: 17 }]);
  expect(troubles).toMatchObject([{ code: "truncated_line", line: 1, byteOffset: whole.length }]);
});

test("sizes and durations below 0 are unknown, and a block that has one is no block", () => {
  const metrics = { ...taskEnd["Task Metrics"], "Memory Bytes Spilled": -4096 };
  const whole = JSON.stringify(taskEnd);
  const hurt = JSON.stringify({ ...taskEnd, "Task Metrics": metrics });
  for (const fact of decoded(`${whole}\n${hurt}\n`).facts.slice(1)) {
    expect(fact).toMatchObject({ memorySpilledBytes: undefined, diskSpilledBytes: 512 });
  }
  const update = (memoryBytes: number): string =>
    JSON.stringify({
      Event: "SparkListenerBlockUpdated",
      "Block Updated Info": {
        "Block Manager ID": { "Executor ID": "1", Host: "a", Port: 1 },
        "Block ID": "rdd_0_0",
        "Storage Level": { "Use Disk": false, "Use Memory": true, Replication: 1 },
        "Memory Size": memoryBytes,
        "Disk Size": 0,
      },
    });
  const blocks = decoded(`${update(5)}\n${update(6)}\n${update(-7)}\n`);
  expect(blocks.facts).toMatchObject([{}, {}, undefined]);
  expect(blocks.troubles).toMatchObject([{ code: "incomplete_event", line: 3 }]);
});

test("a metric below 0 is unknown, and the line behind it has its own", () => {
  const metrics = (direct: number, heap: number): string =>
    JSON.stringify({
      Event: "SparkListenerStageExecutorMetrics",
      "Executor ID": "1",
      "Stage ID": 0,
      "Stage Attempt ID": 0,
      "Executor Metrics": { JVMHeapMemory: heap, DirectPoolMemory: direct },
    });
  const lines = [metrics(1, 1), metrics(2, 2), metrics(-1, 3), metrics(4, 4)];
  const { facts } = decoded(lines.join("\n"));
  expect(facts.map((fact) => (fact?.kind === "executor_metrics" ? [...fact.values] : []))).toEqual([
    [
      ["JVMHeapMemory", 1],
      ["DirectPoolMemory", 1],
    ],
    [
      ["JVMHeapMemory", 2],
      ["DirectPoolMemory", 2],
    ],
    [["JVMHeapMemory", 3]],
    [
      ["JVMHeapMemory", 4],
      ["DirectPoolMemory", 4],
    ],
  ]);
});

test("a log that begins anew with another application says so", () => {
  const start = (id: string): string =>
    JSON.stringify({
      Event: "SparkListenerApplicationStart",
      "App Name": "a",
      "App ID": id,
      Timestamp: 1,
      User: "u",
    });
  const { troubles } = decoded(`${start("app-1")}\n${start("app-2")}\n`);
  expect(troubles).toMatchObject([{ code: "second_application_start", line: 2 }]);
});

test("an attempt that no 32 bits hold is damage, also where the shape is known", () => {
  const whole = JSON.stringify(taskEnd);
  const hurt = whole.replace('"Attempt":2', '"Attempt":9007199254740');
  const { facts, troubles } = decoded(`${whole}\n${whole}\n${hurt}\n`);
  expect(facts).toMatchObject([{ attempt: 2 }, { attempt: 2 }, undefined]);
  expect(troubles).toMatchObject([{ code: "incomplete_event", line: 3 }]);
});

test("an amount below 0 is none", () => {
  const request = (amount: string): string =>
    `{"Event":"SparkListenerResourceProfileAdded","Resource Profile Id":0,"Executor Resource Requests":{"cores":{"Amount":${amount}},"memory":{"Amount":512}}}`;
  for (const amount of ["-9223372036854775808", "-0.5", "1e400", "null"]) {
    const [fact] = decoded(request(amount)).facts;
    expect(fact).toMatchObject({ executor: new Map([["memory", 512]]) });
  }
});

test("jobs that start again or before a later one say that parts are out of order", () => {
  const start = (id: number, ms: number): string =>
    JSON.stringify({
      Event: "SparkListenerJobStart",
      "Job ID": id,
      "Submission Time": ms,
      "Stage IDs": [],
    });
  // Two threads may take their numbers in one order and be served in the other: the times tell.
  const jobs = [start(0, 10), start(2, 20), start(1, 21), start(3, 30), start(3, 30), start(1, 21)];
  const { facts, troubles } = decoded(`${jobs.join("\n")}\n`);
  expect(facts.map((fact) => (fact?.kind === "job_start" ? fact.jobId : -1))).toEqual([
    0, 2, 1, 3, 3, 1,
  ]);
  expect(troubles.map(({ code, line }) => `${line} ${code}`)).toEqual([
    "5 events_out_of_order",
    "6 events_out_of_order",
  ]);
});
