/** One executor large: the two walls, lanes of events, stages and tasks on one axis of time. */
import type { ExecutorFacts, Mode, StageFacts } from "../picture/facts.ts";
import { type Pixels, perPixel } from "../picture/per-pixel.ts";
import { at, type Track } from "../picture/track.ts";
import { wallsOf } from "../picture/walls.ts";
import { bytes, count, tickBytes } from "./amounts.ts";
import {
  type Canvas,
  type Colour,
  colour,
  EVENT_KINDS,
  type EventKind,
  FONT,
  heightScale,
  marker,
  note,
  paintWalls,
  prepared,
  type Scale,
  texture,
  timeAxis,
} from "./canvas.ts";
import type { Detail, Tasks } from "./details.ts";
import { clock, meta, state } from "./state.ts";

const TOP = 16;
const MEMORY = 300;
const LANE = 17;
const STAGE_ROWS = 4;
const TASK_LANES = 48;
/** One mark needs so many pixels: beyond, a lane turns into bars. */
const PIXELS_PER_MARK = 5;

/** Where the picture stands on its canvas. */
export interface Frame {
  readonly left: number;
  readonly width: number;
}

export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly event: number;
}

export function frameOf(width: number): Frame {
  const [left, right] = width < 700 ? [92, 66] : [112, 84];
  return { left, width: Math.max(50, width - left - right) };
}

export interface Scene {
  readonly executor: ExecutorFacts;
  readonly mode: Mode;
  readonly detail: Detail | undefined;
  readonly track: Track | undefined;
  readonly stages: readonly StageFacts[];
  /** pixels between which the mouse is dragged */
  readonly brush: readonly [number, number] | undefined;
}

/** Gives the marks that can be clicked. */
export function paintExecutor(canvas: HTMLCanvasElement, width: number, scene: Scene): Hit[] {
  const { executor, detail, track } = scene;
  const frame = frameOf(width);
  const tasks = detail?.tasks;
  const lanes = Math.min(TASK_LANES, tasks?.lanes ?? 0);
  const laneHeight = lanes === 0 ? 0 : Math.max(3, Math.min(11, 150 / lanes));
  const stages = stageRows(scene.stages);
  const eventsTop = TOP + MEMORY + 24;
  const stagesTop = eventsTop + EVENT_KINDS.length * LANE + 10;
  const tasksTop = stagesTop + Math.min(STAGE_ROWS, stages.rows) * 17 + 8;
  const height = tasksTop + lanes * laneHeight + 14;
  const c = prepared(canvas, width, height);
  const max = track?.max ?? executor.max ?? 1;
  const y = heightScale(TOP, MEMORY, state.cut);
  c.fillStyle = colour("paper");
  c.fillRect(frame.left, TOP, frame.width, MEMORY);
  timeAxis(c, { ...frame, y: TOP + MEMORY + 14 }, state, [TOP, height - 10]);
  const pixels =
    track === undefined
      ? undefined
      : perPixel(track, {
          from: state.from,
          to: state.to,
          width: Math.round(frame.width),
          born: at(track.t, 0),
          gone: executor.removed ?? meta.span,
        });
  paintMemory(c, pixels, frame, y);
  paintRegion(c, scene, frame, y, max);
  if (pixels !== undefined) paintUnknown(c, pixels, frame, y);
  c.strokeStyle = colour("soft");
  c.lineWidth = 1;
  c.strokeRect(frame.left + 0.5, TOP + 0.5, frame.width - 1, MEMORY - 1);
  // Of an unknown maximum there is no scale.
  if (track !== undefined || executor.max !== null) paintScales(c, frame, y, max);
  const middle = frame.left + frame.width / 2;
  if (detail === undefined) note(c, "unpacking …", middle, 160);
  else if (track === undefined) {
    c.fillStyle = texture(c, "?", "unknown");
    c.fillRect(frame.left, TOP, frame.width, MEMORY);
    note(c, "no log tells anything of this executor’s memory", middle, 160);
  }
  paintLife(c, executor, frame, height);
  const hits = EVENT_KINDS.flatMap(({ kind, word }, lane) => {
    return paintEvents(c, scene, frame, { kind, word, y: eventsTop + lane * LANE + LANE / 2 });
  });
  c.textAlign = "right";
  c.fillStyle = colour("soft");
  c.font = `12px ${FONT}`;
  if (stages.rows > 0) c.fillText("stages", frame.left - 8, stagesTop + 12);
  if (stages.rows > STAGE_ROWS) {
    c.fillText(`+ ${stages.rows - STAGE_ROWS} rows`, frame.left - 8, stagesTop + 29);
  }
  if (tasks !== undefined) {
    const more = tasks.lanes > lanes ? ` of ${tasks.lanes}` : "";
    c.fillText(`tasks, ${lanes}${more} lanes`, frame.left - 8, tasksTop + 11);
  }
  c.textAlign = "left";
  c.save();
  c.beginPath();
  c.rect(frame.left, stagesTop - 2, frame.width, height - stagesTop);
  c.clip();
  paintStages(c, stages.placed, frame, stagesTop);
  if (tasks !== undefined) paintTasks(c, tasks, frame, { top: tasksTop, lanes, laneHeight });
  c.restore();
  paintCrosshair(c, frame, height);
  if (scene.brush !== undefined) {
    const [a, b] = scene.brush;
    c.fillStyle = colour("focus");
    c.globalAlpha = 0.16;
    c.fillRect(Math.min(a, b), TOP, Math.abs(a - b), height - 26);
    c.globalAlpha = 1;
  }
  return hits;
}

