/**
 * Managers at the corners of what is unknown: one is told the least that storage may hold and the
 * most that execution may, one the other way round, one a value between. Their pools are ordered,
 * and the true one lies between them, after every one of random outcomes.
 */
import type { AdoptedOutcome, MemoryManager } from "@respark/core";
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { staticWorld, unifiedWorld } from "./world.ts";

const MAX = 10_000;

/** What happened, with bounds: how many bytes it was lies between. */
interface Outcome {
  readonly kind: "store" | "free" | "grant" | "release" | "end";
  readonly taskId: number;
  readonly atLeast: number;
  readonly more: number;
  /** 0 … 1: where the truth lies */
  readonly truth: number;
}

const outcomes = fc.array(
  fc.record<Outcome>({
    kind: fc.constantFrom("store", "store", "free", "grant", "grant", "release", "end"),
    taskId: fc.integer({ min: 1, max: 3 }),
    atLeast: fc.integer({ min: 1, max: 4000 }),
    more: fc.integer({ min: 0, max: 1500 }),
    truth: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 40 },
);

type Corner = "least" | "true" | "most";

/** Bytes of storage and of execution that a corner books for an outcome. */
function bytesAt(corner: Corner, outcome: Outcome, of: "storage" | "execution"): number {
  const { atLeast, more, truth } = outcome;
  if (corner === "true") return atLeast + Math.floor(more * truth);
  return (corner === "most") === (of === "storage") ? atLeast + more : atLeast;
}

/** One manager with what it adopted so far. */
class Told {
  readonly manager: MemoryManager;
  readonly #corner: Corner;
  readonly #blocks: number[] = [];
  readonly #held = new Map<number, number>();

  constructor(manager: MemoryManager, corner: Corner) {
    this.manager = manager;
    this.#corner = corner;
  }

  get #storageBytes(): number {
    return this.#blocks.reduce((sum, bytes) => sum + bytes, 0);
  }

  get #executionBytes(): number {
    return [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Whether its pools could have held that, too. */
  couldHold(outcome: Outcome): boolean {
    const storage = outcome.kind === "store" ? bytesAt(this.#corner, outcome, "storage") : 0;
    const execution = outcome.kind === "grant" ? bytesAt(this.#corner, outcome, "execution") : 0;
    const used = {
      storage: this.#storageBytes + storage,
      execution: this.#executionBytes + execution,
    };
    if (this.manager.kind === "unified") return used.storage + used.execution <= MAX;
    return used.storage <= MAX / 2 && used.execution <= MAX / 2;
  }

  take(outcome: Outcome): void {
    const { kind, taskId } = outcome;
    const adopt = (adopted: AdoptedOutcome): void => {
      this.manager.adopt(adopted);
    };
    const mode = "on_heap";
    if (kind === "store") {
      const bytes = bytesAt(this.#corner, outcome, "storage");
      this.#blocks.push(bytes);
      adopt({ kind: "storage_stored", mode, bytes });
    } else if (kind === "free") {
      const bytes = this.#blocks.shift();
      if (bytes !== undefined) adopt({ kind: "storage_released", mode, bytes });
    } else if (kind === "grant") {
      const grantedBytes = bytesAt(this.#corner, outcome, "execution");
      this.#held.set(taskId, (this.#held.get(taskId) ?? 0) + grantedBytes);
      adopt({ kind: "execution_granted", mode, taskId, grantedBytes });
    } else {
      const bytes = this.#held.get(taskId);
      this.#held.delete(taskId);
      if (bytes !== undefined) adopt({ kind: "execution_released", mode, taskId, bytes });
    }
  }
}

const worlds = [
  ...["1.6.3", "2.1.3", "2.4.8", "3.0.3", "3.5.6", "4.0.1", "4.2.0"].map((version) => ({
    name: `unified, ${version}`,
    manager: () => unifiedWorld(version, MAX).manager,
  })),
  {
    name: "static, 2.4.8",
    manager: () => staticWorld("2.4.8", { storageBytes: MAX / 2, executionBytes: MAX / 2 }).manager,
  },
];

test.each(worlds)("the corners are ordered and the truth lies between: $name", ({ manager }) => {
  fc.assert(
    fc.property(outcomes, (happened) => {
      const [least, truth, most] = (["least", "true", "most"] as const).map(
        (corner) => new Told(manager(), corner),
      );
      if (least === undefined || truth === undefined || most === undefined) return;
      for (const outcome of happened) {
        // What cannot have happened in one of them is no outcome.
        if (![least, truth, most].every((told) => told.couldHold(outcome))) continue;
        for (const told of [least, truth, most]) told.take(outcome);
        const pools = [least, truth, most].map(({ manager: one }) => one.snapshot().onHeap);
        const [low, between, high] = pools.map(({ storagePoolBytes }) => storagePoolBytes);
        expect([low, between, high]).toEqual(
          [low, between, high].toSorted((a, b) => (a ?? 0) - (b ?? 0)),
        );
        const used = pools.map(({ storageUsedBytes }) => storageUsedBytes);
        expect(used).toEqual(used.toSorted((a, b) => a - b));
        for (const { storagePoolBytes, executionPoolBytes } of pools)
          expect(storagePoolBytes + executionPoolBytes).toBe(MAX);
      }
    }),
    { numRuns: 60 },
  );
});
