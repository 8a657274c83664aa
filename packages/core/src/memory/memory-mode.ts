/**
 * Where memory comes from: the JVM heap, or `spark.memory.offHeap.size`. Spark's MemoryMode,
 * spelled as the tables do.
 */
export type MemoryMode = "on_heap" | "off_heap";
