import { describe, expect, test } from "vitest";
import { FoundHead } from "../../src/executor-log/layouts/found-head.ts";
import { layoutsFor } from "../../src/executor-log/layouts/index.ts";
import { Log4jPattern } from "../../src/executor-log/layouts/log4j-pattern.ts";
import { RecordHead } from "../../src/executor-log/layouts/record-head.ts";
import { viewOf } from "../../src/executor-log/line-bytes.ts";
import { logTime } from "../../src/executor-log/log-time.ts";
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
    layout: "ISO, thread in brackets, logger with a colon",
    line: "2026-11-21 02:36:35,014 [main] INFO org.apache.spark.storage.memory.MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.014",
    thread: "main",
  },
  {
    layout: "ISO without a thread",
    line: "2026-11-21 02:36:35,014 INFO org.apache.spark.storage.memory.MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.014",
    thread: undefined,
  },
  {
    layout: "ISO without a thread, its level padded",
    line: "2026-11-21 02:36:35,014 INFO  org.apache.spark.storage.memory.MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.014",
    thread: undefined,
  },
  {
    layout: "ISO without a thread, a dash before the message",
    line: "2026-11-21 02:36:35,014 INFO  org.apache.spark.storage.memory.MemoryStore - MemoryStore cleared",
    time: "2026-11-21T02:36:35.014",
    thread: undefined,
  },
  {
    layout: "Spark's time, thread in brackets",
    line: "26/11/21 02:36:35 [main] INFO MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: "main",
  },
  {
    layout: "Spark's time, thread in brackets behind the level",
    line: "26/11/21 02:36:35 INFO [main] MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: "main",
  },
  {
    layout: "Spark's time with a comma and milliseconds",
    line: "26/11/21 02:36:35,014 INFO MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.014",
    thread: undefined,
  },
  {
    layout: "a whole year",
    line: "2026-11-21 02:36:35 INFO MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: undefined,
  },
  {
    layout: "a whole year, line numbers of the source",
    line: "2026-11-21 02:36:35 INFO  MemoryStore:54 - MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: undefined,
  },
  {
    layout: "a whole year with slashes",
    line: "2026/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: undefined,
  },
  {
    layout: "a Scala object's logger",
    line: "26/11/21 02:36:35 INFO MemoryStore$: MemoryStore cleared",
    time: "2026-11-21T02:36:35.000",
    thread: undefined,
  },
  {
    layout: "an order that no pattern has",
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

test("each pattern that is tried has a line here that no pattern before it reads", () => {
  const layouts = layoutsFor(undefined).filter((layout) => layout instanceof Log4jPattern);
  const head = new RecordHead();
  const first = LAYOUTS.map(({ line }) => {
    const bytes = Buffer.from(line);
    return layouts.find((layout) => layout.read(bytes, 0, bytes.length, head))?.name;
  });
  expect(layouts.map(({ name }) => name).filter((name) => !first.includes(name))).toEqual([]);
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
  ["%t %m%n", /no %d, %p or %c/],
])("the pattern %s is refused with a reason", (pattern, reason) => {
  expect(() => new Log4jPattern(pattern)).toThrow(reason);
});

test("a head that no pattern knows has its thread before the logger: brackets of a message are none", () => {
  const bytes = Buffer.from(
    "before\nINFO 2026-11-21 02:36:35 | BlockManager - Removing [rdd_1_1] at once, and all that was computed from it\n",
  );
  const head = new RecordHead();
  expect(new FoundHead().read(bytes, 7, bytes.length - 1, head)).toBe(true);
  expect(head.threadEnd).toBe(0);
  expect(bytes.toString("latin1", head.messageStart, head.messageEnd)).toBe(
    "Removing [rdd_1_1] at once, and all that was computed from it",
  );
  const named = Buffer.from("[main] INFO 2026-11-21 02:36:35 | BlockManager - Removing\n");
  new FoundHead().read(named, 0, named.length - 1, head);
  expect(named.toString("latin1", head.threadStart, head.threadEnd)).toBe("main");
});

test("milliseconds since 1970 are a time before the year 2200", () => {
  const time = logTime("UNIX_MILLIS", undefined);
  const read = (millis: number): number | undefined => {
    const bytes = Buffer.from(String(millis));
    return time?.read(viewOf(bytes), 0, bytes.length) === true ? time.micros : undefined;
  };
  const november = Date.UTC(2026, 10, 21, 2, 36, 35);
  expect(read(november)).toBe(november * 1000);
  expect(read(Date.UTC(2200, 0, 1) - 1)).toBe((Date.UTC(2200, 0, 1) - 1) * 1000);
  expect(read(Date.UTC(2200, 0, 1))).toBeUndefined();
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

const STORED = "Block rdd_0_1 stored as values in memory (estimated size 14.0 MiB, free 51.7 MiB)";

test.each([
  [
    "%-5p %d{dd MMM yyyy HH:mm:ss,SSS} [%15.15t] %-30.30c{1} %x - %m%n",
    "INFO  21 Nov 2026 02:36:35,123 [           main] MemoryStore                     - ",
    "2026-11-21T02:36:35.123",
  ],
  [
    "%d{yyyy-MM-dd HH:mm:ss.SSS Z} %-5level %logger{36} [%thread] - %msg%n",
    "2026-11-21 02:36:35.123 +0100 INFO  o.a.s.storage.memory.MemoryStore [main] - ",
    "2026-11-21T01:36:35.123",
  ],
  [
    "%d{yyyy-MM-dd hh:mm:ss a} %p %c: %m%n",
    "2026-11-21 02:36:35 PM INFO org.apache.spark.storage.memory.MemoryStore: ",
    "2026-11-21T14:36:35",
  ],
  [
    "%d{EEE MMM dd HH:mm:ss zzz yyyy} %p %c{1}: %m%n",
    "Sat Nov 21 02:36:35 UTC 2026 INFO MemoryStore: ",
    "2026-11-21T02:36:35",
  ],
  [
    "%d{ISO8601}{UTC} %p %X{mdc.taskName} %c{1.}: %m%n%ex",
    "2026-11-21T02:36:35,123 INFO task 3.0 in stage 0.0 (TID 3) o.a.s.s.m.MemoryStore: ",
    "2026-11-21T02:36:35.123",
  ],
  [
    "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %pid %highlight{%-5p} --- [%t] %-40.40c{1.} : %replace{%m}{secret}{***}%n",
    "2026-11-21T02:36:35.123+01:00 1234 INFO  --- [main] o.a.s.s.m.MemoryStore                    : ",
    "2026-11-21T01:36:35.123",
  ],
  [
    "%style{%d{yy/MM/dd HH:mm:ss}}{blue} %p{length=1} %c{1}: %m%n",
    "26/11/21 02:36:35 I MemoryStore: ",
    "2026-11-21T02:36:35",
  ],
])("--log-pattern %s", (pattern, head, time) => {
  const { records, oddities } = decode(`${head}${STORED}\n${head}${STORED}\n`, { pattern });
  expect(records.map(({ fact }) => fact?.kind)).toEqual(["block_stored", "block_stored"]);
  expect(records[1]?.time?.slice(0, time.length)).toBe(time);
  expect(oddities).toEqual([]);
});

test("a clock of twelve hours is read as one where no pattern is given, too", () => {
  const times = ["12:00:01 AM", "01:00:00 AM", "12:00:01 PM", "11:59:59 PM"].map((clock) =>
    decode(`2026-11-21 ${clock} INFO MemoryStore: ${STORED}\n`).records[0]?.time?.slice(11, 19),
  );
  expect(times).toEqual(["00:00:01", "01:00:00", "12:00:01", "23:59:59"]);
});

test("midnight, the end of a year and a leap day are read; a day that no calendar has is no time", () => {
  const stamps = [
    "27/12/31 23:59:59",
    "28/01/01 00:00:00",
    "28/02/29 23:59:59",
    "28/03/01 00:00:00",
  ];
  const said = stamps.map((stamp) => `${stamp} INFO MemoryStore: ${STORED}\n`).join("");
  expect(decode(said).records.map(({ time }) => time?.slice(0, 19))).toEqual([
    "2027-12-31T23:59:59",
    "2028-01-01T00:00:00",
    "2028-02-29T23:59:59",
    "2028-03-01T00:00:00",
  ]);
  expect(
    decode(`27/02/29 00:00:01 INFO MemoryStore: ${STORED}\n`).records[0]?.time,
  ).toBeUndefined();
});
