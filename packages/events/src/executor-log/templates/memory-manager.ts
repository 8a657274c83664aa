/**
 * The memory managers and their pools (spec/log-templates.md 2.4): refusals, waits, books that do
 * not balance.
 */
import { type LogTemplate, silent, template } from "../log-template.ts";

/** UnifiedMemoryManager, StaticMemoryManager (1.6–2.4). */
export const MEMORY_MANAGER: readonly LogTemplate[] = [
  template({
    name: "P1",
    since: "1.6",
    level: "INFO",
    says: "Will not store {word} as the required space ({int} bytes) exceeds our memory limit ({int} bytes)",
    example:
      "Will not store rdd_0_0 as the required space (209715304 bytes) exceeds our memory limit (133376409 bytes)",
    fact: (blockId, requiredBytes, limitBytes) => ({
      kind: "store_refused",
      blockId,
      why: "exceeds_limit",
      requiredBytes,
      limitBytes,
      unmanagedBytes: undefined,
    }),
  }),
  template({
    name: "P1'",
    since: "4.1",
    level: "INFO",
    says: "Will not store {word} as the required space ({int} bytes) exceeds our memory limit ({int} bytes) (unmanaged memory usage: {int} bytes)",
    example:
      "Will not store rdd_0_0 as the required space (209715304 bytes) exceeds our memory limit (133376409 bytes) (unmanaged memory usage: 1048576 bytes)",
    fact: (blockId, requiredBytes, limitBytes, unmanagedBytes) => ({
      kind: "store_refused",
      blockId,
      why: "exceeds_limit",
      requiredBytes,
      limitBytes,
      unmanagedBytes,
    }),
  }),
  silent(
    "P7",
    "INFO",
    "Unmanaged memory polling started with interval {int}ms",
    "Unmanaged memory polling started with interval 1000ms",
  ),
  silent(
    "P7",
    "INFO",
    "Removed inactive unmanaged memory consumer {text}",
    "Removed inactive unmanaged memory consumer UnmanagedMemoryConsumerId(RocksDB,query-1)",
  ),
  silent(
    "P7",
    "DEBUG",
    "Unmanaged memory polling completed: {text}",
    "Unmanaged memory polling completed: 1 consumers, total memory used: 4096 bytes (on-heap: 0, off-heap: 4096)",
  ),
];

/** ShuffleMemoryManager (1.2–1.5). */
export const SHUFFLE_MEMORY_MANAGER: readonly LogTemplate[] = [
  template({
    name: "P2",
    until: "1.4",
    level: "INFO",
    says: "Thread {int} waiting for at least 1/2N of shuffle memory pool to be free",
    example: "Thread 61 waiting for at least 1/2N of shuffle memory pool to be free",
    fact: (threadId) => ({
      kind: "execution_waiting",
      taskId: undefined,
      threadId,
      mode: "on_heap",
    }),
  }),
  template({
    name: "P3",
    since: "1.5",
    until: "1.5",
    level: "INFO",
    says: "TID {int} waiting for at least 1/2N of shuffle memory pool to be free",
    example: "TID 12 waiting for at least 1/2N of shuffle memory pool to be free",
    fact: (taskId) => ({
      kind: "execution_waiting",
      taskId,
      threadId: undefined,
      mode: "on_heap",
    }),
  }),
];

export const EXECUTION_MEMORY_POOL: readonly LogTemplate[] = [
  template({
    name: "P4",
    since: "1.6",
    level: "INFO",
    says: "TID {int} waiting for at least 1/2N of {text} pool to be free",
    example: "TID 12 waiting for at least 1/2N of on-heap execution pool to be free",
    fact: (taskId, pool) => ({
      kind: "execution_waiting",
      taskId,
      threadId: undefined,
      mode: pool.startsWith("off-heap") ? "off_heap" : "on_heap",
    }),
  }),
  template({
    name: "P5",
    since: "1.6",
    level: "WARN",
    says: "Internal error: release called on {int} bytes but task only has {int} bytes of memory from the {text} pool",
    example:
      "Internal error: release called on 4096 bytes but task only has 0 bytes of memory from the on-heap execution pool",
    fact: (askedBytes, heldBytes) => ({
      kind: "release_mismatch",
      pool: "execution",
      askedBytes,
      heldBytes,
    }),
  }),
];

export const STORAGE_MEMORY_POOL: readonly LogTemplate[] = [
  template({
    name: "P6",
    since: "1.6",
    level: "WARN",
    says: "Attempted to release {int} bytes of storage memory when we only have {int} bytes",
    example: "Attempted to release 4096 bytes of storage memory when we only have 1024 bytes",
    fact: (askedBytes, heldBytes) => ({
      kind: "release_mismatch",
      pool: "storage",
      askedBytes,
      heldBytes,
    }),
  }),
];
