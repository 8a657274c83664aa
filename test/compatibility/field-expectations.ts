/**
 * What `case.md` of each field case says is right, as questions to the database and the words of a
 * replay.
 */

export interface Expectation {
  /** the case's number */
  readonly of: string;
  /** inputs of the case that it is said of; undefined: all */
  readonly only?: RegExp;
  /** unique within the case */
  readonly right: string;
  /** true or false, asked of the database */
  readonly sql?: string;
  /** in what replay and explain print */
  readonly says?: RegExp;
  readonly saysNot?: RegExp;
  /** the replay ends with another code than 0, and says this */
  readonly refuses?: RegExp;
}

/** What the thirteen lines of cases 10 and 11 hold. */
const THIRTEEN_LINES = `(select count(*) from block_events) = 7 and (select count(*) from spills) = 1
  and (select count(*) from oom_events where class = 'jvm_heap' and task_id = 11) = 1
  and (select max(storage_used_bytes_max) from memory_timeline where mode = 'on_heap') <= 400000000`;

/** Blocks at once on an executor; the pool holds what is being unrolled besides. */
const AT_MOST_220_MIB = `(select max(held) from (
  select sum(case when op = 'store' then memory_bytes
      when op in ('evict', 'drop_to_disk', 'remove') then -memory_bytes else 0 end)
    over (partition by executor_id order by seq) as held
  from block_events)) between 230000000 and 231000000`;

const NOTHING_WRONG = /Nothing is wrong/;

export const EXPECTATIONS: readonly Expectation[] = [
  {
    of: "01",
    right: "an OOM of executor 3, task 11",
    sql: "exists(from oom_events where executor_id = '3' and task_id = 11 and class = 'jvm_heap')",
    saysNot: NOTHING_WRONG,
  },
  {
    of: "02",
    right: "an OOM of the driver",
    sql: "exists(from oom_events where executor_id = 'driver')",
    saysNot: NOTHING_WRONG,
  },
  {
    of: "03",
    right: "an OOM of a class of its own, no heap",
    sql: "exists(from oom_events where class not in ('jvm_heap', 'gc_overhead'))",
    saysNot: NOTHING_WRONG,
  },
  {
    of: "04",
    right: "failed tasks are a finding",
    sql: "exists(from findings where kind ilike '%fail%' or kind ilike '%oom%' or kind ilike '%memory%')",
    saysNot: NOTHING_WRONG,
  },
  {
    of: "04",
    only: /gluten/,
    right: "asked 8388608, granted 8126464",
    sql: "exists(from oom_events where requested_bytes = 8388608 and granted_bytes = 8126464)",
  },
  { of: "05", right: "a death is found", sql: "exists(from findings)", saysNot: NOTHING_WRONG },
  {
    of: "06",
    right: "told to stop by a SIGTERM while a task ran",
    says: /SIGTERM|SIGNAL TERM/,
    saysNot: NOTHING_WRONG,
  },
  { of: "08", right: "it says why nothing started", saysNot: NOTHING_WRONG },
  {
    of: "09",
    right: "replayed as an executor of a made-up id, and said so",
    sql: `(select count(*) from block_events) = 7 and (select count(*) from spills) = 1
      and exists(from oom_events where task_id = 11)
      and exists(from diagnostics where code = 'survey_unknown_executor')`,
  },
  {
    of: "10",
    only: /^(?!.*iso-line)/,
    right: "7 block events, 1 spill, 1 OOM",
    sql: THIRTEEN_LINES,
  },
  {
    of: "10",
    only: /iso-line/,
    right: "executor 46 with its broadcast",
    sql: "exists(from block_events where executor_id = '46' and block_id = 'broadcast_3')",
  },
  { of: "11", right: "7 block events, 1 spill, 1 OOM", sql: THIRTEEN_LINES },
  {
    of: "12",
    right: "1 OOM of task 11",
    sql: "(select count(*) from oom_events where task_id = 11) = 1",
  },
  {
    of: "13",
    right: "two executors, each with at most 220 MiB of blocks",
    sql: `(select count(distinct executor_id) from block_events) = 2
      and ${AT_MOST_220_MIB}`,
  },
  {
    of: "14",
    right: "1 eviction, 220 MiB at most",
    sql: `(select count(*) from block_events where op in ('evict', 'drop_to_disk')) = 1
      and ${AT_MOST_220_MIB}`,
  },
  {
    of: "15",
    right: "memory is unknown, not a default",
    sql: "not exists(from executors where executor_id <> 'driver' and max_memory_bytes is not null)",
  },
  {
    of: "16",
    right: "220 MiB of blocks, capacity and what else is held unknown",
    sql: `${AT_MOST_220_MIB}
      and not exists(from memory_timeline where storage_used_bytes > 231000000)
      and not exists(from executors where max_memory_origin in ('logged', 'derived'))`,
    saysNot: /to what Spark does not count|Storage borrowed up to/,
  },
  {
    of: "17",
    right: "one application, or said which parts are missing",
    sql: `(select count(*) from applications) = 1
      and (exists(from diagnostics where code ilike '%roll%') or (select count(*) from source_files) >= 1)`,
  },
  {
    of: "18",
    right: "2.06 GiB of execution memory, 3 tasks, stage 9",
    sql: "exists(from oom_context where stage_id = 9 and running_tasks = 3 and execution_used_bytes = 2214902769)",
  },
  { of: "19", right: "two applications", sql: "(select count(*) from applications) = 2" },
  { of: "20", right: "no 'more partitions' for a driver's OOM", saysNot: /more partitions/ },
  {
    of: "21",
    right: "the loss is found",
    sql: "exists(from executors where executor_id = '1' and removed_class is not null)",
    saysNot: NOTHING_WRONG,
  },
  {
    of: "23",
    only: /^(?!.*decommissioned)/,
    right: "blocks of an executor without a log",
    sql: "exists(from block_events where executor_id <> 'driver')",
  },
  { of: "24", right: "no setting that 3.x lacks", saysNot: /spark\.shuffle\.memoryFraction/ },
  {
    of: "25",
    right: "no peak below what each task held, or an interval",
    sql: `(select max(execution_used_bytes_max) from memory_timeline) >= 10485760`,
    saysNot: /3\.2 MiB/,
  },
  {
    of: "26",
    right: "the events are read",
    sql: "(select count(*) from tasks) > 0 and exists(from executors where executor_id = '0')",
  },
  {
    of: "27",
    right: "a failed put of rdd_0_2",
    sql: "exists(from block_events where block_id = 'rdd_0_2' and op = 'put_fail')",
  },
  {
    of: "28",
    right: "the task that reports evictions is their cause",
    sql: "not exists(from block_events where op = 'evict' and caused_by_task_id is null)",
  },
  {
    of: "29",
    right: "5 block events, statements read",
    sql: "(select count(*) from block_events) = 5 and (select count(*) from replay_checks) >= 4",
  },
  {
    of: "31",
    right: "one death, one finding",
    sql: "(select count(*) from findings where severity = 'work_lost' or kind ilike 'lost%' or kind ilike '%container%') <= 1",
  },
  { of: "32", right: "no number where none is logged", saysNot: /it was 384 MiB/ },
];
