/**
 * Ways in which logs are damaged between a cluster and the gate: each changes a run's files, which
 * are lines of text.
 */

/** File name → its lines, without line ends; `bytes` where a file is no text any more. */
export interface RunFiles {
  readonly eventLog: string;
  readonly events: string[];
  /** by executor */
  readonly executors: Map<string, string[]>;
  /** what is written in place of lines: the codec or the damage of bytes */
  readonly packed: Map<string, (text: string) => Buffer>;
  /** what a packed file's name ends with */
  readonly endings: Map<string, string>;
  /** files besides, by name */
  readonly others: Map<string, string[]>;
}

export interface Damage {
  readonly what: string;
  /** Harmless changes of form must pass; all others must not. */
  readonly harmless?: true;
  /** Nothing or little is lost: passing and not judging are both right; a regression never passes. */
  readonly either?: true;
  change(files: RunFiles): void;
}

type Change = (lines: string[]) => string[];

const part =
  (from: number, to: number): Change =>
  (lines) =>
    lines.slice(Math.floor(from * lines.length), Math.floor(to * lines.length));
const hole =
  (from: number, to: number): Change =>
  (lines) => [...part(0, from)(lines), ...part(to, 1)(lines)];
const without =
  (pattern: RegExp, every = 1): Change =>
  (lines) => {
    let seen = 0;
    return lines.filter((line) => !pattern.test(line) || seen++ % every !== 0);
  };
const only =
  (pattern: RegExp): Change =>
  (lines) =>
    lines.filter((line) => pattern.test(line));
