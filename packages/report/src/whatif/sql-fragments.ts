/**
 * A SQL plan cut where it shuffles: which operators a stage's tasks run, and what rows reach each.
 */
import type { RecordedMetric, RecordedPlanNode } from "./run-record.ts";

/** Rows written to and read from an exchange, over all tasks. */
export interface ExchangeRows {
  readonly dataBytes: number;
  readonly records: number;
}

export class SqlFragments {
  readonly #nodes: readonly RecordedPlanNode[];
  readonly #children = new Map<number | undefined, RecordedPlanNode[]>();
  readonly #nodeOf = new Map<number, RecordedPlanNode>();
  readonly #byId: ReadonlyMap<number, RecordedPlanNode>;
  readonly #written = new Map<number, { dataBytes: number; records: number }>();

  /** Of one execution: its plan, and all that its tasks counted. */
  constructor(nodes: readonly RecordedPlanNode[], metrics: readonly RecordedMetric[]) {
    this.#nodes = nodes;
    this.#byId = new Map(nodes.map((node) => [node.nodeId, node]));
    for (const node of nodes) {
      const siblings = this.#children.get(node.parentNodeId);
      if (siblings === undefined) this.#children.set(node.parentNodeId, [node]);
      else siblings.push(node);
      for (const id of node.accumulatorIds) if (!this.#nodeOf.has(id)) this.#nodeOf.set(id, node);
    }
    for (const { accumulatorId, name, value } of metrics) {
      const node = this.#nodeOf.get(accumulatorId);
      if (node === undefined) continue;
      const sum = this.#written.get(node.nodeId) ?? { dataBytes: 0, records: 0 };
      if (name === "data size") sum.dataBytes += value;
      else if (name === "shuffle records written") sum.records += value;
      else continue;
      this.#written.set(node.nodeId, sum);
    }
  }

  nodeOf(accumulatorId: number): RecordedPlanNode | undefined {
    return this.#nodeOf.get(accumulatorId);
  }

  childrenOf(node: RecordedPlanNode): readonly RecordedPlanNode[] {
    return this.#children.get(node.nodeId) ?? [];
  }

  /** What went through an exchange; `undefined`: no task counted it. */
  rowsOf(exchange: RecordedPlanNode): ExchangeRows | undefined {
    const sum = this.#written.get(exchange.nodeId);
    return sum !== undefined && sum.records > 0 && sum.dataBytes > 0 ? sum : undefined;
  }

  /**
   * The top of the operators that these tasks run: below the exchange they write, else the plan's
   * own top.
   */
  topOf(metrics: readonly RecordedMetric[]): RecordedPlanNode | undefined {
    for (const { accumulatorId, name } of metrics) {
      if (name !== "data size" && name !== "shuffle records written") continue;
      const node = this.#nodeOf.get(accumulatorId);
      if (node !== undefined && isExchange(node)) return node;
    }
    for (const { accumulatorId } of metrics) {
      const node = this.#nodeOf.get(accumulatorId);
      const above = node === undefined ? undefined : this.#exchangeAbove(node);
      if (above !== undefined) return above;
    }
    return this.#nodes.find(({ parentNodeId }) => parentNodeId === undefined);
  }

  #exchangeAbove(node: RecordedPlanNode): RecordedPlanNode | undefined {
    let above = this.#byId.get(node.parentNodeId ?? -1);
    while (above !== undefined && !isExchange(above))
      above = this.#byId.get(above.parentNodeId ?? -1);
    return above;
  }
}

/** Where a stage ends. A broadcast's build side is collected on the driver. */
export function isExchange({ name }: RecordedPlanNode): boolean {
  return /^(?:Columnar)?Exchange|^ShuffleExchange|^BroadcastExchange|^ReusedExchange/.test(name);
}

/** Partitions of an exchange, as its description ends; `undefined`: it does not say. */
export function partitionsOf({ description }: RecordedPlanNode): number | undefined {
  if (description.includes("SinglePartition")) return 1;
  const told =
    /(?:hashpartitioning|rangepartitioning)\(.*?, (\d+)\)|RoundRobinPartitioning\((\d+)\)/i.exec(
      description,
    );
  const text = told?.[1] ?? told?.[2];
  return text === undefined ? undefined : Number(text);
}
