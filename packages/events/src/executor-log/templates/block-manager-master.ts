/**
 * BlockManagerMaster and its endpoint (spec/log-templates.md 2.2, 2.3): who registers and who goes.
 */
import { type LogTemplate, silent, template } from "../log-template.ts";
import { lost } from "./scheduler.ts";

export const BLOCK_MANAGER_MASTER: readonly LogTemplate[] = [
  silent("B14", "INFO", "Trying to register BlockManager", "Trying to register BlockManager"),
  silent("B14", "INFO", "Registered BlockManager", "Registered BlockManager"),
  silent(
    "B14",
    "INFO",
    "Registering BlockManager BlockManagerId({text})",
    "Registering BlockManager BlockManagerId(0, localhost, 41391, None)",
  ),
  template({
    name: "B13",
    since: "2.0",
    level: "INFO",
    says: "Registered BlockManager BlockManagerId({word}, {word}, {int}, {text})",
    example: "Registered BlockManager BlockManagerId(0, localhost, 41391, None)",
    fact: (executorId, host, port) => ({
      kind: "block_manager_registered",
      executorId,
      host,
      port,
    }),
  }),
  template({
    name: "B13",
    since: "2.0",
    level: "INFO",
    says: "Registered BlockManager BlockManagerId({word}, {word}, {int})",
    example: "Registered BlockManager BlockManagerId(0, localhost, 41391)",
    fact: (executorId, host, port) => ({
      kind: "block_manager_registered",
      executorId,
      host,
      port,
    }),
  }),
  template({
    name: "G9",
    level: "DEBUG",
    says: "Updated info of block {word}",
    example: "Updated info of block rdd_4_1",
    fact: (blockId) => ({ kind: "block_reported", blockId }),
  }),
  silent("B14", "INFO", "BlockManagerMaster stopped", "BlockManagerMaster stopped"),
  silent(
    "D7",
    "INFO",
    "Removed {word} successfully in removeExecutor",
    "Removed 1 successfully in removeExecutor",
  ),
  silent("D7", "INFO", "Removal of executor {word} requested", "Removal of executor 1 requested"),
];

/** BlockManagerMasterActor (1.2–1.3), BlockManagerMasterEndpoint (1.4+). */
export const BLOCK_MANAGER_MASTER_ENDPOINT: readonly LogTemplate[] = [
  template({
    name: "D1",
    since: "2.1",
    level: "INFO",
    says: "Registering block manager {word} with {size} RAM, BlockManagerId({word}, {word}, {int}, {text})",
    example:
      "Registering block manager localhost:41391 with 127.2 MiB RAM, BlockManagerId(0, localhost, 41391, None)",
    fact: (_hostPort, capacity, executorId, host, port) => ({
      kind: "driver_block_manager_added",
      executorId,
      host,
      port,
      capacity,
    }),
  }),
  template({
    name: "D1",
    until: "2.0",
    level: "INFO",
    says: "Registering block manager {word} with {size} RAM, BlockManagerId({word}, {word}, {int})",
    example:
      "Registering block manager localhost:41391 with 265.4 MB RAM, BlockManagerId(<driver>, localhost, 41391)",
    fact: (_hostPort, capacity, executorId, host, port) => ({
      kind: "driver_block_manager_added",
      executorId: executorId === "<driver>" ? "driver" : executorId,
      host,
      port,
      capacity,
    }),
  }),
  template({
    name: "D7",
    level: "INFO",
    says: "Removing block manager BlockManagerId({word}, {text})",
    example: "Removing block manager BlockManagerId(1, localhost, 34567, None)",
    fact: (executorId, text) =>
      executorId === "driver" || executorId === "<driver>"
        ? { kind: "driver_block_manager_removed", executorId }
        : lost({
            executorId,
            host: undefined,
            reason: `Removing block manager BlockManagerId(${executorId}, ${text})`,
          }),
  }),
  template({
    name: "D7",
    level: "INFO",
    says: "Trying to remove executor {word} from BlockManagerMaster.",
    example: "Trying to remove executor 1 from BlockManagerMaster.",
    fact: (executorId) =>
      lost({
        executorId,
        host: undefined,
        reason: `Trying to remove executor ${executorId} from BlockManagerMaster`,
      }),
  }),
  template({
    name: "D8",
    since: "2.2",
    level: "WARN",
    says: "No more replicas available for {word} !",
    example: "No more replicas available for rdd_2_1 !",
    fact: (blockId) => ({ kind: "block_lost", blockId }),
  }),
  template({
    name: "D8",
    since: "4.0",
    level: "WARN",
    says: "No more replicas available for {word}!",
    example: "No more replicas available for rdd_2_1!",
    fact: (blockId) => ({ kind: "block_lost", blockId }),
  }),
  silent("D9", "INFO", "BlockManagerMasterEndpoint up", "BlockManagerMasterEndpoint up"),
  silent(
    "D9",
    "INFO",
    "Using {text} for getting topology information",
    "Using org.apache.spark.storage.DefaultTopologyMapper for getting topology information",
  ),
  silent(
    "D10",
    "ERROR",
    "Got two different block manager registrations on same executor - will replace old one {text} with new one {text}",
    "Got two different block manager registrations on same executor - will replace old one BlockManagerId(1, a, 1, None) with new one BlockManagerId(1, a, 2, None)",
  ),
  silent(
    "D19",
    "WARN",
    "Error trying to remove broadcast {int} from block manager BlockManagerId({text})",
    "Error trying to remove broadcast 4 from block manager BlockManagerId(1, localhost, 34567, None)",
  ),
];
