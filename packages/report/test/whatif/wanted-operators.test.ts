/** What a task's SQL operators want, by rows that exchanges around them counted. */
import { expect, test } from "vitest";
import type { RecordedMetric, RecordedPlanNode } from "../../src/whatif/run-record.ts";
import { SqlFragments } from "../../src/whatif/sql-fragments.ts";
import { operatorsOf } from "../../src/whatif/wanted-operators.ts";

const one = { best: 1, atLeast: 1, atMost: 1, sigma: 0 };
const exactly = (value: number): object => ({ ...one, best: value, atLeast: value, atMost: value });

/** A plan's nodes from the top, each below the one before; each counts under ten times its place. */
function plan(...nodes: readonly (readonly [name: string, description: string])[]) {
  return nodes.map(
    ([name, description], nodeId): RecordedPlanNode => ({
      executionId: 0,
      nodeId,
      parentNodeId: nodeId === 0 ? undefined : nodeId - 1,
      name,
      description,
      accumulatorIds: Array.from({ length: 10 }, (_, nth) => 10 * nodeId + nth),
    }),
  );
}

const counted = (nodeId: number, values: Readonly<Record<string, number>>): RecordedMetric[] =>
  Object.entries(values).map(([name, value], nth) => ({
    taskId: 1,
    executionId: 0,
    accumulatorId: 10 * nodeId + nth,
    name,
    value,
  }));

const task = {
  taskId: 1,
  stageId: 0,
  stageAttempt: 0,
  index: 0,
  partition: 0,
  executorId: "1",
  launchedAt: 0,
  finishedAt: 1,
  status: "SUCCESS",
  speculative: false,
  failureReason: undefined,
  runMillis: 1,
  deserializeMillis: 0,
  peakBytes: undefined,
  memorySpilledBytes: undefined,
  diskSpilledBytes: undefined,
  inputBytes: undefined,
  inputRecords: undefined,
  shuffleReadBytes: undefined,
  shuffleReadRecords: undefined,
  shuffleWriteBytes: undefined,
  shuffleWriteRecords: undefined,
};

/** @param all what tasks of other stages counted, too */
function wanted(
  nodes: readonly RecordedPlanNode[],
  own: readonly RecordedMetric[],
  all: readonly RecordedMetric[] = [],
): ReturnType<typeof operatorsOf> {
  const [top] = nodes;
  if (top === undefined) return undefined;
  const fragments = new SqlFragments(nodes, [...all, ...own]);
  return operatorsOf({ fragments, top, diskRatio: one, sortsBeforeRepartition: true }, task, own);
}

const scan = ["Scan", "Scan parquet"] as const;
const exchange = (by: string): readonly [string, string] => ["Exchange", `Exchange ${by}`];
/** 100 rows of 40 bytes each. */
const written = { "data size": 4000, "shuffle records written": 100 };

test("what writes to more than 200 partitions sorts its rows serialized, 4 bytes beside each", () => {
  const many = plan(exchange("hashpartitioning(k#1, 201)"), scan);
  expect(wanted(many, counted(0, written))).toMatchObject([
    { kind: "shuffle_sorter", rows: exactly(100), rowBytes: 44, drains: [] },
  ]);
  const few = plan(exchange("hashpartitioning(k#1, 200)"), scan);
  expect(wanted(few, counted(0, written))).toEqual([]);
});

test("a round-robin exchange sorts its rows before, and one partition needs no order", () => {
  const many = plan(exchange("RoundRobinPartitioning(201)"), scan);
  expect(wanted(many, counted(0, written))).toMatchObject([
    { kind: "sorter", rows: exactly(100), rowBytes: 44, drains: [] },
    { kind: "shuffle_sorter", rowBytes: 44, drains: [0] },
  ]);
  const single = plan(exchange("RoundRobinPartitioning(1)"), scan);
  expect(wanted(single, counted(0, written))).toEqual([]);
});

test("an exchange of which nothing was counted wants nothing that is known", () => {
  expect(wanted(plan(exchange("hashpartitioning(k#1, 201)"), scan), [])).toEqual([]);
});

test("a sort holds what its exchange gave it; by one key it is radix sorted", () => {
  const from = (keys: string): readonly RecordedPlanNode[] =>
    plan(["Sort", `Sort [${keys}], true, 0`], exchange("hashpartitioning(k#1, 8)"));
  const read = counted(1, { "records read": 50 });
  const gave = counted(1, { x: 0, ...written });
  expect(wanted(from("k#1 ASC NULLS FIRST"), read, gave)).toMatchObject([
    { kind: "sorter", rows: exactly(50), rowBytes: 44, radix: true },
  ]);
  expect(wanted(from("k#1 ASC NULLS FIRST, v#2 ASC"), read, gave)).toMatchObject([
    { kind: "sorter", radix: false },
  ]);
});

test("rows of a sort of which no exchange tells are as wide as its peak says, unless it spilled", () => {
  const sort = plan(["Sort", "Sort [k#1 ASC], true, 0"], scan);
  const peak = { "peak memory": 65_536 + 1000 * 100 };
  const rows = counted(1, { "number of output rows": 1000 });
  expect(wanted(sort, [...counted(0, peak), ...rows])).toMatchObject([
    { kind: "sorter", rows: exactly(1000), rowBytes: 100 },
  ]);
  const spilled = counted(0, { ...peak, "spill size": 200_000 });
  expect(wanted(sort, [...spilled, ...rows])).toMatchObject([
    { kind: "pages", bytes: { atLeast: 200_000, atMost: 200_000 + 165_536 } },
  ]);
});

test("a map holds a row and its key for each group; without keys there is none", () => {
  const from = (keys: string): readonly RecordedPlanNode[] =>
    plan(
      ["HashAggregate", `HashAggregate(keys=[${keys}], functions=[partial_sum(v#2)])`],
      exchange("hashpartitioning(k#1, 8)"),
    );
  const own = [
    ...counted(0, { "number of output rows": 7 }),
    ...counted(1, { "records read": 50 }),
  ];
  const gave = counted(1, { x: 0, ...written });
  expect(wanted(from("k#1"), own, gave)).toMatchObject([
    { kind: "map", rows: exactly(7), rowBytes: 40 + 8 + 16, fastPage: true },
  ]);
  expect(wanted(from(""), own, gave)).toEqual([]);
});

test("a hash join of which no side is known makes all unknown", () => {
  const join = plan(["ShuffledHashJoin", "ShuffledHashJoin [k#1L], [k#2L], Inner"], scan);
  expect(wanted(join, [])).toBeUndefined();
  const left = plan(
    ["ShuffledHashJoin", "ShuffledHashJoin [k#1L], [k#2L], Inner, BuildLeft"],
    exchange("hashpartitioning(k#1, 8)"),
  );
  const gave = counted(1, { x: 0, ...written });
  expect(wanted(left, counted(1, { "records read": 50 }), gave)).toMatchObject([
    { kind: "relation", rows: exactly(50), rowBytes: 40, keyedByLong: true },
  ]);
});
