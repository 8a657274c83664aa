/** A row is an executor's memory in one mode: how much room it had left at its fullest moment. */
import type { ViewSpec } from "../view.ts";
import { UNROLLED_UNSEEN } from "./unrolled-unseen.ts";

export const headroom: ViewSpec = {
  name: "headroom",
  comment:
    "A row is an executor's memory in one mode: how much room it had left at its fullest moment, and how much of what it held could have been evicted.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    mode: "on_heap or off_heap",
    max_memory_bytes: "storage and execution memory together; bytes",
    used_peak_bytes: "most that both held at one moment; bytes",
    headroom_bytes: "what was free then, best estimate; bytes",
    headroom_bytes_min:
      "what was free at every moment, at least, less what blocks being unrolled may have held, which no log tells; bytes",
    headroom_bytes_max: "what was free at the fullest moment, at most; bytes",
    headroom_share: "headroom of max_memory_bytes; 0 to 1",
    execution_peak_bytes: "most that tasks held; bytes",
    execution_available_least_bytes:
      "least that a task could have got by borrowing and evicting; bytes",
    jvm_max_memory_bytes: "the heap's limit, in the row on_heap; bytes",
    jvm_heap_peak_bytes:
      "peak of the used heap as logged, in the row on_heap; bytes; NULL: not logged",
    jvm_heap_headroom_bytes: "what was left of the heap then; bytes",
  },
  sql: `
with ${UNROLLED_UNSEEN},
heap as (
  select app_id, attempt_id, executor_id, max(value) as heap_peak from executor_metrics
    where name = 'JVMHeapMemory' group by all),
pools as (
  select app_id, attempt_id, executor_id, mode, max(max_memory_bytes) as max_bytes,
    max(max_memory_bytes - free_bytes) as used_peak,
    min(free_bytes) as free_least, min(free_bytes_min) as free_least_min,
      min(free_bytes_max) as free_least_max,
    max(execution_used_bytes) as execution_peak, min(execution_available_bytes) as available_least
  from memory_timeline where max_memory_bytes > 0 group by all)
select
  p.app_id,
  p.attempt_id,
  p.executor_id,
  p.mode,
  p.max_bytes as max_memory_bytes,
  p.used_peak as used_peak_bytes,
  p.free_least as headroom_bytes,
  if(p.free_least_min is null, null, greatest(0, p.free_least_min - coalesce(u.bytes, 0)))
    as headroom_bytes_min,
  p.free_least_max as headroom_bytes_max,
  round(p.free_least / p.max_bytes, 4) as headroom_share,
  p.execution_peak as execution_peak_bytes,
  p.available_least as execution_available_least_bytes,
  if(p.mode = 'on_heap', e.jvm_max_memory_bytes, null) as jvm_max_memory_bytes,
  if(p.mode = 'on_heap', h.heap_peak, null) as jvm_heap_peak_bytes,
  if(p.mode = 'on_heap', e.jvm_max_memory_bytes - h.heap_peak, null) as jvm_heap_headroom_bytes
from pools p
  left join executors e using (app_id, attempt_id, executor_id)
  left join heap h using (app_id, attempt_id, executor_id)
  left join unrolled_unseen u using (app_id, attempt_id, executor_id, mode)
order by p.app_id, p.attempt_id, p.executor_id = 'driver', try_cast(p.executor_id as bigint),
  p.executor_id, p.mode desc`,
};