function xOf(t: number, { left, width }: Frame): number {
  return left + ((t - state.from) / (state.to - state.from)) * width;
}

function paintMemory(c: Canvas, pixels: Pixels | undefined, frame: Frame, y: Scale): void {
  c.save();
  c.beginPath();
  c.rect(frame.left, TOP, frame.width, MEMORY);
  c.clip();
  if (pixels !== undefined) {
    const place = { left: frame.left, top: TOP, width: pixels.width, height: MEMORY, y };
    paintWalls(c, wallsOf(pixels), { ...place, lines: true });
  }
  if (state.cut) {
    c.fillStyle = colour("paper");
    c.fillRect(frame.left, y(0.9), frame.width, y(0.1) - y(0.9));
    c.fillStyle = texture(c, "sparse/", "line");
    c.fillRect(frame.left, y(0.9), frame.width, y(0.1) - y(0.9));
  }
  c.restore();
}

function label(c: Canvas, words: string, x: number, y: number, right: boolean, ink: Colour): void {
  c.font = `600 11.5px ${FONT}`;
  const width = c.measureText(words).width;
  c.fillStyle = colour("paper");
  c.globalAlpha = 0.88;
  c.fillRect(right ? x - width - 4 : x - 4, y - 11, width + 8, 15);
  c.globalAlpha = 1;
  c.textAlign = right ? "right" : "left";
  c.fillStyle = colour(ink);
  c.fillText(words, x, y);
  c.textAlign = "left";
}

/** The part of memory that tasks cannot take from blocks; older managers have none. */
function paintRegion(c: Canvas, scene: Scene, frame: Frame, y: Scale, max: number): void {
  const { executor, mode } = scene;
  if (executor.region === null || mode !== "on_heap" || meta.manager !== "unified") return;
  if (executor.region > max) return;
  const height = y(executor.region / max);
  c.strokeStyle = colour("region");
  c.lineWidth = 1.75;
  c.setLineDash([2, 3]);
  c.beginPath();
  c.moveTo(frame.left, height);
  c.lineTo(frame.left + frame.width, height);
  c.stroke();
  c.setLineDash([]);
  const words = `storage region ${bytes(executor.region)}`;
  label(c, words, frame.left + 6, height - 5, false, "region");
}

function paintUnknown(c: Canvas, pixels: Pixels, frame: Frame, y: Scale): void {
  let [there, storage, execution, wide] = [0, 0, 0, 0];
  for (let i = 0; i < pixels.width; i++) {
    if (pixels.gone[i] === 1) continue;
    there++;
    if (pixels.storage.unknown[i] !== 0) storage++;
    if (pixels.execution.unknown[i] === 1) execution++;
    if (pixels.execution.unknown[i] === 2) wide++;
  }
  if (there < 90) return;
  const middle = frame.left + frame.width / 2;
  if (storage > there / 2) {
    note(c, "storage: no log tells what blocks held", middle, y(0.25));
  }
  if (execution > there / 2) {
    note(c, "execution: no log tells what tasks held", middle, y(0.62));
  } else if (wide > there * 0.3) {
    const words = "execution: hatched to the best estimate; up to all of it is possible";
    note(c, words, middle, y(0.62));
  }
}

function paintScales(c: Canvas, { left, width }: Frame, y: Scale, max: number): void {
  const step = state.cut ? max / 40 : niceStep(max);
  const right = left + width;
  c.font = `11.5px ${FONT}`;
  for (let value = 0; value <= max * (state.cut ? 0.1 : 1) + 1; value += step) {
    const [up, down] = [y(value / max), y(1 - value / max)];
    c.fillStyle = colour("storage");
    c.textAlign = "right";
    if (state.cut || up > TOP + 30) c.fillText(tickBytes(value), left - 8, up + 4);
    c.fillStyle = colour("exec-text");
    c.textAlign = "left";
    if (state.cut || down < TOP + MEMORY - 30) c.fillText(tickBytes(value), right + 8, down + 4);
  }
  if (!state.cut) {
    c.font = `600 11.5px ${FONT}`;
    c.textAlign = "right";
    c.fillStyle = colour("storage");
    c.fillText("storage ↑", left - 8, TOP + 10);
    c.textAlign = "left";
    c.fillStyle = colour("exec-text");
    c.fillText("execution ↓", right + 6, TOP + MEMORY - 2);
  }
  c.textAlign = "left";
}

