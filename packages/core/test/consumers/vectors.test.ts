/**
 * Sorters and maps against Spark's own: fixtures/consumers/*.jsonl.gz (lab/consumers/record) has
 * what they held while they were filled. A changed byte, a spill one record early or late is a
 * mismatch.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { SparkFailure } from "../../src/assert.ts";
import { BytesToBytesMap } from "../../src/consumers/bytes-to-bytes-map.ts";
import { SpillLedger } from "../../src/consumers/spill-ledger.ts";
import { UnsafeExternalSorter } from "../../src/consumers/unsafe-external-sorter.ts";
import { managerCapacity } from "../../src/memory/capacity.ts";
import { createMemoryManager } from "../../src/memory/managers/index.ts";
import type { MemoryManager } from "../../src/memory/memory-manager.ts";
import { type SparkBehaviour, sparkBehaviour } from "../../src/spark-behaviour.ts";
import {
  answerAtOnce,
  TaskMemoryManager,
  type TaskStep,
} from "../../src/tasks/task-memory-manager.ts";

interface Vector {
  readonly spark: string;
  readonly consumer: string;
  /** bytes of memory in all, all of it for one task */
  readonly limit: number;
  readonly page: number;
  readonly records: number;
  readonly recordBytes: number;
  readonly radix: boolean;
  /** whole, no room (a map that takes no more), out of memory */
  readonly end: string;
  /**
   * after which record what is held or spilled changes: record, held bytes, Memory Bytes Spilled
   */
  readonly changes: readonly (readonly [number, number, number])[];
}

const folder = join(import.meta.dirname, "../../../../fixtures/consumers");
const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl.gz"));

function vectorsIn(file: string): Vector[] {
  const text = gunzipSync(readFileSync(join(folder, file))).toString("utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Vector]));
}

const TASK = 7;

function behaviourOf({ spark }: Vector): SparkBehaviour {
  const behaviour = sparkBehaviour(spark);
  if (behaviour === undefined) throw new Error(spark);
  return behaviour;
}

function managerOf(vector: Vector) {
  const { limit, page } = vector;
  const behaviour = behaviourOf(vector);
  const conf = new Map([
    ["spark.testing.memory", String(limit)],
    ["spark.testing.reservedMemory", "0"],
    ["spark.memory.fraction", "1.0"],
    ["spark.memory.storageFraction", "0.0"],
    ["spark.buffer.pageSize", String(page)],
  ]);
  const capacity = managerCapacity({ behaviour, conf, heapBytes: limit, cores: 1 });
  return { behaviour, manager: createMemoryManager(behaviour, capacity, conf) };
}

/** Spark's words for a row in a page: its length stands before it. */
const LENGTH_BYTES = 4;
/** A map's pair: length of all, length of the key, key, value, pointer to the next pair. */
const PAIR_BYTES = 16;

interface Filling {
  start(): TaskStep<void>;
  /** records that go in before memory has to be asked for */
  free(): number;
  insertFree(records: number): void;
  insert(): TaskStep<boolean>;
}

function fillingOf(vector: Vector, memory: TaskMemoryManager, ledger: SpillLedger): Filling {
  const { consumer, page, radix } = vector;
  if (consumer === "BytesToBytesMap") {
    const bytes = vector.recordBytes + PAIR_BYTES;
    const given = { id: 1, mode: "on_heap" as const, memory, initialSlots: 16_384 };
    const map = new BytesToBytesMap({ ...given, pageBytes: page });
    return {
      start: () => map.start(),
      free: () => map.keysWithoutAsking(bytes),
      insertFree: (records) => map.insertWithoutAsking(records, bytes),
      insert: () => map.insert(bytes),
    };
  }
  const bytes = vector.recordBytes + LENGTH_BYTES;
  const sorter = new UnsafeExternalSorter({
    id: 1,
    mode: "on_heap",
    memory,
    ledger,
    shape: {
      longsPerRecord: consumer === "ShuffleExternalSorter" ? 1 : 2,
      initialRecords: 4096,
      radix,
      pageBytes: page,
      spillsArray:
        consumer === "ShuffleExternalSorter" &&
        behaviourOf(vector).shuffleSorterSpills === "pages_and_array",
    },
    diskRatio: 1,
  });
  return {
    start: () => sorter.start(),
    free: () => sorter.recordsWithoutAsking(bytes),
    insertFree: (records) => sorter.insertWithoutAsking(records, bytes),
    *insert() {
      yield* sorter.insert(bytes);
      return true;
    },
  };
}

/** What core's consumer does, in the words of a vector. */
function filled(vector: Vector): Pick<Vector, "end" | "changes"> {
  const { behaviour, manager } = managerOf(vector);
  const memory = new TaskMemoryManager({ behaviour, manager, taskId: TASK });
  const ledger = new SpillLedger();
  const filling = fillingOf(vector, memory, ledger);
  const changes: (readonly [number, number, number])[] = [];
  const note = (record: number): void => {
    const [, held, spilled] = changes.at(-1) ?? [];
    const now = [heldBy(manager), ledger.memoryBytes] as const;
    if (now[0] !== held || now[1] !== spilled) changes.push([record, ...now]);
  };
  try {
    answerAtOnce(manager, filling.start());
    note(0);
    for (let record = 0; record < vector.records; ) {
      const free = Math.min(vector.records - record, filling.free());
      filling.insertFree(free);
      record += free;
      if (record === vector.records) break;
      record++;
      if (answerAtOnce(manager, filling.insert())?.result !== true)
        return { end: "no room", changes };
      note(record);
    }
  } catch (failure) {
    if (!(failure instanceof SparkFailure)) throw failure;
    return { end: "out of memory", changes };
  }
  return { end: "whole", changes };
}

function heldBy(manager: MemoryManager): number {
  return manager.executionBytesByTask("on_heap").get(TASK) ?? 0;
}

/** Names of the vectors that core does not follow to the byte. */
function mismatches(vectors: readonly Vector[]): string[] {
  return vectors.flatMap((vector) => {
    const { end, changes } = filled(vector);
    const at = vector.changes.findIndex((change, index) => {
      return JSON.stringify(change) !== JSON.stringify(changes[index]);
    });
    if (end === vector.end && at < 0 && changes.length === vector.changes.length) return [];
    const { consumer, limit, recordBytes, radix } = vector;
    const said = `${JSON.stringify(vector.changes[at])} is ${JSON.stringify(changes[at])}, ${end}`;
    return [`${consumer} ${limit} ${recordBytes} ${radix ? "radix" : ""}: ${said}`];
  });
}

test.each(files)("%s: sorters and maps hold and spill what Spark's own did", (file) => {
  const vectors = vectorsIn(file);
  expect(vectors.length).toBeGreaterThan(50);
  expect(mismatches(vectors)).toEqual([]);
});

test("a vector with one number changed is noticed", () => {
  const [vector] = vectorsIn(files[0] ?? "");
  if (vector === undefined) throw new Error("no vectors");
  for (const place of [0, 1, 2]) {
    const changes = vector.changes.map((change, index) =>
      index === 3 ? change.map((value, at) => (at === place ? value + 1 : value)) : change,
    );
    expect(
      mismatches([{ ...vector, changes: changes as unknown as Vector["changes"] }]),
    ).toHaveLength(1);
  }
});
