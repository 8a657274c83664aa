/** What events of each Spark line say. */
import { expect, test } from "vitest";
import { taskEnd } from "./a-task-end.ts";
import { decoded, factsOf } from "./decoded.ts";

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

test("2.x leaves out an accumulable of 0; of a task without any the peak is unknown", () => {
  const told = (Name: string) =>
    factsOf({
      ...taskEnd,
      "Task Info": { ...taskEnd["Task Info"], Accumulables: [{ ID: 1, Name, Update: 3 }] },
    });
  for (const fact of told("internal.metrics.resultSize"))
    expect(fact).toMatchObject({ peakExecutionBytes: 0 });
  for (const fact of told("my counter"))
    expect(fact).toMatchObject({ peakExecutionBytes: undefined });
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

test("the innermost frame of the program's own code is read from a failed task's trace", () => {
  const frame = (owner: string, method: string, line: number) => ({
    "Declaring Class": owner,
    "Method Name": method,
    "File Name": "Job.scala",
    "Line Number": line,
  });
  const reason = {
    Reason: "ExceptionFailure",
    "Class Name": "java.lang.OutOfMemoryError",
    Description: "Java heap space",
    "Stack Trace": [
      frame("java.util.Arrays", "copyOf", 3),
      frame("shop.Job$", "collect", 91),
      frame("shop.Job$", "main", 12),
    ],
  };
  const whole =
    "java.lang.OutOfMemoryError\n\tat scala.Array.x(A.java:1)\n\tat shop.Cart.fill(Cart.scala:7)\n";
  for (const fact of factsOf({ ...taskEnd, "Task End Reason": reason }))
    expect(fact).toMatchObject({ userFrame: "shop.Job$.collect(Job.scala:91)" });
  const full = { ...reason, "Full Stack Trace": whole };
  for (const fact of factsOf({ ...taskEnd, "Task End Reason": full }))
    expect(fact).toMatchObject({ userFrame: "shop.Cart.fill(Cart.scala:7)" });
  for (const fact of factsOf(taskEnd)) expect(fact).toMatchObject({ userFrame: undefined });
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
