/**
 * Verdicts on whose memory or loss it was, and how often: local mode, a driver known by its frames,
 * losses of several reasons, errors said again.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { respark } from "../cli/run-respark.ts";

const folder = mkdtempSync(join(tmpdir(), "respark-whose-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Told {
  readonly named: string;
  readonly lines: readonly string[];
  readonly says: readonly RegExp[];
  readonly never: RegExp;
}

const HEAP = "java.lang.OutOfMemoryError: Java heap space";
const gone = (minute: number, id: number, reason: string): string =>
  `24/07/24 04:2${minute}:00 ERROR YarnScheduler: Lost executor ${id} on host-${id}: ${reason}`;
const exit = (id: number, code: number): string =>
  `Container marked as failed: container_1_0001_01_00000${id} on host: host-${id}. Exit status: ${code}. Diagnostics: none`;

const TOLD: readonly Told[] = [
  {
    named: "a task that runs on the driver runs in local mode",
    lines: [
      `24/07/24 04:20:06 WARN TaskSetManager: Lost task 1.0 in stage 2.0 (TID 11) (localhost executor driver): ${HEAP}`,
    ],
    says: [/heap ran out \(the driver, in local mode\)/, /spark\.executor\.memory sets nothing/],
    never: /collect\(\)/,
  },
  {
    named: "a heap that ran out while results were collected is the driver's",
    lines: [
      HEAP,
      "\tat java.util.Arrays.copyOf(Arrays.java:3236)",
      "\tat org.apache.spark.sql.execution.SparkPlan.executeCollect(SparkPlan.scala:341)",
    ],
    says: [/The driver's Java heap ran out \(the driver\)/, /a larger spark\.driver\.memory/],
    never: /local mode|spark\.executor\.memory/,
  },
  {
    named: "a closure of SparkContext runs in a task",
    lines: [
      HEAP,
      "\tat org.apache.spark.rdd.RDD.$anonfun$collect$2(RDD.scala:1049)",
      "\tat org.apache.spark.SparkContext.$anonfun$runJob$5(SparkContext.scala:2303)",
    ],
    says: [/in a process that these logs do not name/],
    never: /The driver's Java heap/,
  },
  {
    named: "a heap that ran out in a thread of a driver is the driver's",
    lines: [
      `24/07/24 04:20:06 ERROR Utils: Uncaught exception in thread task-result-getter-1`,
      HEAP,
    ],
    says: [/1 finding: .*The driver's Java heap ran out \(the driver\)/],
    never: /process that these logs do not name/,
  },
  {
    named: "a heap that ran out in two ways in a driver of Akka's days",
    lines: [
      "15/07/24 04:20:06 WARN NioEventLoop: Unexpected exception in the selector loop.",
      "java.lang.OutOfMemoryError: GC overhead limit exceeded",
      "15/07/24 04:20:16 ERROR ErrorMonitor: Uncaught fatal error from thread [sparkDriver-akka.remote.default-remote-dispatcher-5] shutting down ActorSystem [sparkDriver]",
      HEAP,
    ],
    says: [/1 finding: .*\(the driver\)/],
    never: /process that these logs do not name/,
  },
  {
    named: "a fetch failure that another exception hid",
    lines: [
      "24/07/24 04:20:06 WARN Executor: task 1.0 in stage 5.0 (TID 31) encountered a org.apache.spark.shuffle.FetchFailedException and failed, but the org.apache.spark.shuffle.FetchFailedException was hidden by another exception.  Spark is handling this like a fetch failure and ignoring the other exception: java.io.IOException: closed",
    ],
    says: [/1 task failed .*: shuffle data could not be fetched/, /It was of stage 5/],
    never: /2 tasks/,
  },
  {
    named: "a GPU whose store is spilled",
    lines: [
      "24/07/24 04:20:06 INFO DeviceMemoryEventHandler: Device allocation of 1048576 bytes failed, device store has 4194304 bytes. Total RMM allocated is 8388608 bytes.",
      "24/07/24 04:20:07 INFO DeviceMemoryEventHandler: Spilled 1048576 bytes from the device store",
    ],
    says: [/at risk: A GPU's memory was short/, /concurrentGpuTasks/],
    never: /Nothing is wrong/,
  },
  {
    named: "a plugin that did not start",
    lines: [
      "24/07/24 04:20:06 ERROR RapidsExecutorPlugin: Exception in the executor plugin, shutting down!",
      "java.lang.ExceptionInInitializerError",
    ],
    says: [/An executor shut itself down: a plugin of it could not start/],
    never: /Nothing is wrong/,
  },
  {
    named: "a container of a driver over its virtual memory",
    lines: [
      "Diagnostics: Container [pid=4711,containerID=container_1480000000000_0001_02_000001] is running beyond virtual memory limits. Current usage: 190.4 MB of 1 GB physical memory used; 2.3 GB of 2.1 GB virtual memory used. Killing container.",
    ],
    says: [/over its virtual memory limit/, /change yarn\.nodemanager\.vmem-check-enabled=false/],
    never: /memoryOverhead/,
  },
  {
    named: "a Python worker that crashed in local mode",
    lines: [
      "24/07/24 04:20:06 INFO TaskSetManager: Starting task 0.0 in stage 1.0 (TID 1, localhost, partition 0,NODE_LOCAL, 5637 bytes)",
      "24/07/24 04:20:06 INFO Executor: Running task 0.0 in stage 1.0 (TID 1)",
      "24/07/24 04:20:07 ERROR PythonRunner: Python worker exited unexpectedly (crashed)",
    ],
    says: [/A Python worker crashed/, /It was local mode/],
    never: /Java heap/,
  },
  {
    named: "a pod whose other container ended well",
    lines: [
      "24/07/24 04:20:06 ERROR TaskSchedulerImpl: Lost executor 1 on host-a: The executor with",
      " id 1 exited with exit code 0(success).",
      "The API gave the following container statuses:",
      "     container name: sidecar",
      "     container state: terminated",
      "     exit code: 0",
      "     container name: spark-kubernetes-executor",
      "     container state: terminated",
      "     exit code: 52",
    ],
    says: [
      /Executor 1 was lost: the heap ran out/,
      /“The executor with id 1 exited with exit code 0\(success\)”; its Spark container ended with exit code 52/,
    ],
    never: /the process ended/,
  },
  {
    named: "a driver whose own exit is the kernel's kill",
    lines: [
      'Exception in thread "main" org.apache.spark.SparkUserAppException: User application exited with 137',
      "\tat org.apache.spark.deploy.PythonRunner$.main(PythonRunner.scala:103)",
      "[611.5] Memory cgroup out of memory: Kill process 290 (python) score 1920 or sacrifice child",
    ],
    says: [/1 finding: .*The driver was killed for its memory/],
    never: /SparkUserAppException/,
  },
  {
    named: "losses of one kind for several reasons",
    lines: [
      gone(1, 1, exit(1, 1)),
      gone(2, 2, exit(2, 50)),
      gone(3, 3, exit(3, 50)),
      gone(4, 4, exit(4, 134)),
      gone(5, 5, exit(5, 139)),
    ],
    says: [
      /Executors 1, 2, 3, 4 and 5 were lost: the process ended/,
      /Exit status: 50\. Diagnostics: none” \(executors 2 and 3\)/,
      /Exit status: 1\. Diagnostics: none” \(executor 1\)/,
      /1 more executor for other reasons/,
    ],
    never: /of all/,
  },
  {
    named: "losses of one kind for one reason",
    lines: [gone(1, 1, exit(1, 50)), gone(2, 2, exit(2, 50))],
    says: [/Exit status: 50\. Diagnostics: none” \(of all 2, in such words\)/],
    never: /other reasons/,
  },
  {
    named: "an error that is said again",
    lines: [3, 4, 5].flatMap((minute) => [
      `24/07/24 04:2${minute}:00 ERROR ShuffleBlockFetcherIterator: Failed to get block(s) from host-b:7337`,
      "java.io.IOException: Connection reset",
    ]),
    says: [/Connection reset”, 2024-07-24 04:23:00 UTC, and of its kind 3 times or more in all/],
    never: /4 times/,
  },
  {
    named: "files that are forgotten after a failed fetch are no loss",
    lines: [
      "24/07/24 04:20:09 WARN TaskSetManager: Lost task 1.0 in stage 2.0 (TID 11) (host-b executor 4): FetchFailed(BlockManagerId(3, host-a, 7337, None), shuffleId=0, mapIndex=1, mapId=1, reduceId=5, message=",
      "24/07/24 04:20:09 INFO DAGScheduler: Executor lost: 3 (epoch 1)",
      "24/07/24 04:20:09 INFO BlockManagerMasterEndpoint: Trying to remove executor 3 from BlockManagerMaster.",
      "24/07/24 04:20:09 INFO DAGScheduler: Executor lost: 5 (epoch 2)",
    ],
    says: [/1 task failed on executor 4: shuffle data/, /Executor 5 was lost/],
    never: /Executors? 3\b/,
  },
];

test.each(TOLD)("$named", async ({ named, lines, says, never }) => {
  const path = join(folder, `${named.replaceAll(" ", "-")}.log`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  const { stdout, code } = await respark(["explain", path]);
  expect(code).toBe(0);
  const words = stdout.replaceAll(/\s+/g, " ");
  for (const each of says) expect(words).toMatch(each);
  expect(words).not.toMatch(never);
});
