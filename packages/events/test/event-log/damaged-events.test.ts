/** What becomes of damaged events and of unknown ones; how records are used again. */
import { expect, test } from "vitest";
import { EventLogDecoder } from "../../src/event-log/event-log-decoder.ts";
import { taskEnd } from "./a-task-end.ts";
import { decoded, linesOf } from "./decoded.ts";

test("a malformed line is reported with its place and without its words, and the rest is read", () => {
  const secret = '{"Event":"SparkListenerEnvironmentUpdate",_"password":"hunter2"}';
  const start = '{"Event":"SparkListenerLogStart","Spark Version":"3.5.6"}';
  const { facts, troubles, decoder } = decoded(`${secret}\n${start}\n`);
  expect(facts).toEqual([undefined, { kind: "log_start", sparkVersion: "3.5.6" }]);
  expect(troubles).toMatchObject([{ code: "malformed_json", line: 1, byteOffset: 0 }]);
  expect(JSON.stringify(troubles)).not.toContain("hunter2");
  expect(decoder.counts()).toMatchObject({ lines: 2, lostLines: 1, facts: 1 });
});

test("a cut last line is a note, a cut line in the middle a warning", () => {
  const whole = JSON.stringify(taskEnd);
  expect(decoded(`${whole}\n${whole.slice(0, 300)}`).troubles).toMatchObject([
    { code: "truncated_line", severity: "info", line: 2, byteOffset: whole.length + 1 },
  ]);
  expect(decoded(`${whole.slice(0, 300)}\n${whole}\n`).troubles).toMatchObject([
    { code: "malformed_json", severity: "warning", line: 1 },
  ]);
});

test("an event behind a cut one, or behind NULs, in the same line is read", () => {
  const whole = JSON.stringify(taskEnd);
  const glued = decoded(`${whole.slice(0, 300)}${whole}\n`);
  expect(glued.facts).toMatchObject([{ kind: "task_end", taskId: 17 }]);
  expect(glued.troubles).toMatchObject([{ code: "malformed_json", line: 1 }]);
  const holes = decoded(`${"\0".repeat(512)}${whole}\n`);
  expect(holes.facts).toMatchObject([{ kind: "task_end", taskId: 17 }]);
  expect(holes.troubles).toHaveLength(1);
});

test("two lines that ran into each other never become one fact", () => {
  const first = JSON.stringify(taskEnd);
  const info = { ...taskEnd["Task Info"], "Task ID": 18 };
  const second = JSON.stringify({ ...taskEnd, "Task Info": info });
  const inAccumulables = first.indexOf("peakExecution");
  for (const head of [first, first.slice(0, inAccumulables), first.slice(0, -9)]) {
    const { facts, troubles } = decoded(`${first}\n${first}\n${head}${second}\n`);
    expect(facts[2]).toMatchObject({ taskId: 18 });
    expect(troubles).toMatchObject([{ code: "malformed_json", line: 3 }]);
  }
  const job = (id: number): string =>
    JSON.stringify({
      Event: "SparkListenerJobStart",
      "Job ID": id,
      "Stage Infos": [{ "Stage Name": "x".repeat(500) }],
      "Stage IDs": [id],
    });
  const jobs = decoded(`${job(1).slice(0, 300)}${job(2)}\n`);
  expect(jobs.facts).toMatchObject([{ jobId: 2, stageIds: [2] }]);
});

test("an event behind the cut name of another is read, and so is one behind an event of no interest", () => {
  const whole = JSON.stringify(taskEnd);
  const ignored = '{"Event":"SparkListenerTaskGettingResult","Task Info":{"Task ID":3';
  for (const head of ['{"Event":"SparkListe', ignored, '{"Event":"com.vendor.X","a":']) {
    const { facts, troubles } = decoded(`${head}${whole}\n`);
    expect(facts).toMatchObject([{ kind: "task_end", taskId: 17 }]);
    expect(troubles).toMatchObject([{ code: "malformed_json", line: 1 }]);
  }
});

test("a NUL inside a known shape is damage, not data", () => {
  const whole = JSON.stringify(taskEnd);
  const holed = whole.replace("worker-a", "work\0r-a");
  const { facts, troubles } = decoded(`${whole}\n${whole}\n${holed}\n`);
  expect(facts[2]).toBeUndefined();
  expect(troubles).toMatchObject([{ code: "malformed_json", line: 3 }]);
});

