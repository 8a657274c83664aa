/** Sizes both ways: what Spark prints, and which bytes a printed size can mean. */

import {
  byteStringAsBytes,
  byteStringAsMb,
  bytesToString,
  memoryStringToMb,
  printedSize,
  SparkFailure,
  sparkBehaviours,
} from "@respark/core";
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { behaviourOf } from "../memory/world.ts";

const styleOf = (version: string) => behaviourOf(version).sizeStyle;

test.each([
  [2047, "2047.0 B", "2047.0 B"],
  [2048, "2.0 KB", "2.0 KiB"],
  [2_097_151, "2048.0 KB", "2048.0 KiB"],
  [2_097_152, "2.0 MB", "2.0 MiB"],
  [455_501_414, "434.4 MB", "434.4 MiB"],
  [-123_456_789, "-123456789.0 B", "-123456789.0 B"],
])("%i bytes print as %s, and as %s from 3.0 on", (bytes, old, now) => {
  expect(bytesToString(bytes, styleOf("2.4.8"))).toBe(old);
  expect(bytesToString(bytes, styleOf("3.0.0"))).toBe(now);
});

test("a half is rounded up on the decimals that Java prints", () => {
  expect(bytesToString(2_308_094_809_027_379, styleOf("3.0.3"))).toBe("2.0 PiB");
  expect(bytesToString(2_308_094_809_027_379, styleOf("3.5.6"))).toBe("2.1 PiB");
});

test("every size lies in the interval of its printed form, and both ends print alike", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 2 ** 52 }),
      fc.integer({ min: 0, max: 52 }),
      fc.constantFrom(...sparkBehaviours),
      (large, shift, behaviour) => {
        const bytes = Math.floor(large / 2 ** shift);
        const text = bytesToString(bytes, behaviour.sizeStyle);
        const interval = printedSize(text);
        if (interval === undefined) throw new Error(`${text} is no printed size`);
        const inside = interval.atLeast <= bytes && bytes <= interval.atMost;
        expect(inside, `${bytes} prints as ${text}`).toBe(true);
        const ends = bytes > 2 ** 48 ? [] : [interval.atLeast, interval.atMost];
        expect(ends.filter((end) => bytesToString(end, behaviour.sizeStyle) !== text)).toEqual([]);
      },
    ),
    { numRuns: 2000 },
  );
});

test.each(["", "MiB", "12", "12.3", "12.3 XiB", "1.2.3 MB", "12.3 MiB of", "-1.0 KiB", "0.5 B"])(
  "%j is no printed size",
  (text) => {
    expect(printedSize(text)).toBeUndefined();
  },
);

test("size strings are read as Spark reads them", () => {
  expect(byteStringAsBytes("1g")).toBe(1_073_741_824);
  expect(byteStringAsBytes(" 512MB ")).toBe(536_870_912);
  expect(byteStringAsMb("1024")).toBe(1024);
  expect(memoryStringToMb("1024")).toBe(0);
  expect(byteStringAsBytes("1gib", behaviourOf("4.2.0").sizeSuffixes)).toBe(1_073_741_824);
  for (const wrong of ["1.5g", "-1", "1x", "", "1gib"])
    expect(() => byteStringAsBytes(wrong)).toThrow(SparkFailure);
});
