/**
 * Explanations of what recorded runs do not hold: out of memory, lost executors, and logs that tell
 * next to nothing.
 */

import { expect, test } from "vitest";
import { explain, findingsOf, openDatabase } from "../../src/index.ts";
import { replayed } from "../replayed-by-hand.ts";
import { exact, rowsByHand, second, three } from "../rows-by-hand.ts";
import {
  answered,
  application,
  eventLog,
  executor,
  MiB,
  oom,
  task,
  verdict,
} from "./trouble-by-hand.ts";

test("a run without trouble has no findings, and says what was looked for", async () => {
  const { findings, absent, unknowable } = await verdict((emit) => {
    emit("source_files", eventLog);
    emit("executors", executor);
  });
  expect(findings).toEqual([]);
  expect(absent).toContain("out-of-memory errors");
  expect(absent).toContain("waits for memory");
  expect(absent).toContain("logs that end too early");
  // The size of the processes was not polled.
  expect(unknowable).toEqual(["containers near their limit"]);
});

test("what the logs at hand would not tell is not called absent", async () => {
  const path = await replayed((emit) => {
    emit("applications", { ...rowsByHand.applications, evidenceLevel: "event_log" });
    emit("source_files", eventLog);
  });
  const database = await openDatabase(path);
  const answer = await explain(database, application, undefined);
  database.close();
  expect(answer).toMatchObject({
    absent: [
      "out-of-memory errors",
      "lost executors",
      "failed tasks and jobs",
      "logs that end too early",
      "spills",
      "unusual garbage collection",
    ],
    unknowable: [
      "evictions",
      "blocks refused for want of room",
      "waits for memory",
      "containers near their limit",
      "leaked memory",
      "blocks cached for nothing",
    ],
  });
});

test("the story of an out-of-memory names the task, what it asked for and got, and the log line", async () => {
  const story = await answered(
    (emit) => {
      emit("executors", executor);
      emit("tasks", task);
      emit("oom_events", oom);
    },
    { about: "oom", row: { nth: 1 } },
  );
  expect(story).toMatchObject({
    kind: "oom",
    title: "Out of memory 1 of 1: task_memory on executor 1",
    places: [{ path: "logs/executor-1.log", line: oom.sourceLine }],
  });
  const text = story.kind === "verdict" ? "" : story.lines.map((line) => line.text).join("\n");
  expect(text).toContain("task 20 (stage");
  expect(text).toContain("it asked for 32.0 MiB and got 16.0 MiB");
  expect(text).toContain("The executor lived on");
});

test("lost work comes before all else, and executors that died of an out-of-memory are not told twice", async () => {
  const { findings } = await verdict((emit) => {
    emit("executors", {
      ...executor,
      removedAt: three + 40 * second,
      removedReason: "Command exited with code 52",
      removedClass: "jvm_heap",
    });
    emit("executors", {
      ...executor,
      executorId: "2",
      removedAt: three + 41 * second,
      removedReason: "Container killed by YARN for exceeding physical memory limits",
      removedClass: "container_physical",
    });
    emit("tasks", task);
    emit("oom_events", {
      ...oom,
      class: "jvm_heap",
      requestedBytes: undefined,
      grantedBytes: undefined,
    });
    emit("memory_leaks", rowsByHand.memory_leaks);
  });
  expect(findings.map(({ id, severity }) => [id, severity])).toEqual([
    ["oom_jvm_heap", "dead"],
    ["lost_container_physical", "dead"],
    ["leaks", "fine"],
  ]);
  expect(findings[1]?.change).toContain("spark.executor.memoryOverhead");
  expect(findings[0]?.evidence).toContain("1 executor was lost to it.");
});

test("a job that failed without a failed task in any log is a finding with the error's words", async () => {
  const { findings } = await verdict((emit) => {
    emit("jobs", {
      ...rowsByHand.jobs,
      jobId: 7,
      status: "failed",
      error: "org.apache.spark.SparkException: Job aborted: file not found\n\tat x",
    });
  });
  expect(findings.map(({ title, rank }) => [rank, title])).toEqual([
    [1, "1 job failed (7); no log has a failed task"],
  ]);
  expect(findings[0]?.evidence).toEqual([
    "In the log: “org.apache.spark.SparkException: Job aborted: file not found”.",
  ]);
});

test("a failed task is a finding with the error's words, whatever its class", async () => {
  const { findings, absent } = await verdict((emit) => {
    emit("source_files", eventLog);
    emit("executors", executor);
    emit("failures", {
      ...rowsByHand.failures,
      class: "size_limit",
      errorClass: "org.apache.spark.memory.TooLargePageException",
      message: "Cannot allocate a page of 17179869184 bytes.",
      userFrame: "com.example.Job.group(Job.scala:12)",
    });
  });
  expect(findings.map(({ title }) => title)).toEqual([
    "1 task failed on executor 1 at a limit of Spark's own, not for want of memory (TooLargePageException)",
  ]);
  expect(findings[0]?.evidence.join("\n")).toContain("Cannot allocate a page of 17179869184 bytes");
  expect(findings[0]?.evidence.join("\n")).toContain("com.example.Job.group(Job.scala:12)");
  expect(findings[0]?.change).toContain("16.0 GiB in one piece");
  expect(absent).not.toContain("failed tasks and jobs");
});

