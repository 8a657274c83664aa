/**
 * The laws of eviction, growth and refusal (spec 6.7–6.10, 6.13, 6.14) over random stores, for
 * every manager and every line.
 */
import {
  type EvictedBlock,
  type MemoryMode,
  type MemoryStore,
  Pre16MemoryStore,
  rddIdOf,
  type SparkBehaviour,
  sparkBehaviours,
} from "@respark/core";
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { behaviourOf, staticWorld, unifiedWorld } from "./world.ts";

const MAX = 10_000;

interface Held {
  readonly rdd: number;
  readonly bytes: number;
  readonly offHeap: boolean;
  readonly pinned: boolean;
  readonly read: boolean;
}

const stores: fc.Arbitrary<readonly Held[]> = fc.array(
  fc.record({
    rdd: fc.integer({ min: 0, max: 4 }),
    bytes: fc.integer({ min: 1, max: 2500 }),
    offHeap: fc.boolean(),
    pinned: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    read: fc.boolean(),
  }),
  { maxLength: 14 },
);

/** RDD 0 stands for broadcasts, which belong to none. */
const blockIdOf = (rdd: number, at: number): string =>
  rdd === 0 ? `broadcast_${at}` : `rdd_${rdd}_${at}`;

function fill(
  store: MemoryStore,
  behaviour: SparkBehaviour,
  held: readonly Held[],
): ReadonlyMap<string, { readonly bytes: number; readonly mode: MemoryMode }> {
  const there = new Map<string, { readonly bytes: number; readonly mode: MemoryMode }>();
  for (const [at, { rdd, bytes, offHeap, pinned }] of held.entries()) {
    const mode: MemoryMode = offHeap && behaviour.offHeapStorage ? "off_heap" : "on_heap";
    const blockId = blockIdOf(rdd, at);
    if (store.putBytes({ blockId, mode }, bytes) !== "stored") continue;
    there.set(blockId, { bytes, mode });
    if (pinned) store.pin(blockId);
    for (const gone of store.takeEvicted()) there.delete(gone.blockId);
  }
  for (const [at, { rdd, read }] of held.entries()) if (read) store.get(blockIdOf(rdd, at));
  return there;
}

const sumOf = (blocks: readonly EvictedBlock[]): number =>
  blocks.reduce((sum, block) => sum + block.bytes, 0);

const unifiedLines = sparkBehaviours.filter((line) => line.memoryManager === "unified");

test.each(unifiedLines.map((line) => line.since))(
  "Spark %s: an eviction frees what was asked for and no block too many, or nothing",
  (version) => {
    fc.assert(
      fc.property(
        stores,
        fc.integer({ min: 1, max: MAX }),
        fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
        fc.boolean(),
        (held, bytes, forRdd, offHeap) => {
          const { behaviour, store } = unifiedWorld(version, MAX);
          const there = fill(store, behaviour, held);
          const before = store.snapshot();
          const mode: MemoryMode = offHeap && behaviour.offHeapStorage ? "off_heap" : "on_heap";
          const forBlock = forRdd === undefined ? undefined : blockIdOf(forRdd, 99);
          const freed = store.evictBlocksToFreeSpace(forBlock, bytes, mode);
          const victims = store.takeEvicted();
          const mayGo = before.blockIds.filter((blockId) => {
            const rdd = forBlock === undefined ? undefined : rddIdOf(forBlock);
            const pinned = held[Number(blockId.split("_").at(-1))]?.pinned === true;
            return (
              !(behaviour.evictionSkipsPinned && pinned) &&
              !(behaviour.evictionWithinMode && there.get(blockId)?.mode !== mode) &&
              !(rdd !== undefined && rddIdOf(blockId) === rdd)
            );
          });
          const total = mayGo.reduce((sum, blockId) => sum + (there.get(blockId)?.bytes ?? 0), 0);
          expect(freed).toBe(sumOf(victims));
          expect(freed > 0).toBe(total >= bytes);
          // The eldest of those that may go, in their order; without the last one it would not do.
          expect(victims.map((victim) => victim.blockId)).toEqual(mayGo.slice(0, victims.length));
          expect(freed === 0 || freed >= bytes).toBe(true);
          expect(freed - (victims.at(-1)?.bytes ?? 0)).toBeLessThan(bytes);
          const left = before.blockIds.filter(
            (blockId) => !victims.some((victim) => victim.blockId === blockId),
          );
          expect(store.snapshot().blockIds).toEqual(left);
        },
      ),
      { numRuns: 60 },
    );
  },
);

