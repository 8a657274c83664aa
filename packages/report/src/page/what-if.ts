/**
 * What other settings would have done: an outcome along a setting, its band, and where it begins
 * and ends.
 */
import type { Curve, CurvePoint } from "../picture/what-if.ts";
import { curvesOf } from "../picture/what-if.ts";
import { bytes, count, tickBytes } from "./amounts.ts";
import { type Canvas, type Colour, colour, FONT, prepared, texture } from "./canvas.ts";
import { smallFacts } from "./details.ts";
import { make } from "./elements.ts";
import { painter, repaint } from "./state.ts";

const WORDS: Readonly<Record<string, readonly [string, Colour]>> = {
  oom_tasks: ["tasks that die of task memory", "oom"],
  evicted_blocks: ["evicted blocks", "evicted"],
  recomputes: ["blocks computed again", "evicted"],
  failed_puts: ["blocks that find no room", "no_room"],
  spilled_tasks: ["tasks that spill", "spilled"],
  spilled_bytes: ["spilled from memory", "spilled"],
  waiting_tasks: ["tasks that wait for 1/2N", "waited"],
  peak_storage_bytes: ["storage at its peak", "storage"],
  peak_execution_bytes: ["execution memory at its peak", "exec"],
};

const HEIGHT = 190;
const EDGE = { left: 62, right: 14, top: 26, bottom: 34 } as const;

/** Nothing where the database has no answers. */
export function setUpWhatIf(): void {
  const pictures = document.getElementById("curves");
  if (pictures === null) return;
  void smallFacts().then(({ whatif }) => {
    const curves = curvesOf(whatif);
    const drawn = curves.map((curve) => {
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", inWords(curve));
      pictures.append(
        make(
          "figure",
          {},
          make("figcaption", {}, make("b", {}, wordsOf(curve)[0]), ` along ${curve.knob}`),
          canvas,
          make("p", {}, inWords(curve)),
        ),
      );
      return { canvas, curve };
    });
    fillTable(curves);
    painter("whatif", pictures, () => {
      for (const { canvas, curve } of drawn) paintCurve(canvas, curve);
    });
    repaint("whatif");
  });
}

function wordsOf({ outcome }: Curve): readonly [string, Colour] {
  return WORDS[outcome] ?? [outcome.replaceAll("_", " "), "ink"];
}

/** Never a plain "safe": simulated runs are counted, and the band is said. */
function inWords({ points, from, to, outcome }: Curve): string {
  if (outcome.startsWith("peak_")) return "Middle and 90 % band of the simulated runs.";
  const at = (x: number | null): string => points.find((point) => point.x === x)?.value ?? "";
  if (points.every(({ pAny }) => pAny === null))
    return "Not foretold: what it depends on is in no log.";
  const always = from === null ? "" : `Up to ${at(from)} in at least 95 of 100 simulated runs. `;
  return to === null
    ? `${always}It does not end at the values asked about.`
    : `${always}From ${at(to)} on in at most 5 of 100${from === null ? " simulated runs" : "; between them either may happen"}.`;
}

interface Plot {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

function plotOf({ points, had, most }: Curve, width: number): Plot {
  const xs = [...points.map(({ x }) => x), ...(had === null ? [] : [had.x])];
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const [left, right] = [EDGE.left, width - EDGE.right];
  const [top, bottom] = [EDGE.top, HEIGHT - EDGE.bottom];
  const scaled = low > 0 ? Math.log : (value: number) => value;
  const span = scaled(high) - scaled(low) || 1;
  return {
    x: (value) => left + ((scaled(value) - scaled(low)) / span) * (right - left),
    y: (value) => bottom - (value / (most * 1.08)) * (bottom - top),
    left,
    right,
    bottom,
  };
}

function paintCurve(canvas: HTMLCanvasElement, curve: Curve): void {
  const width = canvas.parentElement?.clientWidth ?? 0;
  if (width === 0) return;
  const c = prepared(canvas, width, HEIGHT);
  const plot = plotOf(curve, width);
  paintGround(c, curve, plot);
  paintBand(c, curve, plot);
  paintAxes(c, curve, plot);
  paintHad(c, curve, plot);
}

/** Zones: hatched where either may happen, question marks where nothing is foretold. */
function paintGround(c: Canvas, curve: Curve, plot: Plot): void {
  const { points, from, to, outcome } = curve;
  const height = plot.bottom - EDGE.top;
  if (points.every(({ median }) => median === null)) {
    c.fillStyle = texture(c, "?", "unknown");
    c.fillRect(plot.left, EDGE.top, plot.right - plot.left, height);
    return;
  }
  if (outcome.startsWith("peak_")) return;
  const [first, last] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 0];
  const [begin, end] = [plot.x(from ?? first), plot.x(to ?? last)];
  c.font = `11.5px ${FONT}`;
  c.textAlign = "center";
  const zone = (left: number, right: number, words: string): void => {
    c.fillStyle = colour("soft");
    if (right - left > c.measureText(words).width + 8)
      c.fillText(words, (left + right) / 2, EDGE.top - 8);
  };
  if (end > begin) {
    c.fillStyle = texture(c, "sparse/", "line");
    c.fillRect(begin, EDGE.top, end - begin, height);
    zone(begin, end, "either may happen");
  }
  if (from !== null) zone(plot.left, begin, "happens");
  if (to !== null) zone(end, plot.right, "hardly ever");
}

