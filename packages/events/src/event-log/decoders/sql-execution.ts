/** SQL executions: their description and plan at the start, their error at the end. */
import type { EventDecoder } from "../event.ts";
import { integer, needInteger, needTimeMs, text } from "../json.ts";
import { planNodesOf } from "./sql-plan.ts";

/** Plans run to megabytes; what a reader looks at is at the top. */
const planLimit = 64 * 1024;

export function sqlExecutionDecoders(): readonly EventDecoder[] {
  return [
    {
      event: "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionStart",
      picks: {
        executionId: true,
        rootExecutionId: true,
        time: true,
        description: true,
        physicalPlanDescription: true,
        sparkPlanInfo: true,
      },
      decode: (event) => ({
        kind: "sql_start",
        executionId: needInteger(event, "executionId"),
        rootExecutionId: integer(event, "rootExecutionId"),
        timeMs: needTimeMs(event, "time"),
        description: text(event, "description") ?? "",
        plan: text(event, "physicalPlanDescription")?.slice(0, planLimit),
        nodes: planNodesOf(event),
      }),
    },
    {
      event: "org.apache.spark.sql.execution.ui.SparkListenerSQLExecutionEnd",
      picks: { executionId: true, time: true, errorMessage: true },
      decode: (event) => {
        const error = text(event, "errorMessage");
        return {
          kind: "sql_end",
          executionId: needInteger(event, "executionId"),
          timeMs: needTimeMs(event, "time"),
          // 3.4+ writes an empty message for success.
          error: error === "" ? undefined : error,
        };
      },
    },
  ];
}
