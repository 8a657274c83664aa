/**
 * The laws of the pools (spec 6) after every one of random commands, for every manager and every
 * line.
 */

import {
  type MemoryManager,
  type MemoryMode,
  type MemoryStore,
  type PoolsSnapshot,
  Pre16MemoryStore,
  SparkFailure,
  selectMemoryManager,
  sparkBehaviours,
} from "@respark/core";
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { behaviourOf, staticWorld, unifiedWorld } from "./world.ts";

const MAX = 10_000;

interface Command {
  readonly op:
    | "acquire"
    | "release"
    | "release_all"
    | "put"
    | "put_values"
    | "unroll"
    | "release_unroll"
    | "remove"
    | "pin"
    | "unpin"
    | "get";
  readonly taskId: number;
  readonly block: number;
  readonly bytes: number;
  readonly offHeap: boolean;
}

const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.record({
    op: fc.constantFrom<Command["op"]>(
      "acquire",
      "acquire",
      "acquire",
      "release",
      "release_all",
      "put",
      "put",
      "put_values",
      "unroll",
      "release_unroll",
      "remove",
      "pin",
      "unpin",
      "get",
    ),
    taskId: fc.integer({ min: 1, max: 4 }),
    block: fc.integer({ min: 0, max: 30 }),
    bytes: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: MAX + 1 })),
    offHeap: fc.boolean(),
  }),
  { maxLength: 60 },
);

function blockOf(command: Command): string {
  return command.block < 24
    ? `rdd_${command.block % 4}_${command.block}`
    : `broadcast_${command.block}`;
}

function run(manager: MemoryManager, store: MemoryStore, command: Command, mode: MemoryMode): void {
  const { taskId, bytes } = command;
  const blockId = blockOf(command);
  switch (command.op) {
    case "acquire": {
      const before = manager.snapshot()[mode === "on_heap" ? "onHeap" : "offHeap"];
      const got = manager.acquireExecution(taskId, bytes, mode);
      if (typeof got === "number") assertGrant(before, manager, { got, bytes, taskId, mode });
      break;
    }
    case "release":
      manager.releaseExecution(taskId, bytes, mode);
      break;
    case "release_all":
      store.releaseUnrollOfTask(taskId);
      manager.releaseAllExecution(taskId);
      break;
    case "put":
      if (!store.contains(blockId)) assertPut(manager, store, blockId, bytes, mode);
      break;
    case "put_values":
      if (!store.contains(blockId))
        store.putValues(
          { blockId, mode, taskId },
          { checkedBytes: [bytes / 4, bytes / 2].map(Math.floor), finalBytes: bytes },
        );
      break;
    case "unroll":
      store.reserveUnroll(blockId, taskId, bytes, mode);
      break;
    case "release_unroll":
      store.releaseUnroll(taskId, mode, bytes);
      break;
    case "remove":
      store.remove(blockId);
      break;
    case "pin":
      store.pin(blockId);
      break;
    case "unpin":
      store.unpin(blockId);
      break;
    case "get":
      store.get(blockId);
      break;
  }
  if (manager.needsWake) manager.wake();
}

/**
 * A grant is within 0 and the request; it does not take a task above 1/N; what came short of 1/2N
 * waits instead.
 */
function assertGrant(
  before: PoolsSnapshot,
  manager: MemoryManager,
  grant: {
    readonly got: number;
    readonly bytes: number;
    readonly taskId: number;
    readonly mode: MemoryMode;
  },
): void {
  const after = manager.snapshot()[grant.mode === "on_heap" ? "onHeap" : "offHeap"];
  const held = after.executionBytesByTask.get(grant.taskId) ?? 0;
  const share = manager.taskShare(grant.mode);
  expect(grant.got).toBeGreaterThanOrEqual(0);
  expect(grant.got).toBeLessThanOrEqual(grant.bytes);
  expect(held).toBeLessThanOrEqual(
    Math.max(before.executionBytesByTask.get(grant.taskId) ?? 0, share.maxBytes),
  );
  if (grant.got < grant.bytes && manager.kind !== "pre16")
    expect(held).toBeGreaterThanOrEqual(share.minBytes);
}

