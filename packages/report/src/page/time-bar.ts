/** The bar above all pictures: the whole run small, with the window that the pictures show. */
import type { StageFacts } from "../picture/facts.ts";
import { colour, prepared, timeAxis } from "./canvas.ts";
import { smallFacts } from "./details.ts";
import { need, setText } from "./elements.ts";
import {
  clock,
  executorAt,
  meta,
  nameOf,
  painter,
  repaint,
  setRange,
  spanWords,
  state,
} from "./state.ts";
import { paintStrip } from "./strips.ts";

const TALL = 44;

export function setUpTimeBar(rangeChanged: () => void): void {
  const canvas = need("minimap", HTMLCanvasElement);
  const range = need("range", HTMLElement);
  let stages: readonly StageFacts[] = [];
  void smallFacts().then((small) => {
    stages = small.stages;
    repaint("minimap");
  });
  const whole = { from: 0, to: meta.span };
  const under = document.createElement("canvas");
  let standing = "";
  /** All of the run of the chosen executor: painted once, as a new range changes nothing of it. */
  const wholeRun = (width: number): HTMLCanvasElement => {
    const look = [state.executor, state.cut, width, colour("paper"), devicePixelRatio].join(" ");
    if (look === standing) return under;
    const c = prepared(under, width, 20);
    const detail = paintStrip(c, state.executor, whole, { left: 0, top: 0, width, height: 20 });
    standing = detail === undefined ? "" : look;
    return under;
  };
  painter("minimap", canvas, () => {
    const width = canvas.parentElement?.clientWidth ?? 800;
    const c = prepared(canvas, width, TALL);
    const x = (t: number): number => (t / meta.span) * width;
    c.drawImage(wholeRun(width), 0, 0, width, 20);
    paintStages(c, stages, x);
    timeAxis(c, { left: 0, width, y: TALL - 2 }, whole);
    paintWindow(c, width, x);
    const digits = (state.to - state.from) * meta.unit < 60e6 ? 3 : 0;
    const shown = `${nameOf(executorAt(state.executor))} · ${clock(state.from, digits)} + ${spanWords(state.to - state.from)}`;
    setText(range, shown);
    canvas.setAttribute("aria-valuenow", String(Math.round((state.from / meta.span) * 100)));
    canvas.setAttribute(
      "aria-valuetext",
      `${clock(state.from, 0)} for ${spanWords(state.to - state.from)}`,
    );
    rangeChanged();
  });
  setUpDrag(canvas);
  need("whole", HTMLElement).addEventListener("click", () => {
    setRange(0, meta.span);
  });
}

/** Stages as bars below, those that overlap in a second row, and no more rows than two. */
function paintStages(
  c: CanvasRenderingContext2D,
  stages: readonly StageFacts[],
  x: (t: number) => number,
): void {
  const ends: number[] = [];
  c.globalAlpha = 0.55;
  for (const { t, end } of stages) {
    const until = end ?? meta.span;
    const free = ends.findIndex((other) => other <= t);
    const row = free < 0 ? ends.length : free;
    ends[row] = until;
    if (row > 1) continue;
    c.fillStyle = colour("soft");
    c.fillRect(x(t), 22 + row * 5, Math.max(1, x(until) - x(t) - 1), 4);
  }
  c.globalAlpha = 1;
}

/** The chosen range, what is outside it paler, and the time that is pointed at. */
function paintWindow(c: CanvasRenderingContext2D, width: number, x: (t: number) => number): void {
  const [a, z] = [x(state.from), x(state.to)];
  c.fillStyle = colour("paper");
  c.globalAlpha = 0.66;
  c.fillRect(0, 0, a, 33);
  c.fillRect(z, 0, width - z, 33);
  c.globalAlpha = 1;
  c.strokeStyle = colour("focus");
  c.lineWidth = 2;
  c.strokeRect(a + 1, 1, Math.max(2, z - a - 2), 31);
  if (state.hover !== null) {
    c.fillStyle = colour("ink");
    c.fillRect(x(state.hover), 0, 1, 33);
  }
}

/** Inside the window a drag moves it; outside it chooses a new one. */
function setUpDrag(canvas: HTMLCanvasElement): void {
  let drag: { t: number; moves: boolean; from: number; to: number } | undefined;
  const timeAt = (event: MouseEvent): number =>
    ((event.clientX - canvas.getBoundingClientRect().left) / canvas.clientWidth) * meta.span;
  canvas.addEventListener("pointerdown", (event) => {
    const t = timeAt(event);
    const { from, to } = state;
    drag = { t, moves: t > from && t < to && to - from < meta.span * 0.98, from, to };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag === undefined) return;
    const t = timeAt(event);
    if (drag.moves) setRange(drag.from + t - drag.t, drag.to + t - drag.t);
    else if (Math.abs(t - drag.t) > meta.span * 0.004) {
      setRange(Math.min(t, drag.t), Math.max(t, drag.t));
    }
  });
  canvas.addEventListener("pointerup", () => {
    drag = undefined;
  });
  canvas.addEventListener("dblclick", () => {
    setRange(0, meta.span);
  });
}