const garbled =
  (pattern: RegExp, every = 1): Change =>
  (lines) => {
    let seen = 0;
    return lines.map((line) =>
      pattern.test(line) && seen++ % every === 0 ? line.replace(/[a-z{:]/g, "\u0001") : line,
    );
  };
const shortened =
  (chars: number): Change =>
  (lines) =>
    lines.map((line) => line.slice(0, chars));
const nuls = (bytes: Buffer, from: number, to: number, every: number): Buffer => {
  for (let at = Math.floor(from * bytes.length); at < Math.floor(to * bytes.length); at += every) {
    if (bytes[at] !== 10) bytes[at] = 0;
  }
  return bytes;
};

const EVENTS: readonly (readonly [string, Change])[] = [
  ["its first 20 lines are gone", (lines) => lines.slice(20)],
  ["its first half is gone", part(0.5, 1)],
  ["its last tenth is gone", part(0, 0.9)],
  ["its last half is gone", part(0, 0.5)],
  ["its last line is gone", (lines) => lines.slice(0, -1)],
  ["a fifth in its middle is gone", hole(0.4, 0.6)],
  ["a twentieth in its middle is gone", hole(0.5, 0.55)],
  ["it has no ends of tasks", without(/"SparkListenerTaskEnd"/)],
  ["every third end of a task is gone", without(/"SparkListenerTaskEnd"/, 3)],
  ["one end of a task is gone", without(/"SparkListenerTaskEnd"/, 1e6)],
  ["ends of tasks are garbled", garbled(/"SparkListenerTaskEnd"/)],
  ["every fifth line is garbled", garbled(/./, 5)],
  ["it has no starts of tasks", without(/"SparkListenerTaskStart"/)],
  ["it has no block updates", without(/"SparkListenerBlockUpdated"/)],
  ["it has no settings", without(/"SparkListenerEnvironmentUpdate"/)],
  ["it has no registrations", without(/"SparkListenerBlockManagerAdded"/)],
  ["it has no ends of jobs", without(/"SparkListenerJobEnd"/)],
  ["its lines are cut at 200 characters", shortened(200)],
  ["every second line is gone", without(/./, 2)],
  ["it is empty", () => []],
];

const EXECUTOR: readonly (readonly [string, Change])[] = [
  ["its first tenth is gone", part(0.1, 1)],
  ["its first half is gone", part(0.5, 1)],
  ["its last tenth is gone", part(0, 0.9)],
  ["its last half is gone", part(0, 0.5)],
  ["a fifth in its middle is gone", hole(0.4, 0.6)],
  ["a twentieth in its middle is gone", hole(0.5, 0.55)],
  ["it has no lines of MemoryStore", without(/ MemoryStore: /)],
  ["half of its lines of MemoryStore are gone", without(/ MemoryStore: /, 2)],
  ["it has no lines of Executor", without(/ Executor: /)],
  ["it has no lines below WARN", without(/ (?:INFO|DEBUG|TRACE) /)],
  ["every third line is garbled", garbled(/./, 3)],
  ["every second line is gone", without(/./, 2)],
  ["its lines are cut at 60 characters", shortened(60)],
  ["it is there twice in one file", (lines) => [...lines, ...lines]],
  ["it is empty", () => []],
  ["only its head is there", (lines) => lines.slice(0, 12)],
  ["only its lines of BlockManager are there", only(/ BlockManager: /)],
];

export interface Packing {
  readonly gzip: (text: string) => Buffer;
}

/** All damages; those of one executor's log hit the log with the most lines. */
export function damages({ gzip }: Packing): Damage[] {
  const cutOff = (text: string): Buffer => {
    const packed = gzip(text);
    return packed.subarray(0, Math.floor(packed.length * 0.7));
  };
  const flipped = (text: string): Buffer => {
    const packed = gzip(text);
    for (let at = packed.length >> 1; at < (packed.length >> 1) + 40; at++) packed[at] = 0x55;
    return packed;
  };
  const bytes: readonly (readonly [string, (text: string) => Buffer])[] = [
    ["is packed, and cut", cutOff],
    ["is packed, and damaged in its middle", flipped],
    ["has NULs for a fifth of its bytes", (text) => nuls(Buffer.from(text), 0, 1, 5)],
    ["has a stretch of NULs", (text) => nuls(Buffer.from(text), 0.4, 0.5, 1)],
    [
      "is cut within a line",
      (text) => Buffer.from(text).subarray(0, Math.floor(text.length * 0.83)),
    ],
  ];
  const longest = ({ executors }: RunFiles): string =>
    [...executors].reduce((a, b) => (b[1].length > a[1].length ? b : a))[0];
  const changed = (files: RunFiles, id: string, change: Change): void => {
    files.executors.set(id, change(files.executors.get(id) ?? []));
  };
  return [
    { what: "nothing", harmless: true, change: () => {} },
    {
      what: "line ends of Windows",
      harmless: true,
      change: ({ packed }) => {
        for (const name of ["events", "0", "1"]) {
          packed.set(name, (text) => Buffer.from(text.replaceAll("\n", "\r\n")));
        }
      },
    },
    {
      what: "all packed",
      harmless: true,
      change: ({ packed }) => {
        for (const name of ["events", "0", "1"]) packed.set(name, gzip);
      },
    },
    {
      what: "executor logs in UTF-16",
      harmless: true,
      change: ({ packed }) => {
        for (const name of ["0", "1"]) {
          packed.set(name, (text) => Buffer.from(`\ufeff${text}`, "utf16le"));
        }
      },
    },
    ...EVENTS.map(
      ([what, change]): Damage => ({
        what: `event log: ${what}`,
        change: ({ events }) => void events.splice(0, events.length, ...change([...events])),
      }),
    ),
    ...bytes.map(
      ([what, pack]): Damage => ({
        what: `event log ${what}`,
        change: ({ packed }) => void packed.set("events", pack),
      }),
    ),
    ...EXECUTOR.map(
      ([what, change]): Damage => ({
        what: `executor log: ${what}`,
        change: (files) => changed(files, longest(files), change),
      }),
    ),
    ...bytes.map(
      ([what, pack]): Damage => ({
        what: `executor log ${what}`,
        change: (files) => void files.packed.set(longest(files), pack),
      }),
    ),
    ...[EXECUTOR[6], EXECUTOR[8], EXECUTOR[9]].flatMap((one): Damage[] =>
      one === undefined
        ? []
        : [
            {
              what: `all executor logs: ${one[0]}`,
              change: (files) => {
                for (const id of files.executors.keys()) changed(files, id, one[1]);
              },
            },
          ],
    ),
    {
      what: "an executor log is not there",
      change: (files) => void files.executors.delete(longest(files)),
    },
    {
      what: "no executor log is there",
      change: ({ executors }) => executors.clear(),
    },
    {
      what: "an executor log is another executor's",
      change: (files) => {
        const id = longest(files);
        const other = [...files.executors].find(([one]) => one !== id);
        files.executors.set(id, [...(other?.[1] ?? [])]);
      },
    },
  ];
}
