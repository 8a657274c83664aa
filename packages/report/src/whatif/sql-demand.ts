/** Demand of SQL stages by operator, where plans and task metrics tell it. */
import type { ConsumerDemand, Wanted } from "@respark/core";
import type { RecordedMetric, RecordedStage, RecordedTask, RunRecord } from "./run-record.ts";
import { SqlFragments } from "./sql-fragments.ts";
import { grouped } from "./statistics.ts";
import { operatorsOf } from "./wanted-operators.ts";

export class SqlDemand {
  readonly #fragments = new Map<number, SqlFragments>();
  readonly #metricsOf: ReadonlyMap<number, readonly RecordedMetric[]>;
  readonly #sortsBeforeRepartition: boolean;

  constructor(run: RunRecord) {
    this.#metricsOf = grouped(run.sqlMetrics, ({ taskId }) => taskId);
    this.#sortsBeforeRepartition =
      run.conf.get("spark.sql.execution.sortBeforeRepartition") !== "false";
    const metrics = grouped(run.sqlMetrics, ({ executionId }) => executionId ?? -1);
    for (const [executionId, nodes] of grouped(run.planNodes, (node) => node.executionId))
      this.#fragments.set(executionId, new SqlFragments(nodes, metrics.get(executionId) ?? []));
  }

  /** By task id; `undefined`: no plan is logged. */
  operatorsOf(
    stage: RecordedStage,
    tasks: readonly RecordedTask[],
    diskRatio: Wanted,
  ): ReadonlyMap<number, readonly ConsumerDemand[]> | undefined {
    const found = new Map<number, readonly ConsumerDemand[]>();
    for (const task of tasks) {
      const metrics = this.#metricsOf.get(task.taskId) ?? [];
      const executionId = metrics[0]?.executionId ?? stage.sqlExecutionId;
      const fragments = this.#fragments.get(executionId ?? -1);
      if (fragments === undefined) continue;
      const top = fragments.topOf(metrics);
      if (top === undefined) continue;
      const sortsBeforeRepartition = this.#sortsBeforeRepartition;
      const parts = { fragments, top, diskRatio, sortsBeforeRepartition };
      const demands = operatorsOf(parts, task, metrics);
      if (demands !== undefined) found.set(task.taskId, demands);
    }
    return found;
  }
}
