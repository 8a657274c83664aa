import { expect, test } from "vitest";
import { anExecutorsLog, clock, shortTime, stock, stockLines } from "./an-executors-log.ts";
import { decode } from "./decoded.ts";
import {
  each,
  iso,
  joined,
  json,
  LINES,
  local,
  POD,
  quoted,
  readOf,
  records,
  WHOLE,
  type Wrapped,
} from "./wrapping.ts";

const WRAPPED: Wrapped = [
  [
    "Fluent Bit",
    json(({ one, line }) => ({
      date: one.at.getTime() / 1000,
      log: line,
      stream: "stderr",
      kubernetes: { pod_name: POD },
    })),
  ],
  [
    "Fluentd, its stream first",
    json(({ one, line }) => ({
      stream: "stderr",
      logtag: "F",
      log: `${line}\n`,
      time: iso(one.at),
    })),
  ],
  [
    "Filebeat",
    json(({ one, line }) => ({
      "@timestamp": iso(one.at),
      log: { file: { path: "/a" }, offset: 1 },
      message: line,
      kubernetes: { pod: { name: POD } },
    })),
  ],
  [
    "Filebeat with a trace in its record",
    records((one) =>
      JSON.stringify({ "@timestamp": iso(one.at), message: joined(one), agent: { name: "n" } }),
    ),
  ],
  [
    "Google Cloud, text",
    json(({ one, line }) => ({
      insertId: "x",
      textPayload: line,
      timestamp: iso(one.at),
      severity: "INFO",
      resource: { labels: { pod_name: POD } },
    })),
  ],
  [
    "Google Cloud, structured",
    records((one) =>
      JSON.stringify({
        insertId: "x",
        jsonPayload: {
          class: one.logger,
          message: [one.message, ...one.trace].join("\n"),
          thread: one.thread,
        },
        severity: one.level,
        timestamp: iso(one.at),
      }),
    ),
  ],
  [
    "Datadog",
    json(({ one, line }) => ({
      id: "A",
      content: {
        timestamp: iso(one.at),
        host: "h",
        service: "spark",
        message: line,
        tags: ["a:b"],
      },
    })),
  ],
  [
    "Vector, nested two levels down",
    json(({ one, line }) => ({ meta: { ts: iso(one.at) }, event: { body: { text: line } } })),
  ],
  [
    "journald's JSON",
    json(({ one, line }) => ({
      __REALTIME_TIMESTAMP: String(one.at.getTime() * 1000),
      _HOSTNAME: "h",
      MESSAGE: line,
    })),
  ],
  [
    "CloudWatch's get-log-events",
    `${JSON.stringify({ events: LINES.map(({ one, line }) => ({ timestamp: one.at.getTime(), message: line, ingestionTime: one.at.getTime() + 900 })), nextForwardToken: "f/1" }, null, 4)}\n`,
  ],
  [
    "filter-log-events, an empty list first",
    `${JSON.stringify({ searchedLogStreams: [], events: LINES.map(({ one, line }) => ({ logStreamName: POD, timestamp: one.at.getTime(), message: line })) })}\n`,
  ],
  [
    "Grafana's download",
    JSON.stringify(
      LINES.map(({ one, line }) => ({
        line,
        timestamp: `${one.at.getTime()}000000`,
        date: iso(one.at),
        fields: { pod: POD },
      })),
    ),
  ],
  [
    "Loki's answer",
    JSON.stringify({
      status: "success",
      data: {
        resultType: "streams",
        result: [
          {
            stream: { pod: POD },
            values: LINES.map(({ one, line }) => [`${one.at.getTime()}000000`, line]),
          },
        ],
      },
    }),
  ],
  [
    "Elasticsearch's hits",
    `${JSON.stringify({ took: 3, hits: { total: 15, hits: LINES.map(({ one, line }) => ({ _index: "i", _source: { "@timestamp": iso(one.at), message: line } })) } }, null, 2)}\n`,
  ],
  [
    "elasticdump",
    json(({ one, line }) => ({
      _index: "i",
      _id: "1",
      _source: { message: line, "@timestamp": iso(one.at) },
    })),
  ],
  [
    "jq's objects over several lines",
    LINES.map(
      ({ one, line }) => `${JSON.stringify({ time: iso(one.at), log: line }, null, 2)}\n`,
    ).join(""),
  ],
  [
    "a list of texts",
    `${JSON.stringify(
      LINES.map(({ line }) => line),
      null,
      1,
    )}\n`,
  ],
  [
    "Databricks' jobs API",
    `${JSON.stringify({ metadata: { run_id: 1 }, logs: LINES.map(({ line }) => line).join("\n"), truncated: false })}\n`,
  ],
  [
    "Elastic's common schema",
    records((one) =>
      JSON.stringify({
        "@timestamp": iso(one.at),
        "log.level": one.level,
        message: one.message,
        log: { logger: one.logger },
        process: { thread: { name: one.thread } },
        error: { stack_trace: one.trace.join("\n") },
      }),
    ),
  ],
  [
    "keys that nobody uses",
    records((one) =>
      JSON.stringify({
        when: iso(one.at),
        lvl: one.level.toLowerCase(),
        who: one.logger,
        says: [one.message, ...one.trace].join("\n"),
      }),
    ),
  ],
  [
    "Splunk's CSV",
    `"_time","_raw"\n${records((one) => `"${iso(one.at).replace("Z", "+0000")}",${quoted(joined(one))}`)}`,
  ],
  [
    "CloudWatch Insights' CSV",
    `@timestamp,@message,@logStream\n${each(({ one, line }) => `${iso(one.at).replace("T", " ").replace("Z", "")},${quoted(line)},${POD}`)}`,
  ],
  [
    "Grafana's CSV",
    `"Time","Line","tsNs"\n${each(({ one, line }) => `${one.at.getTime()},${quoted(line)},${one.at.getTime()}000000`)}`,
  ],
  [
    "a table with tabs",
    `date\thost\tmessage\n${each(({ one, line }) => `${iso(one.at)}\thost-a\t${line.replace(/^\t/, "")}`)}`,
  ],
  ["docker compose", each(({ line }) => `spark-worker-1  | ${line}`)],
  ["docker compose, colours", each(({ line }) => `\u001B[36mspark-worker-1  |\u001B[0m ${line}`)],
  ["docker service logs", each(({ line }) => `spark_worker.1.x7k2@node-1    | ${line}`)],
  ["kubectl logs --prefix", each(({ line }) => `[pod/${POD}/spark-kubernetes-executor] ${line}`)],
  [
    "kubectl's prefix and time",
    each(({ one, line }) => `[pod/${POD}/executor] ${iso(one.at)} ${line}`),
  ],
  ["logcli", each(({ one, line }) => `${iso(one.at)} {app="spark", pod="${POD}"} ${line}`)],
  [
    "aws logs tail",
    each(({ one, line }) => `${iso(one.at).replace("Z", "000+00:00")} executor/3/abc ${line}`),
  ],
  ["journalctl", each(({ line }) => `Jul 24 04:21:00 host-a spark-executor[1234]: ${line}`)],
  [
    "syslog, RFC 5424",
    each(({ one, line }) => `<14>1 ${iso(one.at)} host-a spark 1234 - - ${line}`),
  ],
  [
    "Airflow 2",
    each(
      ({ one, line }) =>
        `[${iso(one.at).replace("Z", "+0000")}] {spark_submit.py:${line.length > 90 ? 526 : 488}} INFO - ${line}`,
    ),
  ],
  [
    "Airflow's subprocess hook",
    each(({ one, line }) => `[${local(one.at)}] {subprocess.py:93} INFO - ${line}`),
  ],
  ["Livy", each(({ one, line }) => `${shortTime(one.at)} INFO LineBufferedStream: ${line}`)],
  [
    "Livy's stdout",
    each(({ one, line }) => `${shortTime(one.at)} INFO utils.LineBufferedStream: stdout: ${line}`),
  ],
  [
    "Dagster",
    each(
      ({ one, line }) =>
        `${iso(one.at).slice(0, 19).replace("T", " ")} +0000 - dagster - INFO - my_job - 3f2c77aa-1 - 4021 - spark_step - ${line}`,
    ),
  ],
  ["Prefect", each(({ one, line }) => `${clock(one.at)} | INFO    | Task run 'spark-0' - ${line}`)],
  [
    "Azkaban",
    each(({ one, line }) => `24-07-2024 ${clock(one.at).slice(0, 8)} CST spark-job INFO - ${line}`),
  ],
  ["GitHub Actions", each(({ one, line }) => `${iso(one.at).replace("Z", "4567Z")} ${line}`)],
  ["GitLab CI", each(({ one, line }) => `${iso(one.at).replace("Z", "456Z")} 01O ${line}`)],
  ["Jenkins", each(({ one, line }) => `[${iso(one.at)}] ${line}`)],
  [
    "a number before each line",
    LINES.map(({ line }, i) => `${String(i + 1).padStart(6)}  ${line}\n`).join(""),
  ],
  ["grep's file names", each(({ line }) => `logs/executor-3/stderr:${line}`)],
  ["grep's line numbers", LINES.map(({ line }, i) => `${i + 1}:${line}\n`).join("")],
  ["a paste, indented", each(({ line }) => `    ${line}`)],
  [
    "a paste behind a question",
    `Hi all, my job fails with this:\n\n${each(({ line }) => line)}\nideas?\n`,
  ],
  ["a page's line ends", each(({ line }) => `${line}<br>`)],
  [
    "the thread behind each message",
    records((one) => [`${stock(one)} [${one.thread}]`, ...one.trace].join("\n")),
  ],
  [
    "time and file, then Spring in JSON",
    json(({ one, line }) => ({
      date: one.at.getTime() / 1000,
      log: `[${local(one.at)}] {x.py:1} INFO - ${line}`,
      stream: "stdout",
    })),
  ],
  ["CRI", each(({ one, line }) => `${iso(one.at).replace("Z", "456789Z")} stderr F ${line}`)],
  [
    "Docker's own file",
    json(({ one, line }) => ({ log: `${line}\n`, stream: "stderr", time: iso(one.at) })),
  ],
  [
    "compose in Docker's own file",
    json(({ one, line }) => ({
      log: `spark-worker-1  | ${line}\n`,
      stream: "stdout",
      time: iso(one.at),
    })),
  ],
  [
    "Airflow in Fluent Bit",
    json(({ one, line }) => ({
      date: one.at.getTime() / 1000,
      log: `[${local(one.at)}] {x.py:1} INFO - ${line}`,
    })),
  ],
  [
    "Fluent Bit's standard output",
    each(
      ({ one, line }) =>
        `[0] kube.x: [[${one.at.getTime() / 1000}, {}], {"log"=>"${line.replace("\t", "\\t")}", "stream"=>"stderr"}]`,
    ),
  ],
  [
    "OpenTelemetry's lists in lists",
    json(({ one, line }) => ({
      resourceLogs: [
        {
          resource: { attributes: [{ key: "host.name", value: { stringValue: "h" } }] },
          scopeLogs: [
            {
              logRecords: [
                { timeUnixNano: `${one.at.getTime()}000000`, body: { stringValue: line } },
              ],
            },
          ],
        },
      ],
    })),
  ],
  [
    "CloudWatch Insights' results",
    `${JSON.stringify(
      {
        results: LINES.map(({ one, line }) => [
          { field: "@timestamp", value: local(one.at) },
          { field: "@message", value: line },
        ]),
        status: "Complete",
      },
      null,
      2,
    )}\n`,
  ],
  ["sbt, a level of its own", each(({ line }) => `[error] ${line}`)],
  ["a terminal of 100 columns", each(({ line }) => (line.match(/.{1,100}/g) ?? [""]).join("\n"))],
  ["a blank line behind each", each(({ line }) => `${line}\n`)],
  ["line ends made twice", each(({ line }) => `${line}\r\r`)],
  [
    "java.util.logging's two lines",
    records((one) =>
      [
        `Jul 24, 2024 ${clock(one.at).slice(1, 8)} AM org.apache.spark.internal.Logging logInfo`,
        `${one.level === "ERROR" ? "SEVERE" : one.level}: ${one.message}`,
        ...one.trace,
      ].join("\n"),
    ),
  ],
  [
    "time, level and thread in a line of their own",
    records((one) =>
      [
        `${iso(one.at)} ${one.level} [main]`,
        `org.apache.spark.${one.logger} - ${one.message}`,
        ...one.trace,
      ].join("\n"),
    ),
  ],
  [
    "logfmt",
    records((one) =>
      [
        `time="${iso(one.at)}" level=${one.level.toLowerCase()} logger=${one.logger} msg="${one.message}"`,
        ...one.trace,
      ].join("\n"),
    ),
  ],
  [
    "fields in JSON between level and message",
    records((one) =>
      [
        `${one.level} ${JSON.stringify({ ts: iso(one.at), logger: `org.apache.spark.${one.logger}` })} ${one.message}`,
        ...one.trace,
      ].join("\n"),
    ),
  ],
  [
    "fields in JSON before level and message",
    records((one) =>
      [
        `${JSON.stringify({ time: iso(one.at), thread: "main" })} [${one.level}] ${one.message}`,
        ...one.trace,
      ].join("\n"),
    ),
  ],
  [
    "quoted between commas",
    records((one) =>
      [`${local(one.at)},${one.level},${one.logger},main,"${one.message}"`, ...one.trace].join(
        "\n",
      ),
    ),
  ],
];

