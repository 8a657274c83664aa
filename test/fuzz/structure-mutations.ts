/**
 * Ways in which whole events go wrong while each stays an event: gone, twice, out of order, with
 * odd ids, times, sizes, settings and versions.
 */
import type { Mutation } from "./mutations.ts";
import type { SeededRandom } from "./seeded-random.ts";

const ID =
  /("(?:Task|Stage|Job|RDD|Executor) ID":|"Stage Attempt ID":|"Index":|"executionId":)("?)(-?\d+)/g;
const TIME = /("(?:Timestamp|(?:Launch|Finish|Submission|Completion) Time|time)":)(\d{12,14})/g;
const SIZE =
  /("(?:Memory Size|Disk Size|Maximum Memory|Memory Bytes Spilled|Peak Execution Memory)":)(\d+)/g;
const VERSION = /("Spark Version":")[^"]*/g;
const oddIds = ["-1", "-2147483648", "2147483648", "9007199254740993", "0", "7"];
const oddSizes = ["-1", "1", "9223372036854775807", "9007199254740991", "1099511627776"];
const oddVersions = [
  "3.3.0.3.3.7190.0-91",
  "3.4.1+databricks",
  "3.2.1-amzn-0",
  "2.4.7.7.1.7.0-551",
  "9.9.9",
  "0.9",
  "4",
  "banana",
  "",
];
const oddSettings: readonly (readonly [string, readonly string[]])[] = [
  ["spark.memory.fraction", ["1.5", "-0.1", "0", "NaN", "1", "x"]],
  ["spark.memory.storageFraction", ["1.5", "-1", "0", "1", ""]],
  ["spark.executor.memory", ["0", "1", "999999999g", "512M", "-1g", "1.5g", "g"]],
  ["spark.executor.cores", ["0", "-1", "1000000", "two"]],
  ["spark.memory.offHeap.enabled", ["true", "TRUE", "yes"]],
  ["spark.memory.offHeap.size", ["0", "-1", "9223372036854775807", "1e9"]],
  ["spark.memory.useLegacyMode", ["true"]],
  ["spark.buffer.pageSize", ["0", "1", "17g"]],
  ["spark.redaction.regex", ["(", "(?i)a*+", "."]],
];

const linesOf = (bytes: Buffer): string[] => bytes.toString("utf8").split("\n");
const joined = (lines: readonly string[]): Buffer => Buffer.from(lines.join("\n"));

function kindOf(line: string): string | undefined {
  return /^\{"Event":"([^"]+)"/.exec(line)?.[1];
}

function aKind(lines: readonly string[], random: SeededRandom): string | undefined {
  const kinds = [...new Set(lines.flatMap((line) => kindOf(line) ?? []))].sort();
  return kinds.length === 0 ? undefined : random.one(kinds);
}

/** Some of the matches, each with its value replaced. */
function someOf(
  bytes: Buffer,
  random: SeededRandom,
  pattern: RegExp,
  give: (value: string) => string,
): Buffer {
  const share = random.one([0.002, 0.05, 1]);
  const text = bytes.toString("utf8").replace(pattern, (whole: string, ...groups: string[]) => {
    if (random.next() >= share) return whole;
    const value = groups[groups.length - 3] ?? "";
    return `${whole.slice(0, whole.length - value.length)}${give(value)}`;
  });
  return Buffer.from(text);
}

export const structureMutations: Readonly<Record<string, Mutation>> = {
  "events of a kind gone": (bytes, random) => {
    const lines = linesOf(bytes);
    const kind = aKind(lines, random);
    const share = random.one([0.1, 0.5, 1]);
    return joined(lines.filter((line) => kindOf(line) !== kind || random.next() >= share));
  },
  "events twice": (bytes, random) => {
    const lines = linesOf(bytes);
    const kind = aKind(lines, random);
    const late = random.one([0, 3, 1000]);
    const again = lines.map((line, at) => ({ line, at: at * 2 }));
    const copies = again
      .filter(({ line }) => kindOf(line) === kind && random.next() < 0.3)
      .map(({ line, at }) => ({ line, at: at + 1 + 2 * late }));
    return joined([...again, ...copies].sort((a, b) => a.at - b.at).map(({ line }) => line));
  },
  "events out of order": (bytes, random) => {
    const lines = linesOf(bytes);
    const reach = random.one([2, 20, 2000]);
    const placed = lines.map((line, at) => ({ line, at: at + random.below(reach) }));
    return joined(placed.sort((a, b) => a.at - b.at).map(({ line }) => line));
  },
  "a kind of events first": (bytes, random) => {
    const lines = linesOf(bytes);
    const kind = aKind(lines, random);
    const isFirst = (line: string): boolean => kindOf(line) === kind;
    return joined([...lines.filter(isFirst), ...lines.filter((line) => !isFirst(line))]);
  },
  "odd ids": (bytes, random) => someOf(bytes, random, ID, () => random.one(oddIds)),
  "ids of another": (bytes, random) =>
    someOf(bytes, random, ID, (id) => String(Math.max(0, Number(id) + random.below(5) - 2))),
  "odd times": (bytes, random) => {
    const odd = random.one<(ms: number) => number>([
      () => 0,
      (ms) => Math.floor(ms / 1000),
      (ms) => ms * 1000,
      (ms) => ms + 3_600_000,
      (ms) => ms - 86_400_000,
      () => 253_402_300_800_000,
    ]);
    return someOf(bytes, random, TIME, (ms) => String(odd(Number(ms))));
  },
  "odd sizes": (bytes, random) => someOf(bytes, random, SIZE, () => random.one(oddSizes)),
  "an odd version": (bytes, random) => {
    const version = random.one(oddVersions);
    return Buffer.from(
      bytes.toString("utf8").replace(VERSION, (_, head: string) => `${head}${version}`),
    );
  },
  "odd settings": (bytes, random) => {
    let settings = "";
    for (let times = 1 + random.below(4); times > 0; times--) {
      const [key, values] = random.one(oddSettings);
      settings += `${JSON.stringify(key)}:${JSON.stringify(random.one(values))},`;
    }
    return Buffer.from(
      bytes.toString("utf8").replaceAll(/"Spark Properties":\{(?=")/g, (head) => head + settings),
    );
  },
  "two applications in turn": (bytes, random) => {
    const lines = linesOf(bytes);
    const other = lines.map((line) => line.replace(/app-\d{14}-\d{4}/g, "app-20200101000000-0001"));
    const reach = random.one([1, 7, 100]);
    const both: string[] = [];
    for (let at = 0; at < lines.length; at += reach) {
      both.push(...lines.slice(at, at + reach), ...other.slice(at, at + reach));
    }
    return joined(both);
  },
  "lines spliced": (bytes, random) => {
    const lines = linesOf(bytes);
    for (let times = 1 + random.below(5); times > 0; times--) {
      const at = random.below(lines.length);
      const [head, tail] = [lines[at] ?? "", random.one(lines)];
      lines[at] =
        head.slice(0, random.below(head.length + 1)) + tail.slice(random.below(tail.length + 1));
    }
    return joined(lines);
  },
};
