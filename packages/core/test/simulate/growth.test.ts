/** How far an unroll goes, by the elements of its block and the size that is stored in the end. */
import { expect, test } from "vitest";
import { growthOf } from "../../src/simulate/growth.ts";

const KIB = 1024;
const settings = {
  thresholdBytes: 1024 * KIB,
  checkPeriod: 16,
  growthFactor: 1.5,
  interruptStops: false,
};

function looks(elements: number, storedKiB: number, deserialized = true): readonly number[] {
  const { checkedBytes } = growthOf(storedKiB * KIB, elements, settings, deserialized);
  return checkedBytes.map((bytes) => Math.round(bytes / KIB));
}

test("a block of 400 elements of 16 KiB is looked at after every 16th, from 1 MiB on", () => {
  expect(looks(400, 6400)).toEqual([1040, 1808, 2832, 4368]);
});

test("480 elements are stored with the size of 400, and unrolled with their own", () => {
  expect(looks(480, 6400)).toEqual([1040, 1808, 2832, 4368, 6672]);
  // rdd_1_2 of s24-f: 1,120 elements of 16 KiB, stored as 1,100; its put failed at these sizes.
  expect(looks(1120, 17_600)).toEqual([1040, 1808, 2832, 4368, 6672, 10_256, 15_632]);
});

test("of 480 serialized elements every byte is counted: each has 1/480 of what is stored", () => {
  expect(looks(480, 7680, false)).toEqual(looks(400, 6400).concat([6672]));
});
