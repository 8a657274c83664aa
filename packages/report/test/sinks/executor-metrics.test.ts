/** Metric values are kept by the event that reported them, and shown one a row. */
import { expect, test } from "vitest";
import { METRIC_NAMES } from "../../src/tables/metric-samples.ts";
import { ask, replayed } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

const metric = rowsByHand.executor_metrics;

test("all metrics of one event are rows of their own, in Spark's order", async () => {
  const path = await replayed((emit) => {
    for (const [place, name] of METRIC_NAMES.entries()) {
      emit("executor_metrics", { ...metric, name, value: place });
    }
  });
  expect(await ask(path, "select name, value from executor_metrics")).toEqual(
    METRIC_NAMES.map((name, place) => ({ name, value: BigInt(place) })),
  );
  expect(await ask(path, "select count(*) as n from respark_metric_samples")).toEqual([{ n: 1n }]);
});

test("a metric that no Spark so far has is written like any other, between the others", async () => {
  const path = await replayed((emit) => {
    emit("executor_metrics", { ...metric, name: "JVMHeapMemory", value: 1 });
    emit("executor_metrics", { ...metric, name: "MetaspaceMemory", value: 2 });
    emit("executor_metrics", { ...metric, name: "DirectPoolMemory", value: 3 });
  });
  expect(await ask(path, "select name, value, is_peak, stage_id from executor_metrics")).toEqual([
    { name: "JVMHeapMemory", value: 1n, is_peak: true, stage_id: 3n },
    { name: "MetaspaceMemory", value: 2n, is_peak: true, stage_id: 3n },
    { name: "DirectPoolMemory", value: 3n, is_peak: true, stage_id: 3n },
  ]);
});

test("what differs in any key is another sample: executor, task, moment, kind or line", async () => {
  const others = [
    { executorId: "2" },
    { taskId: undefined },
    { ts: undefined },
    { isPeak: false },
    { sourceLine: 12 },
    { stageAttemptId: 1 },
  ];
  const path = await replayed((emit) => {
    for (const other of [{}, ...others]) {
      for (const name of ["JVMHeapMemory", "JVMOffHeapMemory"]) {
        emit("executor_metrics", { ...metric, ...other, name });
      }
    }
  });
  expect(
    await ask(
      path,
      `select count(*) as rows, count(*) filter (executor_id = '2') as executors, count(*) filter (task_id is null) as tasks,
         count(*) filter (ts is null) as moments, count(*) filter (not is_peak) as kinds,
         count(*) filter (source_line = 12) as lines, count(*) filter (stage_attempt_id = 1) as attempts from executor_metrics`,
    ),
  ).toEqual([
    { rows: 14n, executors: 2n, tasks: 2n, moments: 2n, kinds: 2n, lines: 2n, attempts: 2n },
  ]);
});
