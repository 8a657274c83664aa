/** How far unrolls get before they fail: rungs that the same records lead to again. */
import { expect, test } from "vitest";
import { exactly } from "../../src/byte-interval.ts";
import { UnrollLadder } from "../../src/replay/evidence/unroll-ladder.ts";

const MIB = 1_048_576;
const LAW = { atLeast: 0, atMost: 100 * MIB };
const ladder = () => new UnrollLadder({ unrollThresholdBytes: MIB, unrollGrowth: 1.5 });

test("the rungs that a room allows are foreseen: those that ask for more, and not those above", () => {
  const known = ladder();
  for (const mib of [2, 4, 6, 9, 14]) known.learn("rdd_0_0", exactly(mib * MIB));
  const room = { atLeast: 7.5 * MIB, atMost: 10 * MIB };
  // 5 MiB ask for 7.5: the 4 MiB rung got what it asked for, and nothing reaches 14 MiB in 10.
  expect(known.foreseen("rdd_0_1", LAW, room)).toEqual({ atLeast: 6 * MIB, atMost: 9 * MIB });
});

test("a first look may measure more than the room: the lowest rung stands", () => {
  const known = ladder();
  known.learn("rdd_0_0", exactly(20 * MIB));
  known.learn("rdd_0_0", exactly(31 * MIB));
  expect(known.foreseen("rdd_0_1", LAW, exactly(10 * MIB))).toEqual(exactly(20 * MIB));
});

test("an RDD that has not failed yet has the rungs of others; the first of all what there is room for", () => {
  const known = ladder();
  const room = { atLeast: 3 * MIB, atMost: 10 * MIB };
  const first = known.foreseen("rdd_0_0", { ...LAW, atLeast: 2 * MIB }, room);
  expect(first).toEqual({ atLeast: 2 * MIB, atMost: Math.floor(10 * MIB * 1.06) });
  known.learn("rdd_0_0", exactly(4 * MIB));
  expect(known.foreseen("rdd_1_0", LAW, room)).toEqual(exactly(4 * MIB));
  known.learn("rdd_1_0", exactly(5 * MIB));
  expect(known.foreseen("rdd_1_1", LAW, room)).toEqual(exactly(5 * MIB));
});
