import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  abbreviated,
  anExecutorsLog,
  clock,
  FACTS,
  printed,
  type Said,
  shortName,
  shortTime,
} from "./an-executors-log.ts";
import { decode } from "./decoded.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const iso = (at: Date): string => at.toISOString().replace("T", " ").replace(".", ",").slice(0, 23);
const two = (value: number): string => String(value).padStart(2, "0");
const month = (at: Date): string => MONTHS[at.getUTCMonth()] ?? "";
const day = (at: Date): string => two(at.getUTCDate());
const whole = "2024-07-24T04:20:01.000";
const exact = "2024-07-24T04:20:01.123";

/** How a record begins, and what the first fact's time is read as. */
const LAYOUTS: readonly (readonly [string, (one: Said) => string, string | undefined])[] = [
  [
    "a class, then its thread",
    ({ at, level, logger, thread }) => `${iso(at)} ${level} ${shortName(logger)} [${thread}]: `,
    exact,
  ],
  [
    "a class, a colon, its thread",
    ({ at, level, logger, thread }) =>
      `${shortTime(at)} ${level} ${logger.split(".").slice(-2).join(".")}: [${thread}]: `,
    whole,
  ],
  [
    "file and line in brackets",
    ({ at, level, logger, thread }) =>
      `${iso(at)} ${level} [${thread}] memory.${shortName(logger)} (Logging.scala:logInfo(60)): `,
    exact,
  ],
  [
    "file and line behind the class",
    ({ at, level, logger }) => `${iso(at)} ${level.padEnd(5)} ${logger} (Logging.scala:57) - `,
    exact,
  ],
  [
    "milliseconds, the class and its line",
    ({ at, level, logger }) => `${iso(at)} ${level.padEnd(5)} ${logger}:57 - `,
    exact,
  ],
  [
    "level and thread first",
    ({ at, level, logger, thread }) => `[${level}] [${thread}] ${iso(at)} ${logger}: `,
    exact,
  ],
  [
    "pipes with blanks",
    ({ at, level, logger, thread }) => `${iso(at)} | ${level.padEnd(5)} | ${thread} | ${logger} | `,
    exact,
  ],
  [
    "pipes without blanks",
    ({ at, level, logger }) => `${iso(at)}|${level}|${shortName(logger)}|`,
    exact,
  ],
  [
    "tabs",
    ({ at, level, logger, thread }) => `${iso(at)}\t${level}\t${thread}\t${shortName(logger)}\t`,
    exact,
  ],
  ["semicolons", ({ at, level, logger }) => `${iso(at)};${level};${logger};`, exact],
  [
    "Spring's",
    ({ at, level, logger, thread }) =>
      `${at.toISOString()}  ${level} 1 --- [${thread.slice(0, 15).padStart(15)}] ${abbreviated(logger).padEnd(40)} : `,
    exact,
  ],
  [
    "logback's own",
    ({ at, level, logger, thread }) =>
      `${clock(at)} [${thread}] ${level.padEnd(5)} ${abbreviated(logger)} -- `,
    "1970-01-01T04:20:01.123",
  ],
  [
    "Zeppelin's, which names no class",
    ({ at, level, thread }) =>
      `${level.padStart(5)} [${iso(at)}] ({${thread}} Logging.scala[logInfo]:57) - `,
    exact,
  ],
  [
    "an MDC that may be empty",
    ({ at, level, logger, thread }) =>
      `${shortTime(at)} ${level} ${thread === "main" ? "" : "[task 1.0 in stage 2.0 (TID 11)] "}${shortName(logger)}: `,
    whole,
  ],
  [
    "an MDC in braces",
    ({ at, level, logger, thread }) =>
      `${iso(at)} ${level} {${thread === "main" ? "" : "mdc.taskName=task 1.0 in stage 2.0 (TID 11), user=u"}} ${logger}: `,
    exact,
  ],
  [
    "a bare thread before the class",
    ({ at, level, logger, thread }) => `${iso(at)} ${level} ${thread} ${logger}: `,
    exact,
  ],
  [
    "a bare thread behind the time",
    ({ at, level, logger, thread }) => `${iso(at)} ${thread} ${level} ${logger} - `,
    exact,
  ],
  [
    "day first, dashes",
    ({ at, level, logger }) => `${day(at)}-07-2024 ${clock(at)} ${level} ${shortName(logger)}: `,
    exact,
  ],
  [
    "month first, slashes",
    ({ at, level, logger }) =>
      `07/${day(at)}/2024 ${clock(at).slice(0, 8)} ${level} ${shortName(logger)}: `,
    whole,
  ],
  [
    "day first, dots",
    ({ at, level, logger }) => `${day(at)}.07.2024 ${clock(at)} ${level} ${shortName(logger)}: `,
    exact,
  ],
  [
    "a month's name in French",
    ({ at, level, logger }) =>
      `${day(at)} juil. 2024 ${clock(at).replace(".", ",")} ${level} ${shortName(logger)}: `,
    exact,
  ],
  [
    "a month's name in Russian",
    ({ at, level, logger }) => `${day(at)} июл. 2024 ${clock(at)} ${level} ${shortName(logger)}: `,
    exact,
  ],
  [
    "a date in Korean, its half of the day before the clock",
    ({ at, level, logger }) =>
      `2024. 7. ${day(at)}. 오전 ${clock(at).slice(1, 8)} ${level} ${shortName(logger)}: `,
    whole,
  ],
  [
    "a date in Chinese",
    ({ at, level, logger }) =>
      `2024年7月${day(at)}日 上午${clock(at).slice(1, 8)} ${level} ${shortName(logger)} - `,
    whole,
  ],
  [
    "two blanks before the message",
    ({ at, level, logger, thread }) => `${iso(at)} [${thread}] ${level.padEnd(5)} ${logger} -  `,
    exact,
  ],
  [
    "a bare thread with brackets in its name, an empty MDC",
    ({ at, level, logger, thread }) =>
      `${iso(at)} ${level} ${thread.replaceAll(" ", "-")} ${logger} []: `,
    exact,
  ],
  [
    "a month's name",
    ({ at, level, logger }) =>
      `${day(at)} ${month(at)} 2024 ${clock(at).replace(".", ",")} ${level} ${logger} - `,
    exact,
  ],
  [
    "Apache's time",
    ({ at, level, logger }) =>
      `[${day(at)}/${month(at)}/2024:${clock(at).slice(0, 8)} +0000] ${level} ${shortName(logger)} - `,
    whole,
  ],
  [
    "Tomcat's time",
    ({ at, level, logger, thread }) =>
      `${day(at)}-${month(at)}-2024 ${clock(at)} ${level} [${thread}] ${logger} `,
    exact,
  ],
  [
    "a date in one word",
    ({ at, level, logger }) =>
      `${at.toISOString().slice(0, 10).replaceAll("-", "")} ${clock(at)} ${level} ${logger}: `,
    exact,
  ],
  [
    "epoch milliseconds",
    ({ at, level, logger }) => `${at.getTime()} ${level} ${shortName(logger)}: `,
    exact,
  ],
  [
    "epoch seconds with a fraction",
    ({ at, level, logger }) => `[${(at.getTime() / 1000).toFixed(3)}] [${level}] ${logger}: `,
    exact,
  ],
  ["no time", ({ level, logger }) => `${level} ${shortName(logger)}: `, undefined],
  [
    "no time, a line",
    ({ level, logger }) => `${level.padEnd(5)} ${shortName(logger)}:57 - `,
    undefined,
  ],
  ["no time, no level", ({ logger }) => `${logger}: `, undefined],
  [
    "a word before the level",
    ({ at, level, logger }) => `${shortTime(at)} SPARK:${level} ${shortName(logger)}: `,
    whole,
  ],
  [
    "a level in small letters",
    ({ at, level, logger }) => `${at.toISOString()} ${level.toLowerCase()} ${logger}: `,
    exact,
  ],
  [
    "a level of one letter",
    ({ at, level, logger }) => `${shortTime(at)} ${level[0]} ${shortName(logger)}: `,
    whole,
  ],
  [
    "an offset behind a blank",
    ({ at, level, logger }) => `${iso(at)} +0200 ${level} ${logger}: `,
    "2024-07-24T02:20:01.123",
  ],
  [
    "the day of the week and a zone",
    ({ at, level, logger }) =>
      `Wed Jul ${day(at)} ${clock(at).slice(0, 8)} UTC 2024 ${level} ${shortName(logger)}: `,
    whole,
  ],
  [
    "the level last",
    ({ at, level, logger, thread }) => `${iso(at)} <${thread}> "${logger}" ${level}: `,
    exact,
  ],
  [
    "angles and hashes",
    ({ at, level, logger }) => `<${at.toISOString()}> #${level}# ${shortName(logger)} >> `,
    exact,
  ],
  [
    "twelve hours, months of one digit",
    ({ at, level, logger }) =>
      `7/24/24 ${clock(at).slice(1, 8)} AM ${level} ${shortName(logger)}: `,
    whole,
  ],
  [
    "twelve hours as Java 20 prints them",
    ({ at, level, logger }) =>
      `Jul 24, 2024, ${clock(at).slice(1, 8)}\u{202f}AM ${level} ${shortName(logger)}: `,
    whole,
  ],
];

