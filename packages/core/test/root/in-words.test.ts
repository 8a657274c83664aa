/** What amounts sound like: no part is ever said as a whole of the next unit. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import {
  bytesInWords,
  counted,
  countInWords,
  durationInWords,
  instantInWords,
  listed,
  orDash,
  shareInWords,
  someOf,
} from "../../src/in-words.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

test("bytes are said in the units Spark prints", () => {
  expect([0, 1, 1023, KIB, 14 * MIB, 121.5 * MIB, -3 * MIB].map(bytesInWords)).toEqual([
    "0 B",
    "1 B",
    "1023 B",
    "1.0 KiB",
    "14.0 MiB",
    "122 MiB",
    "-3.0 MiB",
  ]);
});

test("what rounds to 1024 of a unit is 1.0 of the next", () => {
  expect([MIB - 1, KIB * MIB - 1, 1023.4 * KIB, 1023.9].map(bytesInWords)).toEqual([
    "1.0 MiB",
    "1.0 GiB",
    "1023 KiB",
    "1.0 KiB",
  ]);
});

test("a duration is said in its two largest units", () => {
  expect([0, 36, 3200, 245_000, 7_400_000].map(durationInWords)).toEqual([
    "0 ms",
    "36 ms",
    "3.2 s",
    "4 min 5 s",
    "2 h 3 min",
  ]);
});

test("a duration never has 1000 ms, 60.0 s, 60 s or 60 min", () => {
  expect(
    [999.7, 59_960, 299_700, 3_599_600, 7_199_000, -299_700].map((millis) =>
      durationInWords(millis),
    ),
  ).toEqual(["1.0 s", "1 min 0 s", "5 min 0 s", "1 h 0 min", "2 h 0 min", "-5 min 0 s"]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (millis) => {
      expect(durationInWords(millis)).not.toMatch(/\b1000 ms|\b60(?:\.0)? (?:s|min)$/);
    }),
  );
});

test("more time is never said as less", () => {
  const read = (words: string): number =>
    [...words.matchAll(/([\d.]+) (ms|s|min|h)/g)].reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * (MILLIS[unit ?? ""] ?? Number.NaN),
      0,
    );
  const MILLIS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
  fc.assert(
    fc.property(fc.nat(1e8), fc.nat(1e8), (one, other) => {
      const [less, more] = one < other ? [one, other] : [other, one];
      expect(read(durationInWords(less))).toBeLessThanOrEqual(read(durationInWords(more)));
    }),
  );
});

test("a share is never rounded up to all of it, nor down to nothing", () => {
  expect([0, 0.0001, 0.417, 0.99999, 1, 1.5].map((share) => shareInWords(share))).toEqual([
    "0 %",
    "< 0.1 %",
    "41.7 %",
    "99.9 %",
    "100 %",
    "150.0 %",
  ]);
  expect([0.417, 0.997, 1].map((share) => shareInWords(share, { decimals: 0 }))).toEqual([
    "42 %",
    "99.9 %",
    "100 %",
  ]);
});

test("counts have their thousands apart and agree with their noun", () => {
  expect([7, 4812, 1_234_567].map(countInWords)).toEqual(["7", "4,812", "1,234,567"]);
  expect([counted(1, "spill"), counted(0, "spill"), counted(4812, "entry", "entries")]).toEqual([
    "1 spill",
    "0 spills",
    "4,812 entries",
  ]);
});

test("a moment is the same as the platform's, before and after the epoch and on leap days", () => {
  fc.assert(
    fc.property(fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 }), (millis) => {
      const iso = new Date(millis).toISOString().replace("T", " ");
      expect(instantInWords(millis * 1000 + 7, { decimals: 3 })).toBe(`${iso.slice(0, 23)} UTC`);
      expect(instantInWords(millis * 1000)).toBe(`${iso.slice(0, 19)} UTC`);
    }),
  );
  expect(instantInWords(Date.UTC(2024, 1, 29, 23, 59, 59) * 1000)).toBe("2024-02-29 23:59:59 UTC");
});

test("what is unknown is a dash in a table, and nothing is not unknown", () => {
  expect([undefined, 0, 4812].map((count) => orDash(count, countInWords))).toEqual([
    "–",
    "0",
    "4,812",
  ]);
});

test("a list names its first words and counts the rest", () => {
  expect([listed([]), listed(["a"]), listed(["a", "b", "c"])]).toEqual(["", "a", "a, b and c"]);
  expect(someOf(["1", "2", "3", "4"], 2)).toBe("1, 2 and 2 more");
  expect(someOf(["1", "2"], 2)).toBe("1 and 2");
});
