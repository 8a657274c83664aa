/** Tasks: what each held between 1/2N and 1/N, peak against spill, stages by skew. */
import type { Cells } from "../picture/facts.ts";
import { at } from "../picture/track.ts";
import { bytes, count, tickBytes } from "./amounts.ts";
import { type Canvas, colour, FONT, marker, note, prepared, texture, timeAxis } from "./canvas.ts";
import { type Detail, detailOf, type Held, scatterFacts, smallFacts } from "./details.ts";
import { make, need } from "./elements.ts";
import { executorAt, meta, painter, repaint, state } from "./state.ts";

const TALL = 250;
const BOTTOM = 22;
const LEFT = 66;

export function setUpTasks(): void {
  const canvas = need("shares", HTMLCanvasElement);
  painter("shares", canvas, () => {
    const width = canvas.parentElement?.clientWidth ?? 500;
    const words = paintShares(prepared(canvas, width, TALL), detailOf(state.executor), width);
    canvas.setAttribute("aria-label", words);
  });
  setUpScatter();
  void smallFacts().then(({ skew }) => {
    showSkew(skew);
  });
}

/** Why no task's memory is drawn, in words that are returned too. */
function paintNoShares(c: Canvas, detail: Detail, box: Box): string {
  const { heldSteps, onlyBounds } = detail.facts;
  const debug = executorAt(state.executor).evidence === "debug";
  if (heldSteps === 0 && debug && detail.tracks.size > 0) {
    c.font = `12px ${FONT}`;
    c.fillStyle = colour("soft");
    c.textAlign = "center";
    const words = "no task held execution memory here";
    c.fillText(words, box.left + box.width / 2, box.top + box.height / 2);
    return words;
  }
  const words = onlyBounds
    ? "only wide bounds are known: grants of execution memory are not logged here"
    : heldSteps > 0
      ? `${count(heldSteps)} steps of single tasks are in the database: too many for this file`
      : "unknown: grants of execution memory are not logged here";
  c.fillStyle = texture(c, "?", "unknown");
  c.fillRect(box.left, box.top, box.width, box.height);
  note(c, words, box.left + box.width / 2, box.top + box.height / 2);
  return words;
}

function paintShares(c: Canvas, detail: Detail | undefined, all: number): string {
  const box = { left: LEFT, top: 8, width: all - LEFT - 8, height: TALL - BOTTOM - 8 };
  c.strokeStyle = colour("line");
  c.lineWidth = 1;
  c.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1);
  if (detail === undefined) return "being unpacked";
  const { held } = detail;
  if (held === undefined) return paintNoShares(c, detail, box);
  const seen = Array.from({ length: held.n }, (_, i) => i).filter((i) => {
    const end = Number.isNaN(at(held.end, i)) ? meta.span : at(held.end, i);
    return end >= state.from && at(held.t, i) <= state.to;
  });
  let most = 0;
  for (const i of seen) most = Math.max(most, at(held.used, i) || 0, at(held.shareMin, i) || 0);
  for (const i of seen) most = Math.max(most, Math.min(at(held.shareMax, i) || 0, most * 4));
  const x = (t: number): number =>
    box.left + ((t - state.from) / (state.to - state.from)) * box.width;
  const y = (value: number): number =>
    box.top + box.height - (value / (most * 1.05 || 1)) * box.height;
  timeAxis(c, { ...box, y: TALL - 7 }, state, [box.top, box.top + box.height]);
  c.save();
  c.beginPath();
  c.rect(box.left, box.top, box.width, box.height);
  c.clip();
  const endOf = (i: number): number =>
    Number.isNaN(at(held.end, i)) ? meta.span : at(held.end, i);
  c.fillStyle = colour("exec-soft");
  for (const i of seen) {
    const [low, high] = [at(held.shareMin, i), at(held.shareMax, i)];
    if (Number.isNaN(low) || Number.isNaN(high)) continue;
    c.fillRect(
      x(at(held.t, i)),
      y(high),
      Math.max(1, x(endOf(i)) - x(at(held.t, i))),
      y(low) - y(high),
    );
  }
  paintHeld(c, held, seen, { x, y, most, endOf });
  c.restore();
  c.font = `11.5px ${FONT}`;
  c.fillStyle = colour("soft");
  c.textAlign = "right";
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    c.fillText(tickBytes(most * share), box.left - 6, y(most * share) + 4);
  }
  c.textAlign = "left";
  return `Execution memory that each task held, between 1/2N and 1/N of the pool, up to ${bytes(most)}`;
}

