/**
 * What people build on: the doors of the packages, used as a program outside this repository would.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCode, main } from "@respark/cli";
import { Replay, type Rows, type TableName } from "@respark/core";
import { readApplication, survey } from "@respark/events";
import { DatabaseError, DuckDbSink, openDatabase } from "@respark/report";
import { expect, test } from "vitest";

const runs = join(import.meta.dirname, "../fixtures/runs");

test("a program of one's own surveys, reads and replays without the command", async () => {
  const counts = new Map<TableName, number>();
  const { applications } = await survey([join(runs, "s35-f-base-dbg")], {
    report: () => undefined,
  });
  for (const application of applications) {
    const replay = new Replay({
      appId: application.appId,
      attemptId: application.attemptId,
      emit: (...[table]) => {
        counts.set(table, (counts.get(table) ?? 0) + 1);
      },
    });
    await readApplication(application, {
      observe: (observation) => {
        replay.step(observation);
      },
      report: () => undefined,
    });
    const summary = replay.finish();
    expect(summary.sparkVersion).toBe("3.5.6");
    expect(summary.statementsMet).toBeLessThanOrEqual(summary.statements);
  }
  expect(applications.map(({ appId }) => appId)).toEqual(["app-20261121023659-0000"]);
  expect(counts.get("applications")).toBe(1);
  expect(counts.get("executors")).toBe(3);
});

test("core alone replays what a test or a simulation tells it, without any log", () => {
  const rows: Rows["applications"][] = [];
  const replay = new Replay({
    appId: "mine",
    attemptId: "1",
    emit: (table, row) => {
      if (table === "applications") rows.push(row);
    },
  });
  replay.step({
    fact: { kind: "log_start", sparkVersion: "3.5.6" },
    source: "event_log",
    executorId: undefined,
    taskId: undefined,
    thread: undefined,
    ts: 0,
    tsMin: 0,
    tsMax: 0,
    sourceFileId: 1,
    line: 1,
  });
  replay.finish();
  expect(rows.map(({ sparkVersion }) => sparkVersion)).toEqual(["3.5.6"]);
});

test("rows of one's own become a database that can be asked, and one that is there is not overwritten", async () => {
  const folder = mkdtempSync(join(tmpdir(), "respark-test-"));
  const path = join(folder, "mine.duckdb");
  try {
    const sink = await DuckDbSink.open({ path, mode: "create" });
    const writer = sink.application({ appId: "mine", attemptId: "1" });
    writer.emit("spark_conf", { key: "spark.memory.fraction", value: "0.5", isDefault: false });
    await writer.complete();
    await sink.finish();
    const database = await openDatabase(path);
    expect(await database.rows("select app_id, key, value from spark_conf")).toEqual([
      { app_id: "mine", key: "spark.memory.fraction", value: "0.5" },
    ]);
    database.close();
    await expect(DuckDbSink.open({ path, mode: "create" })).rejects.toThrow(DatabaseError);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the command can be run inside another program, and its exit codes have names", () => {
  expect(typeof main).toBe("function");
  expect(exitCode).toMatchObject({ fine: 0, checkFailed: 1, askedWrongly: 2, unreadable: 3 });
  expect(exitCode).toMatchObject({ belowFloor: 4, notComparable: 5, bug: 70 });
});

test.each([
  { name: "core", doors: { ".": "index" } },
  { name: "events", doors: { ".": "index" } },
  { name: "report", doors: { ".": "index", "./checks": "checks" } },
  { name: "cli", doors: { ".": "index" } },
])(
  "@respark/$name names its doors for sources, types and code, and nothing else can be imported",
  ({ name, doors }) => {
    const manifest = JSON.parse(
      readFileSync(join(import.meta.dirname, "../packages", name, "package.json"), "utf8"),
    ) as { exports: Record<string, unknown>; type: string; sideEffects: boolean };
    expect(manifest.exports).toEqual(
      Object.fromEntries(
        Object.entries(doors).map(([door, file]) => [
          door,
          {
            "@respark/source": `./src/${file}.ts`,
            types: `./dist/${file}.d.ts`,
            default: `./dist/${file}.js`,
          },
        ]),
      ),
    );
    expect(manifest.type).toBe("module");
    expect(manifest.sideEffects).toBe(false);
  },
);