test("a driver's out-of-memory asks for the driver's memory, never for partitions", async () => {
  const { findings } = await verdict((emit) => {
    emit("executors", { ...executor, executorId: "driver" });
    emit("oom_events", { ...oom, executorId: "driver", class: "jvm_heap", taskId: undefined });
  });
  expect(findings[0]?.title).toBe("The driver's Java heap ran out (the driver)");
  expect(findings[0]?.changeKey).toBe("spark.driver.memory");
  expect(findings[0]?.change).not.toContain("partitions");
});

test("executors' logs alone tell nothing of jobs, lost executors and garbage; their spills are told without a stage", async () => {
  const { findings, absent, unknowable } = await verdict((emit) => {
    emit("executors", executor);
    emit("spills", { ...rowsByHand.spills, taskId: 20, memoryBytes: 64 * MiB });
  });
  expect(findings.map(({ title }) => title)).toEqual([
    "Tasks spilled 64.0 MiB of memory; no event log tells in which stages",
  ]);
  expect(unknowable).toEqual([
    "lost executors",
    "failed tasks and jobs",
    "logs that end too early",
    "unusual garbage collection",
    "containers near their limit",
    "blocks cached for nothing",
  ]);
  expect(absent).not.toContain("spills");
});

test("an event log without an end is a finding, with what was running", async () => {
  const path = await replayed((emit) => {
    emit("applications", { ...rowsByHand.applications, endedAt: undefined });
    emit("source_files", eventLog);
    emit("jobs", { ...rowsByHand.jobs, completedAt: undefined, status: "running" });
    emit("tasks", { ...task, status: "running", finishedAt: undefined });
  });
  const database = await openDatabase(path);
  const answer = await explain(database, application, undefined);
  database.close();
  expect(answer).toMatchObject({
    findings: [
      {
        id: "no_end",
        severity: "risk",
        title: "The event log ends before the application does: 1 job and 1 task were running",
      },
    ],
  });
});

test("an end that is missing while tasks ran stands before what cost time", async () => {
  const { findings } = await verdict((emit) => {
    emit("applications", { ...rowsByHand.applications, endedAt: undefined });
    emit("source_files", eventLog);
    emit("tasks", { ...task, memorySpilledBytes: 64 * 2 ** 20, diskSpilledBytes: 2 ** 20 });
    emit("tasks", { ...task, taskId: 99, status: "running", finishedAt: undefined });
  });
  expect(findings.map(({ kind }) => kind)).toEqual(["no_end", "spills"]);
  expect(findings[0]?.facts["ended"]).toBe(true);
});

test.each([
  ["local", true],
  ["local[4]", true],
  ["local-cluster[2,1,1024]", false],
  ["spark://host:7077", false],
])("master %s: that the driver runs the tasks is %s", async (value, isLocal) => {
  const { findings } = await verdict((emit) => {
    emit("spark_conf", { ...rowsByHand.spark_conf, key: "spark.master", value });
    emit("oom_events", { ...rowsByHand.oom_events, executorId: "driver", taskId: undefined });
  });
  const titles = findings.map(({ title }) => title).join();
  expect(titles).toContain("the driver");
  expect(titles.includes("in local mode")).toBe(isLocal);
});

test("what a lost executor took with it is told, and no container's overhead where there is none", async () => {
  const { findings } = await verdict((emit) => {
    emit("spark_conf", {
      ...rowsByHand.spark_conf,
      key: "spark.master",
      value: "spark://host:7077",
    });
    emit("executors", {
      ...executor,
      addedAt: three,
      removedAt: three + 40 * second,
      removedReason: "Command exited with code 137",
      removedClass: "killed",
    });
    emit("tasks", { ...task, failureClass: "ExecutorLostFailure" });
  });
  const [lost] = findings;
  expect(lost?.title).toBe("Executor 1 was lost: killed from outside (SIGKILL)");
  expect(lost?.evidence.join("\n")).toContain("40.0 s after it came");
  expect(lost?.evidence.join("\n")).toContain("With it went 1 task that had to run again (");
  expect(lost?.change).toContain("no container limits them here");
});

