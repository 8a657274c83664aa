/** Every listener event that becomes a fact: one file and one line here each. */
import type { EventDecoder } from "../event.ts";
import { applicationDecoders } from "./application.ts";
import { blockDecoders } from "./block.ts";
import { environmentDecoders } from "./environment.ts";
import { exclusionDecoders } from "./exclusion.ts";
import { executorDecoders } from "./executor.ts";
import { executorMetricsDecoders } from "./executor-metrics.ts";
import { jobDecoders } from "./job.ts";
import { sqlExecutionDecoders } from "./sql-execution.ts";
import { sqlPlanDecoders } from "./sql-plan.ts";
import { stageDecoders } from "./stage.ts";
import { taskEndDecoders } from "./task-end.ts";
import { taskStartDecoders } from "./task-start.ts";

/** A fresh set: decoders of hot events hold the record they fill and the shapes they learned. */
export function eventDecoders(): readonly EventDecoder[] {
  return [
    taskEndDecoders,
    taskStartDecoders,
    blockDecoders,
    executorMetricsDecoders,
    applicationDecoders,
    environmentDecoders,
    executorDecoders,
    exclusionDecoders,
    jobDecoders,
    stageDecoders,
    sqlExecutionDecoders,
    sqlPlanDecoders,
  ].flatMap((decoders) => decoders());
}
