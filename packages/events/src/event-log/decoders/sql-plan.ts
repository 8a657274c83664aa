/**
 * Plans as trees of operators, from SparkPlanInfo: at an execution's start, and whenever adaptive
 * execution changes it.
 */
import type { SqlPlanNode } from "@respark/core";
import type { EventDecoder } from "../event.ts";
import { integer, type JsonObject, needInteger, object, objects, text } from "../json.ts";

/** A plan of more operators is a loop that somebody wrote; what stands at its top still counts. */
const maxNodes = 2000;
const maxDescription = 300;

export function sqlPlanDecoders(): readonly EventDecoder[] {
  return [
    {
      event: "org.apache.spark.sql.execution.ui.SparkListenerSQLAdaptiveExecutionUpdate",
      picks: { executionId: true, sparkPlanInfo: true },
      decode: (event) => ({
        kind: "sql_plan",
        executionId: needInteger(event, "executionId"),
        nodes: planNodesOf(event) ?? [],
      }),
    },
  ];
}

/** The operators of `sparkPlanInfo`, parents first; `undefined` where the event has none. */
export function planNodesOf(event: JsonObject): readonly SqlPlanNode[] | undefined {
  const top = object(event, "sparkPlanInfo");
  if (top === undefined) return undefined;
  const nodes: SqlPlanNode[] = [];
  const waiting: { info: JsonObject; parentNodeId: number | undefined }[] = [
    { info: top, parentNodeId: undefined },
  ];
  while (nodes.length < maxNodes) {
    const next = waiting.pop();
    if (next === undefined) break;
    const nodeId = nodes.length;
    nodes.push({
      nodeId,
      parentNodeId: next.parentNodeId,
      name: text(next.info, "nodeName") ?? "",
      description: text(next.info, "simpleString")?.slice(0, maxDescription) ?? "",
      accumulatorIds: objects(next.info, "metrics").flatMap(
        (metric) => integer(metric, "accumulatorId") ?? [],
      ),
    });
    for (const info of objects(next.info, "children").toReversed())
      waiting.push({ info, parentNodeId: nodeId });
  }
  return nodes;
}
