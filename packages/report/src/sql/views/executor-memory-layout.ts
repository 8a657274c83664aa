/**
 * A row is a part of an executor's memory: how large it is, what it is for, and how that is known.
 */
import type { ViewSpec } from "../view.ts";

export const executorMemoryLayout: ViewSpec = {
  name: "executor_memory_layout",
  comment:
    "A row is a part of an executor's memory: how large it is, what it is for, and how that is known. The indented parts make up the one above them.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    part: "part of its memory; indented under what it is a part of",
    bytes: "size; bytes; NULL: unknown",
    share: "share of the heap (on-heap parts) or of the off-heap memory; 0 to 1",
    origin: "logged, derived or assumed",
    meaning: "what it is for",
  },
  sql: `
with parts as (
  select app_id, attempt_id, executor_id, memory_manager, jvm_max_memory_bytes as heap_bytes,
    off_heap_storage_bytes + off_heap_execution_bytes as off_heap_bytes,
    unnest([
      {place: 1, part: 'heap', bytes: jvm_max_memory_bytes, origin: jvm_max_memory_origin,
        meaning: 'what the JVM reports as its maximum (-Xmx, less a survivor space)'},
      {place: 2, part: '  reserved', bytes: reserved_bytes, origin: reserved_origin,
        meaning: 'kept back for Spark itself'},
      {place: 3, part: '  user memory', bytes: user_memory_bytes, origin: user_memory_origin,
        meaning: 'for objects of user code; Spark does not watch it'},
      {place: 4, part: '  spark memory', bytes: max_memory_bytes, origin: max_memory_origin,
        meaning: 'storage and execution, what memory_timeline shows'},
      {place: 5, part: '    storage region', bytes: storage_region_bytes,
        origin: storage_region_origin,
        meaning: if(memory_manager = 'unified',
          'blocks in it are safe from execution; storage may borrow more', 'for blocks, fixed')},
      {place: 6, part: '    execution region', bytes: execution_region_bytes,
        origin: execution_region_origin,
        meaning: if(memory_manager = 'unified',
          'for shuffles, joins, sorts, aggregations; what storage borrowed of it can be claimed back', 'for shuffles, joins, sorts, aggregations, fixed')},
      {place: 7, part: '    unroll cap', bytes: max_unroll_bytes, origin: max_unroll_origin,
        meaning: 'most that may be evicted for blocks being unrolled'},
      {place: 8, part: 'off-heap storage', bytes: off_heap_storage_bytes,
        origin: off_heap_storage_origin,
        meaning: 'for OFF_HEAP blocks; off-heap execution may use what they leave'},
      {place: 9, part: 'off-heap execution', bytes: off_heap_execution_bytes,
        origin: off_heap_execution_origin, meaning: 'for Tungsten off the heap'},
      {place: 10, part: 'page', bytes: page_size_bytes, origin: page_size_origin,
        meaning: 'the piece in which Tungsten asks for execution memory'},
      {place: 11, part: 'overhead', bytes: overhead_bytes, origin: overhead_origin,
        meaning: 'of the container, beside the heap: JVM, threads, network buffers'}
    ]) as p
  from executors)
select
  app_id,
  attempt_id,
  executor_id,
  p.part,
  p.bytes,
  round(case when p.place <= 7 then p.bytes / nullif(heap_bytes, 0)
    when p.place <= 9 then p.bytes / nullif(off_heap_bytes, 0) end, 4) as share,
  p.origin,
  p.meaning
from parts
where p.bytes > 0 or p.place <= 6
order by app_id, attempt_id, executor_id = 'driver', try_cast(executor_id as bigint), executor_id,
  p.place`,
};
