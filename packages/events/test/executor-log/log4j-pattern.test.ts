import { expect, test } from "vitest";
import { Log4jPattern } from "../../src/executor-log/layouts/log4j-pattern.ts";
import { RecordHead } from "../../src/executor-log/layouts/record-head.ts";

/** What a pattern finds in a line, read twice: what it learned from the line must say the same. */
function read(pattern: string, text: string): object | undefined {
  const layout = new Log4jPattern(pattern);
  const head = new RecordHead();
  // Other text stands around the line in its buffer.
  const buffer = Buffer.from(`INFO a ${text} INFO b: c`);
  const [start, end] = [7, buffer.length - 10];
  const said = (): object | undefined => {
    if (!layout.read(buffer, start, end, head)) return undefined;
    const textOf = (from: number, to: number): string => buffer.toString("utf8", from, to);
    return {
      level: head.level,
      logger: textOf(head.loggerStart, head.loggerEnd),
      thread: textOf(head.threadStart, head.threadEnd),
      task: textOf(head.taskNameStart, head.taskNameEnd),
      message: textOf(head.messageStart, head.messageEnd),
      day: Number.isNaN(head.localMicros)
        ? undefined
        : new Date(head.localMicros / 1000).getUTCDate(),
    };
  };
  const once = said();
  expect(said()).toEqual(once);
  return once;
}

const nothing = { level: undefined, logger: "", thread: "", task: "", day: undefined };

test.each<[string, string, object]>([
  ["%p %c: %m", "INFO Own: words", { level: "INFO", logger: "Own", message: "words" }],
  ["%p %c: %m", "WARN a.b.Own: words", { level: "WARN", logger: "Own", message: "words" }],
  // Line numbers that `%c:%L` prints are no part of a name; digits of a name are.
  ["%p %c: %m", "INFO Own:12: words", { level: "INFO", logger: "Own", message: "words" }],
  ["%p %c: %m", "INFO Own12: words", { level: "INFO", logger: "Own12", message: "words" }],
  ["%p %c: %m", "INFO Own:09: words", { level: "INFO", logger: "Own", message: "words" }],
  ["%p %c: %m", "INFO 12: words", { level: "INFO", logger: "12", message: "words" }],
  ["%p %c: %m", "INFO :12: words", { level: "INFO", logger: ":12", message: "words" }],
  // The blank behind an empty message may be lost, and the colon is then the line's end.
  ["%p %c: %m", "INFO Own:", { level: "INFO", logger: "Own", message: "" }],
  ["%p %c: %m", "INFO Own: ", { level: "INFO", logger: "Own", message: "" }],
  ["%p %-9c - %m", "INFO Own       -", { level: "INFO", logger: "Own", message: "" }],
  ["%p %-9c - %m", "INFO a.Own     - m", { level: "INFO", logger: "Own", message: "m" }],
  ["%p %9c - %m", "INFO       Own - m", { level: "INFO", logger: "Own", message: "m" }],
  ["%p [%t] - %m", "INFO [a b] -", { level: "INFO", thread: "a b", message: "" }],
  ["%p [%t] %m", "INFO [a]", { level: "INFO", thread: "a", message: "" }],
  // Padding: of a level to a width, of a thread on either side.
  ["%-5p %c: %m", "INFO  Own: m", { level: "INFO", logger: "Own", message: "m" }],
  ["%5p %c: %m", " INFO Own: m", { level: "INFO", logger: "Own", message: "m" }],
  ["%5p %c: %m", "ERROR Own: m", { level: "ERROR", logger: "Own", message: "m" }],
  ["%p [%-6t] %m", "INFO [ab    ] m", { level: "INFO", thread: "ab", message: "m" }],
  ["%p [%6t] %m", "INFO [    ab] m", { level: "INFO", thread: "ab", message: "m" }],
  // A thread ends at the level, not at the first text that looks like what is between.
  ["%t %p %m", "a b c INFO m", { level: "INFO", thread: "a b c", message: "m" }],
  ["%t %5p %m", "a b  WARN m", { level: "WARN", thread: "a b", message: "m" }],
  ["%t%p %m", "ab:INFO m", { level: "INFO", thread: "ab:", message: "m" }],
  ["%p %t%m", "INFO m", { level: "INFO", message: "m" }],
  // MDC: a task's name has blanks of its own, others say nothing.
  [
    "%p %X{mdc.taskName} %c: %m",
    "INFO task 1.0 in stage 2.0 (TID 3) Own: m",
    { level: "INFO", task: "task 1.0 in stage 2.0 (TID 3)", logger: "Own", message: "m" },
  ],
  [
    "%p %X{taskName} %c: %m",
    "INFO none Own: m",
    { level: "INFO", task: "none", logger: "Own", message: "m" },
  ],
  [
    "%p %X{task_name} %c: %m",
    "INFO one Own: m",
    { level: "INFO", task: "one", logger: "Own", message: "m" },
  ],
  ["%p %X{user} %c: %m", "INFO me Own: m", { level: "INFO", logger: "Own", message: "m" }],
  [
    "%p %mdc{taskname} %c: %m",
    "INFO me Own: m",
    { level: "INFO", task: "me", logger: "Own", message: "m" },
  ],
  // `%p{length=1}` prints another word, so the level is unknown.
  ["%p{length=1} %c: %m", "I Own: m", { level: undefined, logger: "Own", message: "m" }],
  // The longest known name counts, and the rest is text.
  ["%pfoo %c: %m", "INFOfoo Own: m", { level: "INFO", logger: "Own", message: "m" }],
  ["%level|%logger: %msg%n", "INFO|Own: m", { level: "INFO", logger: "Own", message: "m" }],
  ["%p %%%c: %m", "INFO %Own: m", { level: "INFO", logger: "Own", message: "m" }],
  ["%d{yy/MM/dd HH:mm:ss} %m", "26/11/21 02:36:35 m", { day: 21, message: "m" }],
  ["%d %m", "2026-11-21 02:36:35,123 m", { day: 21, message: "m" }],
  // What log4j 2 wraps around parts prints as its inside.
  [
    "%highlight{%p}{INFO=red} %c: %m",
    "INFO Own: m",
    { level: "INFO", logger: "Own", message: "m" },
  ],
  ["%style{%p %c}{bold}: %m", "INFO Own: m", { level: "INFO", logger: "Own", message: "m" }],
  [
    "%p %notEmpty{[%X{a}]} %c: %m",
    "INFO [x] Own: m",
    { level: "INFO", logger: "Own", message: "m" },
  ],
])("%s reads %j", (pattern, text, found) => {
  expect(read(pattern, text)).toEqual({ ...nothing, ...found });
});