test("unknown events are counted by name and told once; known ones without a table are silent", () => {
  const lines = [
    '{"Event":"com.vendor.Custom","x":1}',
    '{"Event":"com.vendor.Custom","x":2}',
    '{"Event":"SparkListenerTaskGettingResult","Task Info":{}}',
    "",
    "[1,2]",
    '{"no":"event"}',
    "",
  ];
  const { troubles, decoder } = decoded(lines.join("\n"));
  decoder.finish();
  expect(troubles.map(({ code, line, count }) => ({ code, line, count }))).toEqual([
    { code: "malformed_json", line: 5, count: 1 },
    { code: "not_an_event", line: 6, count: 1 },
    { code: "unknown_event", line: 1, count: 2 },
  ]);
  expect(decoder.counts()).toMatchObject({
    blankLines: 1,
    unknown: new Map([["com.vendor.Custom", 2]]),
    ignored: new Map([["SparkListenerTaskGettingResult", 1]]),
  });
});

test("a log of nothing but new names keeps a bounded number of them", () => {
  const names = Array.from({ length: 3000 }, (_, k) => `{"Event":"e${k}"}`);
  const { decoder } = decoded(names.join("\n"));
  const { unknown } = decoder.counts();
  expect(unknown.size).toBeLessThan(1002);
  expect([...unknown.values()].reduce((sum, count) => sum + count, 0)).toBe(3000);
});

test("an event without what every version writes is reported by name", () => {
  const { troubles } = decoded('{"Event":"SparkListenerJobEnd"}\n');
  expect(troubles).toMatchObject([
    { code: "incomplete_event", message: 'SparkListenerJobEnd: no usable "Job ID"' },
  ]);
});

test("keys in another order and spaces between them change nothing", () => {
  const reversed = Object.fromEntries(Object.entries(taskEnd).reverse());
  const spaced = JSON.stringify(taskEnd, undefined, 1).replaceAll("\n", " ");
  const [expected] = decoded(`${JSON.stringify(taskEnd)}\n`).facts;
  const line = JSON.stringify(reversed);
  const { facts } = decoded([line, line, spaced, spaced, ""].join("\n"));
  for (const fact of facts) expect(fact).toEqual(expected);
});

test("hot facts are one record, filled again", () => {
  const decoder = new EventLogDecoder({ report: () => {} });
  const line = JSON.stringify(taskEnd);
  const [first, second] = linesOf(Buffer.from(`${line}\n${line}\n`)).map((at) =>
    decoder.decode(at),
  );
  expect(first).toBe(second);
});

test("a time whose microseconds no number holds exactly is no time", () => {
  const beyond = 9_007_199_254_741;
  const late = { ...taskEnd["Task Info"], "Finish Time": beyond };
  const text = [taskEnd, taskEnd, { ...taskEnd, "Task Info": late }]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
  expect(decoded(text).facts.at(-1)).toMatchObject({ taskId: 17, finishedMs: undefined });
  const launched = { ...taskEnd["Task Info"], "Launch Time": beyond };
  const { facts, troubles } = decoded(
    `${JSON.stringify(taskEnd)}\n${JSON.stringify({ ...taskEnd, "Task Info": launched })}\n`,
  );
  expect(facts.at(-1)).toBeUndefined();
  expect(troubles.map(({ code }) => code)).toEqual(["incomplete_event"]);
});

test("of many events in one line the last whole one is read, and the others are counted", () => {
  const ends = Array.from({ length: 40_000 }, (_, taskId) =>
    JSON.stringify({ ...taskEnd, "Task Info": { ...taskEnd["Task Info"], "Task ID": taskId } }),
  );
  // Line ends of an old Mac. Each event must not cost a look at all that follow it.
  const { facts, troubles } = decoded(`${ends.join("\r")}\r{"Event":"SparkListenerTaskEnd","Sta\n`);
  expect(facts).toMatchObject([{ kind: "task_end", taskId: 39_999 }]);
  expect(troubles).toMatchObject([{ code: "malformed_json", line: 1, count: 40_000 }]);
});

test("a whole event with a cut one behind it is read", () => {
  const whole = JSON.stringify(taskEnd);
  const { facts, troubles } = decoded(`${whole}${whole.slice(0, 99)}`);
  expect(facts).toMatchObject([{ taskId: 17 }]);
  expect(troubles).toMatchObject([{ code: "truncated_line", line: 1, byteOffset: whole.length }]);
});

