/**
 * How far the replay itself can be trusted: where it falls, logs or Spark have changed, and all
 * other numbers with them.
 */
import type { Metric } from "./check.ts";
import { EVIDENCE, THIS_APP } from "./this-application.ts";

export const accuracy: readonly Metric[] = [
  {
    id: "replay_accuracy_share",
    title: "memory statements of the logs that the replay predicted or explained",
    whateverMemory: true,
    unit: "share",
    better: "higher",
    scope: "application",
    // Below a floor there is no verdict at all; a fall above it is worth a look.
    level: "warn",
    allowance: { relative: 0.05, absolute: 0.05 },
    extensive: false,
    sql: `with ${EVIDENCE}
      select null as subject, met / nullif(of, 0) as value, value as value_min, value as value_max,
        by_logs as "by"
      from evidence, (select count(*) filter (outcome <> 'unexplained') as met, count(*) as of
        from replay_checks where ${THIS_APP} and kind = 'statement')`,
    causes: `select count(*) || ' of ' || quantity || ' unexplained' as sentence from replay_checks
      where ${THIS_APP} and outcome = 'unexplained' group by quantity
        order by count(*) desc, sentence limit 4`,
    lookFurther: "from replay_accuracy",
  },
];
