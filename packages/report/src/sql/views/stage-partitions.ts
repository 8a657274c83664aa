/** A row is a stage: how many partitions it has, and what decides how many. */
import type { ViewSpec } from "../view.ts";

export const stagePartitions: ViewSpec = {
  name: "stage_partitions",
  comment: "A row is a stage: how many partitions it has, and what decides how many.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    stage_id: "the stage",
    partitions: "its partitions; count",
    sql_execution_id: "SQL query that it belongs to; NULL: none, or unknown",
    parents: "stages whose shuffles it reads; count",
    input_bytes: "what its tasks read as input; bytes; NULL: unknown",
    shuffled_by:
      "operation of an RDD whose shuffle it reads, with its line in the program: takes numPartitions; NULL: none, or unknown",
    read_by:
      "operation that makes the RDD it starts from, with its line in the program; NULL: it reads shuffles, or unknown",
  },
  sql: `
with named as (
  select app_id, attempt_id, stage_id, max(tasks) as partitions,
    any_value(sql_execution_id) as sql_execution_id, max(len(parent_ids)) as parents
  from stages group by all),
inputs as (
  select app_id, attempt_id, stage_id, sum(input_bytes)::bigint as input_bytes
  from tasks group by all),
operations as (
  select app_id, attempt_id, first_stage_id as stage_id,
    arg_min(call_site, rdd_id)
      filter (name in ('ShuffledRDD', 'CoGroupedRDD', 'SubtractedRDD')) as shuffled_by,
    arg_min(call_site, rdd_id) filter (len(parent_ids) = 0) as read_by
  from rdds where first_stage_id is not null group by all)
select
  s.app_id,
  s.attempt_id,
  s.stage_id,
  s.partitions,
  s.sql_execution_id,
  s.parents,
  i.input_bytes,
  o.shuffled_by,
  if(s.parents = 0, o.read_by, null) as read_by
from named s
  left join inputs i using (app_id, attempt_id, stage_id)
  left join operations o using (app_id, attempt_id, stage_id)
order by s.app_id, s.attempt_id, s.stage_id`,
};
