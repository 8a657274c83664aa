/**
 * What-if answers as curves: an outcome along a setting, with the zones in which it always, perhaps
 * and never happens.
 */
import type { Cells } from "./facts.ts";

export interface CurvePoint {
  /** the setting as it was asked for: `768m` */
  readonly value: string;
  readonly x: number;
  /** null: not foretold */
  readonly pAny: number | null;
  readonly median: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
}

export interface Curve {
  readonly outcome: string;
  readonly isBytes: boolean;
  readonly knob: string;
  /** ascending */
  readonly points: readonly CurvePoint[];
  /** What the run itself had; null: its logs do not tell. */
  readonly had: {
    readonly x: number;
    readonly value: string;
    readonly count: number | null;
  } | null;
  /**
   * Between these either may happen: the last point up to which it happened in 95 of 100 simulated
   * runs, and the first from which on it did in at most 5; null: beyond the points.
   */
  readonly from: number | null;
  readonly to: number | null;
  /** of bands and of what the run had */
  readonly most: number;
}

const OFTEN = 0.95;
const HARDLY = 0.05;

/** Worst first; those that never happen anywhere are left out. */
const OUTCOMES = [
  "oom_tasks",
  "evicted_blocks",
  "recomputes",
  "failed_puts",
  "spilled_tasks",
  "spilled_bytes",
  "waiting_tasks",
  "peak_storage_bytes",
  "peak_execution_bytes",
];

/** Rows of the report's question `whatif`; one point makes no curve. */
export function curvesOf(rows: readonly Cells[]): Curve[] {
  const groups = new Map<string, Cells[]>();
  for (const row of rows) {
    const key = JSON.stringify([row["knob"], row["outcome"]]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const place = ({ outcome }: Curve): number => OUTCOMES.indexOf(outcome);
  return [...groups.values()]
    .map(curveOf)
    .filter((curve) => place(curve) >= 0 && curve.points.length > 1 && curve.most > 0)
    .sort((a, b) => (a.knob === b.knob ? place(a) - place(b) : a.knob < b.knob ? -1 : 1));
}

function curveOf(rows: readonly Cells[]): Curve {
  const points = rows
    .flatMap((row): CurvePoint[] => {
      const x = numberOf(row["knob_number"]);
      if (x === null) return [];
      return [
        {
          value: textOf(row["knob_value"]),
          x,
          pAny: numberOf(row["p_any"]),
          median: numberOf(row["median"]),
          lo: numberOf(row["lo"]),
          hi: numberOf(row["hi"]),
        },
      ];
    })
    .sort((a, b) => a.x - b.x);
  const [first] = rows;
  const x = numberOf(first?.["had_number"]);
  const count = numberOf(first?.["base"]);
  const lastOften = points.findLastIndex(({ pAny }) => pAny !== null && pAny >= OFTEN);
  const lastAny = points.findLastIndex(({ pAny }) => pAny !== null && pAny > HARDLY);
  return {
    outcome: textOf(first?.["outcome"]),
    isBytes: first?.["unit"] === "bytes",
    knob: textOf(first?.["knob"]),
    points,
    had: x === null ? null : { x, value: textOf(first?.["had_value"]), count },
    from: points[lastOften]?.x ?? null,
    to: points[lastAny + 1]?.x ?? null,
    most: Math.max(0, count ?? 0, ...points.map(({ hi }) => hi ?? 0)),
  };
}

function numberOf(value: Cells[string] | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function textOf(value: Cells[string] | undefined): string {
  return typeof value === "string" ? value : "";
}
