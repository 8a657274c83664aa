/// <reference types="node" />
/**
 * DuckDB's own `read_ndjson`, of the version that respark uses, on one thread, writing the columns
 * of the table `tasks` alone. Prints its own CPU seconds.
 */
import { connectOneThread } from "./one-thread-duckdb.ts";

const [path = "", database = ""] = process.argv.slice(2);
const before = process.cpuUsage();
const connection = await connectOneThread(database);
await connection.run(`
  create table tasks as
  select "Stage ID" as stage_id, "Stage Attempt ID" as stage_attempt_id, info."Task ID" as task_id, info."Index" as task_index,
    info."Partition ID" as partition_id, info."Attempt" as attempt, info."Executor ID" as executor_id, info."Host" as host,
    make_timestamp(info."Launch Time" * 1000) as launched_at, make_timestamp(info."Finish Time" * 1000) as finished_at,
    case when info."Killed" then 'killed' when info."Failed" then 'failed' else 'success' end as status,
    info."Speculative" as speculative, info."Locality" as locality, "Task End Reason"."Reason" as failure_class,
    metrics."Peak Execution Memory" as peak_execution_bytes, metrics."Memory Bytes Spilled" as memory_spilled_bytes,
    metrics."Disk Bytes Spilled" as disk_spilled_bytes, metrics."Executor Run Time" as run_ms, metrics."Executor CPU Time" as cpu_ns,
    metrics."Executor Deserialize Time" as deserialize_ms, metrics."JVM GC Time" as gc_ms, metrics."Result Size" as result_bytes,
    metrics."Result Serialization Time" as result_serialization_ms, metrics."Input Metrics"."Bytes Read" as input_bytes,
    metrics."Input Metrics"."Records Read" as input_records, metrics."Output Metrics"."Bytes Written" as output_bytes,
    metrics."Output Metrics"."Records Written" as output_records,
    metrics."Shuffle Read Metrics"."Remote Bytes Read" + metrics."Shuffle Read Metrics"."Local Bytes Read" as shuffle_read_bytes,
    metrics."Shuffle Read Metrics"."Remote Bytes Read" as shuffle_read_remote_bytes,
    metrics."Shuffle Read Metrics"."Local Bytes Read" as shuffle_read_local_bytes,
    metrics."Shuffle Read Metrics"."Total Records Read" as shuffle_read_records,
    metrics."Shuffle Read Metrics"."Fetch Wait Time" as shuffle_fetch_wait_ms,
    metrics."Shuffle Write Metrics"."Shuffle Bytes Written" as shuffle_write_bytes,
    metrics."Shuffle Write Metrics"."Shuffle Records Written" as shuffle_write_records
  from (
    select *, "Task Info" as info, "Task Metrics" as metrics
    from read_ndjson('${path.replaceAll("'", "''")}', maximum_object_size = 67108864, ignore_errors = true, columns = {
      Event: 'VARCHAR', 'Stage ID': 'BIGINT', 'Stage Attempt ID': 'INTEGER', 'Task End Reason': 'STRUCT("Reason" VARCHAR)',
      'Task Info': 'STRUCT("Task ID" BIGINT, "Index" BIGINT, "Partition ID" BIGINT, "Attempt" INTEGER, "Executor ID" VARCHAR, "Host" VARCHAR, "Launch Time" BIGINT, "Finish Time" BIGINT, "Killed" BOOLEAN, "Failed" BOOLEAN, "Speculative" BOOLEAN, "Locality" VARCHAR)',
      'Task Metrics': 'STRUCT("Peak Execution Memory" BIGINT, "Memory Bytes Spilled" BIGINT, "Disk Bytes Spilled" BIGINT, "Executor Run Time" BIGINT, "Executor CPU Time" BIGINT, "Executor Deserialize Time" BIGINT, "JVM GC Time" BIGINT, "Result Size" BIGINT, "Result Serialization Time" BIGINT, "Input Metrics" STRUCT("Bytes Read" BIGINT, "Records Read" BIGINT), "Output Metrics" STRUCT("Bytes Written" BIGINT, "Records Written" BIGINT), "Shuffle Read Metrics" STRUCT("Remote Bytes Read" BIGINT, "Local Bytes Read" BIGINT, "Total Records Read" BIGINT, "Fetch Wait Time" BIGINT), "Shuffle Write Metrics" STRUCT("Shuffle Bytes Written" BIGINT, "Shuffle Records Written" BIGINT))'})
    where Event = 'SparkListenerTaskEnd')`);
await connection.run("checkpoint");
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpu: (user + system) / 1e6 })}\n`);
