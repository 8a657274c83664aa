/**
 * Verdicts on pieces of logs as people paste them: cut, filtered, without times or loggers. What
 * they say is told in their own words, and what they do not say is not.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { respark } from "../cli/run-respark.ts";

const folder = mkdtempSync(join(tmpdir(), "respark-pasted-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Pasted {
  readonly named: string;
  /** Of one file, or of several by name. */
  readonly lines: readonly string[];
  readonly beside?: Readonly<Record<string, readonly string[]>>;
  readonly says: readonly RegExp[];
  readonly never?: RegExp;
}

/** Matches no text. */
const NOTHING = /(?!)/;

const started = [
  "24/07/24 04:20:00 INFO SparkContext: Running Spark version 3.5.1",
  "24/07/24 04:20:04 INFO BlockManagerMasterEndpoint: Registering block manager host-a:38341 with 2.7 GiB RAM, BlockManagerId(3, host-a, 38341, None)",
  "24/07/24 04:20:06 INFO TaskSetManager: Starting task 1.0 in stage 2.0 (TID 11) (host-a, executor 3, partition 1, PROCESS_LOCAL, 7767 bytes) ",
];

const PASTED: readonly Pasted[] = [
  {
    named: "a stage that failed of a fetch is run again",
    lines: [
      "22/01/28 17:40:05 INFO DAGScheduler: ShuffleMapStage 39 (countByKey at App.scala:114) failed in 5.523 s due to org.apache.spark.shuffle.FetchFailedException: Failure while fetching: java.io.IOException: Connection reset",
    ],
    says: [/Stage 39 failed: shuffle data could not be fetched; Spark runs it again/],
    never: /application failed/,
  },
  {
    named: "a page that the driver's heap had no room for",
    lines: [
      "25/12/21 07:08:13 WARN [broadcast-exchange-4] TaskMemoryManager: Failed to allocate a page (4294967296 bytes), try again.",
      "25/12/21 07:08:58 WARN [broadcast-exchange-4] TaskMemoryManager: Failed to allocate a page (4294967296 bytes), try again.",
    ],
    says: [
      /at risk: A JVM had no room for a page of 4.0 GiB of execution memory, 2 times, and Spark tried again \(the driver\)/,
      /a larger spark.driver.memory/,
    ],
    never: /nothing to look for it in|would not show: [^.]*out-of-memory/,
  },
  {
    named: "a node's event names no process of this application",
    lines: [
      ...started,
      "5m12s   Warning   OOMKilling   node/pool-1-a   Memory cgroup out of memory: Killed process 12345 (java) total-vm:9000000kB",
    ],
    says: [/A process was killed for its memory, by its host or its container/],
    never: /driver was killed/,
  },
  {
    named: "an executor that YARN's allocator lost",
    lines: [
      "22/01/19 22:48:39 WARN org.apache.spark.deploy.yarn.YarnAllocator: Container from a bad node: container_1642622251224_0002_01_000007 on host: node7. Exit status: 134. Diagnostics: Aborted",
    ],
    says: [
      /The executor in container_1642622251224_0002_01_000007 was lost: its JVM crashed \(exit code 134, SIGABRT\)/,
    ],
  },
  {
    named: "a driver that YARN tells to stop while tasks run",
    lines: [
      ...started,
      "24/07/24 04:27:42 ERROR ApplicationMaster: RECEIVED SIGNAL TERM",
      "24/07/24 04:27:42 INFO ApplicationMaster: Final app status: FAILED, exitCode: 16, (reason: Shutdown hook called before final status was reported.)",
    ],
    says: [
      /1 finding: .*driver was told to stop by a SIGTERM while 1 task ran; who sent it is not/,
    ],
  },
  {
    named: "a heap that runs out in two ways, minutes apart",
    lines: [
      "24/07/24 04:20:01 INFO MemoryStore: MemoryStore started with capacity 2.2 GiB",
      "24/07/24 04:20:02 INFO Executor: Starting executor ID 3 on host host-a",
      "24/07/24 04:27:40 ERROR Utils: Uncaught exception in thread driver-heartbeater",
      "java.lang.OutOfMemoryError: GC overhead limit exceeded",
      "24/07/24 04:29:52 ERROR SparkUncaughtExceptionHandler: Uncaught exception in thread Thread[dispatcher-Executor,5,main]",
      "java.lang.OutOfMemoryError: Java heap space",
    ],
    says: [/1 finding: .*\(executor 3\)/, /2024-07-24 04:27:40 UTC/],
  },
  {
    named: "a task whose start is not logged did not run alone",
    lines: [
      started[2] ?? "",
      "24/07/24 04:27:42 WARN TaskSetManager: Lost task 7.0 in stage 2.0 (TID 9) (host-a executor 3): java.lang.OutOfMemoryError: Java heap space",
    ],
    says: [/heap ran out \(executor 3\)/],
    never: /tasks? ran on the executor then/,
  },
  {
    named: "a local mode whose heartbeats stop loses tasks and no process",
    lines: [
      "21/02/03 08:18:39 WARN TaskSetManager: Lost task 0.0 in stage 1.0 (TID 5, localhost, executor driver): ExecutorLostFailure (executor driver exited caused by one of the running tasks) Reason: Executor heartbeat timed out after 278220 ms",
    ],
    says: [/1 task was lost: the driver's own executor \(local mode\) was given up/],
  },
  {
    named: "a YARN diagnosis alone, which has no time",
    lines: [
      "Diagnostics: Container [pid=11027,containerID=container_1569865532923_0001_01_000001] is running beyond physical memory limits. Current usage: 5.5 GB of 5.5 GB physical memory used; 7.7 GB of 27.5 GB virtual memory used. Killing container.",
    ],
    says: [/“Container \[pid=11027.*5\.5 GB of 5\.5 GB physical/, /memoryOverhead/],
  },
  {
    named: "a time in whole seconds gets no milliseconds",
    lines: [
      "16/12/16 16:10:20 INFO BlockManagerMasterEndpoint: Registering block manager host-a:50688 with 511.1 MB RAM, BlockManagerId(1, host-a, 50688)",
      "16/12/16 16:10:21 ERROR TaskSchedulerImpl: Lost executor 1 on host-a: Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues. Check driver logs for WARN messages.",
    ],
    says: [/It went 2016-12-16 16:10:21 UTC/],
    never: /\d ms|16:10:2\d\./,
  },
  {
    named: "losses in the words of the driver's bookkeeping, cut and filtered",
    lines: [
      "17/03/24 11:49:23 INFO DAGScheduler: Executor lost: 4 (epoch 20)",
      "17/10/11 14:19:28 INFO spark.ExecutorAllocationManager: Existing executor 5 has been removed (new total is 0)",
      "17/10/11 14:19:29 INFO KubernetesClusterSchedulerBackend$KubernetesDriverEndpoint: Disabling executor 6.",
      "17/10/11 14:19:30 INFO BlockManagerMasterEndpoint: Trying to remove executor 7 from BlockManagerMaster.",
      "17/10/11 14:19:31 ERROR TaskSchedulerImpl: Lost executor 8",
    ],
    says: [
      /Executors 4, 5, 6, 7 and 8 were lost: why is not clear/,
      /“Executor lost: 4 \(epoch 20\)”/,
    ],
  },
  {
    named: "Spark's words without any layout, with marks of a paste around them",
    lines: [
      "The job is failing with:",
      "**ExecutorLostFailure (executor 2 exited caused by one of the running tasks) Reason: Container from a bad node: container_1_0001_01_000003 on host: ns28. Exit status: 134. Diagnostics: x**",
      "`[ERROR] Lost executor 21 on *IP Address*: Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB physical memory used.`",
      "**# A fatal error has been detected by the Java Runtime Environment:",
    ],
    says: [
      /2 findings/,
      /Executor 2 was lost: its JVM crashed \(exit code 134, SIGABRT\)/,
      /Executor 21 was lost: the container was over its memory limit/,
    ],
    never: /driver crashed/,
  },
  {
    named: "messages alone, as a notebook shows them",
    lines: [
      "MemoryStore started with capacity 2.2 GiB",
      "Registering block manager host-a:38341 with 2.7 GiB RAM, BlockManagerId(3, host-a, 38341, None)",
      "Starting task 1.0 in stage 2.0 (TID 11) (host-a, executor 3, partition 1, PROCESS_LOCAL, 7767 bytes)",
      "Lost task 1.0 in stage 2.0 (TID 11) (host-a executor 3): java.lang.OutOfMemoryError: Java heap space",
    ],
    says: [/heap ran out \(executor 3\)/, /It hit 1 task of stage 2/],
  },
  {
    named: "a task's memory that ran out, told by no executor's logger",
    lines: [
      "25/05/20 15:12:00 ERROR ManagedReservationListener: Error reserving memory from target",
      "org.apache.gluten.memory.memtarget.ThrowOnOomMemoryTarget$OutOfMemoryException: Not enough spark off-heap execution memory. Acquired: 8.0 MiB, granted: 341.3 KiB.",
    ],
    says: [/could not get the execution memory they need/, /a larger spark\.memory\.offHeap\.size/],
    never: /not show: [^.]*out-of-memory/,
  },
  {
    named: "a head that a terminal broke in two",
    lines: [
      "20/06/28 14:27:16 ERROR SparkUncaughtExceptionHandler: [Container in shutdown] Uncaught exception in thread Thread[Executor task launch worker for task 10,5,",
      "main]",
      "java.lang.OutOfMemoryError: Java heap space",
    ],
    says: [/The Java heap ran out \(an executor that the log does not name\)/],
  },
  {
    named: "a stage that failed of another host's memory",
    lines: [
      "22/01/28 17:40:05 INFO DAGScheduler: ShuffleMapStage 39 (countByKey at App.scala:114) failed in 5.523 s due to org.apache.spark.shuffle.FetchFailedException: Failure while fetching StreamChunkId{streamId=4, chunkIndex=0}: java.io.IOException: Out of memory",
    ],
    says: [/“ShuffleMapStage 39 failed: .*Out of memory”/],
    never: /heap ran out/,
  },
  {
    named: "a described pod beside the driver's log says why its executor's heartbeats stopped",
    lines: [
      ...started,
      "24/07/24 04:27:42 ERROR TaskSchedulerImpl: Lost executor 3 on host-a: Executor heartbeat timed out after 125213 ms",
    ],
    beside: {
      "describe.txt": [
        "Name:             my-job-0a1b-exec-3",
        "Containers:",
        "  spark-kubernetes-executor:",
        "    State:          Terminated",
        "      Reason:       OOMKilled",
        "      Exit Code:    137",
        "      Finished:     Wed, 24 Jul 2024 04:27:40 +0000",
        "    Limits:",
        "      memory:  4505Mi",
      ],
    },
    says: [/1 finding: .*Executor 3 was lost: the container was over its memory limit/, /4505Mi/],
  },
  {
    named: "a search for one logger, which finds no errors",
    lines: [
      "24/07/24 04:20:01 INFO MemoryStore: MemoryStore started with capacity 2.2 GiB",
      "24/07/24 04:20:02 INFO MemoryStore: Block rdd_3_1 stored as values in memory (estimated size 200.0 MiB, free 2032.0 MiB)",
      "24/07/24 04:20:03 INFO MemoryStore: Block rdd_3_2 stored as values in memory (estimated size 200.0 MiB, free 1832.0 MiB)",
    ],
    says: [
      /not found: evictions, blocks refused for want of room\. These/,
      /all its lines are of MemoryStore: others were filtered out/,
    ],
  },
  {
    named: "a disk that was full, and the stage that was given up",
    lines: [
      "18/04/04 04:37:44 WARN TaskSetManager: Lost task 0.3 in stage 762.0 (TID 75788, 172.16.1.11, executor 0): java.io.IOException: No space left on device",
      "18/04/04 04:37:45 ERROR TaskSetManager: Task 0 in stage 762.0 failed 4 times; aborting job",
    ],
    says: [
      /1 finding: .*a disk was full/,
      /spark\.local\.dir/,
      /gave the stage up: “Task 0 in stage/,
    ],
  },
  {
    named: "a client's report of a master that was over its limit",
    lines: [
      "24/07/24 04:30:12 INFO Client: Application report for application_1480000000000_0001 (state: FAILED)",
      "24/07/24 04:30:12 INFO Client: ",
      "\t diagnostics: Application application_1480000000000_0001 failed 2 times due to AM Container for appattempt_1480000000000_0001_000002 exited with  exitCode: -104",
      "Failing this attempt.Diagnostics: [2024-07-24 04:30:10.123]Container [pid=4711,containerID=container_1480000000000_0001_02_000001] is running 12345B beyond the 'PHYSICAL' memory limit. Current usage: 2.1 GB of 2 GB physical memory used. Killing container.",
      "[2024-07-24 04:30:10.201]Container exited with a non-zero exit code 143. ",
    ],
    says: [/1 finding: .*The driver was killed for its memory/, /2\.1 GB of 2 GB/],
  },
  {
    named: "what a batch system and a scheduler say of one death, below a loss",
    lines: [
      ...started,
      "24/07/24 04:27:41 ERROR TaskSchedulerImpl: Lost executor 3 on host-a: Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues. Check driver logs for WARN messages.",
      "Task exited with return code Negsignal.SIGKILL",
      "slurmstepd: error: Detected 1 oom-kill event(s) in StepId=123456.batch. Some of your processes may have been killed by the cgroup out-of-memory handler.",
    ],
    says: [
      /2 findings/,
      /driver was killed for its memory/,
      /Executor 3 was lost: why is not clear/,
    ],
  },
  {
    named: "an executor that Kubernetes evicted is no container over its limit",
    lines: [
      ...started,
      "24/07/24 04:27:42 ERROR TaskSchedulerImpl: Lost executor 3 on host-a: ",
      "The executor with id 3 exited with exit code 137(SIGKILL, possible container OOM).",
      "The API gave the following brief reason: Evicted",
      "The API gave the following message: The node was low on resource: memory. ",
    ],
    says: [/Executor 3 was lost: evicted by Kubernetes/],
    never: /over its memory limit/,
  },
  {
    named: "an error of the driver's JVM in a Python traceback",
    lines: [
      "py4j.protocol.Py4JJavaError: An error occurred while calling o123.collectToPython.",
      ": java.lang.OutOfMemoryError: Java heap space",
      "\tat java.util.Arrays.copyOf(Arrays.java:3236)",
    ],
    says: [/The driver's Java heap ran out/, /a larger spark\.driver\.memory/],
  },
  {
    named: "lines of a driver that say nothing of memory",
    lines: [
      "17/02/01 14:45:00 INFO SparkContext: Starting job: print at Words.scala:36",
      "17/02/01 14:45:00 INFO DAGScheduler: Registering RDD 8 (map at Words.scala:32)",
    ],
    says: [/cannot show what was wrong with this run's memory/],
  },
  {
    named: "errors of Spark's own in words of no template, by classes that no line of memory is of",
    lines: [
      "21/01/01 10:00:00 INFO ContextCleaner: Cleaned accumulator 103",
      "21/01/01 10:00:01 ERROR MicroBatchExecution: Query [id = 1, runId = 2] met a bad end",
      "java.io.EOFException",
      "\tat org.example.Source.getBatch(Source.scala:3)",
      "21/01/01 10:00:02 ERROR PythonRunner: A worker went in words of no version",
    ],
    says: [
      /1 finding: 1\. at risk: Errors were logged, and not what came of them: by MicroBatchExecution, PythonRunner/,
      /“MicroBatchExecution: Query \[id = 1, runId = 2\] met a bad end; java\.io\.EOFException”, 2021-01-01 10:00:01/,
    ],
    never: /WORK WAS LOST/,
  },
  {
    named: "an error beside a failure is its echo",
    lines: [
      "21/01/01 10:00:01 ERROR Inbox: Ignoring error",
      "java.util.concurrent.RejectedExecutionException: Task rejected",
      "21/01/01 10:00:02 WARN TaskSetManager: Lost task 7.0 in stage 2.0 (TID 9) (host-a executor 3): java.lang.OutOfMemoryError: Java heap space",
    ],
    says: [/1 finding: .*heap ran out \(executor 3\)/],
    never: /Errors were logged/,
  },
  {
    named: "an error of a user's class is the program's affair",
    lines: [
      "21/01/01 10:00:00 INFO DAGScheduler: Registering RDD 8 (map at Words.scala:32)",
      "21/01/01 10:00:01 ERROR Importer: no such customer",
    ],
    says: [/cannot show what was wrong/],
  },
  {
    named:
      "a task killed with its stage, whose reason alone quotes the failure, broken by a terminal",
    lines: [
      "26/04/24 14:05:44 WARN TaskSetManager: Lost task 7.0 in stage 485.0 (TID 9184) (host-a executor 3): TaskKilled (Stage cancelled: Job aborted due to stage failure: Task 3 in stag",
      "e 485.0 failed 1 times, most recent failure: Lost task 3.0 in stage 485.0 (TID 9180) (host-b executor 4): java.io.IOException: No space left on device      ",
      "        at sun.nio.ch.FileDispatcherImpl.write0(Native Method)      ",
    ],
    says: [
      /1 finding: .*1 task failed on executor 4: a disk was full/,
      /“java\.io\.IOException: No space left on device”/,
    ],
    never: /executor 3\b/,
  },
  {
    named: "tasks lost with an executor that no line names, the last line cut",
    lines: [
      "2014-12-01 11:47:12 WARN  TaskSetManager:71 - Lost task 56.1 in stage 2.0 (TID 194, host-a): ExecutorLostFailure (executor lost)",
      "2014-12-01 11:47:12 WARN  TaskSetManager:71 - Lost task 77.1 in stage 2.0 (TID 185, host-a): ExecutorL",
    ],
    says: [/1 finding: .*2 tasks failed on .* with their executors/],
    never: /would not show: [^.]*lost executors/,
  },
  {
    named: "a failed task whose error's own line is missing",
    lines: [
      "26/11/21 02:36:30 INFO Executor: Running task 3.0 in stage 0.0 (TID 3)",
      "26/11/21 02:36:35 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)",
      "\tat java.base/java.lang.StringLatin1.newString(StringLatin1.java:715)",
    ],
    says: [
      /1 task failed on an executor that the log does not name seen No error is logged with it, 2026-11-21 02:36:35 UTC/,
    ],
    never: /java:715|“”/,
  },
  {
    named: "lines that a mail broke: a refusal, and a loss with its reason",
    lines: [
      "14/10/06 16:45:42 WARN CacheManager: Not enough space to cache partition rdd_0_2",
      "in memory! Free memory is 481861527 bytes.",
      "14/10/06 16:45:43 WARN scheduler.TaskSetManager: Lost task 1.0 in",
      "stage 7.0 (TID 16, host-a): ExecutorLostFailure (executor",
      "12 exited caused by one of the running tasks) Reason: Container marked",
      "as failed: container_1485279684410_0003_02_000002 on host: host-a.",
      "Exit status: 50. Diagnostics: Exception from container-launch.",
    ],
    says: [
      /2 findings/,
      /1 block of RDD 0 found no room/,
      /Executor 12 was lost: the process ended.*Container marked as failed: container_\d+/,
    ],
    never: /could not be read/,
  },
  {
    named: "a line that a terminal broke in the middle of a word",
    lines: [
      "26/04/24 14:05:43 INFO BlockManager: Something that nobody knows, and its end",
      "26/04/24 14:05:44 WARN MemoryStore: Not enough space to cache rdd_16_3 in mem",
      "ory! (computed 196.3 MB so far)",
      "26/04/24 14:05:45 INFO BlockManager: Something that nobody knows, and its end",
      "a line that the program printed",
    ],
    says: [/1 finding: .*1 block of RDD 16 found no room/],
    never: /could not be read/,
  },
  {
    named:
      "a broadcast that was too large is the driver's error, and an engine's error has its cause",
    lines: [
      "java.lang.OutOfMemoryError: Not enough memory to build and broadcast the table to all worker nodes.",
      "\tat org.apache.spark.sql.execution.joins.LongToUnsafeRowMap.grow(HashedRelation.scala:628)",
    ],
    says: [
      /The driver could not build a broadcast table/,
      /spark\.sql\.autoBroadcastJoinThreshold/,
    ],
  },
  {
    named:
      "an executor's failed task has its stage, and a long error the part that says what ran out",
    lines: [
      "26/01/31 00:58:43 ERROR Executor: Exception in task 198.2 in stage 84.0 (TID 38940)",
      `org.apache.gluten.exception.GlutenException: ${"org.apache.gluten.exception.GlutenException: ".repeat(6)}Error during calling Java code from native code: org.apache.gluten.memory.memtarget.ThrowOnOomMemoryTarget$OutOfMemoryException: Not enough spark off-heap execution memory. Acquired: 8.0 MiB, granted: 0.0 B. Try a larger one.`,
    ],
    says: [/… Not enough spark off-heap .* granted: 0\.0 B/, /It hit 1 task of stage 84/],
  },
  {
    named: "a lost task's line whose first part is shorter than the second",
    lines: [
      "17/01/25 09:13:14 WARN scheduler.TaskSetManager: Lost task 1.0 in",
      "stage 7.0 (TID 16, host-a.example.org): ExecutorLostFailure (executor 3",
      "exited caused by one of the running tasks) Reason: Container marked as",
      "failed: container_1485279684410_0003_02_000002 on host: host-a. Exit status: 50.",
    ],
    says: [/1 finding: .*Executor 3 was lost: the process ended/],
  },
  {
    named: "full names of classes with the line's number",
    lines: [
      "2020-09-01 06:08:05,418 INFO  org.apache.spark.executor.Executor:57 - Running task 7.1 in stage 280.0 (TID 452466)",
      "2020-09-01 06:08:06,101 WARN  org.apache.spark.storage.memory.MemoryStore:66 - Not enough space to cache rdd_16_3 in memory! (computed 196.3 MB so far)",
    ],
    says: [/1 block of RDD 16 found no room/],
  },
  {
    named: "an exception of Spark's alone",
    lines: [
      "org.apache.spark.shuffle.FetchFailedException: Block shuffle_1_12_80 fetch failed after 10 retries due to Netty OOM",
      "\tat org.apache.spark.errors.SparkCoreErrors$.fetchFailedError(SparkCoreErrors.scala:312)",
    ],
    says: [
      /1 finding: .*Direct buffers ran out/,
      /“org\.apache\.spark\.shuffle\.Fetch.* Netty OOM”/,
    ],
  },
  {
    named: "a class with templates, in words of none",
    lines: [
      "24/08/03 05:22:17 WARN UnsafeExternalSorter: something that a vendor's Spark counts: 7",
    ],
    says: [/cannot show what was wrong/],
  },
  {
    named: "an OutOfMemoryError that a JVM printed alone is no proof of its death",
    lines: [
      "26/11/21 02:36:30 INFO Executor: Running task 3.0 in stage 0.0 (TID 3)",
      "java.lang.OutOfMemoryError: Java heap space",
      "Dumping heap to java_pid1.hprof ...",
    ],
    says: [/1 finding: .*The Java heap ran out/],
    never: /executors? (?:was|were) lost|was lost:/,
  },
  {
    named: "a refusal in a piece at INFO that has no store: what took the room is not told",
    lines: [
      "14/10/06 16:45:41 INFO MemoryStore: Memory use = 1088.0 B (blocks) + 445.1 MB (scratch space shared across 8 thread(s)) = 445.1 MB. Storage limit = 459.5 MB.",
      "14/10/06 16:45:42 WARN CacheManager: Not enough space to cache partition rdd_0_2 in memory! Free memory is 481861527 bytes.",
    ],
    says: [/1 block of RDD 0 found no room/, /do not say which rule refused them/],
    never: /Nothing could be evicted/,
  },
  {
    named: "spills in the words of Spark 1.0 and 1.1",
    lines: [
      "14/11/13 19:20:43 INFO ExternalSorter: Thread 60 spilling in-memory batch of 4792 B to disk (1 spill so far)",
      "14/11/13 19:20:44 WARN ExternalAppendOnlyMap: Spilling in-memory map of 4 MB to disk (2 times so far)",
    ],
    says: [/2 spills in the logs/],
  },
  {
    named: "a driver that could not start, and not for want of memory",
    lines: [
      "16/06/30 15:19:14 ERROR SparkContext: Error initializing SparkContext.",
      "org.apache.spark.SparkException: Yarn application has already ended! It might have been killed or unable to launch application master.",
      "\tat org.apache.spark.SparkContext.<init>(SparkContext.scala:530)",
    ],
    says: [/The application failed .*Error initializing SparkContext: .*Yarn application has/],
  },
  {
    named: "a driver that could not start for want of memory",
    lines: [
      "16/06/30 15:19:14 ERROR SparkContext: Error initializing SparkContext.",
      "java.lang.IllegalArgumentException: Required executor memory (1024+384 MB) is above the max threshold (1024 MB) of this cluster!",
      "\tat org.apache.spark.SparkContext.<init>(SparkContext.scala:530)",
    ],
    says: [/1 finding: .*The application was refused for want of memory/],
    never: /Error initializing SparkContext/,
  },
];

test.each(PASTED)("$named", async ({ named, lines, beside = {}, says, never = NOTHING }) => {
  const path = join(folder, named.replaceAll(/\W+/g, "-"));
  mkdirSync(path);
  const files = { "log.txt": lines, ...beside };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, name), `${text.join("\n")}\n`);
  }
  const { code, stdout, stderr } = await respark(["explain", path]);
  expect(`${code} ${stderr}`).toBe("0 ");
  const text = stdout.replaceAll(/\s+/g, " ");
  for (const words of says) expect(text).toMatch(words);
  expect(text).not.toMatch(never);
});
