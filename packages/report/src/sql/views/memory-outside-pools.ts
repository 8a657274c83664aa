/**
 * A row is an executor: what its JVM and process held beyond Spark's pools, from logged metrics.
 */
import type { ViewSpec } from "../view.ts";

export const memoryOutsidePools: ViewSpec = {
  name: "memory_outside_pools",
  comment:
    "A row is an executor with logged metrics: what its JVM and process held beyond Spark's pools, beside its limits. Peaks of one executor need not be of one moment, so differences are bounds.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    jvm_heap_peak_bytes: "peak of the used heap (JVMHeapMemory); bytes",
    jvm_max_memory_bytes: "the heap's limit; bytes",
    heap_pools_peak_bytes:
      "peak of both on-heap pools (OnHeapUnifiedMemory, or the replay's); bytes",
    heap_outside_pools_bytes_min:
      "heap beyond the pools at its peak, at least: user objects, buffers, garbage; bytes",
    user_and_reserved_bytes: "heap that Spark leaves for that; bytes",
    jvm_off_heap_peak_bytes:
      "peak of the JVM's own memory beside the heap (JVMOffHeapMemory: classes, code); bytes",
    direct_peak_bytes: "peak of direct buffers (DirectPoolMemory: network, shuffle); bytes",
    mapped_peak_bytes: "peak of mapped files (MappedPoolMemory); bytes",
    off_heap_pools_peak_bytes:
      "peak of Spark's off-heap pools (OffHeapUnifiedMemory, or the replay's); bytes",
    jvm_rss_peak_bytes:
      "peak resident memory of the JVM; bytes; NULL: not polled (spark.executor.processTreeMetrics.enabled)",
    python_rss_peak_bytes: "peak resident memory of Python workers; bytes",
    other_rss_peak_bytes: "peak resident memory of other children; bytes",
    rss_beyond_heap_bytes_min:
      "resident memory beyond the heap's limit and the off-heap pools, at least; bytes",
    overhead_bytes: "container memory beside the heap; bytes",
    overhead_left_bytes_max:
      "what the overhead has left, at most; negative: the container's limit was passed; bytes",
  },
  sql: `
with peaks as (
  select app_id, attempt_id, executor_id,
    max(value) filter (name = 'JVMHeapMemory') as heap,
    max(value) filter (name = 'OnHeapUnifiedMemory') as on_heap_pools,
    max(value) filter (name = 'JVMOffHeapMemory') as jvm_off_heap,
    max(value) filter (name = 'DirectPoolMemory') as direct,
    max(value) filter (name = 'MappedPoolMemory') as mapped,
    max(value) filter (name = 'OffHeapUnifiedMemory') as off_heap_pools,
    nullif(max(value) filter (name = 'ProcessTreeJVMRSSMemory'), 0) as jvm_rss,
    nullif(max(value) filter (name = 'ProcessTreePythonRSSMemory'), 0) as python_rss,
    nullif(max(value) filter (name = 'ProcessTreeOtherRSSMemory'), 0) as other_rss
  from executor_metrics group by all),
replayed as (
  select app_id, attempt_id, executor_id,
    max(storage_used_bytes + execution_used_bytes) filter (mode = 'on_heap') as on_heap,
    max(max_memory_bytes - free_bytes_min) filter (mode = 'on_heap') as on_heap_max,
    max(storage_used_bytes + execution_used_bytes) filter (mode = 'off_heap') as off_heap
  from memory_timeline group by all),
joined as (
  select p.*, e.jvm_max_memory_bytes, e.overhead_bytes, e.reserved_bytes, e.user_memory_bytes,
    -- Polls see less than there was, and of short tasks nothing: the greatest of both is nearest.
    greatest(p.on_heap_pools, r.on_heap) as heap_pools,
      greatest(p.on_heap_pools, r.on_heap, r.on_heap_max) as heap_pools_max,
    greatest(p.off_heap_pools, r.off_heap) as off_pools,
    p.jvm_rss + coalesce(p.python_rss, 0) + coalesce(p.other_rss, 0)
      - e.jvm_max_memory_bytes - coalesce(greatest(p.off_heap_pools, r.off_heap), 0) as beyond
  from peaks p
    left join replayed r using (app_id, attempt_id, executor_id)
    left join executors e using (app_id, attempt_id, executor_id))
select
  app_id,
  attempt_id,
  executor_id,
  heap as jvm_heap_peak_bytes,
  jvm_max_memory_bytes,
  heap_pools as heap_pools_peak_bytes,
  if(heap_pools is null, null, if(heap < heap_pools_max, 0, heap - heap_pools_max))
    as heap_outside_pools_bytes_min,
  reserved_bytes + user_memory_bytes as user_and_reserved_bytes,
  jvm_off_heap as jvm_off_heap_peak_bytes,
  direct as direct_peak_bytes,
  mapped as mapped_peak_bytes,
  off_pools as off_heap_pools_peak_bytes,
  jvm_rss as jvm_rss_peak_bytes,
  python_rss as python_rss_peak_bytes,
  other_rss as other_rss_peak_bytes,
  if(beyond < 0, 0, beyond) as rss_beyond_heap_bytes_min,
  overhead_bytes,
  overhead_bytes - if(beyond < 0, 0, beyond) as overhead_left_bytes_max
from joined
order by app_id, attempt_id, executor_id = 'driver', try_cast(executor_id as bigint), executor_id`,
};
