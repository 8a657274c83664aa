/**
 * Ways in which bytes get hurt on their way from a cluster to a disk: each takes bytes and gives
 * others.
 */
import type { SeededRandom } from "./seeded-random.ts";

export type Mutation = (bytes: Buffer, random: SeededRandom) => Buffer;

/** A stretch of at most `most` bytes. */
function stretch(bytes: Buffer, random: SeededRandom, most: number): [number, number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.below(most))];
}

function put(bytes: Buffer, at: number, what: Uint8Array, upTo = at): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(upTo)]);
}

function lineStart(bytes: Buffer, random: SeededRandom): number {
  const at = bytes.indexOf(10, random.below(bytes.length + 1));
  return at < 0 ? bytes.length : at + 1;
}

function randomBytes(random: SeededRandom, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** Of any bytes, compressed ones too. */
export const byteMutations: Readonly<Record<string, Mutation>> = {
  cut: (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  behead: (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  flip: (bytes, random) => {
    const hurt = Buffer.from(bytes);
    for (let times = 1 + random.below(20); times > 0; times--) {
      const at = random.below(hurt.length);
      hurt[at] = (hurt[at] ?? 0) ^ (1 << random.below(8));
    }
    return hurt;
  },
  drop: (bytes, random) => {
    const [from, to] = stretch(bytes, random, random.one([1, 40, 4000, 100_000]));
    return put(bytes, from, Buffer.alloc(0), to);
  },
  double: (bytes, random) => {
    const [from, to] = stretch(bytes, random, random.one([1, 40, 4000, 100_000]));
    return put(bytes, to, bytes.subarray(from, to));
  },
  nuls: (bytes, random) => {
    const [from, to] = stretch(bytes, random, random.one([1, 100, 5000]));
    return put(bytes, from, Buffer.alloc(to - from), to);
  },
  junk: (bytes, random) =>
    put(
      bytes,
      random.below(bytes.length + 1),
      randomBytes(random, 1 + random.below(random.one([8, 3000]))),
    ),
  move: (bytes, random) => {
    const [from, to] = stretch(bytes, random, 5000);
    const without = put(bytes, from, Buffer.alloc(0), to);
    return put(without, random.below(without.length + 1), bytes.subarray(from, to));
  },
  twice: (bytes) => Buffer.concat([bytes, bytes]),
};

/** Of text alone. */
export const textMutations: Readonly<Record<string, Mutation>> = {
  ...byteMutations,
  "join lines": (bytes, random) => {
    let hurt = bytes;
    for (let times = 1 + random.below(5); times > 0; times--) {
      const start = lineStart(hurt, random);
      if (start > 0 && start < hurt.length)
        hurt = put(hurt, start - 1, Buffer.alloc(random.below(2), 32), start);
    }
    return hurt;
  },
  "break lines": (bytes, random) => {
    let hurt = bytes;
    for (let times = 1 + random.below(5); times > 0; times--) {
      hurt = put(
        hurt,
        random.below(hurt.length + 1),
        Buffer.from(random.one(["\n", "\r\n", "\r"])),
      );
    }
    return hurt;
  },
  "shuffle lines": (bytes, random) => {
    const lines = bytes.toString("latin1").split("\n");
    const from = random.below(lines.length);
    const to = from + random.one([3, 30, lines.length]);
    const mixed = random.shuffled(lines.slice(from, to));
    return Buffer.from(
      [...lines.slice(0, from), ...mixed, ...lines.slice(to)].join("\n"),
      "latin1",
    );
  },
  "drop lines": (bytes, random) => {
    const share = random.one([0.01, 0.1, 0.5]);
    const kept = bytes
      .toString("latin1")
      .split("\n")
      .filter(() => random.next() >= share);
    return Buffer.from(kept.join("\n"), "latin1");
  },
  "double lines": (bytes, random) => {
    const doubled = bytes
      .toString("latin1")
      .split("\n")
      .flatMap((line) => (random.next() < 0.1 ? [line, line] : [line]));
    return Buffer.from(doubled.join("\n"), "latin1");
  },
  "carriage returns": (bytes) =>
    Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r\n"), "latin1"),
  numbers: (bytes, random) => {
    const share = random.one([0.0005, 0.01, 0.2]);
    const text = bytes.toString("latin1").replace(/\d+/g, (digits) => {
      if (random.next() >= share) return digits;
      return random.one([
        "0",
        "-1",
        "9007199254740993",
        "99999999999999999999",
        "1e308",
        "0.5",
        String(Number(digits) + 1),
        digits + digits,
      ]);
    });
    return Buffer.from(text, "latin1");
  },
  words: (bytes, random) => {
    const share = random.one([0.0005, 0.01]);
    const text = bytes.toString("latin1").replace(/[A-Za-z]{3,}/g, (word) => {
      if (random.next() >= share) return word;
      return random.one(["", word + word, "null", "é", "\u001b[31m", "__proto__", "rdd_0_0"]);
    });
    return Buffer.from(text, "latin1");
  },
  "old Mac line ends": (bytes) =>
    Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r"), "latin1"),
  "UTF-16": (bytes, random) => {
    const chosen = random.next();
    const mark = chosen < 0.25 || chosen >= 0.75 ? "\ufeff" : "";
    const wide = Buffer.from(`${mark}${bytes.toString("utf8")}`, "utf16le");
    return chosen < 0.5 ? wide : wide.swap16();
  },
  "broken UTF-8": (bytes, random) => {
    let hurt = bytes;
    for (let times = 1 + random.below(20); times > 0; times--) {
      const odd = random.one([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f]]);
      hurt = put(hurt, random.below(hurt.length + 1), Buffer.from(odd));
    }
    return hurt;
  },
  "byte order mark": (bytes) => put(bytes, 0, Buffer.from([0xef, 0xbb, 0xbf])),
  "blank lines": (bytes, random) =>
    put(bytes, lineStart(bytes, random), Buffer.alloc(random.one([3, 5000]), 10)),
  "long line": (bytes, random) =>
    put(bytes, lineStart(bytes, random), Buffer.alloc(1 + random.below(2_000_000), 120)),
};