/**
 * A put adds its bytes less what it evicted; a refused one changes no block (unified), and evicted
 * blocks are gone.
 */
function assertPut(
  manager: MemoryManager,
  store: MemoryStore,
  blockId: string,
  bytes: number,
  mode: MemoryMode,
): void {
  store.takeEvicted();
  const before = manager.storageUsedBytes(mode);
  const stored = store.putBytes({ blockId, mode }, bytes) === "stored";
  const evicted = store.takeEvicted();
  const gone = evicted
    .filter((block) => block.mode === mode)
    .reduce((sum, block) => sum + block.bytes, 0);
  expect(manager.storageUsedBytes(mode)).toBe(before - gone + (stored ? bytes : 0));
  if (!stored) expect(evicted).toEqual([]);
  for (const victim of evicted) expect(store.contains(victim.blockId)).toBe(false);
}

/** Invariants 1–4 of the spec, and what follows for a store without anything else in its pools. */
function assertPoolLaws(pools: PoolsSnapshot, total: number | undefined): void {
  const { storageUsedBytes, storagePoolBytes, executionUsedBytes, executionPoolBytes } = pools;
  expect(storageUsedBytes).toBeGreaterThanOrEqual(0);
  expect(storageUsedBytes).toBeLessThanOrEqual(storagePoolBytes);
  expect(executionUsedBytes).toBeLessThanOrEqual(executionPoolBytes);
  let held = 0;
  for (const bytes of pools.executionBytesByTask.values()) {
    expect(bytes).toBeGreaterThanOrEqual(0);
    held += bytes;
  }
  expect(held).toBe(executionUsedBytes);
  const sum = storagePoolBytes + executionPoolBytes;
  expect(sum).toBe(total ?? sum);
}

function assertStoreLaws(manager: MemoryManager, store: MemoryStore): void {
  const used = manager.storageUsedBytes("on_heap") + manager.storageUsedBytes("off_heap");
  expect(store.blockBytes + store.unrollBytes).toBe(used);
  const sizes = store
    .snapshot()
    .blockIds.reduce((sum, blockId) => sum + (store.peekBytes(blockId) ?? 0), 0);
  expect(sizes).toBe(store.blockBytes);
}

const unifiedLines = sparkBehaviours.filter((line) => line.memoryManager === "unified");

