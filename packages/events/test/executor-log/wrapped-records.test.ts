/** Wrappings in which a record is no line, or a line is no record. */
import { expect, test } from "vitest";
import { clock, stock } from "./an-executors-log.ts";
import {
  each,
  iso,
  LINES,
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
