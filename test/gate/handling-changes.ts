/**
 * What shippers, rotations, scrubbers and people make of logs on their way: sampled, sent twice,
 * sorted, deduplicated, masked, renamed, cut by class. Expected before it was tried: what loses
 * evidence is not judged; what loses none passes; where both are right, a regression still fails.
 */

export type Change = (lines: string[]) => string[];

/**
 * `whole`: nothing is lost, it must pass. `either`: nothing or little is; both answers are right. Six
 * were first expected to be `lost`, and what they do was found to lose nothing that is measured: an
 * hour's jump is read as daylight saving, wrapped lines are put together again, and what equal or
 * sorted lines of one second say is counted the same.
 */
export type Expected = "lost" | "whole" | "either";

const map =
  (change: (line: string, at: number) => string): Change =>
  (lines) =>
    lines.map(change);
export const keep =
  (isKept: (line: string, at: number) => boolean): Change =>
  (lines) =>
    lines.filter(isKept);
const middleThird = (at: number, of: number): boolean => at >= of / 3 && at < (2 * of) / 3;

/** `26/11/21 02:38:56`, moved by minutes from a share of the lines on. */
const clockMoved =
  (minutes: number, from: number): Change =>
  (lines) =>
    lines.map((line, at) =>
      at < lines.length * from
        ? line
        : line.replace(/^(\d+[-/]\d\d[-/]\d\d )(\d\d):(\d\d)/, (_, day, hour, minute) => {
            const time = (Number(hour) * 60 + Number(minute) + minutes + 1440) % 1440;
            return `${day}${two(Math.floor(time / 60))}:${two(time % 60)}`;
          }),
    );
const two = (number: number): string => String(number).padStart(2, "0");

/** A stretch of lines, sent again right behind itself. */
const sentTwice =
  (share: number, length: number): Change =>
  (lines) => {
    const at = Math.floor(lines.length * share);
    return [
      ...lines.slice(0, at + length),
      ...lines.slice(at, at + length),
      ...lines.slice(at + length),
    ];
  };
/** A stretch that stands behind the next one, or at the end. */
const moved =
  (share: number, length: number, by: number): Change =>
  (lines) => {
    const at = Math.floor(lines.length * share);
    const stretch = lines.slice(at, at + length);
    const rest = [...lines.slice(0, at), ...lines.slice(at + length)];
    return [...rest.slice(0, at + by), ...stretch, ...rest.slice(at + by)];
  };
const joined: Change = (lines) =>
  lines.flatMap((line, at) => (at % 2 === 0 ? [line + (lines[at + 1] ?? "")] : []));
const wrapped =
  (columns: number): Change =>
  (lines) =>
    lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "gs")) ?? [line]);
