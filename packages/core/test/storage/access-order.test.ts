/** The order of last use, held against a plain Map that does the same slowly. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { AccessOrder } from "../../src/storage/access-order.ts";

const blockIds = [
  ...Array.from({ length: 300 }, (_, at) => `rdd_${at % 3}_${at}`),
  ...Array.from({ length: 100 }, (_, at) => `broadcast_${at}`),
  // The same hash, different names: "Aa" and "BB" weigh alike in base 31.
  "Aa",
  "BB",
  "AaAa",
  "BBBB",
  "AaBB",
  "BBAa",
];

/** What AccessOrder does, slowly. */
class PlainOrder {
  readonly blocks = new Map<string, number>();

  touch(blockId: string): boolean {
    const bytes = this.blocks.get(blockId);
    if (bytes === undefined) return false;
    this.blocks.delete(blockId);
    this.blocks.set(blockId, bytes);
    return true;
  }

  remove(blockId: string): number | undefined {
    const bytes = this.blocks.get(blockId);
    this.blocks.delete(blockId);
    return bytes;
  }

  evict(bytes: number): string[] | undefined {
    const victims: string[] = [];
    let sum = 0;
    for (const [blockId, held] of this.blocks) {
      victims.push(blockId);
      sum += held;
      if (sum < bytes) continue;
      for (const victim of victims) this.blocks.delete(victim);
      return victims;
    }
    return undefined;
  }
}

test("blocks keep the order of a Map that puts what is touched last, whatever comes and goes", () => {
  const step = fc.record({
    op: fc.constantFrom("add", "add", "touch", "remove", "evict"),
    at: fc.nat(blockIds.length - 1),
    bytes: fc.integer({ min: 0, max: 1000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 1500 }), (steps) => {
      const order = new AccessOrder();
      const plain = new PlainOrder();
      for (const { op, at, bytes } of steps) {
        const blockId = blockIds[at] ?? "";
        let got: unknown;
        let expected: unknown;
        if (op === "touch") {
          got = order.touch(blockId);
          expected = plain.touch(blockId);
        } else if (op === "remove") {
          got = order.remove(blockId)?.bytes;
          expected = plain.remove(blockId);
        } else if (op === "evict") {
          got = order.select(bytes, {})?.map((slot) => order.removeSelected(slot).blockId);
          expected = plain.evict(bytes);
        } else if (!order.has(blockId)) {
          order.add({ blockId, rddId: at % 3, bytes, mode: "on_heap", level: undefined });
          plain.blocks.set(blockId, bytes);
        }
        expect(got).toEqual(expected);
        expect(order.bytesOf(blockId)).toBe(plain.blocks.get(blockId));
        expect(order.size).toBe(plain.blocks.size);
      }
      expect(order.blockIds()).toEqual([...plain.blocks.keys()]);
    }),
    { numRuns: 40 },
  );
});

test("a store that was cleared starts anew", () => {
  const order = new AccessOrder();
  for (const blockId of blockIds)
    order.add({ blockId, rddId: undefined, bytes: 1, mode: "on_heap", level: undefined });
  order.clear();
  expect(order.size).toBe(0);
  expect(order.select(1, {})).toBeUndefined();
  order.add({ blockId: "rdd_1_1", rddId: 1, bytes: 5, mode: "off_heap", level: undefined });
  expect(order.blockIds()).toEqual(["rdd_1_1"]);
  expect(order.remove("rdd_1_1")).toMatchObject({ rddId: 1, bytes: 5, mode: "off_heap" });
});
