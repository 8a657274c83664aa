/**
 * Blocks: where they are (2.3+, with `spark.eventLog.logBlockUpdates.enabled`), and RDDs
 * unpersisted.
 */
import type { BlockUpdatedFact } from "@respark/core";
import { type EventDecoder, executorIdOf, type LineBytes, type LineReader } from "../event.ts";
import { type JsonObject, needInteger, needObject, needQuantity, needText } from "../json.ts";
import { LearnedShapes } from "../learned-shape.ts";
import { ShapeFields } from "../shape.ts";
import { storageLevelOf } from "./storage-level.ts";

const info = "Block Updated Info";
const level = "Storage Level";
const fields = new ShapeFields();
const executorId = fields.needText(info, "Block Manager ID", "Executor ID");
const host = fields.needText(info, "Block Manager ID", "Host");
const port = fields.need(info, "Block Manager ID", "Port");
const blockId = fields.needText(info, "Block ID");
const useDisk = fields.flag(info, level, "Use Disk");
const useMemory = fields.flag(info, level, "Use Memory");
const useOffHeap = fields.flag(info, level, "Use Off Heap");
const deserialized = fields.flag(info, level, "Deserialized");
const replication = fields.need(info, level, "Replication");
const memorySize = fields.need(info, "Memory Size");
const diskSize = fields.need(info, "Disk Size");

export function blockDecoders(): readonly EventDecoder[] {
  return [new BlockUpdatedDecoder(), unpersistRdd];
}

/**
 * `SparkListenerBlockUpdated`. Sizes are as logged: an eviction carries those of the block just
 * before (spec/event-log.md 3.7), so bytes are in memory only where `useMemory` is set.
 */
class BlockUpdatedDecoder implements EventDecoder, LineReader {
  readonly event: string = "SparkListenerBlockUpdated";
  readonly picks: EventDecoder["picks"] = { [info]: true };
  readonly lineReader: LineReader = this;
  readonly #shapes = new LearnedShapes(fields);
  readonly #fact: BlockUpdatedFact = {
    kind: "block_updated",
    executorId: "",
    host: "",
    port: 0,
    status: {
      blockId: "",
      level: {
        useDisk: false,
        useMemory: false,
        useOffHeap: undefined,
        deserialized: false,
        replication: 1,
      },
      memoryBytes: 0,
      diskBytes: 0,
    },
  };

  decode(event: JsonObject): BlockUpdatedFact {
    const update = needObject(event, info);
    const manager = needObject(update, "Block Manager ID");
    const fact = this.#fact;
    fact.executorId = executorIdOf(needText(manager, "Executor ID"));
    fact.host = needText(manager, "Host");
    fact.port = needInteger(manager, "Port");
    fact.status.blockId = needText(update, "Block ID");
    Object.assign(fact.status.level, storageLevelOf(update));
    fact.status.memoryBytes = needQuantity(update, "Memory Size");
    fact.status.diskBytes = needQuantity(update, "Disk Size");
    return fact;
  }

  read(line: LineBytes): BlockUpdatedFact | undefined {
    const shapes = this.#shapes;
    if (!shapes.match(line)) return undefined;
    // Damage, and decode() says so.
    if (shapes.number(memorySize) < 0 || shapes.number(diskSize) < 0) return undefined;
    const fact = this.#fact;
    const status = fact.status;
    fact.executorId = executorIdOf(shapes.text(executorId) ?? "");
    fact.host = shapes.text(host) ?? "";
    fact.port = shapes.number(port);
    status.blockId = shapes.text(blockId) ?? "";
    status.level.useDisk = shapes.flag(useDisk) ?? false;
    status.level.useMemory = shapes.flag(useMemory) ?? false;
    status.level.useOffHeap = shapes.flag(useOffHeap);
    status.level.deserialized = shapes.flag(deserialized) ?? false;
    status.level.replication = shapes.number(replication);
    status.memoryBytes = shapes.number(memorySize);
    status.diskBytes = shapes.number(diskSize);
    return fact;
  }

  learn(line: LineBytes): void {
    this.#shapes.learn(line);
  }
}

/** On the call of `unpersist`, not on eviction. */
const unpersistRdd: EventDecoder = {
  event: "SparkListenerUnpersistRDD",
  picks: { "RDD ID": true },
  decode: (event) => ({ kind: "unpersist_rdd", rddId: needInteger(event, "RDD ID") }),
};