test.each(unifiedLines.map((line) => line.since))(
  "Spark %s: unroll memory is granted in full or not at all, and a refusal evicts nothing",
  (version) => {
    fc.assert(
      fc.property(
        stores,
        fc.integer({ min: 1, max: MAX + 1 }),
        fc.integer({ min: 1, max: MAX }),
        (held, bytes, execution) => {
          const { behaviour, manager, store } = unifiedWorld(version, MAX);
          fill(store, behaviour, held);
          manager.acquireExecution(1, execution, "on_heap");
          store.takeEvicted();
          const before = manager.storageUsedBytes("on_heap");
          const granted = store.reserveUnroll("rdd_9_0", 2, bytes, "on_heap");
          const gone = sumOf(store.takeEvicted());
          expect(manager.storageUsedBytes("on_heap")).toBe(before - gone + (granted ? bytes : 0));
          expect(granted || gone === 0).toBe(true);
          expect(store.unrollBytesOf(2, "on_heap")).toBe(granted ? bytes : 0);
        },
      ),
      { numRuns: 60 },
    );
  },
);

test.each(unifiedLines.filter((line) => line.evictionCreditsExecution).map((line) => line.since))(
  "Spark %s: execution gets what storage borrowed, whatever blocks hold it",
  (version) => {
    fc.assert(
      fc.property(stores, fc.integer({ min: 1, max: MAX }), (held, bytes) => {
        const { behaviour, manager, store } = unifiedWorld(version, MAX);
        fill(
          store,
          behaviour,
          held.map((block) => ({ ...block, pinned: false, offHeap: false })),
        );
        const before = manager.snapshot().onHeap;
        const free = before.storagePoolBytes - before.storageUsedBytes;
        const reclaimable = Math.max(free, before.storagePoolBytes - MAX / 2);
        manager.acquireExecution(1, bytes, "on_heap");
        const after = manager.snapshot().onHeap;
        const missing = Math.max(0, bytes - before.executionPoolBytes);
        expect(after.executionPoolBytes).toBeGreaterThanOrEqual(
          before.executionPoolBytes + Math.min(missing, reclaimable),
        );
        // Alone, a task may have all of the pool.
        expect(after.executionUsedBytes).toBe(
          Math.min(bytes, after.executionPoolBytes, after.executionLimitBytes),
        );
      }),
      { numRuns: 60 },
    );
  },
);

test.each(sparkBehaviours.filter((line) => line.legacyMode).map((line) => line.since))(
  "static, Spark %s: unrolling evicts no more than its cap leaves, and storage takes nothing from execution",
  (version) => {
    fc.assert(
      fc.property(
        stores,
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 }),
        (held, requests) => {
          const maxUnroll = MAX * 0.2;
          const { behaviour, manager, store } = staticWorld(version, {
            storageBytes: MAX,
            executionBytes: 3000,
          });
          fill(
            store,
            behaviour,
            held.map((block) => ({ ...block, offHeap: false })),
          );
          for (const [at, bytes] of requests.entries()) {
            store.takeEvicted();
            const free = MAX - manager.storageUsedBytes("on_heap");
            const room = Math.max(0, maxUnroll - store.unrollBytes - free);
            store.reserveUnroll("rdd_9_0", at, bytes, "on_heap");
            const victims = store.takeEvicted();
            expect(sumOf(victims) - (victims.at(-1)?.bytes ?? 0)).toBeLessThanOrEqual(room);
            expect(manager.snapshot().onHeap).toMatchObject({
              storagePoolBytes: MAX,
              executionPoolBytes: 3000,
            });
          }
        },
      ),
      { numRuns: 60 },
    );
  },
);

test.each(["1.4.1", "1.5.2"])(
  "Spark %s: blocks and unroll memory stay within the store while blocks come by unrolling",
  (version) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            rdd: fc.integer({ min: 1, max: 4 }),
            bytes: fc.integer({ min: 1, max: 4000 }),
            taskId: fc.integer({ min: 1, max: 3 }),
            ends: fc.boolean(),
          }),
          { maxLength: 40 },
        ),
        (puts) => {
          const store = new Pre16MemoryStore(behaviourOf(version), {
            maxMemoryBytes: MAX,
            maxUnrollBytes: 2000,
            conf: new Map([["spark.storage.unrollMemoryThreshold", "100"]]),
          });
          for (const [at, { rdd, bytes, taskId, ends }] of puts.entries()) {
            store.putValues(
              { blockId: blockIdOf(rdd, at), mode: "on_heap", taskId },
              { checkedBytes: [bytes / 4, bytes].map(Math.floor), finalBytes: bytes },
            );
            if (ends) store.releaseUnrollOfTask(taskId);
            expect(store.currentBytes + store.unrollBytes).toBeLessThanOrEqual(MAX);
          }
        },
      ),
      { numRuns: 200 },
    );
  },
);
