/**
 * A run's memory in front of its baseline's: drawn without a script, as a check's page shows it.
 */
import { bytesInWords, counted, durationInWords } from "@respark/core";
import type { Curve, MemoryCurves } from "../picture/memory-curves.ts";
import { patterns } from "./drawing.ts";
import { type Html, html } from "./html.ts";

/** A run and those that it is held against. */
export interface Compared {
  readonly run: readonly MemoryCurves[];
  /** those of the baseline's runs that are kept; empty: it was written before they were */
  readonly baseline: readonly (readonly MemoryCurves[])[];
}

const [WIDTH, HEIGHT] = [620, 170];
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 12, 8, 22];
const PARTS = [
  { part: "storage", words: "Blocks" },
  { part: "execution", words: "Tasks’ execution memory" },
] as const;
const MODES = { on_heap: "on heap", off_heap: "off heap" } as const;
const MEBI = 2 ** 20;

export function comparedHtml({ run, baseline }: Compared): Html | string {
  if (baseline.length === 0) {
    return html`<p class="note">The baseline has no curves to draw behind this run’s: <code>respark baseline</code> writes them.</p>`;
  }
  const figures = run.flatMap((own) => {
    const before = baseline.flatMap((curves) => curves.filter(({ mode }) => mode === own.mode));
    return PARTS.map(({ part, words }) => figure({ own, before, part, words }));
  });
  return html`<div class="compared">${patterns()}<div class="legend"><span class="key"><i class="now"></i>this run</span><span class="key"><i class="then"></i>${counted(baseline.length, "run")} of the baseline</span><span class="key"><i class="sh"></i>this run: may be</span><span class="key"><i class="q"></i>no log tells of this run</span></div>
<div class="curves">${figures}</div></div>`;
}

interface Figure {
  readonly own: MemoryCurves;
  readonly before: readonly MemoryCurves[];
  readonly part: "storage" | "execution";
  readonly words: string;
}

function figure({ own, before, part, words }: Figure): Html {
  const all = [own, ...before];
  const seconds = Math.max(0.001, ...all.map((curves) => curves.seconds));
  const highest = Math.max(
    1,
    ...all.flatMap((curves) => [...curves[part].best, ...(curves[part].most ?? [])]).map(Number),
  );
  const x = (moment: number): number => LEFT + (moment / seconds) * (WIDTH - LEFT - RIGHT);
  const y = (mebi: number): number => HEIGHT - BOTTOM - (mebi / highest) * (HEIGHT - TOP - BOTTOM);
  const said = `${words}, all executors, ${MODES[own.mode]}: this run at most ${mostWords([own[part]])}; its baseline at most ${mostWords(before.map((curves) => curves[part]))}`;
  const at = { x, y, seconds: own.seconds };
  const { best, least, most } = own[part];
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return html`<figure><figcaption>${said}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${said}">
${ticks.map((share) => html`<path class="grid" d="M${LEFT} ${round(y(highest * share))}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${round(y(highest * share) + 4)}" text-anchor="end">${bytesInWords(highest * share * MEBI)}</text>`)}
${ticks.map((share) => html`<text x="${round(x(seconds * share))}" y="${HEIGHT - 6}" text-anchor="${share === 1 ? "end" : "start"}">${share === 0 ? "first task" : durationInWords(seconds * share * 1000)}</text>`)}
<path class="unknown" d="${gaps(best, at)}"/>
${before.map((curves) => html`<path class="then" d="${steps(curves[part].best, { x, y, seconds: curves.seconds })}"/>`)}
${least === undefined || most === undefined ? "" : html`<path class="may ${part}" d="${between(least, most, at)}"/>`}
<path class="now ${part}" d="${steps(best, at)}"/></svg></figure>`;
}

/** Peaks as far as the logs tell; with several runs, the lowest and the highest of them. */
function mostWords(curves: readonly Curve[]): string {
  const peaks = curves.flatMap(({ best, most = best }) => {
    const known = most.flatMap((mebi) => mebi ?? []);
    return known.length === 0 ? [] : [Math.max(...known)];
  });
  if (peaks.length === 0) return "what no log tells";
  const [low, high] = [Math.min(...peaks), Math.max(...peaks)].map((mebi) =>
    bytesInWords(mebi * MEBI),
  );
  const gone = curves.some(({ best }) => best.includes(null));
  return `${low === high ? low : `${low} to ${high}`}${gone ? ", as far as the logs tell" : ""}`;
}

interface Scales {
  readonly x: (seconds: number) => number;
  readonly y: (mebi: number) => number;
  /** of the whole curve */
  readonly seconds: number;
}

type Points = readonly (number | null)[];

/** A step for each stretch; the line breaks where no log tells. */
function steps(points: Points, { x, y, seconds }: Scales): string {
  let open = false;
  return points
    .map((mebi, index) => {
      const wasOpen = open;
      open = mebi !== null;
      if (mebi === null) return "";
      const [from, to] = [index, index + 1].map((at) => round(x((at / points.length) * seconds)));
      return `${wasOpen ? "V" : `M${from} `}${round(y(mebi))}H${to}`;
    })
    .join("");
}

function between(least: Points, most: Points, { x, y, seconds }: Scales): string {
  return least
    .map((low, index) => {
      const high = most[index] ?? null;
      if (low === null || high === null || low === high) return "";
      const [from, to] = [index, index + 1].map((at) => round(x((at / least.length) * seconds)));
      return `M${from} ${round(y(low))}V${round(y(high))}H${to}V${round(y(low))}Z`;
    })
    .join("");
}

function gaps(points: Points, { x, seconds }: Scales): string {
  return points
    .map((mebi, index) => {
      if (mebi !== null) return "";
      const [from, to] = [index, index + 1].map((at) => round(x((at / points.length) * seconds)));
      return `M${from} ${TOP}H${to}V${HEIGHT - BOTTOM}H${from}Z`;
    })
    .join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
