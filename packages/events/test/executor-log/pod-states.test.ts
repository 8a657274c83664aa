/** Ends of pods in Kubernetes' own words, beside a log or within it. */
import { expect, test } from "vitest";
import { decode } from "./decoded.ts";

const described = [
  "Name:             my-job-0a1b-exec-3",
  "Namespace:        spark-jobs",
  "Labels:           spark-role=executor",
  "Status:           Failed",
  "Containers:",
  "  spark-kubernetes-executor:",
  "    Container ID:  containerd://9f8e7d",
  "    State:          Terminated",
  "      Reason:       OOMKilled",
  "      Exit Code:    137",
  "      Started:      Wed, 24 Jul 2024 04:20:00 +0000",
  "      Finished:     Wed, 24 Jul 2024 04:27:40 +0000",
  "    Restart Count:  0",
  "    Limits:",
  "      memory:  4505Mi",
  "    Requests:",
  "      memory:  4000Mi",
  "Events:           <none>",
];

function facts(lines: readonly string[]) {
  return decode(`${lines.join("\n")}\n`).records.map(({ fact, time, line }) => ({
    fact,
    time,
    line,
  }));
}

const killed = {
  kind: "driver_executor_lost",
  executorId: "3",
  exitCode: 137,
  reason: "Terminated, Reason: OOMKilled, Exit Code: 137, Limits: memory 4505Mi",
};

test("a described pod's end is its executor's, when it finished and with its limit", () => {
  expect(facts(described)).toMatchObject([
    { fact: killed, time: "2024-07-24T04:27:40.000", line: 8 },
  ]);
});

test("above a log it takes nothing from it, and the log nothing from it", () => {
  const log = [
    "24/07/24 04:20:01 INFO MemoryStore: MemoryStore started with capacity 2.2 GiB",
    "24/07/24 04:20:02 INFO Executor: Starting executor ID 3 on host host-a",
  ];
  const kinds = facts([...described, "", ...log]).map(({ fact }) => fact?.kind ?? "");
  expect(kinds.toSorted((a, b) => a.localeCompare(b))).toEqual([
    "driver_executor_lost",
    "executor_started",
    "store_started",
  ]);
});

test("a state alone is the end of the process whose log it stands beside", () => {
  const state = ["    Last State:     Terminated", "      Reason:       OOMKilled"];
  expect(facts([...state, "      Exit Code:    137"])).toMatchObject([
    { fact: { kind: "process_ended", reason: "Terminated, Reason: OOMKilled, Exit Code: 137" } },
  ]);
});

test("a pod as YAML, and as a line of a list", () => {
  const yaml = [
    "metadata:",
    "  name: my-job-0a1b-exec-3",
    "status:",
    "  containerStatuses:",
    "  - lastState:",
    "      terminated:",
    "        exitCode: 137",
    '        finishedAt: "2024-07-24T04:27:40Z"',
    "        reason: OOMKilled",
    "    restartCount: 1",
  ];
  expect(facts(yaml)).toMatchObject([
    { fact: { executorId: "3", reason: "Terminated, Reason: OOMKilled, Exit Code: 137" } },
  ]);
  const listed = ["NAME  READY  STATUS  RESTARTS  AGE", "my-job-driver  0/1  OOMKilled  0  10m"];
  expect(facts(listed)).toMatchObject([
    { fact: { executorId: "driver", reason: "Terminated, Reason: OOMKilled" } },
  ]);
});

test("a pod that runs, and one that ended well, have no end to tell", () => {
  const running = described.map((line) =>
    line.replace("State:          Terminated", "State:          Running"),
  );
  const well = described.map((line) => line.replace("OOMKilled", "Completed").replace("137", "0"));
  expect(facts(running)).toEqual([]);
  expect(facts(well)).toEqual([]);
});