function paintBand(c: Canvas, curve: Curve, plot: Plot): void {
  const [, ink] = wordsOf(curve);
  const known = curve.points.flatMap((point): Required<Known>[] => {
    const { x, median, lo, hi } = point;
    return median === null || lo === null || hi === null ? [] : [{ x, median, lo, hi }];
  });
  c.beginPath();
  for (const { x, hi } of known) c.lineTo(plot.x(x), plot.y(hi));
  for (const { x, lo } of [...known].reverse()) c.lineTo(plot.x(x), plot.y(lo));
  c.closePath();
  c.fillStyle = texture(c, "dense/", ink);
  c.fill();
  // On a halo: within a hatched band a dashed line is lost.
  c.lineJoin = "round";
  for (const [line, width, dash] of [
    [colour("paper"), 5, []],
    [colour(ink), 2, [6, 4]],
  ] as const) {
    c.strokeStyle = line;
    c.lineWidth = width;
    c.setLineDash([...dash]);
    c.beginPath();
    for (const { x, median } of known) c.lineTo(plot.x(x), plot.y(median));
    c.stroke();
  }
  c.setLineDash([]);
  c.fillStyle = colour(ink);
  for (const { x, median } of known) {
    c.beginPath();
    c.arc(plot.x(x), plot.y(median), 2.5, 0, 2 * Math.PI);
    c.fill();
  }
}

interface Known {
  readonly x: number;
  readonly median: number;
  readonly lo: number;
  readonly hi: number;
}

function paintAxes(c: Canvas, curve: Curve, plot: Plot): void {
  c.strokeStyle = colour("line");
  c.lineWidth = 1;
  c.strokeRect(plot.left, EDGE.top, plot.right - plot.left, plot.bottom - EDGE.top);
  c.font = `11.5px ${FONT}`;
  c.fillStyle = colour("soft");
  c.textAlign = "right";
  const text = curve.isBytes ? tickBytes : count;
  for (const value of [0, curve.most]) c.fillText(text(value), plot.left - 6, plot.y(value) + 4);
  c.textAlign = "center";
  // Both ends have their label, and those between them that find room.
  const taken: (readonly [number, number])[] = [];
  const [first, ...others] = curve.points;
  for (const point of [first, others.at(-1), ...others]) {
    if (point === undefined) continue;
    const half = c.measureText(point.value).width / 2;
    const middle = Math.min(plot.x(point.x), plot.right - half + EDGE.right);
    if (taken.some(([from, to]) => middle + half > from - 8 && middle - half < to + 8)) continue;
    c.fillText(point.value, middle, plot.bottom + 15);
    taken.push([middle - half, middle + half]);
  }
}

/** Seen, not computed: a line with an open circle. */
function paintHad(c: Canvas, { had, isBytes }: Curve, plot: Plot): void {
  if (had === null) return;
  const x = plot.x(had.x);
  c.strokeStyle = colour("ink");
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(x, EDGE.top);
  c.lineTo(x, plot.bottom + 4);
  c.stroke();
  c.fillStyle = colour("ink");
  c.font = `11.5px ${FONT}`;
  const right = x > (plot.left + plot.right) / 2;
  c.textAlign = right ? "right" : "left";
  const said = had.count === null ? "" : `: ${isBytes ? bytes(had.count) : count(had.count)}`;
  c.fillText(`this run${said}`, x + (right ? -6 : 6), plot.bottom + 29);
  if (had.count === null) return;
  c.lineWidth = 2;
  c.beginPath();
  c.arc(x, plot.y(had.count), 4.5, 0, 2 * Math.PI);
  c.fillStyle = colour("paper");
  c.fill();
  c.stroke();
}

function fillTable(curves: readonly Curve[]): void {
  const table = document.getElementById("foretold");
  if (!(table instanceof HTMLTableElement)) return;
  const heads = ["setting", "value", "outcome", "middle", "90 % band", "any at all"];
  table.tHead?.append(
    make(
      "tr",
      {},
      heads.map((head, index) => make("th", index < 3 ? { class: "l" } : {}, head)),
    ),
  );
  const amount = ({ isBytes }: Curve, value: number | null): string =>
    value === null ? "not foretold" : isBytes ? bytes(value) : count(value);
  const share = ({ pAny }: CurvePoint): string =>
    pAny === null ? "?" : `${Math.round(pAny * 100)} of 100`;
  table.tBodies[0]?.append(
    ...curves.flatMap((curve) =>
      curve.points.map((point) =>
        make(
          "tr",
          {},
          [curve.knob, point.value, wordsOf(curve)[0]].map((text) =>
            make("td", { class: "l" }, text),
          ),
          make("td", {}, amount(curve, point.median)),
          make(
            "td",
            {},
            point.lo === null ? "" : `${amount(curve, point.lo)} … ${amount(curve, point.hi)}`,
          ),
          make("td", {}, share(point)),
        ),
      ),
    ),
  );
}
