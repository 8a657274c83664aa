/** The large picture's controls: executor and mode, crosshair, zoom, steps from event to event. */

import type { StageFacts } from "../picture/facts.ts";
import { at, stepAt, type Track } from "../picture/track.ts";
import { bytes } from "./amounts.ts";
import { type Detail, detailOf, detailWhenUnpacked, smallFacts } from "./details.ts";
import { button, make, need } from "./elements.ts";
import { frameOf, type Hit, paintExecutor } from "./executor-picture.ts";
import { showReading, tellEvent } from "./reading.ts";
import {
  chooseExecutor,
  clock,
  executorAt,
  logPlace,
  meta,
  painter,
  repaint,
  setRange,
  state,
} from "./state.ts";

let hits: readonly Hit[] = [];
let brush: [number, number] | undefined;
let stages: readonly StageFacts[] = [];

/** The chosen executor's steps in the chosen mode, or in the one it has. */
export function chosenTrack(): { detail: Detail | undefined; track: Track | undefined } {
  const detail = detailOf(state.executor);
  return { detail, track: detail?.tracks.get(state.mode) };
}

export function setUpExecutor(): void {
  const canvas = need("memory", HTMLCanvasElement);
  const which = need("which", HTMLSelectElement);
  void smallFacts().then((small) => {
    stages = small.stages;
    repaint("executor");
  });
  const byName = meta.executors
    .map(({ id }, index) => ({ id, index }))
    .sort((a, b) => a.id.localeCompare(b.id, undefined, { numeric: true }));
  which.append(...byName.map(({ id, index }) => make("option", { value: index }, id)));
  which.addEventListener("change", () => {
    chooseExecutor(Number(which.value));
  });
  const magnify = need("magnify", HTMLInputElement);
  magnify.addEventListener("change", () => {
    state.cut = magnify.checked;
    repaint();
  });
  painter("executor", need("executor", HTMLElement), () => {
    const executor = executorAt(state.executor);
    const { detail, track } = chosenTrack();
    which.value = String(state.executor);
    magnify.checked = state.cut;
    showWhich();
    const width = canvas.parentElement?.clientWidth ?? 800;
    hits = paintExecutor(canvas, width, {
      executor,
      mode: state.mode,
      detail,
      track,
      stages,
      brush,
    });
    const mode = state.mode === "on_heap" ? "on heap" : "off heap";
    canvas.setAttribute(
      "aria-label",
      `Memory of executor ${executor.id}, ${mode}, ${clock(state.from, 0)} to ${clock(state.to, 0)} UTC: at most ${bytes(executor.max)}; ${executor.evictions ?? "unknown"} evictions, ${executor.spills ?? "unknown"} spills. Comma and full stop step through it; the reading stands beside it.`,
    );
    showReading(detail, track);
  });
  setUpPointer(canvas);
  const table = document.querySelector("details.table");
  table?.addEventListener("toggle", () => {
    if (table instanceof HTMLDetailsElement && table.open) showSteps();
  });
}

function showWhich(): void {
  const executor = executorAt(state.executor);
  const host = executor.host ?? "host unknown";
  const lost = executor.lost === null ? "" : ` · lost: ${executor.lost}`;
  need("whichsays", HTMLElement).textContent =
    `${bytes(executor.max)} for storage and execution (${executor.maxOrigin ?? "unknown"}) · ${host} · ${executor.cores ?? "?"} cores${lost}`;
  const modes = need("modes", HTMLElement);
  const shown = `${executor.id} ${state.mode}`;
  if (modes.dataset["of"] === shown) return;
  modes.dataset["of"] = shown;
  modes.replaceChildren(
    ...(executor.modes.length < 2 ? [] : executor.modes).map((mode) =>
      button(mode === "on_heap" ? "on heap" : "off heap", mode === state.mode, () => {
        state.mode = mode;
        repaint();
      }),
    ),
  );
}

function pixelOf(canvas: HTMLCanvasElement, event: MouseEvent): number {
  return event.clientX - canvas.getBoundingClientRect().left;
}

function timeAt(canvas: HTMLCanvasElement, pixel: number): number {
  const { left, width } = frameOf(canvas.clientWidth);
  return state.from + ((pixel - left) / width) * (state.to - state.from);
}

function setUpPointer(canvas: HTMLCanvasElement): void {
  const pictures = ["executor", "strips", "minimap", "blocks"] as const;
  canvas.addEventListener("pointermove", (event) => {
    const pixel = pixelOf(canvas, event);
    if (brush !== undefined) brush[1] = pixel;
    const t = timeAt(canvas, pixel);
    state.hover = t >= state.from && t <= state.to ? t : null;
    repaint(...pictures);
  });
  canvas.addEventListener("pointerleave", () => {
    if (brush !== undefined) return;
    state.hover = null;
    repaint(...pictures);
  });
  canvas.addEventListener("pointerdown", (event) => {
    brush = [pixelOf(canvas, event), pixelOf(canvas, event)];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", (event) => {
    const [a, b] = brush ?? [0, 0];
    brush = undefined;
    if (Math.abs(a - b) > 5) {
      setRange(timeAt(canvas, Math.min(a, b)), timeAt(canvas, Math.max(a, b)));
      return;
    }
    const bounds = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const near = hits
      .filter((hit) => Math.abs(hit.y - y) < 9 && Math.abs(hit.x - x) < 8)
      .sort((p, q) => Math.abs(p.x - x) - Math.abs(q.x - x))[0];
    if (near === undefined) repaint("executor");
    else void selectEvent(near.event);
  });
  canvas.addEventListener("dblclick", () => {
    setRange(0, meta.span);
  });
  setUpWheel(canvas);
}

