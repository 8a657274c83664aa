/** By which evidence a metric is measured: only what was measured alike is compared. */
import { expect, test } from "vitest";
import { measureRun } from "../../src/checks/measure.ts";
import { openDatabase } from "../../src/index.ts";
import { replayed } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

/** What of an application whose executors 1 and 2 ran tasks and have this evidence. */
async function evictedBytes(one: "debug" | "info" | "event_log_blocks", two: typeof one) {
  const path = await replayed((emit) => {
    emit("applications", rowsByHand.applications);
    for (const [executorId, evidenceLevel] of [
      ["1", one],
      ["2", two],
    ] as const) {
      emit("executors", { ...rowsByHand.executors, executorId, evidenceLevel });
      emit("tasks", { ...rowsByHand.tasks, executorId, taskId: Number(executorId) });
    }
  });
  const database = await openDatabase(path);
  try {
    const { measures } = await measureRun(database, { appId: "app-1", attemptId: "1" });
    return measures.find(({ metric }) => metric === "evicted_bytes")?.by;
  } finally {
    database.close();
  }
}

test("evictions are counted alike in logs of any level, and otherwise where one has none", async () => {
  expect([
    await evictedBytes("debug", "info"),
    await evictedBytes("debug", "event_log_blocks"),
  ]).toEqual(["executor logs", "block updates of the event log"]);
});
