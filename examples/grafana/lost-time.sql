-- A row is a day and a team: task time that its applications lost for want of memory (ms);
-- of_unknown_cost: findings whose cost no log tells.
select
  date_trunc('day', a.started_at) as day,
  coalesce(nullif(regexp_extract(a.name, '^([A-Za-z0-9]+)[-_./: ]', 1), ''),
    a.spark_user, 'unknown') as team,
  count(distinct f.app_id) as applications,
  sum(f.cost_ms) as lost_ms,
  count(*) - count(f.cost_ms) as of_unknown_cost
from applications a
  join findings f on f.app_id = a.app_id and f.attempt_id = a.attempt_id
-- A setting's cost is that of the other findings that it caused.
where f.kind <> 'setting' and f.severity in ('dead', 'slow') and a.started_at is not null
group by 1, 2
order by 1, 2
