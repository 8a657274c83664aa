/** CacheManager (1.2–1.6; spec/log-templates.md C1): partitions that were not cached yet. */
import { type LogTemplate, silent, template } from "../log-template.ts";

export const CACHE_MANAGER: readonly LogTemplate[] = [
  template({
    name: "C1",
    until: "1.6",
    level: "INFO",
    says: "Partition {word} not found, computing it",
    example: "Partition rdd_2_1 not found, computing it",
    fact: (blockId) => ({ kind: "block_missing", blockId, where: "everywhere" }),
  }),
  template({
    name: "C1",
    until: "1.6",
    level: "WARN",
    says: "Persisting partition {word} to disk instead.",
    example: "Persisting partition rdd_2_1 to disk instead.",
    fact: (blockId) => ({ kind: "persisting_to_disk", blockId }),
  }),
  template({
    name: "C1",
    until: "1.1",
    level: "WARN",
    says: "Not enough space to cache partition {word} in memory! Free memory is {int} bytes.",
    example:
      "Not enough space to cache partition rdd_0_2 in memory! Free memory is 481861527 bytes.",
    fact: (blockId) => ({
      kind: "store_refused",
      blockId,
      why: "not_evictable",
      requiredBytes: undefined,
      limitBytes: undefined,
      unmanagedBytes: undefined,
    }),
  }),
  silent(
    "C1",
    "INFO",
    "Another thread is loading {word}, waiting for it to finish...",
    "Another thread is loading rdd_2_1, waiting for it to finish...",
  ),
  silent(
    "C1",
    "INFO",
    "Whoever was loading {word} failed; we'll try it ourselves",
    "Whoever was loading rdd_2_1 failed; we'll try it ourselves",
  ),
  template({
    name: "C1",
    until: "1.6",
    level: "INFO",
    says: "Failure to store {word}",
    example: "Failure to store rdd_2_1",
    // It was there, and is gone when it is read.
    fact: (blockId) => ({ kind: "put_failed", blockId, reason: `Failure to store ${blockId}` }),
  }),
];
