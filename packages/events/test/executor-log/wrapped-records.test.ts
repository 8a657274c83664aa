/** Wrappings in which a record is no line, or a line is no record. */
import { expect, test } from "vitest";
import { anExecutorsLog, clock, type Said, stock } from "./an-executors-log.ts";
import { decode } from "./decoded.ts";
import {
  each,
  iso,
  joined,
  LINES,
  LOG,
  local,
  quoted,
  readOf,
  records,
  WHOLE,
  type Wrapped,
} from "./wrapping.ts";

const WRAPPED: Wrapped = [
  [
    "gcloud's YAML, Spark's line in it",
    records((one) =>
      [
        "---",
        "insertId: q1",
        "labels:",
        "  compute.googleapis.com/resource_name: node-1",
        `receiveTimestamp: '2024-07-25T00:00:00Z'`,
        "textPayload: |-",
        ...[stock(one), ...one.trace].map((line) => `  ${line}`),
        `timestamp: '${iso(one.at)}'`,
      ].join("\n"),
    ),
  ],
  [
    "gcloud's YAML, the record's fields in it",
    records((one) =>
      [
        "---",
        "jsonPayload:",
        `  class: ${one.logger}`,
        ...(one.trace.length === 0
          ? [`  message: '${one.message.replaceAll("'", "''").replace(" ", "\n    ")}'`]
          : ["  message: |-", ...[one.message, ...one.trace].map((line) => `    ${line}`)]),
        `receiveTimestamp: '2024-07-25T00:00:00Z'`,
        `severity: ${one.level}`,
        `timestamp: '${iso(one.at)}'`,
      ].join("\n"),
    ),
  ],
  [
    "grep with paths, by a colon or a dash",
    each(({ one, line }) => `./logs/app-2024/3/stderr${line === stock(one) ? ":" : "-"}${line}`),
  ],
  [
    "numbers of lines, padded",
    each(({ line }) => line)
      .split("\n")
      .slice(0, -1)
      .map((line, i) => `${String(i + 1).padStart(6)}\t${line}\n`)
      .join(""),
  ],
  [
    "pairs of a logger, the error among them",
    records(
      (one) =>
        `ts=${iso(one.at)} lvl=${one.level.toLowerCase()} logger=${one.logger} msg=${JSON.stringify(one.message)}${one.trace.length === 0 ? "" : ` err=${JSON.stringify(one.trace.join("\n"))}`}`,
    ),
  ],
  [
    "log4j's XML",
    records((one) =>
      [
        `<log4j:event logger="${one.logger}" timestamp="${one.at.getTime()}" level="${one.level}" thread="main">`,
        `<log4j:message><![CDATA[${one.message}]]></log4j:message>`,
        ...(one.trace.length === 0
          ? []
          : [`<log4j:throwable><![CDATA[${one.trace.join("\n")}]]></log4j:throwable>`]),
        "</log4j:event>",
        "",
      ].join("\n"),
    ),
  ],
  [
    "log4j2's XML",
    records((one) =>
      [
        `<Event xmlns="http://logging.apache.org/log4j/2.0/events" thread="main" level="${one.level}" loggerName="${one.logger}">`,
        `  <Instant epochSecond="${Math.floor(one.at.getTime() / 1000)}" nanoOfSecond="0"/>`,
        `  <Message>${one.message.replaceAll("<", "&lt;")}</Message>`,
        ...(one.trace.length === 0
          ? []
          : [
              `  <Thrown name="java.lang.OutOfMemoryError" message="Java heap space">`,
              "  </Thrown>",
            ]),
        "</Event>",
      ].join("\n"),
    ),
  ],
  [
    "a notebook's outputs",
    `${JSON.stringify(
      {
        cells: [
          { cell_type: "markdown", source: ["# a try"] },
          {
            cell_type: "code",
            outputs: [{ name: "stderr", text: LINES.map(({ line }) => `${line}\n`) }],
            source: ["df.count()"],
          },
        ],
        nbformat: 4,
      },
      null,
      1,
    )}\n`,
  ],
  [
    "DolphinScheduler, a head for several lines",
    LINES.map(({ one, line }, i) =>
      i % 5 === 0 && line === stock(one)
        ? `[INFO] ${local(one.at).replace(",", ".")} +0000 -  -> ${line}\n`
        : `\t${line}\n`,
    ).join(""),
  ],
  [
    "FusionInsight, logger and place behind the message",
    records((one) =>
      [
        `${local(one.at)} | ${one.level.padEnd(5)} | [main] | ${one.message} | ${one.logger} (Logging.scala:logInfo(54))`,
        ...one.trace,
      ].join("\n"),
    ),
  ],
  ["line ends that became blanks", `${LINES.map(({ line }) => line.trim()).join(" ")}\n`],
  [
    "line ends that became a page's",
    `<p>${LINES.map(({ line }) => line.replaceAll("<", "&lt;")).join("<br/>")}</p>\n`,
  ],
  [
    "Log Analytics, a column a field",
    [
      `"TimeGenerated [UTC]","logger_name_s","level_s","message_s","exception_stackTrace_s"\n`,
      records((one) =>
        [iso(one.at), one.logger, one.level, one.message, one.trace.join("\n")]
          .map(quoted)
          .join(","),
      ),
    ].join(""),
  ],
  [
    "a trace under a key of any name",
    records((one) =>
      JSON.stringify({
        TimeGenerated: iso(one.at),
        logger_name_s: one.logger,
        level_s: one.level,
        message_s: one.message,
        exception_stackTrace_s: one.trace.join("\n"),
      }),
    ),
  ],
  [
    "OpenTelemetry, a record's trace among its attributes",
    records((one) =>
      JSON.stringify({
        resourceLogs: [
          {
            scopeLogs: [
              {
                logRecords: [
                  {
                    timeUnixNano: `${one.at.getTime()}000000`,
                    severityText: one.level,
                    body: { stringValue: one.message },
                    attributes: [
                      { key: "thread.name", value: { stringValue: one.thread } },
                      ...(one.trace.length === 0
                        ? []
                        : [
                            {
                              key: "exception.stacktrace",
                              value: { stringValue: one.trace.join("\n") },
                            },
                          ]),
                    ],
                  },
                ],
              },
            ],
          },
        ],
      }),
    ),
  ],
  [
    "New Relic's answer: a list in a list in a list, longer than a sample",
    JSON.stringify(
      [
        {
          performanceStats: Object.fromEntries(
            Array.from({ length: 300 }, (_, i) => [`shard ${i}`, i]),
          ),
          results: [
            {
              events: LOG.map((one) => ({ message: joined(one), timestamp: one.at.getTime() })),
            },
          ],
        },
      ].map((one) => ({ results: one.results, performanceStats: one.performanceStats })),
      undefined,
      1,
    ),
  ],
  [
    "journalctl -o export",
    each(({ one, line }) =>
      [
        "__CURSOR=s=1;i=1",
        `__REALTIME_TIMESTAMP=${one.at.getTime()}000`,
        "_COMM=java",
        "PRIORITY=6",
        `MESSAGE=${line}`,
        "",
      ].join("\n"),
    ),
  ],
  [
    "journalctl -o verbose",
    each(({ line }) =>
      [
        "Wed 2024-07-24 04:20:08.123456 UTC [s=1;i=1;b=2]",
        "    PRIORITY=6",
        `    MESSAGE=${line}`,
        "    _PID=22",
      ].join("\n"),
    ),
  ],
  [
    "a table of times and messages alone",
    `Date,Message\n${records((one) => `${quoted(iso(one.at))},${quoted([one.message, ...one.trace].join("\n"))}`)}`,
  ],
  ["each line twice, by two appenders", each(({ line }) => `${line}\n${line}`)],
  [
    "aws logs, as text",
    each(({ one, line }) => `EVENTS\t${one.at.getTime() + 9}\t${line}\t${one.at.getTime()}`),
  ],
  [
    "java.util.logging's two lines in Chinese",
    records((one) =>
      [
        `七月 24, 2024 ${clock(one.at).slice(1, 8)} 上午 org.apache.spark.internal.Logging logInfo`,
        `${one.level === "ERROR" ? "严重" : one.level === "WARN" ? "警告" : "信息"}: ${one.message}`,
        ...one.trace,
      ].join("\n"),
    ),
  ],
];

