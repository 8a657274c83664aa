/**
 * What SQL operators report: plans as trees of operators, and what a task's part of each counted.
 */

/** An operator of a plan, as SparkPlanInfo gives it. */
export interface SqlPlanNode {
  /** Place in the tree, top first; children after their parent. */
  readonly nodeId: number;
  /** `undefined`: the top. */
  readonly parentNodeId: number | undefined;
  readonly name: string;
  /** `simpleString`, cut. */
  readonly description: string;
  /** Accumulators of its metrics; those that a later plan names too are there alone. */
  readonly accumulatorIds: readonly number[];
}

/** A task's own share of an operator's metric (TaskEnd, Accumulables with Metadata `sql`). */
export interface SqlMetricUpdate {
  readonly accumulatorId: number;
  /** As of 3.x; 2.x adds ` total (min, med, max)`, which is left out. */
  readonly name: string;
  readonly value: number;
}

/**
 * Metrics that tell of memory or of the rows that need it; bytes and counts.
 * The first words of the name, which 2.x goes on with ` total (min, med, max)`.
 */
export const MEMORY_METRICS: readonly string[] = [
  "peak memory",
  "spill size",
  "data size",
  "data size of build side",
  "number of output rows",
  "number of sort fallback tasks",
  "shuffle records written",
  "records read",
];
