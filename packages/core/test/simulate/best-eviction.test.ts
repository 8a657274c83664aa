/** Belady's order against every order there is, on traces small enough to try them all. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { type CacheUse, metByBestOrder } from "../../src/simulate/best-eviction.ts";

function uses(
  blocks: string,
  room: number,
  bytes: (block: string) => number = () => 1,
): CacheUse[] {
  return blocks.split("").map((block) => ({
    blockId: block,
    bytes: bytes(block),
    needBytes: bytes(block),
    roomBytes: room,
  }));
}

function hits(trace: readonly CacheUse[]): number {
  return metByBestOrder(trace).filter(Boolean).length;
}

/** The most hits of any choice of what to keep after each use, evicting and passing by at will. */
function mostHits(trace: readonly CacheUse[]): number {
  let states = new Map<string, number>([["", 0]]);
  const sizes = new Map(trace.map(({ blockId, bytes }) => [blockId ?? "", bytes]));
  for (const { blockId = "", roomBytes } of trace) {
    const next = new Map<string, number>();
    for (const [kept, met] of states) {
      const all = [...new Set((kept + blockId).split(""))];
      const gained = met + (blockId !== "" && kept.includes(blockId) ? 1 : 0);
      for (let subset = 0; subset < 2 ** all.length; subset++) {
        const chosen = all.filter((_, at) => (subset >> at) % 2 === 1).sort();
        const held = chosen.reduce((sum, block) => sum + (sizes.get(block) ?? 0), 0);
        if (held > roomBytes) continue;
        const name = chosen.join("");
        next.set(name, Math.max(next.get(name) ?? 0, gained));
      }
    }
    states = next;
  }
  return Math.max(...states.values());
}

test("a cycle one block larger than the room keeps all but one, where LRU meets nothing", () => {
  expect(hits(uses("abcdabcdabcd", 3))).toBe(6);
  expect(hits(uses("ababab", 1))).toBe(2);
});

test("what is never read again goes at once, and what does not fit is passed by", () => {
  expect(hits(uses("xabxab", 2))).toBe(2);
  expect(hits(uses("baab", 1, (block) => (block === "b" ? 2 : 1)))).toBe(1);
});

test("less room in between takes the blocks that are read last", () => {
  const squeezed: CacheUse = { blockId: undefined, bytes: 0, needBytes: 0, roomBytes: 1 };
  const [a, b, ...later] = uses("abab", 2);
  if (a === undefined || b === undefined) throw new Error("no use");
  expect(metByBestOrder([a, b, squeezed, ...later])).toEqual([false, false, false, true, false]);
});

test("storing takes room beside what is kept, as an unroll does", () => {
  const trace = uses("abab", 2).map((use) => ({ ...use, needBytes: 1.5 }));
  expect(hits(trace)).toBe(1);
});

const traces = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 14 });

test("of blocks of one size no order meets more", () => {
  fc.assert(
    fc.property(traces, fc.integer({ min: 1, max: 4 }), (blocks, room) => {
      const trace = uses(blocks.join(""), room);
      expect(hits(trace)).toBe(mostHits(trace));
    }),
  );
});

test("of blocks of any size it is an order that could be had", () => {
  const sized = { a: 1, b: 2, c: 3, d: 1, e: 2 };
  const bytes = (block: string): number => sized[block as keyof typeof sized];
  fc.assert(
    fc.property(
      traces,
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 14 }),
      (blocks, rooms) => {
        const trace = uses(blocks.join(""), 0, bytes).map((use, at) => {
          return { ...use, roomBytes: rooms[at] ?? 1 };
        });
        expect(hits(trace)).toBeLessThanOrEqual(mostHits(trace));
      },
    ),
  );
});
