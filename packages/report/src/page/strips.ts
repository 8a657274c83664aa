/** All executors as strips, worst first; only rows in sight are painted. */

import type { ExecutorFacts } from "../picture/facts.ts";
import { perPixel } from "../picture/per-pixel.ts";
import { at } from "../picture/track.ts";
import { wallsOf } from "../picture/walls.ts";
import { bytes, count, percent } from "./amounts.ts";
import {
  type Canvas,
  cleared,
  colour,
  EVENT_KINDS,
  FONT,
  heightScale,
  marker,
  paintWalls,
  prepared,
  texture,
  timeAxis,
} from "./canvas.ts";
import { type Detail, detailOf } from "./details.ts";
import { make, need, setStyle, within } from "./elements.ts";
import {
  chooseExecutor,
  executorAt,
  isPrinting,
  meta,
  nameOf,
  painter,
  repaint,
  state,
} from "./state.ts";

const ROW = 46;
const HEAD = 24;
/** On paper go so many; the rest is a scroll away on a screen. */
const PRINTED = 30;

interface Range {
  readonly from: number;
  readonly to: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One strip anywhere: rows of the list, the time bar, thumbnails of findings. */
export function paintStrip(c: Canvas, index: number, range: Range, box: Box): Detail | undefined {
  const executor = executorAt(index);
  const detail = detailOf(index);
  const { left, top, height } = box;
  const width = Math.round(box.width);
  const track = detail?.tracks.get(executor.strip);
  c.save();
  c.beginPath();
  c.rect(left, top, width, height);
  c.clip();
  if (track !== undefined) {
    const pixels = perPixel(track, {
      ...range,
      width,
      born: at(track.t, 0),
      gone: executor.removed ?? meta.span,
    });
    const cut = state.cut && height > 24;
    const y = heightScale(top, height, cut);
    paintWalls(c, wallsOf(pixels, false), { left, top, width, height, y, lines: false });
    if (cut) {
      c.fillStyle = colour("wash");
      c.fillRect(left, y(0.9), width, y(0.1) - y(0.9));
    }
  } else if (detail !== undefined) {
    c.fillStyle = texture(c, "?", "unknown");
    c.fillRect(left, top, width, height);
  }
  c.restore();
  c.strokeStyle = colour("line");
  c.lineWidth = 1;
  c.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  paintEnd(c, executor, range, { ...box, width });
  return detail;
}

function paintEnd(
  c: Canvas,
  { removed, lost }: ExecutorFacts,
  { from, to }: Range,
  box: Box,
): void {
  if (removed === null || removed < from || removed > to) return;
  const x = box.left + ((removed - from) / (to - from)) * box.width;
  c.strokeStyle = colour(lost === null ? "soft" : "oom");
  c.lineWidth = 1.5;
  c.beginPath();
  c.moveTo(x, box.top - 2);
  c.lineTo(x, box.top + box.height + 2);
  c.stroke();
  if (lost === null) return;
  marker(c, "oom", Math.min(x, box.left + box.width - 5), box.top + box.height / 2, 4.5);
}

/** Where the columns beside a strip stand, from its right edge. */
interface Columns {
  readonly left: number;
  readonly right: number;
  readonly at: readonly { readonly word: string; readonly x: number }[];
}

function columnsFor(width: number): Columns {
  // On a narrow screen the counts stand closer, and the names of executors too.
  const narrow = width < 900;
  const step = narrow ? 44 : 78;
  const words = narrow
    ? ["peak", "evict", "room", "spill", "wait", "OOM"]
    : ["peak", "evicted", "no room", "spilled", "waits", "OOM"];
  return {
    left: narrow ? 122 : 176,
    right: step * words.length + 24,
    at: words.map((word, index) => ({ word, x: 14 + step * (index + 1) - 12 })),
  };
}

const LEVELS: Readonly<Record<string, string>> = {
  debug: "DEBUG",
  info: "INFO",
  event_log_blocks: "block updates",
  event_log: "event log only",
};

function countInWords(): string {
  const cut = meta.roomy ? ": none used a tenth of it, so the empty middle is cut out (y)" : "";
  const driver = meta.executors.some(({ id }) => id === "driver") ? " with the driver" : "";
  return `${meta.executors.length}${driver}; a strip is all of its memory${cut}`;
}

export function setUpStrips(): void {
  const grid = need("grid", HTMLElement);
  const canvas = within(grid, "canvas", HTMLCanvasElement);
  const tall = within(grid, ".tall", HTMLElement);
  const rows: HTMLElement[] = [];
  const sort = need("sort", HTMLSelectElement);
  sort.addEventListener("change", () => {
    state.order = sorted(sort.value);
    repaint("strips");
  });
  need("count", HTMLElement).textContent = countInWords();

  /** What stands on the canvas beside the strips; of a new range only the strips are painted. */
  let standing = "";
  painter("strips", grid, () => {
    const printing = isPrinting();
    const n = printing ? Math.min(PRINTED, state.order.length) : state.order.length;
    const width = grid.clientWidth;
    const full = n * ROW + HEAD + 2;
    const height = printing ? full : Math.min(full, Math.max(200, innerHeight * 0.6));
    setStyle(tall, "height", `${full - height}px`);
    const columns = columnsFor(width);
    const box = { left: columns.left, width: Math.max(40, width - columns.left - columns.right) };
    const top = printing ? 0 : grid.scrollTop;
    const first = Math.floor(top / ROW);
    const last = Math.min(n, first + Math.ceil(height / ROW) + 1);
    const shown = state.order.slice(first, last);
    const look = [colour("paper"), devicePixelRatio, printing, width, height, top];
    const beside = [...look, state.executor, ...shown].join(" ");
    const isNew = beside !== standing;
    standing = beside;
    const c = isNew
      ? prepared(canvas, width, height)
      : cleared(canvas, box.left - 6, box.width + 12);
    for (const [at, index] of shown.entries()) {
      const place = first + at;
      const y = HEAD + place * ROW - top;
      if (index === state.executor)
        paintChosen(c, y, isNew ? [0, width] : [box.left - 6, box.width + 12]);
      if (isNew) paintFacts(c, index, y, box, columns);
      const strip = { ...box, top: y + 4, height: 30 };
      const detail = paintStrip(c, index, state, strip);
      if (detail !== undefined) paintMarks(c, detail, strip);
      if (!isNew) continue;
      const row = rows[at] ?? grid.appendChild(make("div", { role: "option" }));
      rows[at] = row;
      describe(row, index, place, n);
      if (index === state.executor) grid.setAttribute("aria-activedescendant", row.id);
    }
    for (const row of isNew ? rows.slice(shown.length) : []) row.hidden = true;
    paintHead(c, box, columns, width, isNew);
    paintCrosshair(c, box, height);
  });

  grid.addEventListener("scroll", () => {
    repaint("strips");
  });
  setUpGridKeys(grid);
  setUpGridPointer(grid, canvas);
}

/** What a screen reader says of a strip, and what a click on it does. */
function describe(row: HTMLElement, index: number, place: number, of: number): void {
  const executor = executorAt(index);
  const { peakShare, evictions, spills, waits, ooms, lost } = executor;
  row.id = `row-${place}`;
  row.hidden = false;
  row.className = "row";
  row.style.top = `${HEAD + place * ROW}px`;
  row.setAttribute("aria-selected", String(index === state.executor));
  row.setAttribute("aria-setsize", String(of));
  row.setAttribute("aria-posinset", String(place + 1));
  const peak = peakShare === null ? "unknown" : percent(peakShare);
  row.setAttribute(
    "aria-label",
    `${nameOf(executor)}: peak ${peak}, evictions ${count(evictions)}, spills ${count(spills)}, waits ${count(waits)}, out of memory ${count(ooms)}${lost === null ? "" : `, lost: ${lost}`}`,
  );
  row.onclick = () => {
    chooseExecutor(index);
  };
  row.ondblclick = () => {
    need("executor", HTMLElement).scrollIntoView();
  };
}

function setUpGridKeys(grid: HTMLElement): void {
  grid.addEventListener("keydown", (event) => {
    const place = state.order.indexOf(state.executor);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: place + 1,
      ArrowUp: place - 1,
      Home: 0,
      End: state.order.length - 1,
      PageDown: place + 8,
      PageUp: place - 8,
    };
    const to = moves[event.key];
    if (event.key === "Enter") need("executor", HTMLElement).scrollIntoView();
    else if (to === undefined) return;
    else {
      const next = Math.max(0, Math.min(state.order.length - 1, to));
      grid.scrollTop = Math.min(grid.scrollTop, next * ROW);
      const below = (next + 2) * ROW - grid.clientHeight;
      if (below > grid.scrollTop) grid.scrollTop = below;
      chooseExecutor(state.order[next] ?? 0);
    }
    event.preventDefault();
    event.stopPropagation();
  });
}

