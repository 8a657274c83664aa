/**
 * Ways in which the JSON of an event log goes wrong while it stays JSON, or nearly: fields of a
 * wrong type, impossible numbers, keys twice.
 */
import type { Mutation } from "./mutations.ts";
import type { SeededRandom } from "./seeded-random.ts";

/**
 * In place of a value; what JSON.stringify cannot write stands as text and is put in afterwards.
 */
const oddValues: readonly string[] = [
  "null",
  "true",
  "{}",
  "[]",
  "[1,2]",
  '{"a":1}',
  '""',
  '"x"',
  '"12"',
  "-1",
  "-5",
  "-9223372036854775808",
  "0",
  "0.5",
  "1e3",
  "1e400",
  "-1e400",
  "9007199254740993",
  "9223372036854775807",
  "99999999999999999999999999",
  // 1 CE, 2255, 9999, and what no microseconds hold
  "-62135596800001",
  "9007199254740",
  "253402300799999",
  "9007199254741000",
  '"\\u0000"',
  '"\\u001b[2J"',
  '"\\ud800"',
  '"<script>"',
  '"\'; drop table tasks; --"',
  '"__proto__"',
];

const value = /("(?:[^"\\]|\\.)*":)(-?\d[\d.eE+-]*|"(?:[^"\\]|\\.)*"|true|false|null|\[\]|\{\})/g;

function deep(random: SeededRandom): string {
  const depth = random.one([3, 100, 2000, 50_000]);
  return random.next() < 0.5
    ? `${"[".repeat(depth)}${"]".repeat(depth)}`
    : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}

/** Replaces some of the values, each by `give(key, value)`. */
function someValues(
  bytes: Buffer,
  random: SeededRandom,
  give: (key: string, old: string) => string,
): Buffer {
  const share = random.one([0.0002, 0.003, 0.05]);
  const text = bytes
    .toString("utf8")
    .replace(value, (whole, key: string, old: string) =>
      random.next() < share ? give(key, old) : whole,
    );
  return Buffer.from(text);
}

export const eventMutations: Readonly<Record<string, Mutation>> = {
  "odd values": (bytes, random) => someValues(bytes, random, (key) => key + random.one(oddValues)),
  /** Every value of one key. */
  "one key's values": (bytes, random) => {
    const text = bytes.toString("utf8");
    const keys = [...new Set([...text.slice(0, 500_000).matchAll(value)].map(([, key]) => key))];
    if (keys.length === 0) return bytes;
    const chosen = random.one(keys);
    const odd = random.one(oddValues);
    return Buffer.from(
      text.replace(value, (whole, key: string) => (key === chosen ? key + odd : whole)),
    );
  },
  "keys twice": (bytes, random) =>
    someValues(bytes, random, (key, old) => `${key}${random.one(oddValues)},${key}${old}`),
  "keys gone": (bytes, random) => someValues(bytes, random, () => '"gone":0'),
  "deep values": (bytes, random) => {
    let left = 5;
    return someValues(bytes, random, (key, old) => key + (left-- > 0 ? deep(random) : old));
  },
  "numbers as text": (bytes, random) =>
    someValues(bytes, random, (key, old) => key + (/^-?\d/.test(old) ? `"${old}"` : old)),
  "junk before all": (bytes, random) =>
    Buffer.concat([
      Buffer.from(
        random
          .one(["garbage\n", '{"Event":"com.vendor.Unknown"}\n', "{}\n", "\n", "\0\0\0\n"])
          .repeat(random.one([3, 2000, 60_000])),
      ),
      bytes,
    ]),
};
