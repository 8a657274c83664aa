-- A row is one kind of memory statement of one executor: how many there were, and how many the replay had predicted.
select
  executor_id,
  quantity,
  count(*) as statements,
  count(*) filter (agrees) as predicted,
  count(*) filter (not agrees) as wrong,
  count(*) filter (agrees is null) as without_prediction
from replay_checks
group by all
order by executor_id, quantity;
