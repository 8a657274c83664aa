/** Which eviction a later miss is blamed on, and what recomputing then read. */
import { expect, test } from "vitest";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand, second, three } from "../rows-by-hand.ts";

test("of evictions of one block at one time a miss blames that of its own executor", async () => {
  const path = await replayed((emit) => {
    for (const [executorId, seq] of [
      ["1", 5],
      ["2", 7],
    ] as const) {
      emit("executors", { ...rowsByHand.executors, executorId });
      emit("block_events", { ...rowsByHand.block_events, executorId, seq });
    }
    emit("tasks", {
      ...rowsByHand.tasks,
      taskId: 46,
      executorId: "1",
      inputBytes: 5000,
      shuffleReadBytes: 750,
      shuffleReadRemoteBytes: 700,
      shuffleReadLocalBytes: 50,
    });
    emit("block_events", {
      ...rowsByHand.block_events,
      executorId: "1",
      seq: 9,
      ts: three + 14 * second,
      tsMin: three + 14 * second,
      tsMax: three + 14 * second,
      op: "miss",
      missKind: "after_evict",
      taskId: 46,
    });
  });
  const ledger = await ask(
    path,
    "select executor_id, regretted, reread_bytes::int as reread from eviction_ledger order by 1",
  );
  expect(ledger).toEqual([
    { executor_id: "1", regretted: true, reread: 5750 },
    { executor_id: "2", regretted: false, reread: null },
  ]);
});