test.each(unifiedLines.map((line) => line.since))(
  "unified, Spark %s: the pools keep their laws whatever happens",
  (version) => {
    fc.assert(
      fc.property(commands, (all) => {
        const { behaviour, manager, store } = unifiedWorld(version, MAX);
        for (const command of all) {
          const mode =
            command.offHeap && (behaviour.offHeapStorage || command.op === "acquire")
              ? "off_heap"
              : "on_heap";
          run(manager, store, command, mode);
          const state = manager.snapshot();
          assertPoolLaws(state.onHeap, MAX);
          assertPoolLaws(state.offHeap, behaviour.offHeapStorage ? MAX : undefined);
          assertStoreLaws(manager, store);
          expect(state.onHeap.executionLimitBytes).toBeLessThanOrEqual(
            MAX - Math.min(state.onHeap.storageUsedBytes, MAX / 2),
          );
        }
        for (const taskId of [1, 2, 3, 4]) {
          store.releaseUnrollOfTask(taskId);
          manager.releaseAllExecution(taskId);
        }
        expect(manager.executionUsedBytes("on_heap")).toBe(0);
        expect(store.unrollBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  },
);

test.each(sparkBehaviours.filter((line) => line.legacyMode).map((line) => line.since))(
  "static, Spark %s: the pools never move and keep their laws",
  (version) => {
    fc.assert(
      fc.property(commands, (all) => {
        const { manager, store } = staticWorld(version, {
          storageBytes: MAX,
          executionBytes: 3000,
        });
        for (const command of all) {
          run(manager, store, command, "on_heap");
          const pools = manager.snapshot().onHeap;
          assertPoolLaws(pools, undefined);
          expect(pools).toMatchObject({ storagePoolBytes: MAX, executionPoolBytes: 3000 });
          assertStoreLaws(manager, store);
        }
      }),
      { numRuns: 60 },
    );
  },
);

test.each(["1.2.2", "1.3.1", "1.4.1", "1.5.2"])(
  "before 1.6, Spark %s: blocks never exceed the store, tasks never the pool",
  (version) => {
    fc.assert(
      fc.property(commands, (all) => {
        const manager = selectMemoryManager({
          behaviour: behaviourOf(version),
          conf: new Map(),
          heapBytes: 100_000,
          cores: 1,
        });
        const store = new Pre16MemoryStore(behaviourOf(version), {
          maxMemoryBytes: MAX,
          maxUnrollBytes: 2000,
          conf: new Map([["spark.storage.unrollMemoryThreshold", "1"]]),
        });
        for (const command of all) {
          const blockId = blockOf(command);
          const { taskId, bytes } = command;
          if (command.op === "put") store.putBytes({ blockId, mode: "on_heap" }, bytes);
          else if (command.op === "put_values")
            store.putValues(
              { blockId, mode: "on_heap", taskId },
              { checkedBytes: [Math.floor(bytes / 2)], finalBytes: bytes },
            );
          else if (command.op === "unroll") store.reserveUnroll(taskId, bytes);
          else if (command.op === "release_all") {
            store.releaseUnrollOfTask(taskId);
            manager.releaseAllExecution(taskId);
          } else if (command.op === "acquire") manager.acquireExecution(taskId, bytes, "on_heap");
          else if (command.op === "release") {
            const held = manager.snapshot().onHeap.executionBytesByTask.get(taskId) ?? 0;
            manager.releaseExecution(taskId, Math.min(bytes, held), "on_heap");
          }
          if (manager.needsWake) manager.wake();
          expect(store.currentBytes).toBeLessThanOrEqual(MAX);
          expect(store.currentBytes).toBeGreaterThanOrEqual(0);
          assertPoolLaws(manager.snapshot().onHeap, 54_000 + 16_000);
        }
      }),
      { numRuns: 60 },
    );
  },
);

test.each([
  ["1.4.1", "thread"],
  ["1.5.2", "task"],
])("Spark %s does not forgive releasing what a %s does not hold", (version, holder) => {
  const manager = selectMemoryManager({
    behaviour: behaviourOf(version),
    conf: new Map(),
    heapBytes: 100_000,
    cores: 1,
  });
  manager.acquireExecution(1, 100, "on_heap");
  const release = () => manager.releaseExecution(1, 101, "on_heap");
  expect(release).toThrow(SparkFailure);
  expect(release).toThrow(`Internal error: release called on 101 bytes but ${holder} only has 100`);
});

test("the same commands always lead to the same state", () => {
  fc.assert(
    fc.property(commands, fc.constantFrom(...unifiedLines), (all, line) => {
      const states = [1, 2].map(() => {
        const { manager, store } = unifiedWorld(line.since, MAX);
        for (const command of all) run(manager, store, command, "on_heap");
        return { pools: manager.snapshot(), blocks: store.snapshot() };
      });
      expect(states[0]).toEqual(states[1]);
    }),
    { numRuns: 60 },
  );
});

test("storage within its region is never evicted for execution", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: MAX }),
      fc.constantFrom(...unifiedLines),
      (sizes, wanted, line) => {
        const { manager, store } = unifiedWorld(line.since, MAX);
        let held = 0;
        for (const [partition, bytes] of sizes.entries()) {
          if (held + bytes > MAX / 2) break;
          store.putBytes({ blockId: `rdd_1_${partition}`, mode: "on_heap" }, bytes);
          held += bytes;
        }
        if (manager.snapshot().onHeap.storagePoolBytes > MAX / 2) return;
        manager.acquireExecution(1, wanted, "on_heap");
        expect(store.takeEvicted()).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

/**
 * What a manager decided, given to another as a log would give it, leads to the same pools without
 * bending anything.
 */
test.each(["1.6.1", "1.6.3", "2.0.2", "2.1.3", "2.2.3", "2.4.8", "3.5.6", "4.2.0"])(
  "Spark %s: adopting what a manager decided moves the pools as deciding did",
  (version) => {
    fc.assert(
      fc.property(commands, (all) => {
        const decided = unifiedWorld(version, MAX);
        const followed = unifiedWorld(version, MAX);
        const follow = (outcome: Parameters<MemoryManager["adopt"]>[0]): void => {
          expect(followed.manager.adopt(outcome)).toEqual({ bentByBytes: 0 });
        };
        const mode = "on_heap";
        for (const command of all) {
          const { taskId, bytes } = command;
          const blockId = blockOf(command);
          if (command.op === "acquire") {
            const got = decided.manager.acquireExecution(taskId, bytes, mode);
            // A waiting task grows the pool too; logs tell of it only when it is granted.
            if (typeof got !== "number") break;
            let evictedBytes = 0;
            for (const victim of decided.store.takeEvicted()) {
              evictedBytes += victim.bytes;
              follow({ kind: "storage_released", mode, bytes: victim.bytes });
            }
            follow({
              kind: "execution_granted",
              mode,
              taskId,
              requestedBytes: bytes,
              grantedBytes: got,
              evictedBytes,
            });
          } else if (command.op === "put" && !decided.store.contains(blockId)) {
            const stored = decided.store.putBytes({ blockId, mode }, bytes) === "stored";
            // A refused put borrows all the same; no log says what.
            if (!stored) break;
            for (const victim of decided.store.takeEvicted())
              follow({ kind: "storage_released", mode, bytes: victim.bytes });
            follow({ kind: "storage_stored", mode, bytes });
          } else if (command.op === "release") {
            const held = decided.manager.snapshot().onHeap.executionBytesByTask.get(taskId) ?? 0;
            decided.manager.releaseExecution(taskId, Math.min(bytes, held), mode);
            follow({
              kind: "execution_released",
              mode,
              taskId,
              bytes: Math.min(bytes, held),
            });
          } else if (command.op === "release_all") {
            decided.manager.releaseAllExecution(taskId);
            follow({ kind: "task_ended", taskId });
          }
          const expected = decided.manager.snapshot().onHeap;
          const got = followed.manager.snapshot().onHeap;
          expect(got.executionUsedBytes).toBe(expected.executionUsedBytes);
          expect(got.storageUsedBytes).toBe(expected.storageUsedBytes);
          assertPoolLaws(got, MAX);
        }
      }),
      { numRuns: 80 },
    );
  },
);

test("adopting never throws and never breaks a law, whatever a log claims", () => {
  const outcome = fc.record({
    kind: fc.constantFrom(
      "storage_stored" as const,
      "storage_released" as const,
      "execution_granted" as const,
      "execution_released" as const,
    ),
    taskId: fc.integer({ min: 1, max: 3 }),
    bytes: fc.oneof(fc.integer({ min: -5, max: 2 * MAX }), fc.constant(Number.NaN)),
    evictedBytes: fc.integer({ min: 0, max: MAX }),
  });
  fc.assert(
    fc.property(
      fc.array(outcome, { maxLength: 40 }),
      fc.constantFrom(...sparkBehaviours),
      (all, line) => {
        const manager =
          line.memoryManager === "pre16"
            ? selectMemoryManager({ behaviour: line, conf: new Map(), heapBytes: MAX, cores: 1 })
            : unifiedWorld(line.since, MAX).manager;
        for (const { kind, taskId, bytes, evictedBytes } of all) {
          const adoption =
            kind === "execution_granted"
              ? manager.adopt({ kind, mode: "on_heap", taskId, grantedBytes: bytes, evictedBytes })
              : kind === "execution_released"
                ? manager.adopt({ kind, mode: "on_heap", taskId, bytes })
                : manager.adopt({ kind, mode: "on_heap", bytes });
          expect(adoption.bentByBytes).toBeGreaterThanOrEqual(0);
          assertPoolLaws(
            manager.snapshot().onHeap,
            line.memoryManager === "pre16" ? undefined : MAX,
          );
        }
      },
    ),
    { numRuns: 300 },
  );
});
