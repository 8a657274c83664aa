/**
 * BlockManager and its endpoint on the executor (spec/log-templates.md 2.2, 2.7): lookups, hits,
 * drops, removals.
 */
import type { LogFact } from "@respark/core";
import { type LogTemplate, silent, template } from "../log-template.ts";
import { troubleWith } from "./troubles.ts";

export const BLOCK_MANAGER: readonly LogTemplate[] = [
  template({
    name: "B5",
    level: "INFO",
    says: "Found block {word} locally",
    example: "Found block rdd_2_1 locally",
    fact: (blockId) => ({ kind: "block_found", blockId, where: "local" }),
  }),
  template({
    name: "B5",
    level: "INFO",
    says: "Found block {word} remotely",
    example: "Found block rdd_2_1 remotely",
    fact: (blockId) => ({ kind: "block_found", blockId, where: "remote" }),
  }),
  template({
    name: "B1",
    level: "INFO",
    says: "Dropping block {word} from memory",
    example: "Dropping block rdd_2_1 from memory",
    fact: (blockId) => ({ kind: "block_dropping", blockId }),
  }),
  template({
    name: "B2",
    level: "INFO",
    says: "Writing block {word} to disk",
    example: "Writing block rdd_2_1 to disk",
    fact: (blockId) => ({ kind: "block_writing_to_disk", blockId }),
  }),
  template({
    name: "B3",
    level: "WARN",
    says: "Block {word} could not be dropped from memory as it does not exist",
    example: "Block rdd_2_1 could not be dropped from memory as it does not exist",
    fact: (blockId) => remark(blockId, "drop_missing"),
  }),
  template({
    name: "B4",
    until: "1.6",
    level: "WARN",
    says: "Block {word} was marked as failure. Nothing to drop",
    example: "Block rdd_2_1 was marked as failure. Nothing to drop",
    fact: (blockId) => remark(blockId, "already_dropped"),
  }),
  template({
    name: "B4",
    until: "1.6",
    level: "WARN",
    says: "Block {word} was already dropped.",
    example: "Block rdd_2_1 was already dropped.",
    fact: (blockId) => remark(blockId, "already_dropped"),
  }),
  template({
    name: "B6",
    level: "INFO",
    says: "Removing RDD {int}",
    example: "Removing RDD 12",
    fact: (id) => ({ kind: "removing", what: "rdd", id: String(id) }),
  }),
  template({
    name: "B7",
    level: "DEBUG",
    says: "Removing broadcast {int}",
    example: "Removing broadcast 7",
    fact: (id) => ({ kind: "removing", what: "broadcast", id: String(id) }),
  }),
  template({
    name: "B7",
    level: "DEBUG",
    says: "Removing block {word}",
    example: "Removing block broadcast_7_piece0",
    fact: (id) => ({ kind: "removing", what: "block", id }),
  }),
  template({
    name: "B8",
    level: "WARN",
    says: "Asked to remove block {word}, which does not exist",
    example: "Asked to remove block rdd_2_1, which does not exist",
    fact: (blockId) => remark(blockId, "remove_missing"),
  }),
  template({
    name: "B9",
    since: "2.0",
    level: "WARN",
    says: "Block {word} could not be removed as it was not found on disk or in memory",
    example: "Block rdd_2_1 could not be removed as it was not found on disk or in memory",
    fact: (blockId) => remark(blockId, "remove_missing"),
  }),
  template({
    name: "B9",
    until: "1.6",
    level: "WARN",
    says: "Block {word} could not be removed as it was not found in either the disk, memory, or {text} store",
    example:
      "Block rdd_2_1 could not be removed as it was not found in either the disk, memory, or external block store",
    fact: (blockId) => remark(blockId, "remove_missing"),
  }),
  template({
    name: "B10",
    level: "WARN",
    says: "Putting block {word} failed",
    example: "Putting block rdd_2_1 failed",
    fact: (blockId) => ({ kind: "put_failed", blockId }),
  }),
  template({
    name: "B10",
    since: "2.3",
    level: "WARN",
    says: "Putting block {word} failed due to exception {text}",
    example:
      "Putting block rdd_2_1 failed due to exception java.lang.OutOfMemoryError: Java heap space.",
    fact: (blockId, reason) => ({ kind: "put_failed", blockId, reason }),
  }),
  template({
    name: "B11",
    level: "WARN",
    says: "Block {word} already exists on this machine; not re-adding it",
    example: "Block input-0-1480 already exists on this machine; not re-adding it",
    fact: (blockId) => remark(blockId, "already_exists"),
  }),
  silent(
    "B12",
    "WARN",
    "Block {word} replicated to only {int} peer(s) instead of {int} peers",
    "Block rdd_2_1 replicated to only 0 peer(s) instead of 1 peers",
  ),
  template({
    name: "B13",
    since: "2.1",
    level: "INFO",
    says: "Initialized BlockManager: BlockManagerId({word}, {word}, {int}, {text})",
    example: "Initialized BlockManager: BlockManagerId(0, 10.0.0.7, 41391, None)",
    fact: (executorId, host, port) => ({
      kind: "block_manager_registered",
      executorId,
      host,
      port,
    }),
  }),
  template({
    name: "B14",
    level: "INFO",
    says: "BlockManager stopped",
    example: "BlockManager stopped",
    fact: () => ({ kind: "executor_stopping", how: "block_manager_stopped", reason: undefined }),
  }),
  silent(
    "B14",
    "INFO",
    "Using {text} for block replication policy",
    "Using org.apache.spark.storage.RandomBlockReplicationPolicy for block replication policy",
  ),
  silent(
    "B14",
    "INFO",
    "external shuffle service port = {int}",
    "external shuffle service port = 7337",
  ),
  silent(
    "B14",
    "INFO",
    "Registering executor with local external shuffle service.",
    "Registering executor with local external shuffle service.",
  ),
  silent(
    "B14",
    "INFO",
    "Reporting {int} blocks to the master.",
    "Reporting 3 blocks to the master.",
  ),
  silent(
    "B14",
    "INFO",
    "BlockManager re-registering with master",
    "BlockManager re-registering with master",
  ),
  silent(
    "B14",
    "INFO",
    "BlockManager {text} re-registering with master",
    "BlockManager BlockManagerId(0, localhost, 41391, None) re-registering with master",
  ),
  silent(
    "B14",
    "INFO",
    "Got told to re-register updating block {word}",
    "Got told to re-register updating block rdd_2_1",
  ),
  silent(
    "B15",
    "WARN",
    "Task {int} already completed, not releasing lock for {word}",
    "Task 7 already completed, not releasing lock for rdd_2_1",
  ),
  silent(
    "B16",
    "INFO",
    "Dropping non broadcast blocks older than {int}",
    "Dropping non broadcast blocks older than 1480000000000",
  ),
  silent(
    "B16",
    "INFO",
    "Dropping broadcast blocks older than {int}",
    "Dropping broadcast blocks older than 1480000000000",
  ),
  silent("B16", "INFO", "Dropped block {word}", "Dropped block broadcast_7"),
  silent(
    "B17",
    "INFO",
    "Read {word} from the disk of a same host executor is successful.",
    "Read broadcast_4_piece0 from the disk of a same host executor is successful.",
  ),
  template({
    name: "B18",
    since: "2.0",
    level: "WARN",
    says: "Failed to fetch block after {int} fetch failures. Most recent failure cause:",
    example: "Failed to fetch block after 1 fetch failures. Most recent failure cause:",
    awaitsTrace: true,
    fact: (times, around) =>
      troubleWith("process", `Failed to fetch block after ${times} fetch failures`, around),
  }),
  template({
    name: "B18",
    since: "2.3",
    level: "WARN",
    says: "Failed to fetch remote block {word} from [{text}] after {int} fetch failures. Most recent failure cause:",
    example:
      "Failed to fetch remote block broadcast_2_piece0 from [BlockManagerId(1, localhost, 34567, None)] after 1 fetch failures. Most recent failure cause:",
    awaitsTrace: true,
    fact: (blockId, from, times, around) =>
      troubleWith(
        "process",
        `Failed to fetch remote block ${blockId} from [${from}] after ${times} fetch failures`,
        around,
      ),
  }),
  silent(
    "B18",
    "WARN",
    "Failed to fetch remote block {word} from BlockManagerId({text}) (failed attempt {int})",
    "Failed to fetch remote block rdd_2_1 from BlockManagerId(1, localhost, 34567, None) (failed attempt 1)",
  ),
  template({
    name: "M19",
    since: "2.0",
    level: "WARN",
    says: "Persisting block {word} to disk instead.",
    example: "Persisting block rdd_4_1 to disk instead.",
    fact: (blockId) => ({ kind: "persisting_to_disk", blockId }),
  }),
  template({
    name: "G1",
    level: "DEBUG",
    says: "Getting local block {word}",
    example: "Getting local block rdd_4_1",
    fact: (blockId) => ({ kind: "block_lookup", blockId, asBytes: false }),
  }),
  template({
    name: "G1",
    level: "DEBUG",
    says: "Getting local block {word} as bytes",
    example: "Getting local block broadcast_0_piece0 as bytes",
    fact: (blockId) => ({ kind: "block_lookup", blockId, asBytes: true }),
  }),
  silent(
    "G1",
    "DEBUG",
    "Getting local shuffle block {word}",
    "Getting local shuffle block shuffle_0_1_2",
  ),
  template({
    name: "G2",
    since: "2.0",
    level: "DEBUG",
    says: "Block {word} was not found",
    example: "Block rdd_4_1 was not found",
    fact: (blockId) => ({ kind: "block_missing", blockId, where: "local" }),
  }),
  template({
    name: "G2",
    until: "1.6",
    level: "DEBUG",
    says: "Block {word} not registered locally",
    example: "Block rdd_4_1 not registered locally",
    fact: (blockId) => ({ kind: "block_missing", blockId, where: "local" }),
  }),
  template({
    name: "G3",
    since: "1.2",
    until: "1.6",
    level: "DEBUG",
    says: "Level for block {word} is StorageLevel({word}, {word}, {word}, {word}, {int})",
    example: "Level for block rdd_4_1 is StorageLevel(false, true, false, true, 1)",
    fact: (blockId, disk, memory, offHeap, deserialized, replication) => ({
      kind: "block_level",
      blockId,
      useDisk: disk === "true",
      useMemory: memory === "true",
      useOffHeap: offHeap === "true",
      deserialized: deserialized === "true",
      replication,
    }),
  }),
  template({
    name: "G3",
    since: "2.0",
    level: "DEBUG",
    says: "Level for block {word} is StorageLevel({text} replicas)",
    example: "Level for block rdd_4_1 is StorageLevel(disk, memory, deserialized, 1 replicas)",
    fact: levelInWords,
  }),
  template({
    name: "G4",
    until: "1.6",
    level: "DEBUG",
    says: "Getting block {word} from memory",
    example: "Getting block rdd_4_1 from memory",
    fact: (blockId) => ({ kind: "block_read", blockId, from: "memory" }),
  }),
  template({
    name: "G4",
    until: "1.6",
    level: "DEBUG",
    says: "Getting block {word} from disk",
    example: "Getting block rdd_4_1 from disk",
    fact: (blockId) => ({ kind: "block_read", blockId, from: "disk" }),
  }),
  template({
    name: "G4",
    until: "1.6",
    level: "DEBUG",
    says: "Block {word} not found in memory",
    example: "Block rdd_4_1 not found in memory",
    fact: (blockId) => ({ kind: "block_missing", blockId, where: "memory" }),
  }),
  silent("G5", "DEBUG", "Getting remote block {word}", "Getting remote block broadcast_0_piece0"),
  silent(
    "G5",
    "DEBUG",
    "Getting remote block {word} as bytes",
    "Getting remote block broadcast_0_piece0 as bytes",
  ),
  silent(
    "G5",
    "DEBUG",
    "Getting remote block {word} from BlockManagerId({text})",
    "Getting remote block broadcast_0_piece0 from BlockManagerId(driver, localhost, 45345, None)",
  ),
  template({
    name: "G6",
    until: "2.4",
    level: "DEBUG",
    says: "Block {word} not found",
    example: "Block rdd_4_1 not found",
    fact: (blockId) => ({ kind: "block_missing", blockId, where: "everywhere" }),
  }),
  template({
    name: "G6",
    since: "3.0",
    level: "DEBUG",
    says: "Block {word} is unknown by block manager master",
    example: "Block rdd_4_1 is unknown by block manager master",
    fact: (blockId) => ({ kind: "block_missing", blockId, where: "everywhere" }),
  }),
  template({
    name: "G8",
    level: "DEBUG",
    says: "Put block {word} locally took{gap}{int} ms",
    example: "Put block rdd_4_1 locally took  23 ms",
    fact: (blockId, millis) => ({ kind: "put_done", blockId, millis, step: "local" }),
  }),
  template({
    name: "G8",
    level: "DEBUG",
    says: "Put block {word} remotely took{gap}{int} ms",
    example: "Put block rdd_4_1 remotely took 23 ms",
    fact: (blockId, millis) => ({ kind: "put_done", blockId, millis, step: "remote" }),
  }),
  template({
    name: "G8",
    level: "DEBUG",
    says: "Putting block {word} without replication took{gap}{int} ms",
    example: "Putting block rdd_4_1 without replication took  23 ms",
    fact: (blockId, millis) => ({ kind: "put_done", blockId, millis, step: "whole" }),
  }),
  template({
    name: "G8",
    level: "DEBUG",
    says: "Putting block {word} with replication took{gap}{int} ms",
    example: "Putting block rdd_4_1 with replication took 23 ms",
    fact: (blockId, millis) => ({ kind: "put_done", blockId, millis, step: "whole" }),
  }),
  template({
    name: "G9",
    level: "DEBUG",
    says: "Told master about block {word}",
    example: "Told master about block rdd_4_1",
    fact: (blockId) => ({ kind: "block_reported", blockId }),
  }),
  template({
    name: "G10",
    since: "2.0",
    level: "DEBUG",
    says: "Replicating {word} of {int} bytes to {int} peer(s) took {text} ms",
    example: "Replicating rdd_4_1 of 2097242 bytes to 1 peer(s) took 23.5 ms",
    fact: (blockId, bytes) => ({ kind: "block_replicated", blockId, bytes }),
  }),
  silent(
    "G10",
    "DEBUG",
    "block {word} replicated to {text}",
    "block rdd_4_1 replicated to BlockManagerId(1, localhost, 34567, None)",
  ),
  silent(
    "G10",
    "DEBUG",
    "Fetched peers from master: {text}",
    "Fetched peers from master: [BlockManagerId(1, localhost, 34567, None)]",
  ),
];

