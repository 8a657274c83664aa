/**
 * A row is something that happened for want of memory: a block evicted or without room, a spill, a
 * wait, an out-of-memory error.
 */
import type { ViewSpec } from "../view.ts";

export const pressureEvents: ViewSpec = {
  name: "pressure_events",
  comment:
    "A row is something that happened for want of memory: a block evicted or without room, a spill, a wait, an out-of-memory error.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor it happened on; driver is the driver",
    kind: "evicted, no_room, spilled, waited or oom",
    ts: "when, best estimate; UTC",
    end_ts: "until when, of waits; UTC",
    ordinal:
      "of evictions, spills and oom: its number for respark explain --eviction, --spill or --oom",
    size_bytes:
      "evicted or spilled; what a block needed; what a wait or an oom asked for; bytes; NULL: no log tells",
    size_bytes_min: "at least; bytes; NULL: no log tells",
    size_bytes_max: "at most; bytes",
    task_id: "task that needed the room, spilled, waited or failed",
    subject: "the block; the consumer that spilled; the message of an oom",
    reason: "cause of an eviction, rule of a refusal, trigger of a spill, class of an oom",
    for_block_id: "of evictions: block that needed the room",
    kept_on_disk: "of evictions: true, dropped to disk; false, gone from this executor",
    regretted: "of evictions and refusals: whether a later read missed it; NULL: no log of reads",
    certainty: "how sure the reason is; 0 to 1",
    origin: "logged, derived or assumed",
    source_file_id: "file that tells of it",
    source_line: "line in that file",
  },
  sql: `
with happened as (
  select
    app_id, attempt_id, executor_id, 'evicted' as kind, ts, null::timestamp as end_ts,
    ordinal::bigint as ordinal, memory_bytes as size_bytes, null::bigint as size_bytes_min,
    null::bigint as size_bytes_max, caused_by_task_id as task_id, block_id as subject,
    cause as reason, caused_by_block_id as for_block_id, kept_on_disk, regretted, certainty,
    origin, source_file_id, source_line
  from eviction_ledger
  union all
  select
    app_id, attempt_id, executor_id, 'no_room', ts, null, null, memory_bytes, null, null, task_id,
    block_id, rule, null, stored_on_disk, missed_later, certainty, null, source_file_id, source_line
  from put_failures
  union all
  select
    app_id, attempt_id, executor_id, 'spilled', ts, null,
    row_number() over (partition by app_id, attempt_id order by ts, executor_id, seq),
    memory_bytes, memory_bytes_min, memory_bytes_max, task_id, consumer, "trigger",
    null, null, null, null, origin, source_file_id, source_line
  from spills
  union all
  select
    app_id, attempt_id, executor_id, 'waited', ts, end_ts, null, requested_bytes, null, null,
    task_id, null, null, null, null, null, null, origin, source_file_id, source_line
  from memory_waits
  union all
  select
    app_id, attempt_id, executor_id, 'oom', ts, null, ordinal, requested_bytes, null, null,
    task_id, message, class, null, null, null, null, null, source_file_id, source_line
  from oom_context)
select
  app_id,
  attempt_id,
  executor_id,
  kind,
  ts,
  end_ts,
  ordinal,
  size_bytes,
  size_bytes_min,
  size_bytes_max,
  task_id,
  subject,
  reason,
  for_block_id,
  kept_on_disk,
  regretted,
  certainty,
  origin,
  source_file_id,
  source_line
from happened
order by
  app_id, attempt_id, executor_id = 'driver', try_cast(executor_id as bigint), executor_id,
  ts, source_file_id, source_line, kind, ordinal, subject`,
};
