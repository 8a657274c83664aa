/**
 * What scrubbers and exporters do to values: masked sizes, blocks and ids, numbers put to nothing,
 * events told twice or printed over many lines.
 */
import type { Damage, RunFiles } from "./damages.ts";

type Change = (lines: string[]) => string[];
type Expected = "lost" | "whole" | "either";

const HAS_SIZE = /\b\d+(?:\.\d+)? (?:B|[KMG]i?B)\b/;
const SIZE = /\b\d+(?:\.\d+)? (?:B|[KMG]i?B)\b/g;

/** Every `every`th line that has the words is changed. */
const inLines =
  (words: RegExp, change: (line: string) => string, every = 1): Change =>
  (lines) => {
    let seen = 0;
    return lines.map((line) => (words.test(line) && seen++ % every === 0 ? change(line) : line));
  };

const inExecutorLogs: readonly (readonly [string, Expected, Change])[] = [
  ["its sizes are masked", "lost", inLines(HAS_SIZE, (line) => line.replace(SIZE, "*****"))],
  [
    "what is free is masked",
    "either",
    inLines(/free/, (line) => line.replace(/free:? \d[^)]*/, "free *****")),
  ],
  [
    "its blocks are masked",
    "lost",
    (lines) => lines.map((l) => l.replace(/rdd_\d+_\d+/g, "rdd_X")),
  ],
  [
    "its digits are masked",
    "lost",
    (lines) => lines.map((l) => l.slice(0, 17) + l.slice(17).replace(/\d/g, "#")),
  ],
  [
    "only the memory store's lines are there",
    "lost",
    (lines) => lines.filter((line) => line.includes("MemoryStore")),
  ],
  [
    "its first and last 200 lines alone are there",
    "lost",
    (lines) => [...lines.slice(0, 200), ...lines.slice(-200)],
  ],
  [
    "its spills are told at half their size",
    "either",
    inLines(/spill/i, (line) =>
      line.replace(/(\d+(?:\.\d+)?) MiB/, (_, n) => `${Number(n) / 2} MiB`),
    ),
  ],
  ["it is in capitals", "either", (lines) => lines.map((line) => line.toUpperCase())],
  [
    "its words have lost their blanks",
    "lost",
    (lines) => lines.map((line) => line.replace(/(?<=\w) (?=[a-z])/g, "")),
  ],
  [
    "a number stands before each line",
    "whole",
    (lines) => lines.map((line, at) => `${String(at + 1).padStart(6)}\t${line}`),
  ],
];

const inEventLogs: readonly (readonly [string, Expected, Change])[] = [
  [
    "ends of tasks stand there twice",
    "either",
    (lines) => lines.flatMap((l) => (l.includes('"SparkListenerTaskEnd"') ? [l, l] : [l])),
  ],
  [
    "it is printed over many lines",
    "either",
    (lines) => lines.flatMap((line) => JSON.stringify(JSON.parse(line), null, 2).split("\n")),
  ],
  [
    "it has blanks behind its colons",
    "whole",
    (lines) => lines.map((l) => JSON.stringify(JSON.parse(l), null, 1).replace(/\n\s*/g, " ")),
  ],
  [
    "spills of half the tasks are 0",
    "lost",
    inLines(
      /"SparkListenerTaskEnd"/,
      (l) => l.replace(/("(?:Memory|Disk) Bytes Spilled":)\d+/g, "$10"),
      2,
    ),
  ],
  [
    "its numbers are texts",
    "either",
    (lines) =>
      lines.map((l) =>
        l.replace(
          /("(?:Memory|Disk) Bytes Spilled":|"JVM GC Time":|"Peak Execution Memory":)(\d+)/g,
          '$1"$2"',
        ),
      ),
  ],
  [
    "its sizes of blocks are 0",
    "lost",
    (lines) => lines.map((l) => l.replace(/"Memory Size":\d+/g, '"Memory Size":0')),
  ],
  ["ids of its tasks begin at 0 for each stage", "either", tasksOfStages],
  [
    "its values are cut at 60 characters",
    "either",
    (lines) =>
      lines.map((l) =>
        JSON.stringify(JSON.parse(l), (_k, v) => (typeof v === "string" ? v.slice(0, 60) : v)),
      ),
  ],
  [
    "times of its tasks are gone",
    "lost",
    (lines) =>
      lines.map((l) =>
        l.includes("TaskEnd") ? l.replace(/"(?:Launch|Finish) Time":\d+,/g, "") : l,
      ),
  ],
];

function tasksOfStages(lines: string[]): string[] {
  const first = new Map<string, number>();
  return lines.map((line) => {
    const stage = /"Stage ID":(\d+)/.exec(line)?.[1];
    if (!/SparkListenerTask(?:Start|End)"/.test(line) || stage === undefined) return line;
    return line.replace(/"Task ID":(\d+)/, (_, id) => {
      if (!first.has(stage)) first.set(stage, Number(id));
      return `"Task ID":${Number(id) - (first.get(stage) ?? 0)}`;
    });
  });
}

const expecting = (expected: Expected): Pick<Damage, "harmless" | "either"> => {
  if (expected === "whole") return { harmless: true };
  return expected === "either" ? { either: true } : {};
};

export function maskingDamages(): Damage[] {
  return [
    ...inExecutorLogs.map(
      ([what, expected, change]): Damage => ({
        what: `all executor logs: ${what}`,
        ...expecting(expected),
        change: ({ executors }: RunFiles) => {
          for (const [id, lines] of executors) executors.set(id, change(lines));
        },
      }),
    ),
    ...inEventLogs.map(
      ([what, expected, change]): Damage => ({
        what: `event log: ${what}`,
        ...expecting(expected),
        change: ({ events }) => void events.splice(0, events.length, ...change([...events])),
      }),
    ),
  ];
}
