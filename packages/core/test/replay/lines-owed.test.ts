/** Lines that an executor's log owes for what its tasks read, stored, evicted and spilled. */
import { expect, test } from "vitest";
import type { EventFact } from "../../src/event-fact.ts";
import type { LogFact } from "../../src/log-fact.ts";
import { Completeness } from "../../src/replay/application/completeness.ts";
import { at, executorLog, found, lines, stage, stored, submitted, whole } from "./whole-logs.ts";

/** Lines of tasks whose thread is printed. */
function ofTasks(text: readonly (readonly [task: number, fact: LogFact])[], events = whole) {
  const completeness = new Completeness();
  for (const fact of events) completeness.event(at("event_log", fact, 5), fact);
  for (const fact of lines) completeness.line(at("executor_log", fact, 5), fact);
  for (const [taskId, fact] of text) {
    completeness.line({ ...at("executor_log", fact, 5), taskId }, fact);
  }
  return completeness.result(() => true).get(executorLog)?.incomplete;
}

const cached: EventFact = {
  kind: "stage_submitted",
  sqlExecutionId: undefined,
  stage: {
    ...stage,
    rdds: [
      {
        rddId: 1,
        name: "hot",
        callSite: undefined,
        scope: undefined,
        parentIds: [],
        level: {
          useDisk: false,
          useMemory: true,
          useOffHeap: false,
          deserialized: true,
          replication: 1,
        },
        partitions: 2,
        cachedPartitions: undefined,
        memoryBytes: undefined,
        diskBytes: undefined,
      },
    ],
  },
};

test("a task of a stage with a cached RDD owes a line of a block read or stored", () => {
  const events = whole.map((fact) => (fact === submitted ? cached : fact));
  const found1: LogFact = { kind: "block_found", blockId: "rdd_1_1", where: "local" };
  const reading = [...lines, stored("rdd_1_0"), found1];
  expect(found(events, reading).executor?.incomplete).toBeUndefined();
  expect(found(events, lines).executor?.incomplete).toBe(
    "2 of 2 reads or stores of RDD blocks by tasks are missing",
  );
});

test("what is stored of an RDD that is kept in memory alone is reported", () => {
  const reported: EventFact = {
    kind: "block_updated",
    executorId: "1",
    host: "h",
    port: 1,
    status: {
      blockId: "rdd_1_0",
      level: {
        useDisk: false,
        useMemory: true,
        useOffHeap: false,
        deserialized: true,
        replication: 1,
      },
      memoryBytes: 1,
      diskBytes: 0,
    },
  };
  const piece = { ...reported, status: { ...reported.status, blockId: "broadcast_0_piece0" } };
  const at5 = whole.flatMap((fact) => (fact === submitted ? [cached, piece, reported] : [fact]));
  const says = (text: readonly LogFact[]): string | undefined =>
    found(at5, text).events?.incomplete;
  const size = { atLeast: 2, atMost: 3 };
  const large: LogFact = {
    kind: "block_stored",
    blockId: "rdd_1_0",
    form: "values",
    size,
    free: size,
  };
  expect(found(at5, [...lines, stored("rdd_1_1"), large]).executor?.incomplete).toBe(
    "1 of 1 stored blocks have another size in the event log",
  );
  expect(says([...lines, stored("rdd_1_0")])).toBeUndefined();
  expect(says([...lines, stored("rdd_1_0"), stored("rdd_1_1")])).toBe(
    "1 of 2 reports of RDD blocks that executors stored are missing",
  );
  // An executor that dies may have stored one that is never reported.
  const lost = at5.map((fact) =>
    fact.kind === "task_end" && fact.taskId === 1 ? { ...fact, reason: "ExecutorLost" } : fact,
  );
  const text = [...lines, stored("rdd_1_0"), stored("rdd_1_1")];
  expect(found(lost, text).events?.incomplete).not.toContain("reports of RDD blocks");
});

test("a broadcast is as large on every executor", () => {
  const completeness = new Completeness();
  const size = { atLeast: 3, atMost: 4 };
  const says = (): string | undefined => completeness.result(() => true).get(7)?.incomplete;
  const store = (executorId: string, sourceFileId: number, fact: LogFact): void =>
    completeness.line({ ...at("executor_log", fact, 5), executorId, sourceFileId }, fact);
  const value: LogFact = {
    kind: "block_stored",
    blockId: "broadcast_3",
    form: "values",
    size,
    free: size,
  };
  store("1", 6, value);
  store("2", 7, { ...value, size: { atLeast: 4, atMost: 5 } });
  expect(says() ?? "").not.toContain("broadcast");
  store("2", 7, { ...value, size: { atLeast: 5, atMost: 6 } });
  expect(says()).toContain("1 stored broadcast of another size than in another executor's log");
  // Its pieces are bytes, which compress as they will.
  store("2", 7, { ...value, form: "bytes", size: { atLeast: 9, atMost: 9 } });
  expect(says()).toContain("1 stored broadcast ");
});

