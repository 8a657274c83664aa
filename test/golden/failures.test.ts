/** How the failures in other projects' logs are shown: executors that went and why, tasks that failed of what. Their logs are not ours and not here. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { replayedRun } from "./replayed-run.ts";

const thirdParty = join(import.meta.dirname, "../../../shared/data/third-party");
const atHand = existsSync(thirdParty);

type Counts = Readonly<Record<string, number>>;

interface Failures {
  readonly removed: Counts;
  readonly failed: Counts;
  readonly outOfMemory: Counts;
}

/** File → class of each removal, failures of tasks by class, out-of-memories by class; each with how often. */
const FAILURES: Readonly<Record<string, Failures>> = {
  // `worker lost: … got disassociated` does not say why.
  "rapids-tools/eventlog_3nodes_12cores_exec_removed": {
    removed: { unknown: 1 },
    failed: {},
    outOfMemory: {},
  },
  "rapids-tools/eventlog_4nodes_8cores_dynamic_alloc.zstd": {
    removed: { killed_by_driver: 14 },
    failed: {},
    outOfMemory: {},
  },
  "rapids-tools/malformed_json_eventlog.zstd": {
    removed: { killed_by_driver: 1 },
    failed: {},
    outOfMemory: {},
  },
  "rapids-tools/rp_sql_eventlog.zstd": {
    removed: { killed_by_driver: 1 },
    failed: {},
    outOfMemory: {},
  },
  // The memory of a GPU is none that Spark's pools or the heap give: a class of its own.
  "rapids-tools/gpu_oom_eventlog.zstd": {
    removed: {},
    failed: { "com.nvidia.spark.rapids.jni.GpuSplitAndRetryOOM": 112, TaskKilled: 1 },
    outOfMemory: { gpu: 112 },
  },
  // `Container … exited from explicit termination request.`
  "spark/application_1628109047826_1317105": {
    removed: { killed_by_driver: 6 },
    failed: { TaskKilled: 1 },
    outOfMemory: {},
  },
  "spark/app-20161115172038-0000": {
    removed: {},
    failed: { "java.lang.RuntimeException": 10 },
    outOfMemory: {},
  },
  "spark/local-1422981780767": {
    removed: {},
    failed: { "java.lang.RuntimeException": 1 },
    outOfMemory: {},
  },
};

async function failuresOf(path: string): Promise<Failures> {
  const runs = await replayedRun([path]);
  const counted = (values: Iterable<string | undefined>): Counts => {
    const counts: Record<string, number> = {};
    for (const value of values) if (value !== undefined) counts[value] = (counts[value] ?? 0) + 1;
    return counts;
  };
  return {
    removed: counted(runs.flatMap(({ rows }) => rows.executors.map((row) => row.removedClass))),
    failed: counted(runs.flatMap(({ rows }) => rows.tasks.map((row) => row.failureClass))),
    outOfMemory: counted(runs.flatMap(({ rows }) => rows.oom_events.map((row) => row.class))),
  };
}

const read = atHand ? Object.keys(FAILURES).filter((name) => existsSync(join(thirdParty, name))) : [];

test(`failures in logs of other projects are told as a person read them (${read.length === 0 ? "none at hand" : `${read.length} of ${Object.keys(FAILURES).length} logs at hand`})`, async () => {
  for (const name of read)
    expect({ name, ...(await failuresOf(join(thirdParty, name))) }).toEqual({
      name,
      ...FAILURES[name],
    });
}, 60_000);
