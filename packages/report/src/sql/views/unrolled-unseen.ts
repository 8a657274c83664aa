/** What blocks being unrolled may hold beyond their size: memory that no log tells of unless the unroll fails. */

/**
 * A common table expression: bytes by executor and mode. Each of the tasks that can run may be unrolling the largest block that was ever stored:
 * its reservation begins with `spark.storage.unrollMemoryThreshold` and grows to half as much again as the block (MemoryStore.putIterator, 1.2 … 4.2).
 * Pieces of broadcasts are put whole.
 */
export const UNROLLED_UNSEEN = `unrolled_unseen as (
  select b.app_id, b.attempt_id, b.executor_id, b.mode,
    (any_value(coalesce(e.cores, 1)) * greatest(1048576, max(coalesce(b.memory_bytes_max, b.memory_bytes)) // 2))::bigint as bytes
  from block_events b left join executors e using (app_id, attempt_id, executor_id)
  where b.op = 'store' and b.memory_bytes_max > 0 and not regexp_matches(b.block_id, '_piece\\d+$')
  group by b.app_id, b.attempt_id, b.executor_id, b.mode)`;
