/** Plans of SQL executions, the last one of each, and what tasks report of their operators. */
import type { TaskEndFact } from "../../event-fact.ts";
import type { EmitRow } from "../../rows.ts";
import type { SqlPlanNode } from "../../sql-metric.ts";

export class SqlPlans {
  readonly #emit: EmitRow;
  readonly #nodes = new Map<number, readonly SqlPlanNode[]>();
  readonly #executionOf = new Map<number, number>();

  constructor(emit: EmitRow) {
    this.#emit = emit;
  }

  /** A plan, or what adaptive execution made of it: the later one counts. */
  planned(executionId: number, nodes: readonly SqlPlanNode[] | undefined): void {
    if (nodes === undefined || nodes.length === 0) return;
    this.#nodes.set(executionId, nodes);
    for (const { accumulatorIds } of nodes)
      for (const id of accumulatorIds)
        if (!this.#executionOf.has(id)) this.#executionOf.set(id, executionId);
  }

  taskEnded({ taskId, stageId, sqlMetrics }: TaskEndFact): void {
    for (const metric of sqlMetrics ?? []) {
      this.#emit("task_sql_metrics", {
        taskId,
        stageId,
        executionId: this.#executionOf.get(metric.accumulatorId),
        ...metric,
      });
    }
  }

  finish(): void {
    for (const [executionId, nodes] of this.#nodes)
      for (const node of nodes) this.#emit("sql_plan_nodes", { executionId, ...node });
  }
}