/** Ctrl and the wheel zoom at the pointer; sideways it moves. */
function setUpWheel(canvas: HTMLCanvasElement): void {
  canvas.addEventListener(
    "wheel",
    (event) => {
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!event.ctrlKey && !event.metaKey && !sideways) return;
      event.preventDefault();
      const width = state.to - state.from;
      if (sideways) {
        const by = ((event.deltaX || event.deltaY) / frameOf(canvas.clientWidth).width) * width;
        setRange(state.from + by, state.to + by);
      } else {
        const t = timeAt(canvas, pixelOf(canvas, event));
        const factor = Math.exp(event.deltaY * 0.003);
        setRange(t - (t - state.from) * factor, t + (state.to - t) * factor);
      }
    },
    { passive: false },
  );
}

function showAround(t: number): void {
  if (t >= state.from && t <= state.to) return;
  const width = state.to - state.from;
  setRange(t - width / 2, t + width / 2);
}

/** An event by its place among the chosen executor's. */
export async function selectEvent(event: number): Promise<void> {
  const detail = detailOf(state.executor);
  if (detail === undefined || event < 0 || event >= detail.events.n) return;
  state.event = event;
  const t = at(detail.events.t, event);
  showAround(t);
  state.hover = t;
  repaint();
  await tellEvent(detail, event);
}

/** Also where the executor's chunk is still to be unpacked. */
export async function chooseEvent(event: number): Promise<void> {
  await detailWhenUnpacked(state.executor);
  detailOf(state.executor);
  await Promise.resolve();
  await selectEvent(event);
}

/** The first step goes to an event of the range that is shown, where it has one. */
export function stepEvent(by: 1 | -1): void {
  const events = detailOf(state.executor)?.events;
  if (events === undefined || events.n === 0) return;
  if (state.event !== null) {
    void selectEvent(Math.max(0, Math.min(events.n - 1, state.event + by)));
    return;
  }
  const shown = (t: number): boolean => t >= state.from && t <= state.to;
  const inRange = by > 0 ? events.t.findIndex(shown) : events.t.findLastIndex(shown);
  const first = by > 0 ? 0 : events.n - 1;
  void selectEvent(inRange < 0 ? first : inRange);
}

export function stepCrosshair(by: 1 | -1): void {
  const { track } = chosenTrack();
  if (track === undefined) return;
  const now = stepAt(track.t, state.hover ?? state.from);
  state.hover = at(track.t, Math.max(0, Math.min(track.n - 1, now + by)));
  showAround(state.hover);
  repaint();
}

const SHOWN_STEPS = 300;

/** The steps of the range as a table, for those who cannot see the picture. */
function showSteps(): void {
  const { track } = chosenTrack();
  if (track === undefined) return;
  const rows: HTMLElement[] = [];
  const cell = (best: number, min: number, max: number): HTMLElement =>
    Number.isNaN(best)
      ? make("td", { class: "unknown" }, "unknown")
      : make(
          "td",
          {},
          bytes(best),
          min === max
            ? null
            : make("span", { class: "interval" }, ` (${bytes(min)} … ${bytes(max)})`),
        );
  const from = Math.max(0, stepAt(track.t, state.from));
  for (let i = from; i < track.n && at(track.t, i) <= state.to; i++) {
    if (rows.length === SHOWN_STEPS) break;
    const { storage, execution } = track;
    rows.push(
      make(
        "tr",
        {},
        make("td", {}, clock(at(track.t, i))),
        cell(at(storage.best, i), at(storage.min, i), at(storage.max, i)),
        cell(at(execution.best, i), at(execution.min, i), at(execution.max, i)),
        make("td", { class: "l" }, track.origin[i] ?? ""),
        make("td", { class: "l" }, logPlace(at(track.file, i), at(track.line, i)) ?? ""),
      ),
    );
  }
  const more = rows.length === SHOWN_STEPS ? `, the first ${SHOWN_STEPS}` : "";
  const heads = ["time (UTC)", "storage", "execution", "known how", "line"];
  need("steps", HTMLElement).replaceChildren(
    make(
      "table",
      {},
      make("caption", {}, `Steps in the range of the picture${more}`),
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          heads.map((head) => make("th", {}, head)),
        ),
      ),
      make("tbody", {}, rows),
    ),
  );
}