function paintHeld(
  c: Canvas,
  held: Held,
  seen: readonly number[],
  {
    x,
    y,
    most,
    endOf,
  }: {
    readonly x: (t: number) => number;
    readonly y: (value: number) => number;
    readonly most: number;
    readonly endOf: (i: number) => number;
  },
): void {
  const named: { readonly x: number; readonly y: number }[] = [];
  for (const i of seen) {
    const [used, low, high] = [at(held.used, i), at(held.usedMin, i), at(held.usedMax, i)];
    if (Number.isNaN(used)) continue;
    const left = x(at(held.t, i));
    const right = Math.max(left + 1.5, x(endOf(i)));
    const wide = high - low > most * 0.01;
    if (wide) {
      c.fillStyle = texture(c, "sparse\\", "exec");
      c.fillRect(left, y(high), right - left, y(low) - y(high));
    }
    c.strokeStyle = colour("exec");
    c.lineWidth = 2;
    c.setLineDash(wide ? [5, 3] : []);
    c.beginPath();
    c.moveTo(left, y(used));
    c.lineTo(right, y(used));
    const goesOn = i + 1 < held.n && at(held.task, i + 1) === at(held.task, i);
    if (goesOn && !Number.isNaN(at(held.used, i + 1))) {
      c.lineTo(x(at(held.t, i + 1)), y(at(held.used, i + 1)));
    }
    c.stroke();
    c.setLineDash([]);
    if (goesOn || seen.length > 200) continue;
    const top = Math.max(20, y(used) + 4);
    if (named.some((other) => Math.abs(other.x - right) < 56 && Math.abs(other.y - top) < 13)) {
      continue;
    }
    named.push({ x: right, y: top });
    c.fillStyle = colour("ink");
    c.font = `11px ${FONT}`;
    c.fillText(`task ${at(held.task, i)}`, right + 5, top);
  }
}

function setUpScatter(): void {
  const canvas = need("scatter", HTMLCanvasElement);
  let points:
    | { peak: Float64Array; spilled: Float64Array; status: readonly (string | null)[] }
    | undefined;
  void scatterFacts().then(({ facts, points: read }) => {
    points = {
      peak: read.numbers("peak"),
      spilled: read.numbers("spilled"),
      status: read.texts("status"),
    };
    need("scattersays", HTMLElement).textContent =
      facts.shown < facts.all
        ? `(${count(facts.shown)} of ${count(facts.all)} tasks: those that spilled or failed first, and an even choice of the rest)`
        : `(all ${count(facts.all)} of which a log tells)`;
    repaint("scatter");
  });
  painter("scatter", canvas, () => {
    const width = canvas.parentElement?.clientWidth ?? 400;
    const c = prepared(canvas, width, TALL);
    const box = { left: 74, top: 8, width: width - 86, height: TALL - 46 };
    c.strokeStyle = colour("line");
    c.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1);
    if (points === undefined) {
      note(c, "unpacking …", box.left + box.width / 2, box.top + box.height / 2);
      return;
    }
    const n = points.peak.length;
    if (n === 0) {
      c.fillStyle = texture(c, "?", "unknown");
      c.fillRect(box.left, box.top, box.width, box.height);
      note(c, "no log tells a task’s peak", box.left + box.width / 2, box.top + box.height / 2);
      return;
    }
    paintScatter(c, points, box);
    const top = points.spilled.reduce((most, value) => Math.max(most, value || 0), 0);
    canvas.setAttribute(
      "aria-label",
      `${count(n)} tasks, peak against spill: the largest spill is ${bytes(top)}`,
    );
  });
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Peaks to the right in powers of two, spills upwards, and what did not spill in a band below. */
function paintScatterAxes(
  c: Canvas,
  box: Box,
  {
    low,
    high,
    top,
    bottom,
    x,
    y,
  }: {
    readonly low: number;
    readonly high: number;
    readonly top: number;
    readonly bottom: number;
    readonly x: (value: number) => number;
    readonly y: (value: number) => number;
  },
): void {
  c.fillStyle = colour("wash");
  c.fillRect(box.left + 1, bottom - 9, box.width - 2, 18);
  c.font = `11.5px ${FONT}`;
  c.fillStyle = colour("soft");
  c.textAlign = "right";
  c.fillText("no spill", box.left - 6, bottom + 4);
  if (top > 0) {
    c.fillText(bytes(top), box.left - 6, 24);
    c.textAlign = "left";
    c.fillText("↑ spilled, by the task’s own account", box.left + 8, 22);
    c.textAlign = "right";
    c.fillText(bytes(top / 2), box.left - 6, y(top / 2) + 4);
  }
  c.textAlign = "center";
  if (top === 0) c.fillText("no task spilled", box.left + box.width / 2, box.top + box.height / 2);
  const every = Math.ceil((high - low) / 5);
  for (let power = Math.ceil(low); power <= high; power++) {
    if (power % every === 0 && power >= 10) {
      c.fillText(
        power === 10 ? "≤ 1 KiB" : tickBytes(2 ** power),
        x(power),
        box.top + box.height + 16,
      );
    }
  }
  const axis = "peak execution memory (Spark’s own estimate)";
  c.fillText(axis, box.left + box.width / 2, box.top + box.height + 32);
  c.textAlign = "left";
}

