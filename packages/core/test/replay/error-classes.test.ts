/** The classes of errors, a row for each wording of Spark, a JVM, a native engine or Python. */
import { expect, test } from "vitest";
import {
  failureClassOf,
  oomClassOf,
  requestOf,
} from "../../src/replay/application/death-errors.ts";

test.each([
  [
    "task_memory",
    "java.io.IOException",
    "Unable to acquire 16777216 bytes of memory",
    16_777_216,
    undefined,
  ],
  [
    "task_memory",
    "java.lang.OutOfMemoryError",
    "Unable to acquire 262144 bytes of memory, got 0",
    262_144,
    0,
  ],
  [
    "task_memory",
    "org.apache.spark.memory.SparkOutOfMemoryError",
    "Unable to acquire 65536 bytes of memory, got 4096",
    65_536,
    4096,
  ],
  [
    "task_memory",
    "org.apache.spark.memory.SparkOutOfMemoryError",
    "[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory, got 0.",
    65_536,
    0,
  ],
  [
    "task_memory",
    "org.apache.spark.memory.SparkOutOfMemoryError",
    "[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory, got 0. SQLSTATE: 53200",
    65_536,
    0,
  ],
  [
    "task_memory",
    "org.apache.spark.SparkException",
    "Can't acquire 67108864 bytes memory to build hash relation, got 27332352 bytes",
    67_108_864,
    27_332_352,
  ],
  [
    "task_memory",
    "org.apache.spark.memory.SparkOutOfMemoryError",
    "There is not enough memory to build hash map",
    undefined,
    undefined,
  ],
  ["jvm_heap", "java.lang.OutOfMemoryError", "Java heap space", undefined, undefined],
  [
    "array_size",
    "java.lang.OutOfMemoryError",
    "Requested array size exceeds VM limit",
    undefined,
    undefined,
  ],
  ["gc_overhead", "java.lang.OutOfMemoryError", "GC overhead limit exceeded", undefined, undefined],
  ["direct", "java.lang.OutOfMemoryError", "Direct buffer memory", undefined, undefined],
  [
    "direct",
    "java.lang.OutOfMemoryError",
    "Cannot reserve 1048576 bytes of direct buffer memory (allocated: 1073000000, limit: 1073741824)",
    1_048_576,
    undefined,
  ],
  [
    "direct",
    "io.netty.util.internal.OutOfDirectMemoryError",
    "failed to allocate 16777216 byte(s) of direct memory (used: 1040187392, max: 1043333120)",
    16_777_216,
    undefined,
  ],
  [
    "direct",
    "FetchFailed",
    "org.apache.spark.shuffle.FetchFailedException: failed to allocate 16777216 byte(s) of direct memory (used: 1040187392, max: 1043333120)",
    16_777_216,
    undefined,
  ],
  ["metaspace", "java.lang.OutOfMemoryError", "Metaspace", undefined, undefined],
  ["metaspace", "java.lang.OutOfMemoryError", "Compressed class space", undefined, undefined],
  [
    "python",
    "numpy.core._exceptions._ArrayMemoryError",
    "Unable to allocate 7.45 GiB for an array",
    undefined,
    undefined,
  ],
  ["permgen", "java.lang.OutOfMemoryError", "PermGen space", undefined, undefined],
  [
    "native_thread",
    "java.lang.OutOfMemoryError",
    "unable to create new native thread",
    undefined,
    undefined,
  ],
  [
    "native_thread",
    "java.lang.OutOfMemoryError",
    "unable to create native thread: possibly out of memory or process/resource limits reached",
    undefined,
    undefined,
  ],
  ["native", "java.lang.OutOfMemoryError", "Map failed", undefined, undefined],
  [
    "native",
    "java.io.IOException",
    'Cannot run program "python3": error=12, Cannot allocate memory',
    undefined,
    undefined,
  ],
  [
    "broadcast",
    "org.apache.spark.SparkException",
    "Not enough memory to build and broadcast the table to all worker nodes. As a workaround …",
    undefined,
    undefined,
  ],
  [
    "task_memory",
    "org.apache.gluten.exception.GlutenException",
    "Not enough spark off-heap execution memory. Acquired: 8388608, granted: 8126464. Try …",
    8_388_608,
    8_126_464,
  ],
  [
    "native_engine",
    "org.apache.comet.CometNativeException",
    "External error: Resources exhausted: Failed to acquire 16777216 bytes, only 1 byte left",
    16_777_216,
    undefined,
  ],
  [
    "gpu",
    "com.nvidia.spark.rapids.jni.GpuSplitAndRetryOOM",
    "GPU OutOfMemory: could not split inputs and retry",
    undefined,
    undefined,
  ],
  [
    "native_engine",
    "org.apache.comet.CometNativeException",
    "Resources exhausted: Additional allocation failed. Error: Failed to acquire 106560 bytes, only got 40160. Reserved: 16737056",
    106_560,
    40_160,
  ],
  [
    "native_engine",
    "org.apache.comet.CometNativeException",
    "Resources exhausted: Failed to allocate additional 913120256 bytes for ShuffleRepartitioner[0]",
    913_120_256,
    undefined,
  ],
  [
    "native_engine",
    "com.nvidia.spark.rapids.jni.CpuRetryOOM",
    "CPU OutOfMemory",
    undefined,
    undefined,
  ],
  [
    "gpu",
    "com.nvidia.spark.rapids.jni.SplitAndRetryOOM",
    "Attempted to handle a split, but was not initialized with a splitPolicy.",
    undefined,
    undefined,
  ],
  [
    "direct",
    "org.apache.spark.shuffle.FetchFailedException",
    "Block shuffle_1_12239_80 fetch failed after 10 retries due to Netty OOM",
    undefined,
    undefined,
  ],
  [
    "native",
    "FetchFailed",
    "Failure while fetching StreamChunkId: java.io.IOException: Out of memory",
    undefined,
    undefined,
  ],
  [
    "array_size",
    "java.lang.OutOfMemoryError",
    "in java.io.ByteArrayOutputStream.hugeCapacity",
    undefined,
    undefined,
  ],
  ["python", "MemoryError", "Unable to allocate 1.49 GiB for an array", undefined, undefined],
  [undefined, "java.lang.RuntimeException", "boom", undefined, undefined],
] as const)("%s: %s: %s", (oomClass, errorClass, message, requestedBytes, grantedBytes) => {
  expect(oomClassOf(errorClass, message)).toBe(oomClass);
  expect(requestOf(message)).toEqual({ requestedBytes, grantedBytes });
});