/** The stage's own RDD above the cached one. */
function above(name: string): EventFact {
  if (cached.kind !== "stage_submitted") throw new Error("no stage");
  const [hot] = cached.stage.rdds;
  if (hot === undefined) throw new Error("no RDD");
  const level = { ...hot.level, useMemory: false };
  return {
    ...cached,
    stage: { ...cached.stage, rdds: [{ ...hot, rddId: 2, name, parentIds: [1], level }, hot] },
  };
}

test.each([
  ["MapPartitionsRDD", "1 of 2 reads or stores of RDD blocks by tasks are missing"],
  // It may ask for another parent's block, or for several.
  ["UnionRDD", undefined],
  ["CoalescedRDD", undefined],
])("each task of a %s asks for the block of its own partition: %s", (name, says) => {
  const events = whole.map((fact) => (fact === submitted ? above(name) : fact));
  // Twice the one block, and never the other.
  const reading = [...lines, stored("rdd_1_0"), stored("rdd_1_0")];
  expect(found(events, reading).executor?.incomplete).toBe(says);
});

test("of a stage that computes some partitions the index is none of them", () => {
  const some = above("MapPartitionsRDD");
  if (some.kind !== "stage_submitted") throw new Error("no stage");
  const events = whole.map((fact) =>
    fact === submitted ? { ...some, stage: { ...some.stage, tasks: 1 } } : fact,
  );
  expect(found(events, lines).executor?.incomplete).toBeUndefined();
  // From 3.3 on the partition is logged.
  const told = events.map((fact) =>
    fact.kind === "task_end" ? { ...fact, partitionId: fact.index } : fact,
  );
  expect(found(told, lines).executor?.incomplete).toBe(
    "2 of 2 reads or stores of RDD blocks by tasks are missing",
  );
});

const spilling = whole.map((fact) =>
  fact.kind === "task_end" ? { ...fact, memorySpilledBytes: 7 } : fact,
);

test("a task that spilled by its totals owes a line of a spill", () => {
  expect(found(spilling, lines).executor?.missingKinds).toEqual(["spills"]);
  // What was sorted for SQL is spilled without a line while it is read.
  const sql = spilling.map((fact) =>
    fact.kind === "task_end" ? { ...fact, sqlMetrics: [] } : fact,
  );
  expect(found(sql, lines).executor?.missingKinds).toEqual([]);
  const ofQuery = spilling.map((fact) =>
    fact === submitted && fact.kind === "stage_submitted" ? { ...fact, sqlExecutionId: 3 } : fact,
  );
  expect(found(ofQuery, lines).executor?.missingKinds).toEqual([]);
  // A Python worker spills by itself.
  const python = spilling.map((fact) => (fact === submitted ? above("PythonRDD") : fact));
  expect(found(python, lines).executor?.missingKinds).toEqual([]);
});

const spill = (what: "collection" | "sort_data", threadId: number, times: number): LogFact => ({
  kind: "spill",
  what,
  consumer: "ExternalSorter",
  threadId,
  taskId: undefined,
  size: { atLeast: 7, atMost: 7 },
  times,
  elements: undefined,
});

test.each<[string, readonly (readonly [number, number])[], string | undefined]>([
  [
    "two collections of a thread",
    [
      [5, 1],
      [5, 2],
      [5, 1],
      [5, 2],
      [5, 3],
    ],
    undefined,
  ],
  [
    "a second one whose first is gone",
    [
      [5, 1],
      [5, 2],
      [5, 2],
    ],
    "1 of 4 lines of spills are missing",
  ],
  [
    "a second one of another thread",
    [
      [5, 1],
      [6, 2],
    ],
    "1 of 3 lines of spills are missing",
  ],
])("spills count those before them: %s", (_, times, says) => {
  const spills = times.map(([threadId, nth]) => spill("collection", threadId, nth));
  expect(found(spilling, [...lines, ...spills]).executor?.incomplete).toBe(says);
  // Sorted data is counted from 0 on.
  const sorted = times.map(([threadId, nth]) => spill("sort_data", threadId, nth - 1));
  expect(found(spilling, [...lines, ...sorted]).executor?.incomplete).toBe(says);
});

