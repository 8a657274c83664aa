-- A row is a day and a team: memory that tasks spilled, and its size on disk (bytes),
-- by the tasks' own totals.
select
  date_trunc('day', a.started_at) as day,
  coalesce(nullif(regexp_extract(a.name, '^([A-Za-z0-9]+)[-_./: ]', 1), ''),
    a.spark_user, 'unknown') as team,
  count(distinct a.app_id) as applications,
  sum(t.memory_spilled_bytes) as memory_spilled_bytes,
  sum(t.disk_spilled_bytes) as disk_spilled_bytes
from applications a
  join tasks t on t.app_id = a.app_id and t.attempt_id = a.attempt_id
where a.started_at is not null
group by 1, 2
order by 1, 2
