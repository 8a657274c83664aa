/**
 * A row is one kind of memory statement or decision in an executor's logs: how many of them the
 * replay had predicted.
 */
import type { ViewSpec } from "../view.ts";

export const replayAccuracy: ViewSpec = {
  name: "replay_accuracy",
  comment:
    "A row is one kind of memory statement or decision in an executor's logs: how many of them the replay had predicted before it read them.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    executor_id: "executor; driver is the driver",
    evidence_level: "debug > info > event_log_blocks > event_log",
    kind: "statement: bytes that the log prints; decision: what a memory manager did",
    quantity: "what the statements are about",
    statements: "statements or decisions; count",
    predicted: "those that were predicted; count",
    explained: "those that were not, and that a rule of inference accounts for; count",
    unexplained: "the others; count",
    predicted_share: "predicted of all; 0 to 1",
    main_rule: "rule that accounts for most of the explained ones",
    missed: "those outside their prediction, explained or not; count",
    without_prediction: "those of which nothing could be predicted; count",
    mean_width_bytes: "width of the predictions, averaged; bytes; a wide one is easily met",
    mean_width_share: "that, of the executor's memory; 0 to 1",
    median_width_bytes: "width of the middle prediction; bytes",
    worst_miss_bytes: "farthest that a prediction was off; bytes",
    memory_share: "that, of the executor's memory; 0 to 1",
    first_missed_file_id: "file of the first statement that was not met",
    first_missed_line: "its line",
  },
  sql: `
with held as (
  select app_id, attempt_id, executor_id, max(max_memory_bytes) as max_bytes from memory_timeline
    group by all),
judged as (
  select *, case when agrees = false then greatest(replayed_min - logged_max, logged_min
    - replayed_max) end as off from replay_checks)
select
  c.app_id,
  c.attempt_id,
  c.executor_id,
  any_value(e.evidence_level) as evidence_level,
  c.kind,
  c.quantity,
  count(*) as statements,
  count(*) filter (c.outcome = 'predicted') as predicted,
  count(*) filter (c.outcome = 'explained') as explained,
  count(*) filter (c.outcome = 'unexplained') as unexplained,
  round(count(*) filter (c.outcome = 'predicted') / count(*), 4) as predicted_share,
  mode(c.rule order by c.rule) filter (c.outcome = 'explained') as main_rule,
  count(*) filter (not c.agrees) as missed,
  count(*) filter (c.agrees is null) as without_prediction,
  round(avg(c.replayed_max - c.replayed_min))::bigint as mean_width_bytes,
  round(avg(c.replayed_max - c.replayed_min) / nullif(any_value(h.max_bytes), 0), 4)
    as mean_width_share,
  median(c.replayed_max - c.replayed_min)::bigint as median_width_bytes,
  max(c.off) as worst_miss_bytes,
  round(max(c.off) / nullif(any_value(h.max_bytes), 0), 4) as memory_share,
  arg_min(c.source_file_id, (c.ts, c.source_line)) filter (not c.agrees) as first_missed_file_id,
  arg_min(c.source_line, (c.ts, c.source_line)) filter (not c.agrees) as first_missed_line
from judged c
  left join executors e using (app_id, attempt_id, executor_id)
  left join held h using (app_id, attempt_id, executor_id)
group by c.app_id, c.attempt_id, c.executor_id, c.kind, c.quantity
order by c.app_id, c.attempt_id, c.executor_id = 'driver', try_cast(c.executor_id as bigint),
  c.executor_id, c.kind desc, c.quantity`,
};