function niceStep(max: number): number {
  const raw = max / 4;
  const unit = 1024 ** Math.floor(Math.log(raw) / Math.log(1024));
  const steps = [500, 250, 200, 100, 50, 25, 20, 10, 5, 2, 1];
  return (steps.find((step) => step <= raw / unit) ?? 1) * unit;
}

function paintLife(c: Canvas, executor: ExecutorFacts, frame: Frame, height: number): void {
  const { added, removed, lost } = executor;
  const moments = [
    { t: added, words: "added", bad: false },
    {
      t: removed,
      words: lost === null ? "removed" : `lost: ${lost}`,
      bad: lost !== null,
    },
  ];
  for (const { t, words, bad } of moments) {
    if (t === null || t < state.from || t > state.to) continue;
    const x = xOf(t, frame);
    c.strokeStyle = colour(bad ? "oom" : "soft");
    c.lineWidth = bad ? 2 : 1;
    c.beginPath();
    c.moveTo(x, 10);
    c.lineTo(x, height - 12);
    c.stroke();
    const right = x > frame.left + frame.width - 150;
    label(c, words, x + (right ? -6 : 6), 32, right, bad ? "oom" : "soft");
    if (bad) marker(c, "oom", x, 16, 5);
  }
}

/** Whether the logs of an executor would tell of such events. */
function told(executor: ExecutorFacts, kind: EventKind): boolean {
  switch (kind) {
    case "evicted":
      return executor.evictions !== null;
    case "no_room":
      return executor.failedPuts !== null;
    case "spilled":
      return executor.spills !== null;
    case "waited":
      return executor.waits !== null;
    case "oom":
      return executor.ooms !== null;
  }
}

function paintEvents(
  c: Canvas,
  { executor, detail }: Scene,
  frame: Frame,
  { kind, word, y }: { readonly kind: EventKind; readonly word: string; readonly y: number },
): Hit[] {
  const events = detail?.events;
  c.fillStyle = colour("line");
  c.fillRect(frame.left, y, frame.width, 1);
  const own: number[] = [];
  for (let i = 0; i < (events?.n ?? 0); i++) {
    const t = events === undefined ? Number.NaN : at(events.t, i);
    if (events?.kind[i] === kind && t >= state.from && t <= state.to) own.push(i);
  }
  const unknown = !told(executor, kind) && own.length === 0;
  if (unknown) {
    c.fillStyle = texture(c, "?", "unknown");
    c.fillRect(frame.left, y - 7, frame.width, 14);
  }
  c.textAlign = "right";
  c.font = `${own.length > 0 ? 650 : 400} 12px ${FONT}`;
  c.fillStyle = colour(own.length > 0 ? "ink" : unknown ? "unknown-ink" : "soft");
  c.fillText(`${word} ${unknown ? "?" : count(own.length)}`, frame.left - 8, y + 4);
  c.textAlign = "left";
  c.globalAlpha = own.length > 0 ? 1 : 0.45;
  marker(c, kind, 12, y, 4);
  c.globalAlpha = 1;
  if (events === undefined) return [];
  const crowded = own.length > frame.width / PIXELS_PER_MARK;
  const hits = own.map((event) => ({ x: xOf(at(events.t, event), frame), y, event }));
  if (crowded) paintBars(c, hits, frame, kind, y);
  else {
    for (const { x, event } of hits) {
      const end = at(events.end, event);
      if (kind === "waited" && end > at(events.t, event)) {
        c.fillStyle = colour("waited");
        c.globalAlpha = 0.45;
        const to = Math.min(frame.left + frame.width, xOf(end, frame));
        c.fillRect(x, y - 4, Math.max(2, to - x), 8);
        c.globalAlpha = 1;
      }
      marker(c, kind, Math.min(x, frame.left + frame.width - 5), y, 5);
    }
  }
  const chosen = hits.find(({ event }) => event === state.event);
  if (chosen !== undefined) {
    c.strokeStyle = colour("focus");
    c.lineWidth = 2;
    c.beginPath();
    c.arc(chosen.x, y, 8, 0, 7);
    c.stroke();
  }
  return hits;
}

