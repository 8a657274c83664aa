/**
 * Damages of few lines, of a share of them, of values within lines, and of how files were
 * collected.
 */
import type { Damage, RunFiles } from "./damages.ts";

type Change = (lines: string[]) => string[];

/** Of the lines that match, those whose turn it is are gone. */
const gone =
  (pattern: RegExp, isDue: (nth: number, of: number) => boolean): Change =>
  (lines) => {
    const of = lines.filter((line) => pattern.test(line)).length;
    let nth = 0;
    return lines.filter((line) => !pattern.test(line) || !isDue(nth++, of));
  };
const all = (): boolean => true;
const each =
  (n: number) =>
  (nth: number): boolean =>
    nth % n === n - 1;
const middle = (nth: number, of: number): boolean => nth >= of / 3 && nth < (2 * of) / 3;
const last =
  (n: number) =>
  (nth: number, of: number): boolean =>
    nth >= of - n;

const READS = /Found block rdd_/;
const STORES = /Block rdd_\S+ stored as /;
const EVICTIONS = /ropping block|selected for dropping|After dropping/;
const REFUSALS = /Not enough space to (?:cache|store)|Will not store|Failed to reserve|Persisting /;
const SPILLS = /spilling (?:in-memory|sort data)/;

/** Numbers behind a name in an event, all of them 0. */
const zeroed =
  (event: RegExp, field: RegExp): Change =>
  (lines) =>
    lines.map((line) => (event.test(line) ? line.replace(field, "$1:0") : line));

/** In each n-th line that matches, digits become others. */
const misread =
  (pattern: RegExp, n: number): Change =>
  (lines) => {
    let nth = 0;
    return lines.map((line) =>
      pattern.test(line) && nth++ % n === n - 1
        ? line.replace(/\d(?=[\d.]* [KMG]i?B)/g, (digit) => String((Number(digit) + 3) % 10))
        : line,
    );
  };

/** Characters that a wrong encoding, or a failing disk, has made others. */
const speckled =
  (every: number): Change =>
  (lines) =>
    lines
      .join("\n")
      .replace(/\P{Cc}/gu, (character, at: number) =>
        at % every === every - 1 ? "\ufffd" : character,
      )
      .split("\n");

const twice =
  (pattern: RegExp): Change =>
  (lines) =>
    lines.flatMap((line) => (pattern.test(line) ? [line, line] : [line]));

/** Lines of a minute that begins in the middle of the run, by what each says first of its time. */
const secondsGone =
  (share: number): Change =>
  (lines) => {
    const clock = /^\d\d\/\d\d\/\d\d (\d\d:\d\d:\d\d)/;
    const times = lines.flatMap((line) => clock.exec(line)?.[1] ?? []);
    const from = times[Math.floor(times.length * 0.4)] ?? "";
    const to = times[Math.floor(times.length * (0.4 + share))] ?? "";
    return lines.filter((line) => {
      const time = clock.exec(line)?.[1] ?? "";
      return !(time > from && time <= to);
    });
  };

