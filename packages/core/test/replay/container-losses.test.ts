/** Containers that YARN's allocator lost: one death is one loss, whoever tells it. */
import { expect, test } from "vitest";
import type { LogFact } from "../../src/log-fact.ts";
import { lossesOf, lost } from "./driver-losses.ts";

const container = "container_1480000000000_0001_01_000007";
const failed = `Container marked as failed: ${container} on host: node7. Exit status: 134. Diagnostics: Aborted`;

const byAllocator = lost({ containerId: container, host: "node7", reason: failed });
const container7 = { executorId: container, removedClass: "exited", host: "node7" };

test("a container that no line ties to an executor is lost by its own name", () => {
  expect(lossesOf(byAllocator)).toEqual([container7]);
  const completed = `Completed container ${container} on host: node7 (state: COMPLETE, exit status: 134)`;
  const both = lossesOf(lost({ containerId: container, reason: completed }), byAllocator);
  expect(both).toEqual([container7]);
});

test.each([
  ["the scheduler's reason", lost({ executorId: "4", host: "node7", reason: failed })],
  [
    "the launch",
    {
      kind: "container_launched",
      containerId: container,
      host: "node7",
      executorId: "4",
    } satisfies LogFact,
  ],
  [
    "the host, at about that time",
    lost({ executorId: "4", host: "node7", reason: "Remote RPC client disassociated." }),
  ],
])("one that %s ties to its executor is that executor's loss", (_by, tie) => {
  for (const facts of [
    [tie, byAllocator],
    [byAllocator, tie],
  ]) {
    expect(lossesOf(...facts)).toMatchObject([{ executorId: "4", removedClass: "exited" }]);
  }
});

test("another host's executor, or one that went much later, is another", () => {
  const elsewhere = lost({ executorId: "4", host: "node8", reason: "worker lost" });
  expect(lossesOf(byAllocator, elsewhere)).toHaveLength(2);
});

test("limits in words without a container are as many losses as no executor's reason tells", () => {
  const reason =
    "Container killed by YARN for exceeding memory limits. 4.5 GB of 4.5 GB physical memory used. Consider boosting spark.yarn.executor.memoryOverhead.";
  const nobodys = lost({ reason });
  const named = lost({ executorId: "4", host: "node7", reason: reason.replace(/\.$/, "") });
  expect(lossesOf(nobodys, named)).toMatchObject([{ executorId: "4" }]);
  expect(lossesOf(nobodys, named, nobodys)).toHaveLength(2);
  const over = `Completed container ${container} (state: COMPLETE, exit status: -104)`;
  expect(lossesOf(lost({ containerId: container, reason: over }), nobodys)).toMatchObject([
    { executorId: container, removedClass: "container_physical" },
  ]);
});