function setUpGridPointer(grid: HTMLElement, canvas: HTMLCanvasElement): void {
  grid.addEventListener("pointermove", (event) => {
    const bounds = canvas.getBoundingClientRect();
    const { left, right } = columnsFor(bounds.width);
    const share = (event.clientX - bounds.left - left) / (bounds.width - left - right);
    state.hover = share >= 0 && share <= 1 ? state.from + share * (state.to - state.from) : null;
    repaint("strips", "executor", "blocks", "minimap");
  });
}

function sorted(by: string): number[] {
  const order = meta.executors.map((_, index) => index);
  if (by === "place") return order;
  if (by === "id") {
    const id = (index: number): string => executorAt(index).id;
    return order.sort((a, b) => id(a).localeCompare(id(b), undefined, { numeric: true }));
  }
  const of = (index: number): number => {
    const executor = executorAt(index);
    switch (by) {
      case "peakShare":
        return executor.peakShare ?? -1;
      case "nearlyFull":
        return executor.nearlyFull ?? -1;
      case "evictions":
        return executor.evictions ?? -1;
      case "spilled":
        return executor.spilled ?? -1;
      case "waitMs":
        return executor.waitMs ?? -1;
      default:
        return executor.gcShare ?? -1;
    }
  };
  return order.sort((a, b) => of(b) - of(a) || a - b);
}

