/**
 * What blocks being unrolled may hold beyond their size: no log states it unless the unroll fails.
 */

const THRESHOLD = "spark.storage.unrollMemoryThreshold";
const DEFAULT_THRESHOLD_BYTES = 1_048_576;

/**
 * Common table expressions: bytes by executor and mode. Each of the tasks that can run may be
 * unrolling the largest block that was ever stored: its reservation begins with
 * `spark.storage.unrollMemoryThreshold` and grows to half as much again as the block
 * (MemoryStore.putIterator, 1.2 … 4.2). Pieces of broadcasts are put whole; the value that they
 * make is unrolled, and no event log reports it.
 */
export const UNROLLED_UNSEEN: string = `unroll_threshold as (
  select app_id, attempt_id,
    any_value(try_cast(regexp_extract(value, '^\\s*(\\d+)', 1) as bigint)
      * case lower(regexp_extract(value, '^\\s*\\d+\\s*([a-zA-Z]?)', 1))
          when '' then 1 when 'b' then 1 when 'k' then 1024 when 'm' then 1048576
            when 'g' then 1073741824 end) as bytes
  from spark_conf where key = '${THRESHOLD}' group by all),
unrolled_unseen as (
  select b.app_id, b.attempt_id, b.executor_id, b.mode,
    (any_value(coalesce(e.cores, 1)) * greatest(
      any_value(coalesce(t.bytes, ${DEFAULT_THRESHOLD_BYTES})),
      coalesce(max(coalesce(b.memory_bytes_max, b.memory_bytes))
        filter (not regexp_matches(b.block_id, '_piece\\d+$')), 0) // 2))::bigint as bytes
  from block_events b
    left join executors e using (app_id, attempt_id, executor_id)
    left join unroll_threshold t using (app_id, attempt_id)
  where b.op = 'store' and b.memory_bytes_max > 0
  group by b.app_id, b.attempt_id, b.executor_id, b.mode)`;
