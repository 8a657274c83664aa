/** What several good runs of a job measured: one small, sorted file that reads well in a diff. */
import * as z from "zod";
import type { MemoryCurves } from "../picture/memory-curves.ts";
import type { BaselineValue, InputSize, Interval, Measure, MeasuredRun, Subject } from "./check.ts";
import { metrics } from "./index.ts";
import { baselineValue } from "./statistics.ts";

export const BASELINE_SCHEMA = 1;

interface StoredValue {
  readonly runs: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly mad: number;
  /** Worse ends of intervals, where the values are not exact. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Ascending. */
  readonly values: readonly number[];
}

/** Metric, then the evidence that measured it. */
type StoredMetrics = Readonly<Record<string, Readonly<Record<string, StoredValue>>>>;

type StoredSubjects = Readonly<
  Record<string, { readonly shape: string; readonly metrics: StoredMetrics }>
>;

/** The file, as it stands on disk. */
export interface Baseline {
  readonly schema: typeof BASELINE_SCHEMA;
  readonly application: {
    readonly name?: string | undefined;
    readonly spark_version?: string | undefined;
    readonly memory_manager?: string | undefined;
  };
  readonly configuration: Readonly<Record<string, string>>;
  readonly input: Readonly<Record<string, StoredValue>>;
  readonly runs: readonly {
    readonly app_id: string;
    readonly attempt_id: string;
    /** absent in baselines written before it was measured */
    readonly started_at?: string | undefined;
    readonly evidence_level?: string | undefined;
    readonly statements: number;
    readonly statements_met: number;
    readonly statements_explained?: number | undefined;
    /**
     * kinds of lines that every executor's log had; absent in baselines written before it was
     * measured
     */
    readonly line_kinds?: readonly string[] | undefined;
    /** of the last runs alone; absent in baselines written before they were drawn */
    readonly curves?: readonly MemoryCurves[] | undefined;
  }[];
  readonly metrics: StoredMetrics;
  readonly stages: StoredSubjects;
  readonly rdds: StoredSubjects;
}

const valueSchema = z.strictObject({
  runs: z.int().min(1),
  min: z.number(),
  median: z.number(),
  max: z.number(),
  mad: z.number().min(0),
  low: z.number().optional(),
  high: z.number().optional(),
  values: z.array(z.number()).min(1),
});
const metricsSchema = z.record(z.string(), z.record(z.string(), valueSchema));
const subjectSchema = z.strictObject({ shape: z.string(), metrics: metricsSchema });

const pointsSchema = z.array(z.number().min(0).nullable()).min(1);
const curveSchema = z.strictObject({
  best: pointsSchema,
  least: pointsSchema.optional(),
  most: pointsSchema.optional(),
});
const curvesSchema = z.strictObject({
  mode: z.enum(["on_heap", "off_heap"]),
  seconds: z.number().min(0),
  storage: curveSchema,
  execution: curveSchema,
});

const baselineSchema: z.ZodType<Baseline> = z.strictObject({
  schema: z.literal(BASELINE_SCHEMA),
  application: z.strictObject({
    name: z.string().optional(),
    spark_version: z.string().optional(),
    memory_manager: z.string().optional(),
  }),
  configuration: z.record(z.string(), z.string()),
  input: z.record(z.string(), valueSchema),
  runs: z
    .array(
      z.strictObject({
        app_id: z.string(),
        attempt_id: z.string(),
        started_at: z.string().optional(),
        evidence_level: z.string().optional(),
        statements: z.int(),
        statements_met: z.int(),
        statements_explained: z.int().optional(),
        line_kinds: z.array(z.string()).optional(),
        curves: z.array(curvesSchema).optional(),
      }),
    )
    .min(1),
  metrics: metricsSchema,
  stages: z.record(z.string(), subjectSchema),
  rdds: z.record(z.string(), subjectSchema),
});

/** The text is no baseline of this version; the message says where and why. */
export class BaselineError extends Error {
  override readonly name = "BaselineError";
}

/** Throws a BaselineError. */
export function parseBaseline(text: string): Baseline {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BaselineError(`it is no JSON: ${error instanceof Error ? error.message : ""}`);
  }
  const newer = z.object({ schema: z.number() }).safeParse(json);
  if (newer.success && newer.data.schema !== BASELINE_SCHEMA) {
    throw new BaselineError(
      `it has schema ${newer.data.schema}, and this respark reads schema ${BASELINE_SCHEMA}: write it again with respark baseline`,
    );
  }
  const parsed = baselineSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BaselineError(
    `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "it is no baseline"}`,
  );
}

/**
 * Sorted keys, one line feed at the end: equal baselines are equal files. A list of numbers stands
 * on one line.
 */