test.each(WRAPPED)("wrappings come off in which lines are no records: %s", (_, log) => {
  expect(readOf(log)).toEqual(WHOLE);
});

/** Records of two executors in the order of their times. */
const mixed = (wrap: (one: Said, executorId: string) => string): string =>
  ["3", "4"]
    .flatMap((id) => anExecutorsLog(id, `host-${id}`).map((one) => ({ one, id })))
    .sort((a, b) => a.one.at.getTime() - b.one.at.getTime())
    .map(({ one, id }) => `${wrap(one, id)}\n`)
    .join("");

test("records that name their executor or pod beside a bare message are streams of their own", () => {
  const azure = mixed((one, executorId) =>
    JSON.stringify({
      timestamp: iso(one.at),
      category: "Log",
      applicationId: "application_1700000000000_0007",
      executorId,
      properties: { message: one.message, logger_name: one.logger, level: one.level },
    }),
  );
  const table = `Date,Pod Name,Message\n${mixed((one, id) => `${iso(one.at)},job-exec-${id},${quoted(one.message)}`)}`;
  const graylog = `timestamp,source,message\n${mixed((one, id) => `${iso(one.at)},node-${id},${quoted(joined(one))}`)}`;
  expect(new Set(decode(graylog).records.map(({ container }) => container))).toEqual(
    new Set(["node-3", "node-4"]),
  );
  expect(new Set(decode(azure).records.map(({ container }) => container))).toEqual(
    new Set(["executor-3", "executor-4"]),
  );
  expect(new Set(decode(table).records.map(({ container }) => container))).toEqual(
    new Set(["job-exec-3", "job-exec-4"]),
  );
});