test("where lines name their task, each task has its own reads and spills", () => {
  const reading = whole.map((fact) => (fact === submitted ? above("MapPartitionsRDD") : fact));
  const read0 = stored("rdd_1_0");
  const read1 = stored("rdd_1_1");
  expect(
    ofTasks(
      [
        [0, read0],
        [1, read1],
      ],
      reading,
    ),
  ).toBeUndefined();
  // Both blocks have a line, but task 1 has none.
  expect(
    ofTasks(
      [
        [0, read0],
        [0, read1],
      ],
      reading,
    ),
  ).toBe("1 of 2 reads or stores of RDD blocks by tasks are missing");
  const first = spill("collection", 5, 1);
  expect(
    ofTasks(
      [
        [0, first],
        [1, spill("collection", 6, 1)],
      ],
      spilling,
    ),
  ).toBeUndefined();
  expect(
    ofTasks(
      [
        [0, first],
        [0, first],
      ],
      spilling,
    ),
  ).toBe("1 of 3 lines of spills are missing");
});

test("each block that was selected for dropping is dropped, but for the last ones of an executor", () => {
  const selected: LogFact = { kind: "eviction_selected", blocks: 2, freed: undefined };
  const dropped: LogFact = { kind: "block_dropping", blockId: "rdd_1_0" };
  const says = (...text: readonly LogFact[]): string | undefined =>
    found(whole, [...lines, ...text]).executor?.incomplete;
  expect(says(selected, dropped, dropped, selected, dropped)).toBeUndefined();
  expect(says(selected, dropped, selected, dropped, dropped)).toBe(
    "1 of 4 lines of evictions are missing",
  );
  expect(says(selected, dropped, dropped, dropped)).toBe("1 of 3 lines of evictions are missing");
  // The store says that it is done: none of its selection is still to go.
  const done: LogFact = { kind: "eviction_done", blocks: 2, free: { atLeast: 1, atMost: 1 } };
  expect(says(selected, dropped, done)).toBe("1 of 2 lines of evictions are missing");
});

test("tasks whose executor's log has spills have some in their metrics", () => {
  const events = whole.map((fact) =>
    fact.kind === "task_end" ? { ...fact, memorySpilledBytes: 0 } : fact,
  );
  const text = [...lines, spill("collection", 5, 1)];
  const says = "its tasks spilled less by their metrics than by lines of executors' logs";
  expect(found(events, text).events?.incomplete).toBe(says);
  expect(found(spilling, text).events?.incomplete).toBeUndefined();
  // Metrics of a task that failed may be lost, and with them its spills.
  const failed = events.map((fact) =>
    fact.kind === "task_end" && fact.taskId === 1 ? { ...fact, reason: "ExecutorLost" } : fact,
  );
  expect(found(failed, text).events?.incomplete).not.toContain("spilled less");
});

test("a task that spills by a line has that spill in its metrics", () => {
  const says = (
    [what, consumer]: readonly ["collection" | "sort_data" | "forced_collection", string],
    taskId: number,
    zeroOf: number,
  ) => {
    const events = spilling.map((fact) =>
      fact.kind === "task_end" && fact.taskId === zeroOf
        ? { ...fact, memorySpilledBytes: 0 }
        : fact,
    );
    const line = { ...spill("collection", 5, 1), what, consumer, taskId } as LogFact;
    return found(events, [...lines, line]).events?.incomplete ?? "";
  };
  const contradicted = "spilled less by their metrics";
  expect(says(["collection", "ExternalSorter"], 1, 1)).toContain(contradicted);
  expect(says(["collection", "ExternalSorter"], 0, 1)).not.toContain(contradicted);
  expect(says(["sort_data", "ShuffleExternalSorter"], 1, 1)).toContain(contradicted);
  // What is forced may come after the metrics; a sorter of a map's pages frees none of its own.
  expect(says(["forced_collection", "ExternalSorter"], 1, 1)).not.toContain(contradicted);
  expect(says(["sort_data", "UnsafeExternalSorter"], 1, 1)).not.toContain(contradicted);
});

test("metrics of an executor's tasks hold what lines of their collections say", () => {
  const says = (bytes: number, failed = false): string => {
    // What is printed is rounded: it may be less.
    const size = { atLeast: bytes, atMost: bytes + 5 };
    const text = [...lines, { ...spill("collection", 5, 1), size } as LogFact];
    const events = spilling.map((fact) =>
      failed && fact.kind === "task_end" && fact.taskId === 1
        ? { ...fact, reason: "ExecutorLost" }
        : fact,
    );
    return found(events, text).events?.incomplete ?? "";
  };
  const contradicted = "spilled less by their metrics";
  const tasks = spilling.filter(({ kind }) => kind === "task_end").length;
  expect(says(7 * tasks)).not.toContain(contradicted);
  expect(says(7 * tasks + 1)).toContain(contradicted);
  expect(says(7 * tasks + 1, true)).not.toContain(contradicted);
});