test("sizes and durations below 0 are unknown, and a block that has one is no block", () => {
  const metrics = { ...taskEnd["Task Metrics"], "Memory Bytes Spilled": -4096 };
  const whole = JSON.stringify(taskEnd);
  const hurt = JSON.stringify({ ...taskEnd, "Task Metrics": metrics });
  for (const fact of decoded(`${whole}\n${hurt}\n`).facts.slice(1)) {
    expect(fact).toMatchObject({ memorySpilledBytes: undefined, diskSpilledBytes: 512 });
  }
  const update = (memoryBytes: number): string =>
    JSON.stringify({
      Event: "SparkListenerBlockUpdated",
      "Block Updated Info": {
        "Block Manager ID": { "Executor ID": "1", Host: "a", Port: 1 },
        "Block ID": "rdd_0_0",
        "Storage Level": { "Use Disk": false, "Use Memory": true, Replication: 1 },
        "Memory Size": memoryBytes,
        "Disk Size": 0,
      },
    });
  const blocks = decoded(`${update(5)}\n${update(6)}\n${update(-7)}\n`);
  expect(blocks.facts).toMatchObject([{}, {}, undefined]);
  expect(blocks.troubles).toMatchObject([{ code: "incomplete_event", line: 3 }]);
});

test("a metric below 0 is unknown, and the line behind it has its own", () => {
  const metrics = (direct: number, heap: number): string =>
    JSON.stringify({
      Event: "SparkListenerStageExecutorMetrics",
      "Executor ID": "1",
      "Stage ID": 0,
      "Stage Attempt ID": 0,
      "Executor Metrics": { JVMHeapMemory: heap, DirectPoolMemory: direct },
    });
  const lines = [metrics(1, 1), metrics(2, 2), metrics(-1, 3), metrics(4, 4)];
  const { facts } = decoded(lines.join("\n"));
  expect(facts.map((fact) => fact?.kind === "executor_metrics" && fact.values)).toEqual(
    [
      { JVMHeapMemory: 1, DirectPoolMemory: 1 },
      { JVMHeapMemory: 2, DirectPoolMemory: 2 },
      { JVMHeapMemory: 3 },
      { JVMHeapMemory: 4, DirectPoolMemory: 4 },
    ].map((values) => new Map(Object.entries(values))),
  );
});

test("a log that begins anew with another application says so", () => {
  const start = (id: string): string =>
    JSON.stringify({
      Event: "SparkListenerApplicationStart",
      "App Name": "a",
      "App ID": id,
      Timestamp: 1,
      User: "u",
    });
  const { troubles } = decoded(`${start("app-1")}\n${start("app-2")}\n`);
  expect(troubles).toMatchObject([{ code: "second_application_start", line: 2 }]);
});

test("an attempt that no 32 bits hold is damage, also where the shape is known", () => {
  const whole = JSON.stringify(taskEnd);
  const hurt = whole.replace('"Attempt":2', '"Attempt":9007199254740');
  const { facts, troubles } = decoded(`${whole}\n${whole}\n${hurt}\n`);
  expect(facts).toMatchObject([{ attempt: 2 }, { attempt: 2 }, undefined]);
  expect(troubles).toMatchObject([{ code: "incomplete_event", line: 3 }]);
});

test("an amount below 0 is none", () => {
  const request = (amount: string): string =>
    `{"Event":"SparkListenerResourceProfileAdded","Resource Profile Id":0,"Executor Resource Requests":{"cores":{"Amount":${amount}},"memory":{"Amount":512}}}`;
  for (const amount of ["-9223372036854775808", "-0.5", "1e400", "null"]) {
    const [fact] = decoded(request(amount)).facts;
    expect(fact).toMatchObject({ executor: new Map([["memory", 512]]) });
  }
});

test("jobs that start again or before a later one say that parts are out of order", () => {
  const start = (id: number, ms: number): string =>
    JSON.stringify({
      Event: "SparkListenerJobStart",
      "Job ID": id,
      "Submission Time": ms,
      "Stage IDs": [],
    });
  // Two threads may take their numbers in one order and be served in the other: the times tell.
  const jobs = [start(0, 10), start(2, 20), start(1, 21), start(3, 30), start(3, 30), start(1, 21)];
  const { facts, troubles } = decoded(`${jobs.join("\n")}\n`);
  expect(facts.map((fact) => (fact?.kind === "job_start" ? fact.jobId : -1))).toEqual([
    0, 2, 1, 3, 3, 1,
  ]);
  expect(troubles.map(({ code, line }) => `${line} ${code}`)).toEqual([
    "5 events_out_of_order",
    "6 events_out_of_order",
  ]);
});

test("halves of two events in one line end its walk, whichever line is walked", () => {
  const whole = JSON.stringify(taskEnd);
  const head = whole.slice(0, whole.indexOf('"Local Bytes Read"'));
  const tail = whole.slice(whole.indexOf(':true}]},"Task Metrics"'));
  // Now and then a line that a shape fits is walked, to learn what is constant in all of them.
  for (let before = 1; before < 40; before++) {
    const lines = [...Array.from({ length: before }, () => whole), `${head}"Local"${tail}`, whole];
    const { facts } = decoded(`${lines.join("\n")}\n`);
    expect(facts.at(-1)).toMatchObject({ kind: "task_end", taskId: 17 });
  }
});
