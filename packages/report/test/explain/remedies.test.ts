/** What is advised, and from which number on. */
import type { EmitRow } from "@respark/core";
import { expect, test } from "vitest";
import { explain, openDatabase } from "../../src/index.ts";
import { replayed } from "../replayed-by-hand.ts";
import { exact, rowsByHand, second, three } from "../rows-by-hand.ts";

const MiB = 1024 * 1024;

async function advice(rows: (emit: EmitRow) => void): Promise<string> {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
    emit("source_files", rowsByHand.source_files);
    rows(emit);
  });
  const database = await openDatabase(path);
  try {
    const answer = await explain(database, { appId: "app-1", attemptId: "1" }, undefined);
    if (answer.kind !== "verdict") throw new Error(`a ${answer.kind} is no verdict`);
    return answer.findings.map(({ change }) => change ?? "").join("\n");
  } finally {
    database.close();
  }
}

test("overhead is asked for with a tenth to spare beyond what the process was polled at", async () => {
  const said = await advice((emit) => {
    emit("executors", {
      ...rowsByHand.executors,
      removedClass: "container_physical",
      jvmMaxMemory: { bytes: 1024 * MiB, origin: "logged" },
      overhead: { bytes: 384 * MiB, origin: "logged" },
    });
    for (const [name, value] of [
      ["JVMHeapMemory", 900 * MiB],
      ["ProcessTreeJVMRSSMemory", 2024 * MiB],
    ] as const)
      emit("executor_metrics", { ...rowsByHand.executor_metrics, name, value });
  });
  expect(said).toContain("to 1152m");
});

test("a heap of which Spark's pools hold more than half has too large a fraction", async () => {
  const withPools = (bytes: number) =>
    advice((emit) => {
      emit("executors", {
        ...rowsByHand.executors,
        jvmMaxMemory: { bytes: 1000, origin: "logged" },
        removedClass: undefined,
      });
      emit("memory_timeline", {
        ...rowsByHand.memory_timeline,
        executorId: "1",
        seq: 5,
        ts: three,
        endTs: undefined,
        storageUsed: exact(bytes - 200),
        executionUsed: exact(200),
      });
      emit("oom_events", {
        ...rowsByHand.oom_events,
        class: "jvm_heap",
        ts: three + 20 * second,
        timelineSeq: 5,
      });
    });
  expect(await withPools(600)).toContain("a smaller spark.memory.fraction");
  expect(await withPools(400)).not.toContain("a smaller spark.memory.fraction");
});