export const deduplicated: Change = (lines) => [...new Set(lines)];
const sorted: Change = (lines) => [...lines].sort();
/** Each second's lines in the order of their text, as a search shows what has one time. */
const sortedInSeconds: Change = (lines) => {
  const clock = (line: string): string =>
    /^\d+[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d/.exec(line)?.[0] ?? "";
  return [...lines].sort((a, b) => (clock(a) === clock(b) ? (a < b ? -1 : 1) : 0));
};

export const inExecutorLogs: readonly (readonly [string, Expected, Change])[] = [
  ["a shipper kept one line of ten", "lost", keep((_, at) => at % 10 === 0)],
  ["a shipper dropped one line of ten", "lost", keep((_, at) => at % 10 !== 3)],
  [
    "a third in its middle is at ERROR",
    "lost",
    (lines) =>
      lines.filter(
        (line, at) => !(middleThird(at, lines.length) && / (?:INFO|DEBUG|WARN) /.test(line)),
      ),
  ],
  ["its clock goes an hour forward in its middle", "either", clockMoved(60, 0.5)],
  ["its clock goes an hour back in its middle", "either", clockMoved(-60, 0.5)],
  ["its clock goes five minutes forward in its middle", "lost", clockMoved(5, 0.5)],
  ["fifty lines in its middle were sent twice", "lost", sentTwice(0.5, 50)],
  ["ten lines in its last third were sent twice", "lost", sentTwice(0.7, 10)],
  [
    "its last line is there a thousand times",
    "either",
    (lines) => [...lines, ...Array.from({ length: 1000 }, () => lines.at(-1) ?? "")],
  ],
  ["fifty lines stand behind the next fifty", "lost", moved(0.5, 50, 50)],
  [
    "a third of its lines stand at its end",
    "lost",
    (lines) => moved(0.3, Math.ceil(lines.length / 3), 1e9)(lines),
  ],
  ["its lines are joined in pairs", "lost", joined],
  ["its lines are wrapped at 80 columns", "either", wrapped(80)],
  ["equal lines stand there once", "either", deduplicated],
  ["its lines are sorted by their text", "either", sorted],
  ["its lines of a second are sorted by their text", "either", sortedInSeconds],
  [
    "it has no lines of TorrentBroadcast",
    "either",
    keep((line) => !/ TorrentBroadcast: /.test(line)),
  ],
  ["it has no lines of broadcasts", "lost", keep((line) => !/broadcast/i.test(line))],
  ["it has no lines of shuffles", "either", keep((line) => !/Shuffle|MapOutput/.test(line))],
  [
    "it has no lines of memory managers and sorters",
    "lost",
    keep(
      (line) =>
        !/ (?:TaskMemoryManager|UnifiedMemoryManager|External\w+|UnsafeExternal\w+): /.test(line),
    ),
  ],
  ["only its lines with rdd_ are there", "lost", keep((line) => line.includes("rdd_"))],
  ["only its lines of MemoryStore are there", "lost", keep((line) => / MemoryStore: /.test(line))],
  ["only its lines of tasks are there", "lost", keep((line) => / Executor: /.test(line))],
  [
    "its numbers have decimal commas",
    "either",
    map((line) => line.replace(/(\d)\.(\d [KMG]i?B)/g, "$1,$2")),
  ],
  ["its sizes have no decimals", "either", map((line) => line.replace(/\.\d (?=[KMG]i?B)/g, " "))],
  [
    "its units are MB where they were MiB",
    "either",
    map((line) => line.replace(/([KMG])iB/g, "$1B")),
  ],
  [
    "its times have no seconds",
    "either",
    map((line) => line.replace(/^(\d+[-/]\d\d[-/]\d\d \d\d:\d\d):\d\d(?:,\d+)?/, "$1")),
  ],
  ["long numbers are masked", "lost", map((line) => line.replace(/\d{3,}/g, "***"))],
  ["task ids are masked", "lost", map((line) => line.replace(/TID \d+/g, "TID #"))],
  ["block ids are masked", "lost", map((line) => line.replace(/rdd_\d+_\d+/g, "rdd_X_X"))],
  [
    "hosts and addresses are masked",
    "whole",
    map((line) => line.replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, "x.x.x.x")),
  ],
  ["it is in lower case", "lost", map((line) => line.toLowerCase())],
  ["its lines are indented", "either", map((line) => `  ${line}`)],
  ["spaces stand behind its lines", "whole", map((line) => `${line}  `)],
  [
    "each second line ends as in Windows",
    "whole",
    map((line, at) => (at % 2 === 0 ? `${line}\r` : line)),
  ],
  ["its lines are JSON strings", "either", map((line) => JSON.stringify(line))],
  [
    "it is escaped for HTML",
    "either",
    map((line) =>
      line
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll("/", "&#47;"),
    ),
  ],
  ["it is in base64", "lost", (lines) => [Buffer.from(lines.join("\n")).toString("base64")]],
  ["its lines are cut at 1000 characters", "either", map((line) => line.slice(0, 1000))],
  [
    "evictions are told of three quarters",
    "lost",
    (lines) => {
      let nth = 0;
      return lines.filter(
        (line) =>
          !/ropping block|selected for dropping|After dropping/.test(line) || nth++ % 4 !== 3,
      );
    },
  ],
];

const jobOf = (line: string): number | undefined => {
  const id = /"Job ID":(\d+)/.exec(line)?.[1];
  return id === undefined ? undefined : Number(id);
};