test.each(LAYOUTS)("a layout is learned from a file's own lines: %s", (_, head, time) => {
  const log = printed(anExecutorsLog(), (one) => head(one) + one.message);
  const { records, oddities } = decode(log);
  const facts = records.filter(({ fact }) => fact !== undefined);
  expect(facts.map(({ fact }) => fact?.kind)).toEqual(FACTS);
  expect(facts[0]?.time).toBe(time);
  expect(facts.at(-1)?.fact).toMatchObject({
    taskId: 11,
    errorClass: "java.lang.OutOfMemoryError",
  });
  expect(oddities).toEqual([]);
});

const REAL = join(import.meta.dirname, "../../../../fixtures/runs/s35-o-base-info/executor-0.log");
const STOCK = /^(\d\d)\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d) (\w+) (\S+?): (.*)$/;

/**
 * A line of Spark's own layout, printed in another: year, month, day, clock, level, logger,
 * message.
 */
const PRINTED: readonly (readonly [string, (line: readonly string[]) => string])[] = [
  [
    "file and line",
    ([, y, m, d, clock, level, logger, said]) =>
      `20${y}-${m}-${d} ${clock},123 ${level} [main] x.${logger} (Logging.scala:logInfo(60)): ${said}`,
  ],
  [
    "pipes",
    ([, y, m, d, clock, level, logger, said]) =>
      `20${y}-${m}-${d} ${clock}|${level}|${logger}|${said}`,
  ],
  [
    "day first",
    ([, y, m, d, clock, level, logger, said]) =>
      `${d}-${m}-20${y} ${clock}.123 ${level} ${logger}: ${said}`,
  ],
  ["no time", ([, , , , , level, logger, said]) => `${level} ${logger}: ${said}`],
  [
    "no logger",
    ([, y, m, d, clock, level, , said]) =>
      `${level?.padStart(5)} [20${y}-${m}-${d} ${clock},123] ({main} Logging.scala[logInfo]:57) - ${said}`,
  ],
  ["Airflow", ([line]) => `[2026-11-21T02:03:04.123+0000] {spark_submit.py:526} INFO - ${line}`],
  ["compose", ([line]) => `spark-worker-1  | ${line}`],
];

