/**
 * The settings that would tell more, as files that spark-submit and log4j take, with what they cost
 * in log volume.
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Advice, Survey } from "@respark/events";
import { writeResult } from "../gate/write-result.ts";
import type { Host } from "../host.ts";

const MARK = "# Written by respark inspect";

/**
 * What a setting adds to the logs, measured on recorded runs of Spark 1.6 to 4.1: bytes of logs at
 * DEBUG over those at INFO, of one workload each (18 pairs), and the share of block updates and of
 * stages' metrics in event logs (75).
 */
const COSTS: readonly (readonly [RegExp, string])[] = [
  [/^spark\.eventLog\.logBlockUpdates/u, "5 % more event log in the median run, 22 % at most"],
  [/^spark\.eventLog\.logStageExecutorMetrics/u, "up to 4 % more event log"],
  [/^(?:logger|log4j\.logger)\./u, "executor logs 3.5 times as long in the median run, 1.4 to 6.7"],
];

const CONSOLE: Readonly<Record<string, readonly string[]>> = {
  "log4j2.properties": [
    "rootLogger.level = info",
    "rootLogger.appenderRef.stdout.ref = console",
    "appender.console.type = Console",
    "appender.console.name = console",
    "appender.console.target = SYSTEM_ERR",
    "appender.console.layout.type = PatternLayout",
  ],
  "log4j.properties": [
    "log4j.rootCategory=INFO, console",
    "log4j.appender.console=org.apache.log4j.ConsoleAppender",
    "log4j.appender.console.target=System.err",
    "log4j.appender.console.layout=org.apache.log4j.PatternLayout",
  ],
};
const PATTERNS: Readonly<Record<string, string>> = {
  "log4j2.properties":
    "appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS} [%t] %p %c{1}: %m%n%ex",
  "log4j.properties":
    "log4j.appender.console.layout.ConversionPattern=%d{yyyy-MM-dd HH:mm:ss.SSS} [%t] %p %c{1}: %m%n",
};

/**
 * Writes `spark-more.conf` for `spark-submit --properties-file`, and a log4j file where a log level
 * or a layout would tell more. Gives what is to be said; an empty text: there is nothing to set.
 */
export async function writeProperties(host: Host, survey: Survey, folder: string): Promise<string> {
  const advice = survey.applications.flatMap((application) => application.advice);
  const logging = Object.keys(CONSOLE).find((file) => advice.some((one) => one.file === file));
  const conf = linesOf(advice, "spark-defaults.conf");
  const masters = survey.applications.flatMap(({ master }) => master ?? []);
  const way = logging === undefined ? undefined : wayTo(logging, masters[0], folder);
  conf.push(...(way?.conf ?? []));
  if (conf.length === 0) return "These logs tell all that settings can make them tell.\n";
  if ((await host.kindOf(folder)) === undefined) await host.makeFolder(folder);
  const written = [join(folder, "spark-more.conf")];
  const head = `${MARK}: for spark-submit --properties-file, which replaces spark-defaults.conf:\n# add your own settings to it.\n`;
  await writeResult(host, written[0] ?? "", `${head}${conf.join("\n")}\n`, "properties");
  if (logging !== undefined) {
    const levels = linesOf(advice, logging);
    const pattern = levels.some((line) => /pattern/iu.test(line)) ? [] : [PATTERNS[logging]];
    const lines = [...(CONSOLE[logging] ?? []), ...pattern, ...levels];
    const path = join(folder, logging);
    written.push(path);
    await writeResult(host, path, `${MARK}.\n${lines.join("\n")}\n`, "properties");
  }
  const options = way?.options === undefined ? "" : ` ${way.options}`;
  const remarks = [
    ...(way === undefined ? [] : [way.says]),
    ...(isOneOfTwo(advice)
      ? ["no log names the Spark version: log4j2.properties is for Spark 3.3 and later"]
      : []),
  ];
  return `Written: ${written.join(", ")}
${remarks.map((remark) => `  # ${remark}\n`).join("")}  spark-submit --properties-file ${written[0]}${options} …
`;
}

/** Where no log names the Spark version there is advice for both of log4j's files. */
function isOneOfTwo(advice: readonly Advice[]): boolean {
  return Object.keys(CONSOLE).every((file) => advice.some((one) => one.file === file));
}

/** The lines of one file, each once, each with what it costs above it. */
function linesOf(advice: readonly Advice[], file: string): string[] {
  const lines: string[] = [];
  for (const { gives, lines: own } of advice.filter((one) => one.file === file)) {
    const fresh = own.filter((line) => !lines.includes(line));
    if (fresh.length === 0) continue;
    const cost = COSTS.find(([setting]) => own.some((line) => setting.test(line)))?.[1];
    lines.push(`# ${gives}${cost === undefined ? "" : `; costs: ${cost}`}`, ...fresh);
  }
  return lines;
}

/** How executors come to read the log4j file before they print. */
interface Way {
  readonly conf: readonly string[];
  readonly options?: string;
  readonly says: string;
}

/**
 * YARN puts `--files` into a container before its JVM starts (Spark's docs, "Running on YARN"). A
 * standalone worker starts the JVM first and fetches files then, which log4j never sees (tried with
 * 3.5.6). Kubernetes hands the files of SPARK_CONF_DIR to every pod from 3.1 on (SPARK-30985).
 */
export function wayTo(file: string, master: string | undefined, folder: string): Way {
  const option = file === "log4j2.properties" ? "log4j2.configurationFile" : "log4j.configuration";
  const path = resolve(folder, file);
  const java = (value: string) => `spark.executor.extraJavaOptions -D${option}=${value}`;
  if (master?.startsWith("k8s://"))
    return {
      conf: [],
      says: `put ${file} into the SPARK_CONF_DIR that spark-submit reads: pods get it (Spark 3.1+)`,
    };
  if (/^(?:spark:|local-cluster)/u.test(master ?? ""))
    return {
      conf: [
        `# a standalone worker reads ${file} from its own disk: have it at this path on each`,
        java(pathToFileURL(path).href),
      ],
      says: `copy ${file} to the same path on every worker: --files comes too late for its JVM`,
    };
  if (master?.startsWith("local"))
    return {
      conf: [],
      options: `--driver-java-options -D${option}=${pathToFileURL(path).href}`,
      says: "in local mode the driver is the executor",
    };
  return {
    conf: [
      `# executors on YARN read ${file}, which spark-submit --files brings them; add your own options`,
      java(file),
    ],
    options: `--files ${path}`,
    says:
      master === undefined
        ? "on YARN; elsewhere executors need the file at a path of their own before they start"
        : "YARN brings the file before an executor starts",
  };
}
