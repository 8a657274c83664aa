/** SQL plans and what tasks count for their operators, as Spark 2.4 and 3.5 write them. */
import { expect, test } from "vitest";
import { taskEnd } from "./a-task-end.ts";
import { decoded, factsOf } from "./decoded.ts";

/** As TaskEnd writes an accumulator of a SQL operator. */
function counted(id: number, name: string, update: string): object {
  return {
    ID: id,
    Name: name,
    Update: update,
    Value: update,
    Internal: true,
    "Count Failed Values": true,
    Metadata: "sql",
  };
}

function ended(...accumulables: readonly object[]): object {
  const info = taskEnd["Task Info"];
  const all = [...info.Accumulables, ...accumulables];
  return { ...taskEnd, "Task Info": { ...info, Accumulables: all } };
}

test("a task's peak, spill and rows of each operator are read alike by both paths", () => {
  const event = ended(
    counted(66, "peak memory", "10485632"),
    counted(67, "spill size", "16777024"),
    counted(36, "number of output rows", "99724"),
    counted(30, "number of output rows", "1"),
    counted(68, "time in aggregation build", "12412"),
  );
  const metrics = [
    { accumulatorId: 30, name: "number of output rows", value: 1 },
    { accumulatorId: 36, name: "number of output rows", value: 99_724 },
    { accumulatorId: 66, name: "peak memory", value: 10_485_632 },
    { accumulatorId: 67, name: "spill size", value: 16_777_024 },
  ];
  expect(factsOf(event)).toMatchObject([{ sqlMetrics: metrics }, { sqlMetrics: metrics }]);
});

test("2.x counts sizes from -1 on: 11 MiB are logged as 11534335", () => {
  const event = ended(counted(28, "peak memory total (min, med, max)", "11534335"));
  const metrics = [{ accumulatorId: 28, name: "peak memory", value: 11 * 1_048_576 }];
  expect(factsOf(event)).toMatchObject([{ sqlMetrics: metrics }, { sqlMetrics: metrics }]);
});

test("accumulators of users stand between, whatever they hold, and are none of SQL", () => {
  const { Metadata: _, ...notOfSql } = { ...counted(70, "peak memory", "5"), Metadata: "sql" };
  const event = ended(
    counted(66, "peak memory", "1024"),
    { ...counted(67, 'say "peak memory', "7"), Value: '{"ID":1,"Name":"spill size"' },
    { ID: 68, Name: "rows seen", Update: ["a,b", { ID: 9 }], Value: "x" },
    counted(69, "spill size", "2048"),
    notOfSql,
    counted(71, "data size", "-3"),
    counted(72, "records read", "1000000000000001"),
  );
  const metrics = [
    { accumulatorId: 66, name: "peak memory", value: 1024 },
    { accumulatorId: 69, name: "spill size", value: 2048 },
    { accumulatorId: 72, name: "records read", value: 1_000_000_000_000_001 },
  ];
  expect(factsOf(event)).toMatchObject([{ sqlMetrics: metrics }, { sqlMetrics: metrics }]);
});

test("a task of no SQL execution has no metrics of operators", () => {
  const [slow, fast] = factsOf(ended());
  expect(slow).not.toHaveProperty("sqlMetrics.0");
  expect(fast).not.toHaveProperty("sqlMetrics.0");
});

test("an adaptive plan is a tree, parents before children, left before right", () => {
  const node = (
    name: string,
    ids: readonly number[],
    children: readonly object[] = [],
  ): object => ({
    nodeName: name,
    simpleString: `${name} [k#2L]`,
    children,
    metadata: {},
    metrics: ids.map((accumulatorId) => ({ name: "m", accumulatorId, metricType: "size" })),
  });
  const { facts } = decoded(
    `${JSON.stringify({
      Event: "org.apache.spark.sql.execution.ui.SparkListenerSQLAdaptiveExecutionUpdate",
      executionId: 4,
      physicalPlanDescription: "",
      sparkPlanInfo: node(
        "SortMergeJoin",
        [9],
        [node("Sort", [1, 2], [node("Exchange", [3])]), node("Sort", [4])],
      ),
    })}\n`,
  );
  expect(facts).toEqual([
    {
      kind: "sql_plan",
      executionId: 4,
      nodes: [
        {
          nodeId: 0,
          parentNodeId: undefined,
          name: "SortMergeJoin",
          description: "SortMergeJoin [k#2L]",
          accumulatorIds: [9],
        },
        {
          nodeId: 1,
          parentNodeId: 0,
          name: "Sort",
          description: "Sort [k#2L]",
          accumulatorIds: [1, 2],
        },
        {
          nodeId: 2,
          parentNodeId: 1,
          name: "Exchange",
          description: "Exchange [k#2L]",
          accumulatorIds: [3],
        },
        {
          nodeId: 3,
          parentNodeId: 0,
          name: "Sort",
          description: "Sort [k#2L]",
          accumulatorIds: [4],
        },
      ],
    },
  ]);
});
