/** A row is the moment at which one kind of an executor's memory was in fullest use. */
import type { ViewSpec } from "../view.ts";
import { UNROLLED_UNSEEN } from "./unrolled-unseen.ts";

export const highWaterMarks: ViewSpec = {
  name: "high_water_marks",
  comment:
    "A row is the moment at which one kind of an executor's memory (storage, unroll, execution, or both pools together) was in fullest use.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    mode: "on_heap or off_heap",
    quantity: "storage (blocks and unrolling), unroll, execution, or used (both pools)",
    peak_bytes: "most in use, best estimate; bytes",
    peak_bytes_min: "the peak is at least this; bytes",
    peak_bytes_max:
      "the peak is at most this, with what blocks being unrolled may hold, which no log tells; bytes",
    max_memory_bytes: "both pools together; bytes",
    share: "peak_bytes of max_memory_bytes; 0 to 1",
    ts: "the moment; UTC",
    seq: "seq of the memory_timeline row",
    active_tasks: "tasks that shared execution memory then; count",
    biggest_task_id: "task that held most execution memory then",
    biggest_task_bytes: "what it held; bytes",
    source_file_id: "file that the row of the timeline rests on",
    source_line: "line in that file",
  },
  sql: `
with ${UNROLLED_UNSEEN},
steps as (
  select *, max_memory_bytes - free_bytes as used_bytes from memory_timeline),
most as (
  select app_id, attempt_id, executor_id, mode, max(storage_used_bytes) as storage,
    max(unroll_used_bytes) as unroll,
    max(execution_used_bytes) as execution, max(used_bytes) as used,
    {storage: max(storage_used_bytes_min), unroll: max(unroll_used_bytes_min),
      execution: max(execution_used_bytes_min),
      used: max(max_memory_bytes - free_bytes_max)} as least,
    {storage: max(storage_used_bytes_max), unroll: max(unroll_used_bytes_max),
      execution: max(execution_used_bytes_max),
      used: max(max_memory_bytes - free_bytes_min)} as most
  from steps group by all),
-- Each peak at its first moment.
firsts as (
  select s.app_id, s.attempt_id, s.executor_id, s.mode,
    unnest([
      {place: 1, quantity: 'storage', seq: min(s.seq)
        filter (s.storage_used_bytes = m.storage and m.storage > 0)},
      {place: 2, quantity: 'unroll', seq: min(s.seq)
        filter (s.unroll_used_bytes = m.unroll and m.unroll > 0)},
      {place: 3, quantity: 'execution', seq: min(s.seq)
        filter (s.execution_used_bytes = m.execution and m.execution > 0)},
      {place: 4, quantity: 'used', seq: min(s.seq) filter (s.used_bytes = m.used and m.used > 0)}
    ]) as first
  from steps s join most m using (app_id, attempt_id, executor_id, mode)
    group by s.app_id, s.attempt_id, s.executor_id, s.mode),
peaks as (
  select s.*, coalesce(u.bytes, 0) as unseen,
    case f.first.quantity
      when 'storage' then {place: 1, quantity: 'storage', best: storage_used_bytes,
        least: m.least.storage, most: m.most.storage}
      when 'unroll' then {place: 2, quantity: 'unroll', best: unroll_used_bytes,
        least: m.least.unroll, most: m.most.unroll}
      when 'execution' then {place: 3, quantity: 'execution', best: execution_used_bytes,
        least: m.least.execution, most: m.most.execution}
      else {place: 4, quantity: 'used', best: used_bytes, least: m.least.used, most: m.most.used}
    end as k
  from firsts f
    join steps s on (s.app_id, s.attempt_id, s.executor_id, s.mode, s.seq)
      = (f.app_id, f.attempt_id, f.executor_id, f.mode, f.first.seq)
    join most m on (m.app_id, m.attempt_id, m.executor_id, m.mode)
      = (f.app_id, f.attempt_id, f.executor_id, f.mode)
    left join unrolled_unseen u on (u.app_id, u.attempt_id, u.executor_id, u.mode)
      = (f.app_id, f.attempt_id, f.executor_id, f.mode))
select
  p.app_id,
  p.attempt_id,
  p.executor_id,
  p.mode,
  p.k.quantity,
  p.k.best as peak_bytes,
  p.k.least as peak_bytes_min,
  if(p.k.quantity = 'execution', p.k.most, least(p.k.most + p.unseen, p.max_memory_bytes))
    as peak_bytes_max,
  p.max_memory_bytes,
  round(p.k.best / nullif(p.max_memory_bytes, 0), 4) as share,
  p.ts,
  p.seq,
  p.active_tasks,
  arg_max(t.task_id, (t.execution_used_bytes, -t.task_id)) as biggest_task_id,
  max(t.execution_used_bytes) as biggest_task_bytes,
  p.source_file_id,
  p.source_line
from peaks p
  left join task_memory_timeline t on t.app_id = p.app_id and t.attempt_id = p.attempt_id
    and t.executor_id = p.executor_id and t.mode = p.mode
    and t.ts <= p.ts and (t.end_ts is null or t.end_ts > p.ts) and t.execution_used_bytes > 0
group by p.app_id, p.attempt_id, p.executor_id, p.mode, p.k, p.unseen, p.max_memory_bytes, p.ts,
  p.seq, p.active_tasks, p.source_file_id, p.source_line
order by p.app_id, p.attempt_id, p.executor_id = 'driver', try_cast(p.executor_id as bigint),
  p.executor_id, p.mode desc, p.k.place`,
};
