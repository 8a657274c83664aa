/**
 * Damages beyond a log's own lines: knocked-out loggers, levels, orders, clocks, codecs, splices,
 * and logs of another run.
 */
import { packLz4, packSnappy, packZstdRaw } from "../../packages/events/test/bytes/packing.ts";
import type { Damage, RunFiles } from "./damages.ts";

type Change = (lines: string[]) => string[];

const half = (lines: readonly string[]): number => lines.length >> 1;

const swapped: Change = (lines) => [...lines.slice(half(lines)), ...lines.slice(0, half(lines))];
const firstHalfTwice: Change = (lines) => [...lines.slice(0, half(lines)), ...lines];
const withoutIn =
  (pattern: RegExp, isIn: (at: number, of: number) => boolean): Change =>
  (lines) =>
    lines.filter((line, at) => !pattern.test(line) || !isIn(at, lines.length));
const always = (): boolean => true;
const laterHalf = (at: number, of: number): boolean => at >= of / 2;

/** The same for the same lines: a multiplicative hash of their places. */
const shuffled: Change = (lines) =>
  lines
    .map((line, at) => ({ line, key: Math.imul(at + 1, 2654435761) >>> 0 }))
    .sort((one, other) => one.key - other.key)
    .map(({ line }) => line);

/** Each 40th line has lost its end and runs on into the next. */
const spliced: Change = (lines) => {
  const out: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (at % 40 === 39) out.push(`${line.slice(0, line.length >> 1)}${lines[++at] ?? ""}`);
    else out.push(line);
  }
  return out;
};

const overwritten: Change = (lines) => {
  const at = half(lines);
  const block = lines.slice(5, 15).map((line) => line.slice(3));
  return [...lines.slice(0, at), ...block, ...lines.slice(at + 30)];
};

const changed =
  (pattern: RegExp, to: string, isIn: (at: number, of: number) => boolean = always): Change =>
  (lines) =>
    lines.map((line, at) => (isIn(at, lines.length) ? line.replace(pattern, to) : line));

/**
 * `26/11/21 02:38:56` or `"Timestamp":…`: later by minutes. Whole quarters of an hour are a zone's,
 * and are read so.
 */
const later =
  (minutes: number, isIn: (at: number, of: number) => boolean): Change =>
  (lines) =>
    lines.map((line, at) =>
      isIn(at, lines.length)
        ? line
            .replace(
              /^(\d\d\/\d\d\/\d\d )(\d\d):(\d\d)/,
              (_, day: string, hour: string, minute: string) => {
                const time = Number(hour) * 60 + Number(minute) + minutes;
                return `${day}${two(Math.floor(time / 60) % 24)}:${two(time % 60)}`;
              },
            )
            .replace(/\b1[5-9]\d{11}\b/g, (ms) => String(Number(ms) + minutes * 60_000))
        : line,
    );

const two = (number: number): string => String(number).padStart(2, "0");

