import { describe, expect, test } from "vitest";
import { Log4jPattern } from "../../src/executor-log/layouts/log4j-pattern.ts";
import { decode } from "./decoded.ts";

const TASK_THREAD = "Executor task launch worker for task 0.0 in stage 1.0 (TID 7)";

/** One line in each layout, with what it says. */
const LAYOUTS = [
  {
    layout: "Spark's own",
    line: "26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: undefined,
  },
  {
    layout: "%c{2} of YARN clusters",
    line: "26/11/21 02:36:35 INFO storage.MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: undefined,
  },
  {
    layout: "milliseconds and a bare thread",
    line: `26/11/21 02:36:35.014 ${TASK_THREAD} INFO MemoryStore: MemoryStore cleared`,
    time: "2026-11-21T02:36:35.014",
    thread: TASK_THREAD,
  },
  {
    layout: "ISO, full names, log4j 1",
    line: `2026-11-21 02:36:35,014 [${TASK_THREAD}] INFO  org.apache.spark.storage.memory.MemoryStore - MemoryStore cleared`,
    time: "2026-11-21T02:36:35.014",
    thread: TASK_THREAD,
  },
  {
    layout: "ISO, full names, log4j 2",
    line: `2026-11-21T02:36:35,014 [${TASK_THREAD}] INFO  org.apache.spark.storage.memory.MemoryStore - MemoryStore cleared`,
    time: "2026-11-21T02:36:35.014",
    thread: TASK_THREAD,
  },
  {
    layout: "thread in brackets behind the level",
    line: "2026-11-21 02:36:35,014 INFO  [main] MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.014",
    thread: "main",
  },
  {
    layout: "Hadoop's container log",
    line: "2026-11-21 02:36:35,014 INFO [main] org.apache.spark.storage.MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.014",
    thread: "main",
  },
  {
    layout: "a Scala object's logger",
    line: "26/11/21 02:36:35 INFO MemoryStore$: MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: undefined,
  },
  {
    layout: "an order that nobody told us",
    line: "INFO | 2026-11-21 02:36:35.014 | MemoryStore - MemoryStore cleared",
    time: "2026-11-21T02:36:35.014",
    thread: undefined,
  },
];

describe("a record's head is read from", () => {
  test.each(LAYOUTS)("$layout", ({ line, time, thread }) => {
    const { records, decoder } = decode(`${line}\n`);
    expect(records).toEqual([
      {
        line: 1,
        time,
        zoned: false,
        level: "INFO",
        logger: "MemoryStore",
        thread,
        container: undefined,
        message: "MemoryStore cleared",
        fact: { kind: "store_cleared" },
      },
    ]);
    expect(decoder.layoutName).toBeDefined();
  });
});

test("structured JSON is UTC and names the task", () => {
  const { records } = decode(
    `{"ts":"2026-11-21T02:47:07.708Z","level":"INFO","msg":"Found block rdd_2_1 locally","context":{"block_id":"rdd_2_1","task_name":"task 2.0 in stage 0.0 (TID 2)"},"logger":"BlockManager"}\n`,
    { look: (record) => expect(record.taskName).toBe("task 2.0 in stage 0.0 (TID 2)") },
  );
  expect(records).toMatchObject([
    {
      time: "2026-11-21T02:47:07.708",
      zoned: true,
      logger: "BlockManager",
      fact: { kind: "block_found", blockId: "rdd_2_1", where: "local" },
    },
  ]);
});

test("a structured exception is the trace of its record, escapes and all", () => {
  const { records } = decode(
    `{"ts":"2026-11-21T02:47:07.708Z","level":"ERROR","msg":"Exception in task 3.0 in stage 0.0 (TID 3)","exception":{"class":"java.lang.OutOfMemoryError","msg":"Java \\"heap\\" space","stacktrace":[{"class":"a","method":"b","file":"c","line":1}]},"logger":"Executor"}\n`,
  );
  expect(records[0]?.fact).toMatchObject({
    kind: "task_finished",
    how: "failed",
    errorClass: "java.lang.OutOfMemoryError",
    errorMessage: 'Java "heap" space',
  });
});

test("a pattern given in log4j's syntax goes before all that is known", () => {
  const pattern = "<%5p> {%X{mdc.taskName}} %d{dd MMM yyyy HH:mm:ss,SSS}{UTC} ~%-20c{1}~ %m%n%ex";
  const { records } = decode(
    "< INFO> {task 1.0 in stage 2.0 (TID 9)} 21 Nov 2026 02:36:35,014 ~MemoryStore         ~ MemoryStore cleared\n",
    { pattern, look: (record) => expect(record.taskName).toBe("task 1.0 in stage 2.0 (TID 9)") },
  );
  expect(records).toMatchObject([
    { time: "2026-11-21T02:36:35.014", zoned: true, fact: { kind: "store_cleared" } },
  ]);
});

test.each([
  ["%d{HH:mm:ss} %p %c: %m%n", /no day/],
  ["%d %p %c: %n", /no %m/],
  ["%p %c: %m%n", /no %d/],
])("the pattern %s is refused with a reason", (pattern, reason) => {
  expect(() => new Log4jPattern(pattern)).toThrow(reason);
});

test("a time zone printed by the pattern makes the time UTC", () => {
  const { records } = decode(
    "2026-11-21T04:36:35.014+0200 INFO MemoryStore: MemoryStore cleared\n",
    {
      pattern: "%d{yyyy-MM-dd'T'HH:mm:ss.SSSZ} %p %c{1}: %m%n",
    },
  );
  expect(records).toMatchObject([{ time: "2026-11-21T02:36:35.014", zoned: true }]);
});

test("a file that changes its layout is read to its end", () => {
  const stock = "26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared\n";
  const iso = "2026-11-21 02:36:36,014 [main] INFO  a.b.MemoryStore - MemoryStore cleared\n";
  const { records } = decode(stock.repeat(20) + iso.repeat(20) + stock);
  expect(records.length).toBe(41);
});

test("lines below a record are not records: traces, lock lists, collector logs, JVM warnings", () => {
  const { records, decoder } = decode(
    [
      "WARNING: Using incubator modules: jdk.incubator.vector",
      "26/11/21 02:36:35 INFO Executor: 1 block locks were not released by task 0.0 in stage 0.0 (TID 0)",
      "[rdd_0_0]",
      "[12.3s][info][gc] GC(1) Pause Young 24M->4M(256M) 3.2ms",
      "2026-11-21T02:36:35.014+0000: [GC (Allocation Failure) 24M->4M(256M), 0.0032 secs]",
      "SLF4J: Class path contains multiple SLF4J bindings.",
      "",
      "26/11/21 02:36:36 INFO MemoryStore: MemoryStore cleared",
    ].join("\n"),
  );
  expect(decoder.counts.records).toBe(2);
  expect(records.map(({ line }) => line)).toEqual([8]);
});
