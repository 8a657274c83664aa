/**
 * What a directory can tell about memory, and which configuration lines would make it tell more.
 */
import type { EvidenceLevel } from "@respark/core";
import type { VersionBounds } from "./version-marks.ts";

/** What was seen of one application or executor. */
export interface SeenEvidence {
  readonly eventLog: boolean;
  readonly blockUpdates: boolean;
  /** an executor log with INFO lines */
  readonly info: boolean;
  /** DEBUG or TRACE lines of org.apache.spark.memory or org.apache.spark.storage */
  readonly debug: boolean;
}

/**
 * Design: `debug` > `info` > `event_log_blocks` > `event_log`; undefined: no log says anything of
 * memory.
 */
export function evidenceLevel(seen: SeenEvidence): EvidenceLevel | undefined {
  if (seen.debug) return "debug";
  if (seen.info) return "info";
  if (seen.blockUpdates) return "event_log_blocks";
  return seen.eventLog ? "event_log" : undefined;
}

/** Configuration lines, ready to be copied, and what they would settle. */
export interface Advice {
  readonly gives: string;
  /** where the lines go */
  readonly file: "spark-defaults.conf" | "log4j.properties" | "log4j2.properties";
  readonly lines: readonly string[];
}

/** What logs there were, to say which settings would tell more. */
export interface AdviceQuestion extends SeenEvidence {
  /** undefined: no log names it */
  readonly sparkVersion: string | undefined;
  /** where no log names it: between which the lines were printed; undefined: that is open, too */
  readonly sparkVersionBounds?: VersionBounds | undefined;
  readonly stageMetrics: boolean;
  /** executor logs print milliseconds and the thread */
  readonly millisAndThread: boolean;
}

/** The settings that would raise the evidence, the most telling first. */
export function adviceFor(question: AdviceQuestion): Advice[] {
  const advice: Advice[] = [];
  const line = sparkLine(question.sparkVersion);
  if (!question.eventLog) {
    advice.push({
      gives: "tasks, stages and one clock for all logs",
      file: "spark-defaults.conf",
      lines: ["spark.eventLog.enabled true", "spark.eventLog.dir file:///var/log/spark/events"],
    });
  }
  if (!question.blockUpdates && (line === undefined || line >= 203)) {
    advice.push({
      gives: "exact sizes of RDD blocks",
      file: "spark-defaults.conf",
      lines: ["spark.eventLog.logBlockUpdates.enabled true"],
    });
  }
  if (!question.debug) {
    advice.push(
      ...logging(question, {
        gives: "every grant of execution memory, every release and every removal of a block",
        "log4j2.properties": [
          "logger.memory.name = org.apache.spark.memory",
          "logger.memory.level = trace",
          "logger.storage.name = org.apache.spark.storage",
          "logger.storage.level = debug",
        ],
        "log4j.properties": [
          "log4j.logger.org.apache.spark.memory=TRACE",
          "log4j.logger.org.apache.spark.storage=DEBUG",
        ],
      }),
    );
  }
  if (!question.millisAndThread) {
    advice.push(
      ...logging(question, {
        gives: "times to the millisecond, and the task behind every line",
        "log4j2.properties": [
          "appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS} [%t] %p %c{1}: %m%n%ex",
        ],
        "log4j.properties": [
          "log4j.appender.console.layout.ConversionPattern=%d{yyyy-MM-dd HH:mm:ss.SSS} [%t] %p %c{1}: %m%n",
        ],
      }),
    );
  }
  if (!question.stageMetrics && (line === undefined || line >= 300)) {
    advice.push({
      gives: "peaks of heap, execution and storage memory per stage and executor",
      file: "spark-defaults.conf",
      lines: [
        "spark.eventLog.logStageExecutorMetrics true",
        "spark.executor.metrics.pollingInterval 1s",
      ],
    });
  }
  return advice;
}

/** Lines of one logging advice in both files. */
interface Logging {
  readonly gives: string;
  readonly "log4j2.properties": readonly string[];
  readonly "log4j.properties": readonly string[];
}

/**
 * For log4j 2, which Spark has since 3.3 (spec/log-templates.md 1), or for log4j 1; of a version
 * that is not known for both, each with the Spark it is for.
 */
function logging({ sparkVersion, sparkVersionBounds }: AdviceQuestion, both: Logging): Advice[] {
  const least = sparkLine(sparkVersion ?? sparkVersionBounds?.atLeast);
  const most = sparkLine(sparkVersion ?? sparkVersionBounds?.atMost);
  const of = (file: "log4j2.properties" | "log4j.properties", spark = ""): Advice => ({
    gives: `${both.gives}${spark}`,
    file,
    lines: both[file],
  });
  if (least !== undefined && least >= LOG4J2) return [of("log4j2.properties")];
  if (most !== undefined && most < LOG4J2) return [of("log4j.properties")];
  return [
    of("log4j2.properties", "; Spark 3.3 and later"),
    of("log4j.properties", "; Spark before 3.3"),
  ];
}

const LOG4J2 = 303;

/** `3.5.6-amzn-0` → 305. */
function sparkLine(version: string | undefined): number | undefined {
  const parts = /^(\d+)\.(\d+)/.exec(version ?? "");
  return parts ? Number(parts[1]) * 100 + Number(parts[2]) : undefined;
}