test.each(WRAPPED)("wrappings come off, whatever their keys and order: %s", (_, log) => {
  expect(readOf(log)).toEqual(WHOLE);
});

test("files that a shipper names tell executors apart", () => {
  const both = ["1", "2"].map((id) => stockLines(anExecutorsLog(id, `host-${id}`)));
  const mixed = (both[0] ?? []).flatMap((_, i) =>
    both.map((lines, executor) =>
      JSON.stringify({
        message: lines[i]?.line,
        log: { file: { path: `/spark/work/app-1/${executor + 1}/stderr` } },
      }),
    ),
  );
  const { records: read, oddities } = decode(`${mixed.join("\n")}\n`);
  const stored = read.filter(({ fact }) => fact?.kind === "block_stored");
  expect(new Set(stored.map(({ container }) => container))).toEqual(
    new Set(["/spark/work/app-1/1/stderr", "/spark/work/app-1/2/stderr"]),
  );
  expect(oddities).toEqual([]);
});

test("the path that grep prints is the line's source", () => {
  const { records: read } = decode(each(({ line }) => `./app-1/7/stderr:${line}`));
  expect(new Set(read.map(({ container }) => container))).toEqual(new Set(["./app-1/7/stderr"]));
});

test("files that tail prints one after the other are apart", () => {
  const two = ["7", "9"].map(
    (id) =>
      `==> ${id}/stderr <==\n${stockLines(anExecutorsLog(id))
        .map(({ line }) => `${line}\n`)
        .join("")}\n`,
  );
  const { records: read } = decode(two.join(""));
  const stored = read.filter(({ fact }) => fact?.kind === "block_stored");
  expect(new Set(stored.map(({ container }) => container))).toEqual(
    new Set(["7/stderr", "9/stderr"]),
  );
});