test.each([
  [
    "size_limit",
    "org.apache.spark.memory.TooLargePageException",
    "Cannot allocate a page of 9 bytes.",
  ],
  [
    "size_limit",
    "java.lang.IllegalArgumentException",
    "Cannot grow BufferHolder by size 1800 because the size after growing exceeds size limitation 2147483632",
  ],
  [
    "size_limit",
    "org.apache.spark.SparkException",
    "Kryo serialization failed: Buffer overflow. Available: 0, required: 134217728.",
  ],
  [
    "size_limit",
    "com.esotericsoftware.kryo.KryoException",
    "Buffer overflow. Available: 0, required: 636",
  ],
  ["size_limit", undefined, "Result is larger than maxResultSize, dropping it."],
  [
    "size_limit",
    undefined,
    "Total size of serialized results of 4 tasks (1.0 GiB) is bigger than spark.driver.maxResultSize (1.0 GiB)",
  ],
  [
    "size_limit",
    undefined,
    "Serialized task 137:0 was 138018304 bytes, which exceeds max allowed: spark.rpc.message.maxSize",
  ],
  [
    "start_refused",
    "java.lang.IllegalArgumentException",
    "System memory 259522560 must be at least 471859200.",
  ],
  [
    "start_refused",
    "java.lang.IllegalArgumentException",
    "Required executor memory (8192 MB), offHeap memory (0) MB, overhead (819 MB) is above the max threshold (8192 MB) of this cluster!",
  ],
  // Spark calls it an error of memory: what ran out is the disk.
  [
    "disk",
    "org.apache.spark.memory.SparkOutOfMemoryError",
    "error while calling spill() on org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter@1 : No space left on device",
  ],
  ["disk", undefined, "java.io.IOException: No space left on device"],
  ["page", undefined, "Failed to allocate a page (67108864 bytes), try again."],
  ["fetch", undefined, "Failed to get block(s) from 10.0.0.7:7337: java.io.IOException"],
  ["crash", undefined, "Application diagnostics message: AM Container exited with exitCode: 137"],
  ["no_resources", undefined, "Initial job has not accepted any resources; check your cluster UI"],
  ["crash", "org.apache.spark.SparkException", "Python worker exited unexpectedly (crashed)"],
  ["jvm_heap", "java.lang.OutOfMemoryError", "Java heap space"],
  ["other", "java.lang.RuntimeException", "boom"],
])("a failure is of class %s: %s: %s", (failureClass, errorClass, message) => {
  expect(failureClassOf(errorClass, message)).toBe(failureClass);
});

test("a process that its shell saw killed crashed, and an array's MemoryError is none of the heap", () => {
  expect(failureClassOf(undefined, "/opt/entrypoint.sh: line 97: 16 Killed")).toBe("crash");
  expect(failureClassOf(undefined, "driver failed with ExitCode: 137, Reason: OOMKilled")).toBe(
    "container",
  );
  expect(failureClassOf(undefined, "spark-driver-1 exited with code 137")).toBe("crash");
  expect(failureClassOf(undefined, "Memory cgroup out of memory: Killed process 31 (java)")).toBe(
    "container",
  );
  expect(oomClassOf("java.lang.OutOfMemoryError", "Java heap space")).toBe("jvm_heap");
});
