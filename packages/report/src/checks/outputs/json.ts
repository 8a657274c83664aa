/** A result for programs: all that was measured and judged, in snake_case, with stable names. */
import { safeJson } from "@respark/core";
import type { GateResult, MeasuredRun, Verdict } from "../check.ts";
import { headline } from "./words.ts";

/** Grows by additions only. */
const RESULT_SCHEMA = 1;

/** A result as JSON, for machines. */
export function jsonText(result: GateResult, exitCode: number): string {
  const { run, baseline } = result;
  return `${safeJson(
    {
      schema: RESULT_SCHEMA,
      outcome: result.outcome,
      exit_code: exitCode,
      headline: headline(result),
      run: runOf(run),
      baseline:
        baseline === undefined
          ? null
          : {
              runs: baseline.runs,
              name: baseline.name ?? null,
              spark_version: baseline.sparkVersion ?? null,
            },
      differences: result.differences.map(({ baseline: was, run: is, ...difference }) => ({
        ...difference,
        baseline: was ?? null,
        run: is ?? null,
      })),
      evidence: result.evidence,
      remarks: result.remarks,
      verdicts: result.verdicts.map(verdictOf),
      subjects: result.subjects.map(({ kind, how, was, is }) => ({
        kind,
        how,
        was: was ?? null,
        is: is ?? null,
      })),
    },
    2,
  )}\n`;
}

function runOf({ application, configuration, input, trust }: MeasuredRun): unknown {
  return {
    app_id: application.appId,
    attempt_id: application.attemptId,
    name: application.name ?? null,
    spark_version: application.sparkVersion ?? null,
    memory_manager: application.memoryManager ?? null,
    evidence_level: application.evidenceLevel ?? null,
    configuration,
    input: {
      input_bytes: input.input_bytes ?? null,
      input_records: input.input_records ?? null,
      shuffle_write_records: input.shuffle_write_records ?? null,
      planned_tasks: input.planned_tasks ?? null,
    },
    statements: trust.statements,
    statements_met: trust.statementsMet,
    statements_explained: trust.statementsExplained,
    incomplete: trust.incomplete,
  };
}

function verdictOf(verdict: Verdict): unknown {
  const { check, title, unit, better, subject, status, sentence, value, baseline } = verdict;
  return {
    check,
    subject: subject ?? null,
    status,
    title,
    unit,
    better,
    sentence,
    value: value?.best ?? null,
    value_min: value?.min ?? null,
    value_max: value?.max ?? null,
    executor: verdict.executor ?? null,
    baseline:
      baseline === undefined
        ? null
        : {
            runs: baseline.runs,
            min: baseline.min,
            median: baseline.median,
            max: baseline.max,
            mad: baseline.mad,
            values: baseline.values,
          },
    limit: verdict.limit ?? null,
    causes: verdict.causes,
    look_further: verdict.lookFurther ?? null,
  };
}