export function baselineText(baseline: Baseline): string {
  const text = JSON.stringify(sorted(baseline), undefined, 2);
  const one = String.raw`(?:-?[\d.eE+-]+|null)`;
  const list = new RegExp(String.raw`\[\s+(${one}(?:,\s+${one})*)\s+\]`, "g");
  return `${text.replace(list, (_, numbers: string) => `[${numbers.replace(/\s+/g, " ")}]`)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/**
 * The first run gives version and configuration; whoever calls has made sure that all runs are of
 * one kind.
 */
export function baselineOf(runs: readonly MeasuredRun[]): Baseline {
  const [first, ...rest] = runs;
  if (first === undefined) throw new Error("a baseline needs a run");
  let baseline: Baseline = {
    schema: BASELINE_SCHEMA,
    application: {
      name: first.application.name,
      spark_version: first.application.sparkVersion,
      memory_manager: first.application.memoryManager,
    },
    configuration: { ...first.configuration },
    input: {},
    runs: [runEntry(first)],
    metrics: {},
    stages: {},
    rdds: {},
  };
  baseline = withMeasures(baseline, first);
  for (const run of rest) baseline = addRun(baseline, run);
  return baseline;
}

/** A baseline that has seen one run more. */
export function addRun(baseline: Baseline, run: MeasuredRun): Baseline {
  const runs = [...baseline.runs, runEntry(run)];
  const drawn = runs.map((entry, index) => {
    return index < runs.length - DRAWN ? { ...entry, curves: undefined } : entry;
  });
  return withMeasures({ ...baseline, runs: drawn }, run);
}

/** More runs behind one another cannot be told apart. */
const DRAWN = 5;

/**
 * Whether a run is in it already: the same run twice would make the spread look smaller than it is.
 */
export function hasRun({ runs }: Baseline, { application }: MeasuredRun): boolean {
  return runs.some(
    ({ app_id, attempt_id, started_at = application.startedAt }) =>
      app_id === application.appId &&
      attempt_id === application.attemptId &&
      started_at === application.startedAt,
  );
}

function runEntry({ application, trust, curves }: MeasuredRun): Baseline["runs"][number] {
  return {
    app_id: application.appId,
    attempt_id: application.attemptId,
    started_at: application.startedAt,
    evidence_level: application.evidenceLevel,
    statements: trust.statements,
    statements_met: trust.statementsMet,
    statements_explained: trust.statementsExplained,
    line_kinds: [...trust.lineKinds],
    curves,
  };
}

function withMeasures(baseline: Baseline, run: MeasuredRun): Baseline {
  const input: Record<string, StoredValue> = { ...baseline.input };
  for (const [name, value] of inputEntries(run.input)) {
    input[name] = extended(input[name], { best: value, min: value, max: value });
  }
  return {
    ...baseline,
    input,
    metrics: extendedMetrics(
      baseline.metrics,
      run.measures.filter(({ subject }) => subject === undefined),
    ),
    stages: extendedSubjects(baseline.stages, run, "stage"),
    rdds: extendedSubjects(baseline.rdds, run, "rdd"),
  };
}

export function inputEntries(input: InputSize): [string, number][] {
  return Object.entries(input).flatMap(([name, value]) =>
    typeof value === "number" ? [[name, value] satisfies [string, number]] : [],
  );
}

function extendedSubjects(
  stored: StoredSubjects,
  run: MeasuredRun,
  kind: Subject["kind"],
): StoredSubjects {
  const scoped = new Set(metrics.filter(({ scope }) => scope === kind).map(({ id }) => id));
  const subjects: Record<string, StoredSubjects[string]> = { ...stored };
  const measuresOf = new Map<string, Measure[]>();
  for (const measure of run.measures) {
    if (measure.subject === undefined || !scoped.has(measure.metric)) continue;
    const known = measuresOf.get(measure.subject);
    if (known === undefined) measuresOf.set(measure.subject, [measure]);
    else known.push(measure);
  }
  for (const { key, shape } of run.subjects.filter((subject) => subject.kind === kind)) {
    const measures = measuresOf.get(key) ?? [];
    subjects[key] = { shape, metrics: extendedMetrics(subjects[key]?.metrics ?? {}, measures) };
  }
  return subjects;
}

function extendedMetrics(stored: StoredMetrics, measures: readonly Measure[]): StoredMetrics {
  const result: Record<string, StoredMetrics[string]> = { ...stored };
  for (const { metric, value, by } of measures) {
    if (value === undefined) continue;
    result[metric] = { ...result[metric], [by]: extended(result[metric]?.[by], value) };
  }
  return result;
}

function extended(stored: StoredValue | undefined, value: Interval): StoredValue {
  const before = stored === undefined ? undefined : restored(stored);
  const intervals = [
    ...(before?.values.map((best) => ({ best, min: best, max: best })) ?? []),
    value,
  ];
  const { low, high, ...known } = baselineValue(intervals);
  const lowest = Math.min(low, before?.low ?? low);
  const highest = Math.max(high, before?.high ?? high);
  return {
    ...known,
    values: [...known.values],
    ...(lowest < known.min ? { low: lowest } : {}),
    ...(highest > known.max ? { high: highest } : {}),
  };
}

export function restored(stored: StoredValue): BaselineValue {
  return { ...stored, low: stored.low ?? stored.min, high: stored.high ?? stored.max };
}
