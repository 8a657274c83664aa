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
