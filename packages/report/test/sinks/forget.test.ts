/**
 * An application that fails leaves nothing, and a row that says why; those before it are written
 * again.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { DuckDbSink, type ReplayedInput, readInputs } from "../../src/index.ts";
import { ask, scratchFolder } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

const input = (appId: string, failure?: string): ReplayedInput => ({
  path: `/logs/${appId}`,
  bytes: 7,
  modifiedMicros: 1_767_225_600_123_456,
  resparkVersion: "1",
  application: { appId, attemptId: "1" },
  failure,
});

test("a failed application leaves no row, and those that wait with it are named", async () => {
  const path = join(await scratchFolder(), "forgotten.duckdb");
  const sink = await DuckDbSink.open({ path, mode: "create" });
  const write = (appId: string): ReturnType<DuckDbSink["application"]> => {
    const writer = sink.application({ appId, attemptId: "1" });
    writer.emit("spills", rowsByHand.spills);
    writer.emit("executor_metrics", rowsByHand.executor_metrics);
    return writer;
  };
  await write("whole").complete({ anotherFollows: false });
  sink.took([input("waits")]);
  await write("waits").complete({ anotherFollows: true });
  write("fails");
  expect(await sink.forget()).toEqual([{ appId: "waits", attemptId: "1" }]);
  sink.took([input("fails", "RangeError: too deep")]);
  sink.took([input("waits")]);
  await write("waits").complete();
  await sink.finish();
  for (const table of ["spills", "executor_metrics"]) {
    expect(
      await ask(path, `select app_id, count(*)::int as n from ${table} group by all order by all`),
    ).toEqual([
      { app_id: "waits", n: 1 },
      { app_id: "whole", n: 1 },
    ]);
  }
  expect(await readInputs(path)).toEqual([input("fails", "RangeError: too deep"), input("waits")]);
});