function paintScatter(
  c: Canvas,
  {
    peak,
    spilled,
    status,
  }: {
    readonly peak: Float64Array;
    readonly spilled: Float64Array;
    readonly status: readonly (string | null)[];
  },
  box: Box,
): void {
  // A size axis in powers of two, from 1 KiB: most tasks need little.
  const log = (value: number): number => Math.log2(Math.max(1024, value));
  const logs = Array.from(peak, log);
  let [low, high] = [Infinity, -Infinity];
  for (const value of logs) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (high - low < 2) [low, high] = [low - 1, high + 1];
  const top = spilled.reduce((most, value) => Math.max(most, value || 0), 0);
  const bottom = box.top + box.height - 16;
  const x = (value: number): number =>
    box.left + 8 + ((value - low) / (high - low)) * (box.width - 16);
  const y = (value: number): number =>
    value > 0 && top > 0 ? bottom - 12 - (value / top) * (bottom - 24) : bottom;
  paintScatterAxes(c, box, { low, high, top, bottom, x, y });
  let seed = 1;
  for (const [i, value] of logs.entries()) {
    const spill = at(spilled, i);
    if (spill > 0) marker(c, "spilled", x(value), y(spill), 4.5);
    else {
      seed = (seed * 16_807) % 2_147_483_647;
      const apart = (seed / 2_147_483_647 - 0.5) * 13;
      c.fillStyle = colour("exec");
      c.globalAlpha = logs.length > 2000 ? 0.25 : 0.6;
      c.fillRect(x(value) - 1.2, bottom + apart - 1.2, 2.4, 2.4);
      c.globalAlpha = 1;
    }
    if (status[i] === "failed") marker(c, "oom", x(value), y(spill || 0), 4);
  }
}

const SKEW_HEADS = [
  "stage",
  "tasks",
  "middle task",
  "slowest",
  "times",
  "middle to slowest",
  "slowest task",
  "execution: middle",
  "largest",
  "spilled: most",
];

function showSkew(skew: readonly Cells[]): void {
  const table = need("skew", HTMLTableElement);
  if (skew.length === 0) {
    table.hidden = true;
    return;
  }
  const most = Math.max(...skew.map((row) => numberIn(row, "run_max_ms")));
  table.tHead?.append(
    make(
      "tr",
      {},
      SKEW_HEADS.map((head, i) => make("th", i === 0 || i === 5 ? { class: "l" } : {}, head)),
    ),
  );
  const lines = skew.map((row) => ({ row, bar: skewBar(row) }));
  table.tBodies[0]?.append(...lines.map(({ row, bar }) => skewRow(row, bar)));
  for (const { bar, row } of lines) paintSkew(bar, row, most);
}

function numberIn(row: Cells, column: string): number {
  return Number(row[column] ?? Number.NaN);
}

function skewBar(row: Cells): HTMLCanvasElement {
  const bar = document.createElement("canvas");
  bar.className = "bars";
  bar.setAttribute("role", "img");
  bar.setAttribute(
    "aria-label",
    `middle ${row["run_median_ms"] ?? "?"} ms, slowest ${row["run_max_ms"] ?? "?"} ms`,
  );
  return bar;
}

function skewRow(row: Cells, bar: HTMLCanvasElement): HTMLElement {
  const sized = (row: Cells, column: string): HTMLElement =>
    row[column] === null
      ? make("td", { class: "unknown" }, "unknown")
      : make("td", {}, bytes(numberIn(row, column)));
  return make(
    "tr",
    {},
    make("td", {}, `${row["stage_id"] ?? "?"} ${String(row["name"] ?? "").slice(0, 60)}`),
    make("td", {}, count(numberIn(row, "tasks"))),
    make("td", {}, `${count(numberIn(row, "run_median_ms"))} ms`),
    make("td", {}, `${count(numberIn(row, "run_max_ms"))} ms`),
    make("td", {}, `${numberIn(row, "run_skew").toFixed(1)} ×`),
    make("td", { class: "l" }, bar),
    make(
      "td",
      {},
      `task ${row["slowest_task_id"] ?? "?"}, executor ${row["slowest_executor_id"] ?? "?"}`,
    ),
    sized(row, "execution_median_bytes"),
    sized(row, "execution_max_bytes"),
    sized(row, "memory_spilled_max_bytes"),
  );
}

/** From the middle task, a stroke, to the slowest, a dot. */
function paintSkew(bar: HTMLCanvasElement, row: Cells, most: number): void {
  const c = prepared(bar, 160, 10);
  const x = (ms: number): number => 2 + (ms / (most || 1)) * 154;
  c.fillStyle = "#808a98";
  c.fillRect(x(0), 4.5, 156, 0.5);
  c.fillRect(
    x(numberIn(row, "run_median_ms")),
    4,
    x(numberIn(row, "run_max_ms")) - x(numberIn(row, "run_median_ms")),
    2,
  );
  c.fillRect(x(numberIn(row, "run_median_ms")) - 1, 1, 2, 8);
  c.beginPath();
  c.arc(x(numberIn(row, "run_max_ms")), 5, 3, 0, 7);
  c.fill();
}
