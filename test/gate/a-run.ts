/** Runs and baselines by hand, and a hostile one. */
import {
  type Allowed,
  baselineOf,
  type GateResult,
  judge,
  type MeasuredRun,
  parseConfig,
} from "@respark/report/checks";

type Measure = MeasuredRun["measures"][number];

/**
 * A number, or an interval from its better to its worse end, best estimate between; undefined: not
 * measured.
 */
export type Value = number | readonly [number, number, number] | undefined;

export interface RunByHand {
  readonly appId?: string;
  readonly name?: string;
  readonly sparkVersion?: string;
  readonly evidenceLevel?: string;
  readonly configuration?: Readonly<Record<string, string>>;
  readonly inputBytes?: number;
  readonly incomplete?: readonly string[];
  readonly lineKinds?: readonly string[];
  readonly statements?: readonly [met: number, of: number];
  readonly metrics?: Readonly<Record<string, Value>>;
  /** By stage, then by metric. */
  readonly stages?: Readonly<Record<string, Readonly<Record<string, Value>>>>;
  /** By stage; its name without. */
  readonly shapes?: Readonly<Record<string, string>>;
  readonly by?: string;
  readonly causes?: Readonly<Record<string, readonly string[]>>;
}

let runs = 0;

export function aRun(hand: RunByHand): MeasuredRun {
  runs += 1;
  const by = hand.by ?? "executor logs";
  const [met, of] = hand.statements ?? [100, 100];
  return {
    application: {
      appId: hand.appId ?? `app-${runs}`,
      attemptId: "1",
      name: hand.name ?? "nightly",
      startedAt: undefined,
      sparkVersion: hand.sparkVersion ?? "3.5.6",
      memoryManager: "unified",
      evidenceLevel: hand.evidenceLevel ?? "info",
    },
    configuration: hand.configuration ?? {},
    input: {
      input_bytes: hand.inputBytes,
      input_records: undefined,
      shuffle_write_records: undefined,
      planned_tasks: undefined,
    },
    trust: {
      statements: of,
      statementsMet: met,
      statementsExplained: 0,
      incomplete: hand.incomplete ?? [],
      repeated: false,
      lineKinds: hand.lineKinds ?? ["blocks", "start", "tasks"],
    },
    subjects: Object.keys(hand.stages ?? {}).map((key) => ({
      kind: "stage",
      key,
      shape: hand.shapes?.[key] ?? key,
    })),
    measures: [
      ...measuresOf(hand.metrics ?? {}, undefined, by),
      ...Object.entries(hand.stages ?? {}).flatMap(([stage, values]) =>
        measuresOf(values, stage, by),
      ),
    ],
    causes: new Map(Object.entries(hand.causes ?? {})),
  };
}

function measuresOf(
  values: Readonly<Record<string, Value>>,
  subject: string | undefined,
  by: string,
): Measure[] {
  return Object.entries(values).map(([metric, value]) => ({
    metric,
    subject,
    by,
    executor: undefined,
    value:
      value === undefined
        ? undefined
        : typeof value === "number"
          ? { best: value, min: value, max: value }
          : { min: value[0], best: value[1], max: value[2] },
  }));
}

export const MIB = 1024 * 1024;

const nothing: Allowed = {
  configChange: false,
  versionChange: false,
  otherApplication: false,
  normaliseBy: undefined,
};

export function judged(
  baseline: readonly RunByHand[],
  run: RunByHand,
  { config = {}, allowed = {} }: { config?: unknown; allowed?: Partial<Allowed> } = {},
): GateResult {
  return judge({
    baseline: baseline.length === 0 ? undefined : baselineOf(baseline.map(aRun)),
    run: aRun(run),
    config: parseConfig(config),
    allowed: { ...nothing, ...allowed },
    own: [],
  });
}

/** `fail`, `pass`, …: what became of one check. */
export function statusOf(result: GateResult, check: string, subject?: string): string | undefined {
  return result.verdicts.find((one) => one.check === check && one.subject === subject)?.status;
}