test.for([
  {
    named: "submitted on a thread of Spark's own: the query's words",
    stage: { name: "$anonfun$withThreadLocalCaptured$2 at CompletableFuture.java:1768" },
    query: "collectAsList at App.java:18",
    says: "(stage 3 “collectAsList at App.java:18”)",
  },
  {
    named: "a call site of the program, and a query with words of its own",
    stage: { name: "collect at nds.py:131" },
    query: "query9",
    says: "(stage 3 “collect at nds.py:131” of “query9”)",
  },
  {
    named: "by reflection, without a query: the program's frame of the call stack",
    stage: {
      name: "parquet at NativeMethodAccessorImpl.java:0",
      details:
        "org.apache.spark.sql.DataFrameReader.parquet(DataFrameReader.scala:563)\njava.base/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)\ncom.example.Nightly$.$anonfun$load$1(Nightly.scala:44)",
    },
    query: undefined,
    says: "(stage 3 “load at Nightly.scala:44”)",
  },
  {
    named: "by reflection, and nothing else is told: its own name",
    stage: { name: "parquet at NativeMethodAccessorImpl.java:0", details: undefined },
    query: undefined,
    says: "(stage 3 “parquet at NativeMethodAccessorImpl.java:0”)",
  },
])("a stage $named", async ({ stage, query, says }) => {
  const story = await answered(
    (emit) => {
      emit("executors", executor);
      emit("stages", {
        ...rowsByHand.stages,
        ...stage,
        stageId: 3,
        jobId: undefined,
        sqlExecutionId: query === undefined ? undefined : 5,
      });
      if (query !== undefined) {
        emit("sql_executions", {
          ...rowsByHand.sql_executions,
          executionId: 5,
          description: query,
        });
      }
      emit("tasks", { ...task, stageId: 3, stageAttemptId: rowsByHand.stages.stageAttemptId });
    },
    { about: "task", taskId: 20 },
  );
  expect(story.kind === "verdict" ? "" : story.title).toContain(says);
});

test("before a spill stands what was held before its pages were released, where its line follows them", async () => {
  const event = {
    ...rowsByHand.memory_events,
    executorId: "1",
    mode: "on_heap",
    taskId: 20,
  } as const;
  const step = {
    ...rowsByHand.task_memory_timeline,
    executorId: "1",
    mode: "on_heap",
    taskId: 20,
  } as const;
  const story = await answered(
    (emit) => {
      emit("executors", executor);
      emit("tasks", task);
      emit("memory_events", { ...event, seq: 1, op: "acquire_execution", grantedBytes: 24 * MiB });
      emit("task_memory_timeline", { ...step, seq: 1, executionUsed: exact(24 * MiB) });
      emit("memory_events", { ...event, seq: 2, op: "release_execution", grantedBytes: 20 * MiB });
      emit("task_memory_timeline", { ...step, seq: 2, executionUsed: exact(4 * MiB) });
      emit("spills", {
        ...rowsByHand.spills,
        executorId: "1",
        taskId: 20,
        seq: 3,
        ...freed(20),
      });
    },
    { about: "spill", row: { nth: 1 } },
  );
  const text = story.kind === "verdict" ? "" : story.lines.map((line) => line.text).join("\n");
  expect(text).toContain("it held 24.0 MiB");
});

function freed(mebi: number): Record<"memoryBytes" | "memoryBytesMin" | "memoryBytesMax", number> {
  const bytes = mebi * MiB;
  return { memoryBytes: bytes, memoryBytesMin: bytes, memoryBytesMax: bytes };
}

test("an executor that the driver let go is no finding", async () => {
  const { findings } = await verdict((emit) => {
    emit("executors", {
      ...executor,
      removedAt: three + 40 * second,
      removedReason: "Executor killed by driver.",
      removedClass: "killed_by_driver",
    });
  });
  expect(findings).toEqual([]);
});

test("names that hold quotes and statements are data", async () => {
  const hostile = "rdd_1_0'; drop table tasks; --";
  await expect(
    answered((emit) => emit("executors", executor), { about: "block", blockId: hostile }),
  ).rejects.toThrow(`no block ${hostile}: the logs tell of no blocks`);
});

test("an out-of-memory names the stage it hit, and what it explains is not called absent", async () => {
  const { findings, absent } = await verdict((emit) => {
    emit("source_files", eventLog);
    emit("stages", { ...rowsByHand.stages, stageId: 3, name: "collect at App.scala:9", tasks: 8 });
    emit("jobs", { ...rowsByHand.jobs, status: "failed", error: "java.lang.OutOfMemoryError" });
    for (const executorId of ["10", "9"]) {
      emit("executors", {
        ...executor,
        executorId,
        removedAt: three + 40 * second,
        removedClass: "jvm_heap",
      });
    }
    emit("tasks", { ...task, stageId: 3, executorId: "9", runMillis: 20_000, gcMillis: 15_000 });
    emit("oom_events", { ...oom, executorId: "10", class: "jvm_heap", taskId: undefined });
    emit("oom_events", { ...oom, executorId: "9", class: "jvm_heap" });
  });
  const [heap] = findings;
  expect(heap?.title).toBe("The Java heap ran out (2 times, executors 9 and 10)");
  expect(heap?.evidence).toContain(
    "It hit 1 task of stage 3 “collect at App.scala:9” of “nightly”, which spent 75 % of their 20.0 s collecting garbage.",
  );
  expect(heap?.change).toContain("more partitions in stage 3 than its 8");
  expect(absent).not.toContain("lost executors");
  expect(absent).not.toContain("failed tasks and jobs");
});

