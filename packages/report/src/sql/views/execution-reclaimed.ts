/**
 * A row is a request of a task for which execution claimed memory back from storage by evicting
 * blocks.
 */
import type { ViewSpec } from "../view.ts";

export const executionReclaimed: ViewSpec = {
  name: "execution_reclaimed",
  comment:
    "A row is a request of a task for which execution claimed memory back from storage by evicting blocks.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor",
    ts: "first eviction; UTC",
    first_seq: "seq of the first eviction",
    task_id: "task that asked; NULL: the logs cannot tell",
    stage_id: "its stage",
    requested_bytes: "what it asked for; bytes; NULL: not logged",
    granted_bytes: "what it got; bytes; NULL: not logged",
    blocks: "blocks evicted for it; count",
    reclaimed_bytes: "their memory; bytes",
    to_disk: "those that stayed on disk; count",
    regretted: "those that were missed later; count; NULL: no log of reads",
    largest_block_id: "the largest of them",
    certainty: "how sure the cause is, of the least sure eviction; 0 to 1",
  },
  sql: `
with victims as (
  select e.*, m.seq as request_seq, m.requested_bytes, m.granted_bytes
  from (from eviction_ledger where cause = 'execution') e
    -- The next request that was answered to the same task is the one they were evicted for.
    asof left join (from memory_events where op = 'acquire_execution') m
      on m.app_id = e.app_id and m.attempt_id = e.attempt_id and m.executor_id = e.executor_id
        and m.task_id = e.caused_by_task_id and m.seq > e.seq),
-- Without a request in the log: evictions of one task at one time are one.
grouped as (
  select app_id, attempt_id, executor_id, caused_by_task_id, caused_by_stage_id, request_seq,
    case when request_seq is null then ts end as moment,
    any_value(requested_bytes) as requested_bytes, any_value(granted_bytes) as granted_bytes,
    min(ts) as ts, min(seq) as first_seq, count(*) as blocks,
      sum(memory_bytes)::bigint as reclaimed_bytes,
    count(*) filter (kept_on_disk) as to_disk,
    case when bool_or(regretted is not null) then count(*) filter (regretted) end as regretted,
    arg_min(block_id, (-memory_bytes, block_id)) filter (memory_bytes is not null)
      as largest_block_id,
    min(certainty) as certainty
  from victims group by all)
select
  g.app_id,
  g.attempt_id,
  g.executor_id,
  g.ts,
  g.first_seq,
  g.caused_by_task_id as task_id,
  g.caused_by_stage_id as stage_id,
  g.requested_bytes,
  g.granted_bytes,
  g.blocks,
  g.reclaimed_bytes,
  g.to_disk,
  g.regretted,
  g.largest_block_id,
  g.certainty
from grouped g
order by g.app_id, g.attempt_id, g.ts, g.executor_id, g.first_seq`,
};
