import { expect, test } from "vitest";
import {
  axisTime,
  bytes,
  clockTime,
  count,
  duration,
  exactBytes,
  percent,
  tickBytes,
} from "../../src/page/amounts.ts";

const [KiB, MiB, GiB, TiB] = [2 ** 10, 2 ** 20, 2 ** 30, 2 ** 40];

test.each([
  [undefined, "unknown"],
  [null, "unknown"],
  [Number.NaN, "unknown"],
  [0, "0 B"],
  [1023, "1023 B"],
  [KiB, "1.00 KiB"],
  [-1.5 * KiB, "−1.50 KiB"],
  // Three digits, four from 1000 on: never an exponent.
  [999 * KiB, "999 KiB"],
  [1000 * KiB, "1000 KiB"],
  [1023 * KiB, "1023 KiB"],
  [MiB, "1.00 MiB"],
  [12.34 * GiB, "12.3 GiB"],
  [2 * TiB, "2.00 TiB"],
  [2048 * TiB, "2048 TiB"],
])("%s bytes are written %s", (value, text) => {
  expect(bytes(value)).toBe(text);
});

test.each([
  [MiB, "1 MiB"],
  [1.5 * MiB, "1.5 MiB"],
  [1.25 * MiB, "1.25 MiB"],
  [10 * MiB, "10 MiB"],
  [100 * MiB, "100 MiB"],
  [0, "0 B"],
  [500, "500 B"],
])("a tick of %s bytes is %s", (value, text) => {
  expect(tickBytes(value)).toBe(text);
});

test("exact bytes, counts and shares", () => {
  expect([exactBytes(1_234_567.4), exactBytes(Number.NaN)]).toEqual(["1,234,567 B", "unknown"]);
  expect([count(1234), count(0), count(null), count(undefined), count(Number.NaN)]).toEqual([
    "1,234",
    "0",
    "?",
    "?",
    "?",
  ]);
  expect([percent(0.125), percent(1)]).toEqual(["13 %", "100 %"]);
});

test.each([
  [1_234, "1.2 ms"],
  [9_900, "9.9 ms"],
  [10_000, "10 ms"],
  [999_000, "999 ms"],
  [1e6, "1.0 s"],
  [119.94e6, "119.9 s"],
  [120e6, "2 min 0 s"],
  [195e6, "3 min 15 s"],
  [7199e6, "119 min 59 s"],
  [7200e6, "2.0 h"],
  [9000e6, "2.5 h"],
])("%s µs last %s", (micros, text) => {
  expect(duration(micros)).toBe(text);
});

test("a moment is a time of day of UTC, with milliseconds or without", () => {
  const micros = Date.UTC(2026, 10, 21, 2, 37, 9, 123) * 1000;
  expect([clockTime(micros, 3), clockTime(micros, 0)]).toEqual(["02:37:09.123", "02:37:09"]);
});

test.each([
  [5, 1, "5 s"],
  [59, 1, "59 s"],
  [0.25, 0.25, "0.3 s"],
  [0.05, 0.01, "0.05 s"],
  [60, 10, "1:00"],
  [65, 5, "1:05"],
  [65.5, 0.5, "1:05.5"],
  [75.25, 0.05, "1:15.25"],
  [120, 59, "2:00"],
  [60, 60, "1 min"],
  [3540, 60, "59 min"],
  [3600, 600, "1 h 0 min"],
  [9000, 1800, "2 h 30 min"],
])("%s s on an axis with a tick every %s s: %s", (seconds, step, text) => {
  expect(axisTime(seconds, step)).toBe(text);
});
