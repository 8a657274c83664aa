/**
 * A row is a SQL operator whose tasks held or spilled memory: how much, and over how many of them.
 */
import type { ViewSpec } from "../view.ts";

export const sqlOperatorMemory: ViewSpec = {
  name: "sql_operator_memory",
  comment:
    "A row is an operator of a SQL execution in a stage whose tasks held or spilled memory for it. What spilled most comes first.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    execution_id: "SQL execution",
    node_id: "place of the operator in sql_plan_nodes",
    operator: "operator",
    description: "operator with its arguments, cut",
    stage_id: "stage that ran it",
    tasks: "tasks that counted anything of it; count",
    peak_bytes: "most memory that one task held for it; NULL: it reports none; bytes",
    peak_task_id: "task that held most",
    spilled_bytes: "memory spilled, summed over tasks; bytes",
    spilled_tasks: "tasks that spilled; count",
    fallback_tasks: "tasks whose hash map was turned into a sorter; count",
    output_rows: "rows that left it, summed over tasks; NULL: it counts none; count",
    origin: "logged: tasks report it",
  },
  sql: `
select
  m.app_id,
  m.attempt_id,
  m.execution_id,
  n.node_id,
  n.name as operator,
  n.description,
  m.stage_id,
  count(distinct m.task_id) as tasks,
  max(m.value) filter (m.name = 'peak memory') as peak_bytes,
  arg_max(m.task_id, (m.value, -m.task_id)) filter (m.name = 'peak memory') as peak_task_id,
  coalesce(sum(m.value) filter (m.name = 'spill size'), 0)::bigint as spilled_bytes,
  count(*) filter (m.name = 'spill size') as spilled_tasks,
  coalesce(sum(m.value) filter (m.name = 'number of sort fallback tasks'), 0)::bigint
    as fallback_tasks,
  sum(m.value) filter (m.name = 'number of output rows')::bigint as output_rows,
  'logged' as origin
from task_sql_metrics m
  join (
    select app_id, attempt_id, execution_id, node_id, name, description,
      unnest(accumulator_ids) as accumulator_id
    from sql_plan_nodes) n using (app_id, attempt_id, execution_id, accumulator_id)
group by all
having peak_bytes > 0 or spilled_bytes > 0
order by spilled_bytes desc, peak_bytes desc, execution_id, node_id, stage_id`,
};