const EVENTS: readonly (readonly [string, Change])[] = [
  ["its halves stand in the wrong order", swapped],
  ["its lines stand in no order", shuffled],
  ["its first half is there twice", firstHalfTwice],
  ["ends of tasks have no metrics", changed(/"Task Metrics":\{.*\}\}$/, '"Task Metrics":null}')],
  [
    "a third of the ends of tasks have no metrics",
    changed(/"Task Metrics":\{.*\}\}$/, '"Task Metrics":null}', (at) => at % 3 === 0),
  ],
  ["its later half has no block updates", withoutIn(/ListenerBlockUpdated"/, laterHalf)],
  ["every third block update is gone", withoutIn(/ListenerBlockUpdated"/, (at) => at % 3 === 0)],
  ["it has no submissions of stages", withoutIn(/ListenerStageSubmitted"/, always)],
  ["it has no completions of stages", withoutIn(/ListenerStageCompleted"/, always)],
  ["it has no starts of jobs", withoutIn(/ListenerJobStart"/, always)],
  ["it has no executors", withoutIn(/ListenerExecutorAdded"/, always)],
  ["it has neither jobs nor stages", withoutIn(/Listener(?:Job|Stage)\w+"/, always)],
  ["its later half is 17 minutes late", later(17, laterHalf)],
  ["all its times are 0", changed(/\b1[5-9]\d{11}\b/g, "0")],
  ["some lines run on into the next", spliced],
  ["a block of it is another block", overwritten],
];

const EXECUTOR: readonly (readonly [string, Change])[] = [
  ["its halves stand in the wrong order", swapped],
  ["its lines stand in no order", shuffled],
  ["its first half is there twice", firstHalfTwice],
  ["it has no lines of BlockManager", withoutIn(/ BlockManager: /, always)],
  ["half of its lines of BlockManager are gone", withoutIn(/ BlockManager: /, (at) => at % 2 > 0)],
  ["its reads of blocks are gone", withoutIn(/Found block |Getting \d/, always)],
  ["its evictions are gone", withoutIn(/ropping block|selected for dropping|dropped/, always)],
  ["its stores of blocks are gone", withoutIn(/ stored as (?:values|bytes)/, always)],
  ["it is at WARN from its middle on", withoutIn(/ (?:INFO|DEBUG) /, laterHalf)],
  ["it is at WARN in its first half", withoutIn(/ INFO /, (at, of) => at < of / 2)],
  ["its later half has no lines of MemoryStore", withoutIn(/ MemoryStore: /, laterHalf)],
  ["its later half is 17 minutes late", later(17, laterHalf)],
  ["its sizes are garbled", changed(/(?:size|free) [\d.]+/g, "size #")],
  ["its lines have no time", changed(/^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d /, "")],
  ["its lines are cut at 100 characters", (lines) => lines.map((line) => line.slice(0, 100))],
  ["every twentieth line is gone", (lines) => lines.filter((_, at) => at % 20 !== 7)],
  ["some lines run on into the next", spliced],
  ["a block of it is another block", overwritten],
];

/** 4 KiB of NULs, as a disk that lost its power leaves them. */
function nulBlock(text: string, share: number): Buffer {
  const bytes = Buffer.from(text);
  const from = Math.min(Math.floor(share * bytes.length), Math.max(0, bytes.length - 4096));
  return bytes.fill(0, from, from + 4096);
}

const flipped = (bytes: Buffer, to: number): Buffer =>
  bytes.fill(to, bytes.length >> 1, (bytes.length >> 1) + 40);
const cut = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor(bytes.length * 0.7));

const BYTES: readonly (readonly [string, string, (text: string) => Buffer])[] = [
  ["has a block of NULs in its middle", "", (text) => nulBlock(text, 0.5)],
  ["has a block of NULs at its end", "", (text) => nulBlock(text, 1)],
  ...(["zstd", "lz4", "snappy"] as const).flatMap(
    (codec): (readonly [string, string, (text: string) => Buffer])[] => {
      const pack = { zstd: packZstdRaw, lz4: packLz4, snappy: packSnappy }[codec];
      return [
        [`is packed by ${codec}, and cut`, `.${codec}`, (text) => cut(pack(Buffer.from(text)))],
        [
          `is packed by ${codec}, and damaged in its middle`,
          `.${codec}`,
          // zstd as Spark writes it has no checksums: what stands there must be seen to be no text.
          (text) => flipped(pack(Buffer.from(text)), codec === "zstd" ? 0 : 0x55),
        ],
      ];
    },
  ),
];

const longest = ({ executors }: RunFiles): string =>
  [...executors].reduce((a, b) => (b[1].length > a[1].length ? b : a))[0];

function inEvents(what: string, change: (lines: string[]) => string[]): Damage {
  return {
    what,
    change: ({ events }) => void events.splice(0, events.length, ...change([...events])),
  };
}

function inExecutor(what: string, change: Change): Damage {
  return {
    what,
    change: (files) => {
      const id = longest(files);
      files.executors.set(id, change(files.executors.get(id) ?? []));
    },
  };
}

/** `other`: a run of the same scenario with other settings, from which logs stray into this one. */
export function moreDamages(other: RunFiles): Damage[] {
  const stray = [...other.executors.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  return [
    ...(["zstd", "lz4", "snappy"] as const).map(
      (codec): Damage => ({
        what: `the event log is packed by ${codec}`,
        harmless: true,
        change: ({ packed, endings }) => {
          const pack = { zstd: packZstdRaw, lz4: packLz4, snappy: packSnappy }[codec];
          packed.set("events", (text) => pack(Buffer.from(text)));
          endings.set("events", `.${codec}`);
        },
      }),
    ),
    {
      ...inExecutor("executor log: its clock is an hour off", later(60, always)),
      harmless: true,
    },
    ...EVENTS.map(([what, change]) => inEvents(`event log: ${what}`, change)),
    ...EXECUTOR.map(([what, change]) => inExecutor(`executor log: ${what}`, change)),
    ...BYTES.flatMap(([what, ending, pack]): Damage[] => [
      {
        what: `event log ${what}`,
        change: ({ packed, endings }) => {
          packed.set("events", pack);
          endings.set("events", ending);
        },
      },
      {
        what: `executor log ${what}`,
        change: (files) => {
          const id = longest(files);
          files.packed.set(id, pack);
          // Executors' logs have gzip alone for a codec of their own name.
          files.endings.set(id, ending === ".zstd" ? ".zst" : ending);
        },
      },
    ]),
    inExecutor("executor log: it is another run's", () => [...stray]),
    inExecutor("executor log: another run's lines are behind its own", (lines) => [
      ...lines,
      ...stray,
    ]),
    inEvents("event log: it is another run's", () => [...other.events]),
    inEvents("event log: another run's lines are between its own", (lines) =>
      lines.flatMap((line, at) => [line, ...other.events.slice(at, at + 1)]),
    ),
    {
      what: "all executor logs: at WARN from their middle on",
      change: ({ executors }) => {
        for (const [id, lines] of executors) {
          executors.set(id, withoutIn(/ (?:INFO|DEBUG) /, laterHalf)(lines));
        }
      },
    },
    {
      what: "all executor logs: without evictions",
      change: ({ executors }) => {
        for (const [id, lines] of executors) {
          executors.set(
            id,
            withoutIn(/ropping block|selected for dropping|dropped/, always)(lines),
          );
        }
      },
    },
    {
      what: "all executor logs: without lines of BlockManager",
      change: ({ executors }) => {
        for (const [id, lines] of executors) {
          executors.set(id, withoutIn(/ BlockManager: /, always)(lines));
        }
      },
    },
  ];
}