/**
 * BlockManagerSlaveEndpoint (≤ 3.0), BlockManagerStorageEndpoint (3.1+), BlockManagerSlaveActor
 * (1.2–1.3).
 */
export const BLOCK_MANAGER_ENDPOINT: readonly LogTemplate[] = [
  template({
    name: "G11",
    level: "DEBUG",
    says: "removing RDD {int}",
    example: "removing RDD 12",
    fact: (id) => ({ kind: "removing", what: "rdd", id: String(id) }),
  }),
  template({
    name: "G11",
    level: "DEBUG",
    says: "removing broadcast {int}",
    example: "removing broadcast 7",
    fact: (id) => ({ kind: "removing", what: "broadcast", id: String(id) }),
  }),
  template({
    name: "G11",
    level: "DEBUG",
    says: "removing block {word}",
    example: "removing block rdd_2_1",
    fact: (id) => ({ kind: "removing", what: "block", id }),
  }),
  silent("G11", "DEBUG", "removing shuffle {int}", "removing shuffle 0"),
  silent("G11", "DEBUG", "Done removing {text}", "Done removing RDD 12, response is 3"),
  silent("G11", "DEBUG", "Sent response: {text} to {word}", "Sent response: 3 to localhost:45345"),
];

function remark(
  blockId: string,
  what: "drop_missing" | "already_dropped" | "remove_missing" | "already_exists",
): LogFact {
  return { kind: "block_remark", blockId, what };
}

/**
 * 2.0+ print only the words that hold: `disk, memory, offheap, deserialized, 1`
 * (StorageLevel.description).
 */
function levelInWords(blockId: string, text: string): LogFact | undefined {
  const words = text.split(", ");
  const replication = Number(words.pop());
  if (!Number.isSafeInteger(replication)) return undefined;
  return {
    kind: "block_level",
    blockId,
    useDisk: words.includes("disk"),
    useMemory: words.includes("memory"),
    useOffHeap: words.includes("offheap"),
    deserialized: words.includes("deserialized"),
    replication,
  };
}
