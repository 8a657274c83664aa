/** Plans of SQL executions, the last one of each, and what tasks report of their operators. */
import type { TaskEndFact } from "../../event-fact.ts";
import type { EmitRow, TaskSqlMetricRow } from "../../rows.ts";
import type { SqlPlanNode } from "../../sql-metric.ts";

/** Plans kept of one execution; adaptive execution makes a new one for every stage that ends. */
const MOST_VERSIONS = 50;

export class SqlPlans {
  readonly #emit: EmitRow;
  /** By execution, latest last. */
  readonly #versions = new Map<number, (readonly SqlPlanNode[])[]>();
  readonly #executionOf = new Map<number, number>();

  readonly #unnamed: TaskSqlMetricRow[] = [];

  constructor(emit: EmitRow) {
    this.#emit = emit;
  }

  /**
   * A plan, or what adaptive execution made of it: the later one counts, and an earlier one for
   * metrics that it alone names.
   */
  planned(executionId: number, nodes: readonly SqlPlanNode[] | undefined): void {
    if (nodes === undefined || nodes.length === 0) return;
    const versions = this.#versions.get(executionId) ?? [];
    this.#versions.set(executionId, versions);
    const before = versions.at(-1);
    if (before !== undefined && namesAll(nodes, before)) versions.pop();
    versions.push(nodes);
    if (versions.length > MOST_VERSIONS) versions.shift();
    for (const { accumulatorIds } of nodes)
      for (const id of accumulatorIds)
        if (!this.#executionOf.has(id)) this.#executionOf.set(id, executionId);
  }

  taskEnded({ taskId, stageId, sqlMetrics }: TaskEndFact): void {
    for (const metric of sqlMetrics ?? []) {
      const executionId = this.#executionOf.get(metric.accumulatorId);
      const row = { taskId, stageId, executionId, ...metric };
      // Adaptive execution names an exchange's metrics when its stage is done.
      if (executionId === undefined) this.#unnamed.push(row);
      else this.#emit("task_sql_metrics", row);
    }
  }

  finish(): void {
    for (const row of this.#unnamed)
      this.#emit("task_sql_metrics", {
        ...row,
        executionId: this.#executionOf.get(row.accumulatorId),
      });
    for (const [executionId, versions] of this.#versions) {
      const named = new Set<number>();
      let first = 0;
      for (const nodes of versions.toReversed()) {
        if (first > 0 && nodes.every(({ accumulatorIds }) => isWithin(accumulatorIds, named)))
          continue;
        const before = new Set(named);
        for (const node of nodes) {
          const { nodeId, parentNodeId } = node;
          const accumulatorIds = node.accumulatorIds.filter((id) => !before.has(id));
          for (const id of accumulatorIds) named.add(id);
          this.#emit("sql_plan_nodes", {
            ...node,
            accumulatorIds,
            executionId,
            nodeId: first + nodeId,
            parentNodeId: parentNodeId === undefined ? undefined : first + parentNodeId,
          });
        }
        first += nodes.length;
      }
    }
  }
}

function namesAll(nodes: readonly SqlPlanNode[], of: readonly SqlPlanNode[]): boolean {
  const named = new Set(nodes.flatMap(({ accumulatorIds }) => accumulatorIds));
  return of.every(({ accumulatorIds }) => isWithin(accumulatorIds, named));
}

function isWithin(ids: readonly number[], all: ReadonlySet<number>): boolean {
  return ids.every((id) => all.has(id));
}
