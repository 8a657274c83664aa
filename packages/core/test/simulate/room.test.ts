/**
 * A simulated run that was refused nothing goes the same wherever there is as much room: what need
 * not be simulated again must be what a simulation would give.
 */
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { Draws, goesTheSame, simulate, simulateUntil } from "../../src/index.ts";
import { cacheOf, MIB, pool } from "./small-runs.ts";

const NEVER = (): boolean => false;

function roomIn(wanted: ReturnType<typeof cacheOf>, bytes: number, draw: number) {
  return simulateUntil(wanted, pool(bytes), new Draws(1, draw), NEVER).room;
}

const applications = fc
  .record({
    rdds: fc.integer({ min: 1, max: 2 }),
    partitions: fc.integer({ min: 1, max: 6 }),
    blockBytes: fc.integer({ min: 1, max: 6 * MIB }),
    reads: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 1, maxLength: 4 }),
    spillableBytes: fc.integer({ min: 0, max: 40 * MIB }),
  })
  .map((given) =>
    cacheOf({ ...given, reads: given.reads.map((rdd) => Math.min(rdd, given.rdds - 1)) }),
  );

test("with as much room under another size a run goes the same", () => {
  let compared = 0;
  const sizes = fc.integer({ min: 8, max: 200 });
  fc.assert(
    fc.property(applications, sizes, sizes, fc.nat(5), (wanted, one, other, draw) => {
      const room = roomIn(wanted, one * MIB, draw);
      if (room === undefined || !goesTheSame(room, false, pool(one * MIB), pool(other * MIB)))
        return;
      compared++;
      const outcomes = [one, other].map((mib) =>
        simulate(wanted, pool(mib * MIB), new Draws(1, draw)),
      );
      expect(outcomes[1]).toEqual(outcomes[0]);
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(50);
});

test("blocks that fill a pool to the byte go the same in it, and not in one of a byte less", () => {
  const wanted = cacheOf({ rdds: 1, partitions: 4, blockBytes: 4 * MIB, reads: [0, 0] });
  const room = roomIn(wanted, 100 * MIB, 0);
  const needed = simulate(wanted, pool(100 * MIB), new Draws(1, 0)).peak_storage_bytes;
  if (room === undefined) throw new Error("it was refused something");
  const same = (bytes: number) => goesTheSame(room, false, pool(100 * MIB), pool(bytes));
  expect(same(needed)).toBe(true);
  expect(same(needed - 1)).toBe(false);
  expect(roomIn(wanted, needed - 1, 0)).toBeUndefined();
});

test("a collection has its room where half of the pool is as large as each of two has become", () => {
  const wanted = cacheOf({
    rdds: 0,
    partitions: 2,
    blockBytes: 0,
    reads: [-1],
    spillableBytes: 30 * MIB,
  });
  const room = roomIn(wanted, 400 * MIB, 0);
  if (room === undefined) throw new Error("it was refused something");
  const { shareBytes } = room.onHeap;
  expect(shareBytes).toBeGreaterThan(60 * MIB);
  expect(goesTheSame(room, false, pool(400 * MIB), pool(shareBytes))).toBe(true);
  expect(goesTheSame(room, false, pool(400 * MIB), pool(shareBytes - 2))).toBe(false);
});

test("other pages, slots or versions are another run", () => {
  const wanted = cacheOf({ rdds: 1, partitions: 4, blockBytes: 4 * MIB, reads: [0, 0] });
  const room = roomIn(wanted, 100 * MIB, 0);
  if (room === undefined) throw new Error("it was refused something");
  const one = pool(100 * MIB);
  const larger = pool(2048 * MIB);
  expect(larger.capacity.pageSizeBytes).not.toBe(one.capacity.pageSizeBytes);
  expect(goesTheSame(room, false, one, larger)).toBe(true);
  expect(goesTheSame(room, true, one, larger)).toBe(false);
  expect(goesTheSame(room, false, one, { ...one, slots: 3 })).toBe(false);
  expect(goesTheSame(room, false, one, pool(100 * MIB, "2.4.8"))).toBe(false);
});

test("a run that has come to what was sought is simulated no further", () => {
  const reads = Array.from({ length: 40 }, (_, index) => index % 2);
  const wanted = cacheOf({ rdds: 2, partitions: 100, blockBytes: 4 * MIB, reads });
  const whole = simulate(wanted, pool(60 * MIB), new Draws(1, 0));
  const run = simulateUntil(
    wanted,
    pool(60 * MIB),
    new Draws(1, 0),
    ({ evicted_blocks }) => evicted_blocks > 0,
  );
  expect(run.isWhole).toBe(false);
  expect(run.outcomes.evicted_blocks).toBeGreaterThan(0);
  expect(run.outcomes.evicted_blocks).toBeLessThan(whole.evicted_blocks / 2);
  expect(simulateUntil(wanted, pool(60 * MIB), new Draws(1, 0), NEVER).outcomes).toEqual(whole);
});