test("a spill asked for where no log has a line for one is answered with the task that spilled most", async () => {
  await expect(
    answered(
      (emit) => {
        emit("executors", executor);
        emit("tasks", { ...task, memorySpilledBytes: 36 * MiB });
      },
      { about: "spill", row: { nth: 1 } },
    ),
  ).rejects.toThrow("by its own total task 20 spilled most, 36.0 MiB: ask with --task");
});

test("an executor's story has what its tasks' totals count beside the lines of its log", async () => {
  const story = await answered(
    (emit) => {
      emit("executors", executor);
      emit("tasks", { ...task, memorySpilledBytes: 36 * MiB });
      emit("spills", { ...rowsByHand.spills, taskId: 20, ...freed(20) });
      emit("oom_events", oom);
    },
    { about: "executor", executorId: "1" },
  );
  const text = story.kind === "verdict" ? "" : story.lines.map((line) => line.text).join("\n");
  expect(text).toContain(
    "Its tasks spilled 1 time (20.0 MiB) in its log, 36.0 MiB in all by their own totals; none waited for memory.",
  );
  expect(text).toContain("It ran out of memory 1 time. ");
});

test("off-heap blocks without room ask for more off-heap memory, not for more heap", async () => {
  const { findings } = await verdict((emit) => {
    emit("executors", executor);
    emit("spark_conf", {
      ...rowsByHand.spark_conf,
      key: "spark.memory.offHeap.size",
      value: String(64 * MiB),
    });
    emit("rdds", { ...rowsByHand.rdds, rddId: 7, storageLevel: "OFF_HEAP" });
    emit("block_events", {
      ...rowsByHand.block_events,
      executorId: "1",
      blockId: "rdd_7_0",
      op: "put_fail",
      mode: "off_heap",
      missKind: undefined,
      rule: "same_rdd",
    });
  });
  const [noRoom] = findings;
  expect(noRoom?.title).toContain("1 block of RDD 7 “hot” (OFF_HEAP) found no room");
  expect(noRoom?.evidence[0]).toContain("larger than off-heap storage memory");
});

test("a block larger than all of storage memory: how many partitions would do at least", async () => {
  const of = async (blockMib: number): Promise<string | undefined> => {
    const { findings } = await verdict((emit) => {
      emit("executors", executor);
      emit("memory_timeline", {
        ...rowsByHand.memory_timeline,
        executorId: "1",
        maxMemoryBytes: 100 * MiB,
      });
      emit("rdds", { ...rowsByHand.rdds, rddId: 7, storageLevel: "MEMORY_ONLY", partitions: 8 });
      emit("block_events", {
        ...rowsByHand.block_events,
        executorId: "1",
        blockId: "rdd_7_0",
        op: "put_fail",
        mode: "on_heap",
        memoryBytes: blockMib * MiB,
        missKind: undefined,
        rule: "too_large",
      });
    });
    return findings[0]?.change;
  };
  expect(await of(130)).toContain("n at least 24 instead of 8");
  expect(await of(160)).toContain("n at least 32 instead of 8");
});

test("what Kubernetes says of a container that was over its limit stands beside the exit code", async () => {
  const { findings } = await verdict((emit) => {
    emit("executors", {
      ...executor,
      addedAt: three,
      removedAt: three + 40 * second,
      removedReason: "The executor with id 1 exited with exit code 137.\n… reason=OOMKilled …",
      removedClass: "container_physical",
    });
  });
  expect(findings[0]?.evidence[0]).toBe(
    "In the log: “The executor with id 1 exited with exit code 137”; its container's state gives OOMKilled as the reason.",
  );
});

test("a question that does not fit into memory is said not to have been asked, and the others are", async () => {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
    emit("executors", executor);
    emit("tasks", { ...task, memorySpilledBytes: 36 * MiB });
    emit("oom_events", oom);
  });
  const database = await openDatabase(path);
  const found = await findingsOf(
    (sql) =>
      sql.includes("spill_costs")
        ? Promise.reject(new Error("Out of Memory Error: failed to pin block"))
        : database.rows(sql),
    [application],
  );
  database.close();
  expect(found[0]?.rows.map(({ kind }) => kind)).toEqual(["oom", "not_looked_for"]);
  expect(found[0]?.rows[1]?.title).toContain("spills");
});
