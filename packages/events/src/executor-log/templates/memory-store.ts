/** MemoryStore (spec/log-templates.md 2.1): blocks put, refused, unrolled and dropped. */
import { type LogTemplate, template } from "../log-template.ts";

export const MEMORY_STORE: readonly LogTemplate[] = [
  template({
    name: "M3",
    level: "INFO",
    says: "Block {word} stored as values in memory (estimated size {size}, free {size})",
    statesMemory: true,
    example: "Block rdd_4_3 stored as values in memory (estimated size 16.7 MiB, free 110.4 MiB)",
    fact: (blockId, size, free) => ({ kind: "block_stored", blockId, form: "values", size, free }),
  }),
  template({
    name: "M4",
    level: "INFO",
    says: "Block {word} stored as bytes in memory (estimated size {size}, free {size})",
    statesMemory: true,
    example:
      "Block broadcast_0_piece0 stored as bytes in memory (estimated size 2.6 KB, free 93.3 MB)",
    fact: (blockId, size, free) => ({ kind: "block_stored", blockId, form: "bytes", size, free }),
  }),
  template({
    name: "M3",
    until: "1.1",
    level: "INFO",
    says: "Block {word} stored as values to memory (estimated size {size}, free {size})",
    statesMemory: true,
    example: "Block broadcast_0 stored as values to memory (estimated size 32.8 KB, free 294.4 MB)",
    fact: (blockId, size, free) => ({ kind: "block_stored", blockId, form: "values", size, free }),
  }),
  template({
    name: "M4",
    until: "1.1",
    level: "INFO",
    says: "Block {word} stored as bytes to memory (estimated size {size}, free {size})",
    statesMemory: true,
    example: "Block rdd_1_0 stored as bytes to memory (estimated size 32.8 KB, free 294.4 MB)",
    fact: (blockId, size, free) => ({ kind: "block_stored", blockId, form: "bytes", size, free }),
  }),
  template({
    name: "M16",
    level: "DEBUG",
    says: "Block {word} of size {int} dropped from memory (free {int})",
    statesMemory: true,
    example: "Block rdd_4_3 of size 17480064 dropped from memory (free 20480512)",
    fact: (blockId, bytes, freeBytes) => ({ kind: "block_removed", blockId, bytes, freeBytes }),
  }),
  template({
    name: "M1",
    level: "INFO",
    says: "MemoryStore started with capacity {size}",
    statesMemory: true,
    example: "MemoryStore started with capacity 127.2 MiB",
    fact: (capacity) => ({ kind: "store_started", capacity }),
  }),
  template({
    name: "M2",
    level: "WARN",
    says: "Max memory {text} is less than the initial memory threshold {text} needed to store a block in memory. Please configure Spark with more memory.",
    example:
      "Max memory 512.0 KiB is less than the initial memory threshold 1024.0 KiB needed to store a block in memory. Please configure Spark with more memory.",
    fact: (most, threshold, { logger }) => ({
      kind: "spark_error",
      logger,
      message: `Max memory ${most} is less than the initial memory threshold ${threshold} needed to store a block in memory.`,
      error: undefined,
    }),
  }),
  template({
    name: "M5",
    until: "1.5",
    level: "INFO",
    says: "ensureFreeSpace({int}) called with curMem={int}, maxMem={int}",
    example: "ensureFreeSpace(2400) called with curMem=77312, maxMem=278302556",
    fact: (requestedBytes, currentBytes, maxBytes) => ({
      kind: "ensure_free_space",
      requestedBytes,
      currentBytes,
      maxBytes,
    }),
  }),
  template({
    name: "M6",
    until: "1.5",
    level: "INFO",
    says: "Will not store {word} as it is larger than our memory limit",
    example: "Will not store rdd_0_0 as it is larger than our memory limit",
    fact: (blockId) => refused(blockId, "larger_than_limit"),
  }),
  template({
    name: "M7",
    until: "1.6",
    level: "INFO",
    says: "Will not store {word} as it would require dropping another block from the same RDD",
    example: "Will not store rdd_2_7 as it would require dropping another block from the same RDD",
    fact: (blockId) => refused(blockId, "same_rdd"),
  }),
  template({
    name: "M8",
    since: "2.0",
    level: "INFO",
    says: "Will not store {word}",
    statesMemory: true,
    example: "Will not store rdd_4_5",
    fact: (blockId) => refused(blockId, "not_evictable"),
  }),
  template({
    name: "M10",
    since: "2.0",
    level: "INFO",
    says: "{int} blocks selected for dropping ({size} bytes)",
    statesMemory: true,
    example: "2 blocks selected for dropping (33.4 MiB bytes)",
    fact: (blocks, freed) => ({ kind: "eviction_selected", blocks, freed }),
  }),
  template({
    name: "M9",
    until: "1.6",
    level: "INFO",
    says: "{int} blocks selected for dropping",
    statesMemory: true,
    example: "1 blocks selected for dropping",
    fact: (blocks) => ({ kind: "eviction_selected", blocks, freed: undefined }),
  }),
  template({
    name: "M11",
    since: "2.0",
    until: "3.5",
    level: "INFO",
    says: "After dropping {int} blocks, free memory is {size}",
    statesMemory: true,
    example: "After dropping 2 blocks, free memory is 44.1 MiB",
    fact: (blocks, free) => ({ kind: "eviction_done", blocks, free }),
  }),
  template({
    name: "M11'",
    since: "4.0",
    level: "INFO",
    says: "After dropping {int} blocks, free memory is{size}",
    statesMemory: true,
    example: "After dropping 1 blocks, free memory is26.0 MiB",
    fact: (blocks, free) => ({ kind: "eviction_done", blocks, free }),
  }),
  template({
    name: "M12",
    level: "WARN",
    says: "Failed to reserve initial memory threshold of {size} for computing block {word} in memory.",
    example:
      "Failed to reserve initial memory threshold of 1024.0 KiB for computing block rdd_4_1 in memory.",
    fact: (threshold, blockId) => ({ kind: "unroll_refused", blockId, threshold }),
  }),
  template({
    name: "M13",
    level: "WARN",
    says: "Not enough space to cache {word} in memory! (computed {size} so far)",
    statesMemory: true,
    example: "Not enough space to cache rdd_4_1 in memory! (computed 24.6 MiB so far)",
    fact: (blockId, computed) => ({ kind: "unroll_failed", blockId, computed }),
  }),
  template({
    name: "M14",
    since: "1.5",
    level: "INFO",
    says: "Memory use = {size} (blocks) + {size} (scratch space shared across {int} tasks(s)) = {size}. Storage limit = {size}.",
    statesMemory: true,
    example:
      "Memory use = 83.5 MiB (blocks) + 33.2 MiB (scratch space shared across 2 tasks(s)) = 116.7 MiB. Storage limit = 127.2 MiB.",
    fact: (blocks, unroll, tasks, total, limit) => ({
      kind: "memory_use",
      blocks,
      unroll,
      tasks,
      total,
      limit,
    }),
  }),
  template({
    name: "M14",
    until: "1.4",
    level: "INFO",
    says: "Memory use = {size} (blocks) + {size} (scratch space shared across {int} thread(s)) = {size}. Storage limit = {size}.",
    statesMemory: true,
    example:
      "Memory use = 83.5 MB (blocks) + 33.2 MB (scratch space shared across 2 thread(s)) = 116.7 MB. Storage limit = 127.2 MB.",
    fact: (blocks, unroll, tasks, total, limit) => ({
      kind: "memory_use",
      blocks,
      unroll,
      tasks,
      total,
      limit,
    }),
  }),
  template({
    name: "M15",
    since: "4.0",
    level: "INFO",
    says: "Failed to unroll block={word} since thread interrupt was received",
    example: "Failed to unroll block=rdd_4_1 since thread interrupt was received",
    fact: (blockId) => ({ kind: "unroll_interrupted", blockId }),
  }),
  template({
    name: "M17",
    level: "INFO",
    says: "MemoryStore cleared",
    example: "MemoryStore cleared",
    fact: () => ({ kind: "store_cleared" }),
  }),
  template({
    name: "M18",
    since: "2.2",
    level: "WARN",
    says: "Initial memory threshold of {size} is too large to be set as chunk size. Chunk size has been capped to {size}",
    example:
      "Initial memory threshold of 3.0 GiB is too large to be set as chunk size. Chunk size has been capped to 2.0 GiB",
  }),
  template({
    name: "M19",
    until: "1.6",
    level: "WARN",
    says: "Persisting block {word} to disk instead.",
    example: "Persisting block rdd_4_1 to disk instead.",
    fact: (blockId) => ({ kind: "persisting_to_disk", blockId }),
  }),
];

function refused(
  blockId: string,
  why: "larger_than_limit" | "same_rdd" | "not_evictable",
): {
  kind: "store_refused";
  blockId: string;
  why: "larger_than_limit" | "same_rdd" | "not_evictable";
  requiredBytes: undefined;
  limitBytes: undefined;
  unmanagedBytes: undefined;
} {
  return {
    kind: "store_refused",
    blockId,
    why,
    requiredBytes: undefined,
    limitBytes: undefined,
    unmanagedBytes: undefined,
  };
}
