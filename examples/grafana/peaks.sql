-- A row is a day and a team: how full its fullest executor was (0 to 1), and
-- the average over its applications.
with peak as (
  select a.app_id, a.attempt_id,
    date_trunc('day', a.started_at) as day,
    coalesce(nullif(regexp_extract(a.name, '^([A-Za-z0-9]+)[-_./: ]', 1), ''),
      a.spark_user, 'unknown') as team,
    max((t.storage_used_bytes + t.execution_used_bytes) * 1.0 / t.max_memory_bytes) as used
  from applications a
    join memory_timeline t on t.app_id = a.app_id and t.attempt_id = a.attempt_id
  where t.max_memory_bytes > 0 and t.executor_id <> 'driver'
  group by 1, 2, 3, 4)
select day, team, count(*) as applications, max(used) as fullest, avg(used) as average
from peak
where day is not null
group by day, team
order by day, team