test.each(PRINTED)("a real log tells the same in another layout: %s", (_, print) => {
  const lines = readFileSync(REAL, "utf8").split("\n");
  const factsOf = (text: string): unknown[] =>
    decode(text)
      .records.filter(({ fact }) => fact !== undefined)
      .map(({ fact, line }) => ({ fact, line }));
  const told = factsOf(lines.join("\n"));
  const isWrapped = print([""]).includes("INFO -") || print([""]).includes("|  ");
  const other = lines.map((line) => {
    const parts = STOCK.exec(line);
    return parts === null ? (isWrapped ? print([line]) : line) : print(parts);
  });
  expect(factsOf(other.join("\n"))).toEqual(told);
  expect(told.length).toBeGreaterThan(20);
});

test("one line alone shows its layout, whatever other words are in it", () => {
  const { records } = decode(
    "2024-07-24 04:20:06,123 WARN  [task-result-getter-2] scheduler.TaskSetManager (Logging.scala:logWarning(66)) - Lost task 0.0 in stage 4.0 (TID 16, h1, executor 5): ExecutorLostFailure (executor 5 exited caused by one of the running tasks) Reason: Container killed by YARN for exceeding memory limits. 5.6 GB of 5.5 GB physical memory used.\n",
  );
  expect(records.map(({ fact }) => fact)).toMatchObject([
    { kind: "driver_task_ended", taskId: 16, executorId: "5" },
  ]);
});