function paintChosen(c: Canvas, y: number, [left, width]: readonly [number, number]): void {
  c.fillStyle = colour("wash");
  c.fillRect(left, y, width, ROW);
  if (left > 0) return;
  c.fillStyle = colour("focus");
  c.fillRect(0, y, 3, ROW);
}

/** Its name and memory left of the strip, its counts right of it. */
function paintFacts(
  c: Canvas,
  index: number,
  y: number,
  { left, width }: Pick<Box, "left" | "width">,
  columns: Columns,
): void {
  const executor = executorAt(index);
  c.textAlign = "left";
  c.fillStyle = colour("ink");
  c.font = `600 13px ${FONT}`;
  c.fillText(fitted(c, nameOf(executor), left - 20), 12, y + 19);
  c.fillStyle = colour("soft");
  c.font = `12px ${FONT}`;
  const memory = executor.strip === "off_heap" ? "off heap" : bytes(executor.max);
  const level = LEVELS[executor.evidence ?? ""] ?? "";
  c.fillText(fitted(c, left < 150 ? memory : `${memory} · ${level}`, left - 20), 12, y + 34);
  const values = [
    executor.peakShare === null ? "?" : percent(executor.peakShare),
    ...[
      executor.evictions,
      executor.failedPuts,
      executor.spills,
      executor.waits,
      executor.ooms,
    ].map(count),
  ];
  c.textAlign = "right";
  for (const [place, words] of values.entries()) {
    const telling = place === 0 ? (executor.peakShare ?? 0) > 0.9 : words !== "0" && words !== "?";
    c.fillStyle = colour(words === "?" ? "unknown-ink" : telling ? "ink" : "soft");
    c.font = `${telling ? 650 : 400} 12.5px ${FONT}`;
    c.fillText(words, left + width + (columns.at[place]?.x ?? 0), y + 23);
  }
  c.textAlign = "left";
}

/** Of marks that would cover each other, the first of each kind. */
function paintMarks(c: Canvas, { events }: Detail, { left, top, width }: Box): void {
  for (const { kind } of EVENT_KINDS) {
    let last = -Infinity;
    for (let i = 0; i < events.n; i++) {
      const t = at(events.t, i);
      if (events.kind[i] !== kind || t < state.from || t > state.to) continue;
      const x = left + ((t - state.from) / (state.to - state.from)) * width;
      if (x - last < 6) continue;
      last = x;
      marker(c, kind, Math.min(left + width - 4, x), top + 35.5, 3.4);
    }
  }
}

function paintHead(
  c: Canvas,
  box: Pick<Box, "left" | "width">,
  columns: Columns,
  all: number,
  isNew: boolean,
): void {
  const [from, to] = isNew ? [0, all] : [box.left - 6, box.left + box.width + 6];
  c.fillStyle = colour("paper");
  c.fillRect(from, 0, to - from, HEAD - 1);
  if (isNew) paintColumns(c, box, columns);
  timeAxis(c, { ...box, y: 16 }, state);
  c.strokeStyle = colour("line");
  c.lineWidth = 1;
  c.beginPath();
  c.moveTo(from, HEAD - 0.5);
  c.lineTo(to, HEAD - 0.5);
  c.stroke();
}

function paintColumns(c: Canvas, box: Pick<Box, "left" | "width">, columns: Columns): void {
  c.font = `600 12px ${FONT}`;
  c.textAlign = "right";
  for (const [place, { word, x }] of columns.at.entries()) {
    const right = box.left + box.width + x;
    c.fillStyle = colour("soft");
    c.fillText(word, right, 16);
    const event = EVENT_KINDS[place - 1];
    if (event !== undefined && columns.left > 150) {
      marker(c, event.kind, right - c.measureText(word).width - 8, 12, 3.6);
    }
  }
  c.textAlign = "left";
}

function paintCrosshair(c: Canvas, { left, width }: Pick<Box, "left" | "width">, to: number): void {
  if (state.hover === null || state.hover < state.from || state.hover > state.to) return;
  c.fillStyle = colour("ink");
  c.globalAlpha = 0.5;
  const x = left + ((state.hover - state.from) / (state.to - state.from)) * width;
  c.fillRect(x, HEAD, 1, to);
  c.globalAlpha = 1;
}

/** As much of a text as fits. */
export function fitted(c: Canvas, words: string, width: number): string {
  if (c.measureText(words).width <= width) return words;
  let kept = words;
  while (kept.length > 1 && c.measureText(`${kept}…`).width > width) kept = kept.slice(0, -1);
  return `${kept}…`;
}
