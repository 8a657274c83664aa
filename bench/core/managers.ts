/// <reference types="node" />
/**
 * Manager calls a second on one core, without recording, and what an eviction costs with 100 to
 * 100,000 blocks in the store. node --conditions=@respark/source --import tsx
 * bench/core/managers.ts [millions of calls]
 */
import {
  type MemoryManager,
  type MemoryMode,
  MemoryStore,
  newestSparkBehaviour,
  type SparkBehaviour,
  selectMemoryManager,
  sparkBehaviour,
} from "../../packages/core/src/index.ts";

const millions = Number(process.argv[2] ?? "4");
const MIB = 1_048_576;

interface World {
  readonly manager: MemoryManager;
  readonly store: MemoryStore;
}

function world(behaviour: SparkBehaviour, heapBytes: number, legacy = false): World {
  const conf = new Map([["spark.memory.offHeap.size", "1g"]]);
  if (legacy) conf.set("spark.memory.useLegacyMode", "true");
  const manager = selectMemoryManager({ behaviour, conf, heapBytes, cores: 4 });
  return { manager, store: new MemoryStore(behaviour, manager, conf) };
}

/**
 * The mix of the recorded vectors: execution 6 : storage 3 : unroll 1, tasks that end, blocks that
 * are read. Small numbers only.
 */
function mixed({ manager, store }: World, calls: number): number {
  const ids = Array.from({ length: 4096 }, (_, at) => `rdd_${at % 7}_${at}`);
  let state = 20_261_121;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state >>> 8) % below;
  };
  let done = 0;
  while (done < calls) {
    const task = random(8);
    const mode: MemoryMode = random(10) === 0 ? "off_heap" : "on_heap";
    const op = random(16);
    if (op < 5) {
      const got = manager.acquireExecution(task, 65_536 + random(2 * MIB), mode);
      // A task that would have to wait gives everything back: no other task runs here.
      if (typeof got !== "number") manager.releaseAllExecution(task);
    } else if (op < 9) manager.releaseExecution(task, 32_768 + random(MIB), mode);
    else if (op === 9) manager.releaseAllExecution(task);
    else if (op < 13) {
      const blockId = ids[random(ids.length)] ?? "";
      if (store.contains(blockId)) store.get(blockId);
      else store.putBytes({ blockId, mode: "on_heap" }, 16_384 + random(MIB));
    } else if (op === 13) store.remove(ids[random(ids.length)] ?? "");
    else if (op === 14) store.reserveUnroll("rdd_99_0", task, MIB, "on_heap");
    else store.releaseUnroll(task, "on_heap");
    if (manager.needsWake) manager.wake();
    done++;
    if ((done & 1023) === 0) store.takeEvicted();
  }
  return done;
}

function cpuSeconds(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1e6;
}

function line(text: string): void {
  process.stdout.write(`${text}\n`);
}

for (const version of ["1.6.1", "2.4.8", "3.5.6", "4.2.0"]) {
  const behaviour = sparkBehaviour(version) ?? newestSparkBehaviour;
  for (const legacy of behaviour.legacyMode ? [false, true] : [false]) {
    mixed(world(behaviour, 1024 * MIB, legacy), 200_000);
    const tested = world(behaviour, 1024 * MIB, legacy);
    const seconds = cpuSeconds(() => mixed(tested, millions * 1e6));
    line(
      `${legacy ? "static" : "unified"} ${version}: ${((millions * 1e6) / seconds / 1e6).toFixed(1)} million calls a CPU second`,
    );
  }
}

/** As many names at every size: names that have left the caches would be counted as the store's. */
const names = Array.from({ length: 200_000 }, (_, at) => `broadcast_${at}`);

/** Fills a store with equal blocks, then puts others, one eviction each. */
function evictions(blocks: number, rounds: number): number {
  const bytes = 1000;
  const heapBytes = Math.ceil((blocks * bytes) / 0.6) + 300 * MIB;
  const conf = new Map([["spark.testing.memory", String(Math.max(heapBytes, 472_000_000))]]);
  const manager = selectMemoryManager({
    behaviour: newestSparkBehaviour,
    conf,
    heapBytes,
    cores: 4,
  });
  const store = new MemoryStore(newestSparkBehaviour, manager, conf);
  const capacity = manager.maxStorageBytes("on_heap");
  const size = Math.floor(capacity / blocks);
  let next = 0;
  const put = (): void => {
    store.putBytes({ blockId: names[next++ % names.length] ?? "", mode: "on_heap" }, size);
  };
  while (next < blocks) put();
  store.takeEvicted();
  const seconds = cpuSeconds(() => {
    for (let round = 0; round < rounds; round++) {
      put();
      if ((round & 1023) === 0) store.takeEvicted();
    }
  });
  return (seconds / rounds) * 1e9;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

const sizes = [100, 1000, 10_000, 100_000];
evictions(1000, 500_000);
const rounds = [1, 2, 3, 4, 5].map(() => sizes.map((blocks) => evictions(blocks, 400_000)));
const costs = sizes.map((_, at) => median(rounds.map((round) => round[at] ?? Number.NaN)));
for (const [at, blocks] of sizes.entries())
  line(
    `${blocks} blocks in the store: ${costs[at]?.toFixed(0)} ns a put that evicts one, ${((costs[at] ?? 0) / (costs[0] ?? 1)).toFixed(2)} of the first`,
  );
