/**
 * Loggers whose DEBUG lines make evidence of level `debug` (org.apache.spark.memory,
 * org.apache.spark.storage).
 */
export const memoryLoggers: ReadonlySet<string> = new Set([
  "TaskMemoryManager",
  "ExecutionMemoryPool",
  "StorageMemoryPool",
  "UnifiedMemoryManager",
  "StaticMemoryManager",
  "MemoryStore",
  "BlockManager",
  "BlockManagerMaster",
  "BlockManagerSlaveEndpoint",
  "BlockManagerStorageEndpoint",
  "DiskStore",
  "ShuffleMemoryManager",
]);