test.each(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"])("%s is a level", (level) => {
  expect(read("%p %m", `${level} m`)).toMatchObject({ level, message: "m" });
  // A word that goes on in capitals, that is cut, or whose last letter differs, is none.
  for (const other of [`${level}S`, `${level.slice(0, -1)}X`, level.slice(0, -1)]) {
    expect(read("%p %m", `${other} m`)).toBeUndefined();
  }
  expect(read("%p%m", level)).toMatchObject({ level, message: "" });
});

test.each([
  ["%p %c: %m", "INFO two words: m", "a name has no blank"],
  ["%p %-9c - %m", "INFO two words - m", "nor has a padded one"],
  ["%p %c: %m", "INFO Own", "no colon"],
  ["%p %c: %m", "INFO", "the line ends before the logger"],
  ["%p %c: %m", "info Own: m", "no level"],
  ["%p [%t] %m", "INFO a] m", "no bracket"],
  ["%p [%t] %m", "INFO [a", "a bracket that stays open"],
  ["%t %p %m", "a b c m", "no level behind a thread"],
  ["%t%p %m", "a b c m", "nor right behind it"],
  ["%-7p%m", "INFO", "padding cut short"],
  ["%d{yy/MM/dd HH:mm:ss} %m", "26/11 m", "no date"],
  ["%p - %m", "INFO", "nothing of what stands before the message"],
  ["%p - %m", "INFO x", "something else before the message"],
  ["%p - %c: %m", "INFO -", "the line ends before a part that is no message"],
])("%s does not read %j: %s", (pattern, text) => {
  expect(read(pattern, text)).toBeUndefined();
});

test("a line may begin with a blank where the pattern's first part does", () => {
  const begins = (pattern: string): boolean => new Log4jPattern(pattern).beginsBlank;
  expect([" %p %m", "%5p %m", "\t%p %m"].map(begins)).toEqual([true, true, true]);
  expect(["%p %m", "%-5p %m", "[%p] %m"].map(begins)).toEqual([false, false, false]);
});

test("nothing of a line before is left in a head", () => {
  const layout = new Log4jPattern("%d{yy/MM/dd HH:mm:ss} %p %c: %m");
  const head = new RecordHead();
  head.threadEnd = head.taskNameEnd = 3;
  head.trace = ["a"];
  const bytes = Buffer.from("26/11/21 02:36:35 INFO MemoryStore: MemoryStore cleared");
  for (let i = 0; i < 2; i++) {
    head.threadEnd = head.taskNameEnd = 3;
    head.trace = ["a"];
    expect(layout.read(bytes, 0, bytes.length, head)).toBe(true);
    expect(head).toMatchObject({ threadEnd: 0, taskNameEnd: 0, trace: undefined });
    expect(head.resolutionMicros).toBe(1_000_000);
  }
});