function paintBars(
  c: Canvas,
  hits: readonly Hit[],
  { left, width }: Frame,
  kind: EventKind,
  y: number,
): void {
  const bins = new Uint32Array(Math.ceil(width / 3) + 1);
  for (const { x } of hits) {
    const bin = Math.floor((x - left) / 3);
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const most = Math.log1p(Math.max(1, ...bins));
  c.fillStyle = colour(kind);
  for (const [bin, n] of bins.entries()) {
    if (n === 0) continue;
    const height = 3 + (12 * Math.log1p(n)) / most;
    c.fillRect(left + bin * 3, y + 7 - height, 2.5, height);
  }
}

interface Placed {
  readonly stage: StageFacts;
  readonly row: number;
}

function stageRows(stages: readonly StageFacts[]): {
  readonly placed: readonly Placed[];
  readonly rows: number;
} {
  const ends: number[] = [];
  const placed = stages
    .filter(({ t, end }) => t < state.to && (end ?? meta.span) > state.from)
    .map((stage) => {
      const free = ends.findIndex((end) => end <= stage.t);
      const row = free < 0 ? ends.length : free;
      ends[row] = stage.end ?? meta.span;
      return { stage, row };
    });
  return { placed, rows: ends.length };
}

/** Four greys: colour is kept for memory and events. */
function shade(stage: number): string {
  return ["#8b95a5", "#aab2be", "#7d8796", "#bcc3cd"][stage % 4] ?? "#8b95a5";
}

function paintStages(c: Canvas, placed: readonly Placed[], frame: Frame, top: number): void {
  for (const { stage, row } of placed) {
    if (row >= STAGE_ROWS) continue;
    const from = Math.max(frame.left, xOf(stage.t, frame));
    const to = Math.min(frame.left + frame.width, xOf(stage.end ?? meta.span, frame));
    const y = top + row * 17;
    c.fillStyle = shade(stage.stage);
    c.fillRect(from, y, Math.max(1.5, to - from - 1), 14);
    if (stage.failed) {
      c.strokeStyle = colour("oom");
      c.lineWidth = 2;
      c.strokeRect(from + 1, y + 1, to - from - 3, 12);
    }
    if (to - from <= 22) continue;
    c.save();
    c.beginPath();
    c.rect(from, y, to - from - 3, 14);
    c.clip();
    c.fillStyle = "#10141a";
    c.font = `11px ${FONT}`;
    const tasks = stage.tasks === null ? "" : ` · ${stage.tasks} tasks`;
    const words = to - from > 90 ? `${stage.stage} ${stage.name}${tasks}` : String(stage.stage);
    c.fillText(words, from + 4, y + 11);
    c.restore();
  }
}

function paintTasks(
  c: Canvas,
  tasks: Tasks,
  frame: Frame,
  {
    top,
    lanes,
    laneHeight,
  }: {
    readonly top: number;
    readonly lanes: number;
    readonly laneHeight: number;
  },
): void {
  const toUnits = 1000 / meta.unit;
  for (let i = 0; i < tasks.n; i++) {
    const lane = tasks.lane[i] ?? 0;
    const begin = at(tasks.t, i) * toUnits;
    const running = Number.isNaN(at(tasks.millis, i));
    const end = running ? meta.span : begin + at(tasks.millis, i) * toUnits;
    if (end < state.from || begin > state.to || lane >= lanes) continue;
    const x = xOf(begin, frame);
    const width = Math.max(1, xOf(end, frame) - x - 0.6);
    const y = top + lane * laneHeight;
    c.fillStyle = shade(at(tasks.stage, i));
    if (running) c.globalAlpha = 0.45;
    c.fillRect(x, y, width, laneHeight - (laneHeight > 4 ? 1.5 : 0.5));
    c.globalAlpha = 1;
    const status = tasks.status[i];
    if (status === "failed" || status === "killed") {
      c.strokeStyle = colour("oom");
      c.lineWidth = 1.5;
      c.strokeRect(x + 0.75, y + 0.75, Math.max(2, width - 1.5), Math.max(1, laneHeight - 3));
    }
    if (at(tasks.spilled, i) > 0 && laneHeight > 6) {
      const right = Math.min(frame.left + frame.width - 5, x + width - 5);
      marker(c, "spilled", right, y + laneHeight / 2 - 0.7, 3.6);
    }
  }
}

function paintCrosshair(c: Canvas, frame: Frame, height: number): void {
  if (state.hover === null || state.hover < state.from || state.hover > state.to) return;
  const x = xOf(state.hover, frame);
  c.fillStyle = colour("ink");
  c.fillRect(x, 8, 1, height - 16);
  const words = clock(state.hover);
  const right = x > frame.left + frame.width / 2;
  label(c, words, right ? x - 5 : x + 5, 10, right, "ink");
}