const EVENTS: readonly (readonly [string, Change])[] = [
  ["each fiftieth line is gone", gone(/./, each(50))],
  ["one line of its last tenth is gone", gone(/TaskEnd"/, last(1))],
  ["one start of a task is gone", gone(/TaskStart"/, last(1))],
  ["its last job is gone", lastJobGone],
  ["one block update of an RDD is gone", gone(/BlockUpdated.*"rdd_/, last(1))],
  ["each tenth block update is gone", gone(/BlockUpdated"/, each(10))],
  [
    "all metrics of tasks are 0",
    zeroed(/TaskEnd"/, /("[A-Z][\w ]+")(?<!ID"|Index"|Attempt"):\d+/g),
  ],
  ["spills in metrics are 0", zeroed(/TaskEnd"/, /("(?:Memory|Disk) Bytes Spilled"):\d+/g)],
  ["its lines are cut at 1000 characters", (lines) => lines.map((line) => line.slice(0, 1000))],
  ["its lines are cut at 4096 characters", (lines) => lines.map((line) => line.slice(0, 4096))],
  ["each line is there twice", twice(/./)],
  ["ends of tasks are there twice", twice(/TaskEnd"/)],
  ["quotes are lost", (lines) => lines.map((line) => line.replaceAll('"', ""))],
  ["each 500th character is another", speckled(500)],
  [
    "task ids are lost",
    (lines) => lines.map((line) => line.replace(/"Task ID":\d+/, '"Task ID":-1')),
  ],
];

const EXECUTOR: readonly (readonly [string, Change])[] = [
  ["each 500th character is another", speckled(500)],
  ["each 5000th character is another", speckled(5000)],
  ["its lines are cut at 120 characters", (lines) => lines.map((line) => line.slice(0, 120))],
  ["each fiftieth line is gone", gone(/./, each(50))],
  ["each hundredth line is gone", gone(/./, each(100))],
  [
    "five lines in its middle are gone",
    (lines) => [...lines.slice(0, lines.length >> 1), ...lines.slice((lines.length >> 1) + 5)],
  ],
  ["a tenth of its time is gone", secondsGone(0.1)],
  ["a third of its reads are gone", gone(READS, middle)],
  ["each fifth of its reads is gone", gone(READS, each(5))],
  ["its last three reads are gone", gone(READS, last(3))],
  ["each fifth of its stores of RDDs is gone", gone(STORES, each(5))],
  ["its last store of an RDD is gone", gone(STORES, last(1))],
  ["each third of its evictions is gone", gone(EVICTIONS, each(3))],
  ["its evictions in the middle are gone", gone(EVICTIONS, middle)],
  ["its refusals are gone", gone(REFUSALS, all)],
  ["each second of its refusals is gone", gone(REFUSALS, each(2))],
  ["its spills are gone", gone(SPILLS, all)],
  ["half of its spills are gone", gone(SPILLS, each(2))],
  ["its last end of a task is gone", gone(/Finished task/, last(1))],
  ["its last start of a task is gone", gone(/Running task/, last(1))],
  ["its lines of MemoryStore in the middle are gone", gone(/ MemoryStore: /, middle)],
  ["its lines of BlockManager in the middle are gone", gone(/ BlockManager: /, middle)],
  ["its lines of Executor in the middle are gone", gone(/ Executor: /, middle)],
  ["its lines of tasks are there twice", twice(/(?:Running|Finished) task/)],
  ["its lines of MemoryStore are there twice", twice(/ MemoryStore: /)],
  ["digits of each tenth size are others", misread(/stored as|free/, 10)],
  ["digits of each third size are others", misread(/stored as|free/, 3)],
  ["digits of all sizes are others", misread(/stored as|free/, 1)],
  [
    "its levels are lost",
    (lines) => lines.map((line) => line.replace(/ (?:INFO|DEBUG|WARN) /, " ")),
  ],
  ["its messages are lost", (lines) => lines.map((line) => line.replace(/(\w+: ).*/, "$1"))],
];

/** What jobs and stages left behind the start of the last job: it is not known to have been. */
function lastJobGone(lines: string[]): string[] {
  const from = lines.findLastIndex((line) => line.includes('SparkListenerJobStart"'));
  return lines.filter(
    (line, at) => at < from || !/Listener(?:Job|Stage|Task)\w+"|BlockUpdated"/.test(line),
  );
}

const longest = ({ executors }: RunFiles): string =>
  [...executors].reduce((a, b) => (b[1].length > a[1].length ? b : a))[0];

function inLongest(what: string, change: Change, isHarmless = false): Damage {
  return {
    what: `executor log: ${what}`,
    ...(isHarmless ? { harmless: true } : {}),
    change: (files) => {
      const id = longest(files);
      files.executors.set(id, change(files.executors.get(id) ?? []));
    },
  };
}

export function subtleDamages(): Damage[] {
  return [
    ...EVENTS.map(
      ([what, change]): Damage => ({
        what: `event log: ${what}`,
        change: ({ events }) => void events.splice(0, events.length, ...change([...events])),
      }),
    ),
    ...EXECUTOR.map(([what, change]) => inLongest(what, change)),
    // Two appenders write to it: it is read once.
    inLongest("each line is there twice", twice(/./), true),
    inLongest("in colours", (lines) => lines.map((line) => `\u001b[32m${line}\u001b[0m`), true),
    inLongest(
      "its lines carry a container's name",
      (lines) => lines.map((line) => `spark-exec-1 | ${line}`),
      true,
    ),
    // Messages are told apart by their words.
    inLongest(
      "its loggers are lost",
      (lines) => lines.map((line) => line.replace(/ \w+: /, " : ")),
      true,
    ),
    inLongest(
      "blank lines between its lines",
      (lines) => lines.flatMap((line) => [line, ""]),
      true,
    ),
    {
      what: "executor logs one behind the other in a file",
      harmless: true,
      change: ({ executors }) => {
        const [[first, lines] = ["0", []], ...others] = executors;
        executors.clear();
        executors.set(first, [...lines, ...others.flatMap(([, more]) => more)]);
      },
    },
    {
      what: "executor logs under each other's names",
      harmless: true,
      change: ({ executors }) => {
        const ids = [...executors.keys()];
        const texts = [...executors.values()].reverse();
        for (const [nth, id] of ids.entries()) executors.set(id, texts[nth] ?? []);
      },
    },
    {
      what: "executor logs interleaved in a file",
      change: ({ executors }) => {
        const [[first, lines] = ["0", []], [second, others] = ["1", []]] = executors;
        executors.delete(second);
        const mixed = lines.flatMap((line, at) => [line, ...others.slice(at, at + 1)]);
        executors.set(first, [...mixed, ...others.slice(lines.length)]);
      },
    },
    {
      what: "all executor logs: without refusals",
      change: ({ executors }) => {
        for (const [id, lines] of executors) executors.set(id, gone(REFUSALS, all)(lines));
      },
    },
    {
      what: "all executor logs: without reads",
      change: ({ executors }) => {
        for (const [id, lines] of executors) executors.set(id, gone(READS, all)(lines));
      },
    },
    {
      what: "all executor logs: each twentieth line is gone",
      change: ({ executors }) => {
        for (const [id, lines] of executors) executors.set(id, gone(/./, each(20))(lines));
      },
    },
  ];
}