/** All events of a job and of the stages that it planned, but for the settings that stand there. */
const jobGone =
  (which: (ids: readonly number[]) => number | undefined): Change =>
  (lines) => {
    const starts = lines.filter((line) => line.includes('SparkListenerJobStart"'));
    const job = which(starts.flatMap((line) => jobOf(line) ?? []));
    const start = starts.find((line) => jobOf(line) === job) ?? "";
    const stages = new Set(/"Stage IDs":\[([\d,]*)\]/.exec(start)?.[1]?.split(",") ?? []);
    return lines.filter((line) => {
      if (/SparkListenerJob(?:Start|End)"/.test(line)) return jobOf(line) !== job;
      if (!/SparkListener(?:Stage\w+|Task\w+)"/.test(line)) return true;
      return !stages.has(/"Stage ID":(\d+)/.exec(line)?.[1] ?? "none");
    });
  };
const middleOf = (ids: readonly number[]): number | undefined => ids[ids.length >> 1];

export const inEventLogs: readonly (readonly [string, Expected, Change])[] = [
  ["a shipper kept one line of ten", "lost", keep((_, at) => at % 10 === 0)],
  ["a shipper dropped one line of a hundred", "lost", keep((_, at) => at % 100 !== 57)],
  ["all of its first job is gone", "lost", jobGone((ids) => ids[0])],
  ["all of a job in its middle is gone", "lost", jobGone(middleOf)],
  [
    "ends of one executor's tasks are gone",
    "lost",
    keep((line) => !(line.includes('TaskEnd"') && line.includes('"Executor ID":"0"'))),
  ],
  [
    "block updates of one executor are gone",
    "lost",
    keep((line) => !(line.includes('BlockUpdated"') && line.includes('"Executor ID":"0"'))),
  ],
  ["a hundred lines in its middle were sent twice", "lost", sentTwice(0.5, 100)],
  ["ten lines in its last third were sent twice", "lost", sentTwice(0.7, 10)],
  ["a hundred lines stand behind the next hundred", "lost", moved(0.5, 100, 100)],
  ["its lines are sorted by their text", "lost", sorted],
  ["its lines are joined in pairs", "either", joined],
  ["its lines are wrapped at 500 columns", "either", wrapped(500)],
  ["numbers are floating", "either", map((line) => line.replace(/:(\d{10,})(?=[,}])/g, ":$1.0"))],
  ["numbers are strings", "either", map((line) => line.replace(/:(\d+)(?=[,}])/g, ':"$1"'))],
  [
    "large numbers have lost digits",
    "either",
    map((line) =>
      line.replace(/:(\d{13,})(?=[,}])/g, (_, number) => `:${Number(number).toPrecision(9)}`),
    ),
  ],
  ["keys are sorted", "either", map(keysSorted)],
  ["spaces stand within its lines", "whole", map((line) => line.replaceAll('":', '": '))],
  ["it is escaped for HTML", "lost", map((line) => line.replaceAll('"', "&quot;"))],
  ["it is in base64", "lost", (lines) => [Buffer.from(lines.join("\n")).toString("base64")]],
  ["hosts are masked", "whole", map((line) => line.replace(/"Host":"[^"]*"/g, '"Host":"h"'))],
  [
    "it is a day later",
    "either",
    map((line) => line.replace(/\b1[5-9]\d{11}\b/g, (ms) => String(Number(ms) + 86_400_000))),
  ],
  [
    "it is three hours and 7 minutes later",
    "either",
    map((line) => line.replace(/\b1[5-9]\d{11}\b/g, (ms) => String(Number(ms) + 11_220_000))),
  ],
  [
    "its metrics of spills are dropped by name",
    "lost",
    map((line) => line.replace(/"(?:Memory|Disk) Bytes Spilled":\d+,/g, "")),
  ],
  [
    "its metrics of results are dropped by name",
    "either",
    map((line) => line.replace(/"Result Size":\d+,/g, "")),
  ],
  [
    "only ends of jobs, stages and tasks are there",
    "lost",
    keep((line) => /SparkListener(?:JobEnd|StageCompleted|TaskEnd)"/.test(line)),
  ],
];

/** As `jq -S` writes them. */
function keysSorted(line: string): string {
  const ordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(ordered);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
  };
  try {
    return JSON.stringify(ordered(JSON.parse(line)));
  } catch {
    return line;
  }
}
