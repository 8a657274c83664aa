/** Lines too long to hold: read in pieces, down to what the fact needs. */
import { expect, test } from "vitest";
import { EventLogDecoder } from "../../src/event-log/event-log-decoder.ts";
import type { EventLogTrouble } from "../../src/event-log/trouble.ts";

function readInPieces(pieces: Iterable<string>, terminated = true) {
  const troubles: EventLogTrouble[] = [];
  const decoder = new EventLogDecoder({ report: (trouble) => troubles.push(trouble) });
  decoder.hugeBegin({ number: 7, byteOffset: 1000 });
  let bytes = 0;
  for (const piece of pieces) {
    const buffer = Buffer.from(piece);
    bytes += buffer.length;
    decoder.hugePiece(buffer, 0, buffer.length);
  }
  const fact = decoder.hugeEnd({ terminated });
  return { fact, troubles, bytes, counts: decoder.counts() };
}

function* jobStart(stages: number): Generator<string> {
  yield '{"Event":"SparkListenerJobStart","Job ID":12,"Submission Time":1671662169451,"Stage Infos":[';
  const stage = `{"Stage ID":0,"Stage Name":"${"x".repeat(2000)}","RDD Info":[{"Name":"\\"Stage IDs\\":[1]"}]}`;
  for (let k = 0; k < stages; k++) yield `${k > 0 ? "," : ""}${stage}`;
  yield '],"Stage IDs":[3,4],"Properties":{"spark.job.description":"größer","spark.app.id":"a"}}';
}

test("of a huge job start only the job is kept", { timeout: 30_000 }, () => {
  const before = process.memoryUsage().heapUsed;
  const { fact, bytes, troubles } = readInPieces(jobStart(10_000));
  expect(bytes).toBeGreaterThan(20_000_000);
  expect(fact).toEqual({
    kind: "job_start",
    jobId: 12,
    timeMs: 1671662169451,
    stageIds: [3, 4],
    description: "größer",
    jobGroup: undefined,
    sqlExecutionId: undefined,
  });
  expect(troubles).toEqual([]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200_000_000);
});

test("a huge plan is cut, and that is said", () => {
  const head =
    '{"Event":"org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart","executionId":1,"description":"q","physicalPlanDescription":"';
  const { fact, troubles } = readInPieces([
    head,
    ..."abcd"
      .repeat(30)
      .split("")
      .map((c) => c.repeat(9999)),
    '","time":5}',
  ]);
  expect(fact).toMatchObject({ kind: "sql_start", executionId: 1, timeMs: 5 });
  expect(fact?.kind === "sql_start" && fact.plan?.length).toBe(65536);
  expect(troubles).toMatchObject([{ code: "huge_line_shortened", line: 7, byteOffset: 1000 }]);
});

test("an event of no interest is passed over, whatever it holds", () => {
  const name = "org.apache.spark.sql.execution.ui.SparkListenerSQLAdaptiveSQLMetricUpdates";
  const { fact, troubles, counts } = readInPieces([
    `{"Event":"${name}","plan":"`,
    "no JSON \u0001",
  ]);
  expect(fact).toBeUndefined();
  expect(troubles).toEqual([]);
  expect(counts.ignored).toEqual(new Map([[name, 1]]));
});

test("a huge line that is cut or broken is reported with its place", () => {
  const [head = ""] = jobStart(0);
  expect(readInPieces([head], false).troubles).toMatchObject([
    { code: "truncated_line", severity: "info", line: 7, byteOffset: 1000 },
  ]);
  expect(readInPieces([head, "]]"]).troubles).toMatchObject([{ code: "malformed_json" }]);
  expect(readInPieces(["[", "1,2", "]"]).troubles).toMatchObject([{ code: "not_an_event" }]);
});

test("characters cut between pieces are whole again", () => {
  const line = Buffer.from(
    '{"Event":"SparkListenerApplicationStart","App Name":"日本語","Timestamp":5}',
  );
  const decoder = new EventLogDecoder({ report: () => {} });
  decoder.hugeBegin({ number: 1, byteOffset: 0 });
  for (let at = 0; at < line.length; at++) decoder.hugePiece(line, at, at + 1);
  expect(decoder.hugeEnd()).toMatchObject({ kind: "application_start", name: "日本語" });
});
