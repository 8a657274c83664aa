/** What is looked at: one range, one executor, one crosshair; pictures in sight are painted. */
import type { ExecutorFacts, Meta, Mode } from "../picture/facts.ts";
import { clockTime, duration } from "./amounts.ts";
import { need } from "./elements.ts";

export const meta: Meta = metaIn(need("meta", HTMLScriptElement).textContent);

function metaIn(text: string): Meta {
  // Written by the report into the same file: the one door through which it comes.
  const read: Meta = JSON.parse(text);
  return read;
}

export const state: State = {
  from: meta.lead,
  to: meta.span,
  executor: 0,
  hover: null,
  event: null,
  mode: meta.executors[0]?.strip ?? "on_heap",
  cut: meta.roomy,
  order: meta.executors.map((_, index) => index),
};

interface State {
  from: number;
  to: number;
  /** place in `meta.executors` */
  executor: number;
  /** the crosshair */
  hover: number | null;
  /** place among the executor's events */
  event: number | null;
  mode: Mode;
  /** the empty middle is cut out */
  cut: boolean;
  order: number[];
}

export type PainterName =
  | "strips"
  | "thumbs"
  | "minimap"
  | "executor"
  | "blocks"
  | "shares"
  | "scatter"
  | "accuracy"
  | "whatif";

interface Painter {
  readonly paint: () => void;
  readonly element: Element;
  seen: boolean;
}

const painters = new Map<PainterName, Painter>();
const due = new Set<PainterName>();
const waiting = new Set<PainterName>();
/** ms that the last frames took, for measuring */
export const frames: number[] = [];
let asked = false;

/** Nothing is due: every picture in sight stands as the data at hand have it. */
export function isPainted(): boolean {
  return frames.length > 0 && !asked;
}

export function painter(name: PainterName, element: Element, paint: () => void): void {
  painters.set(name, { paint, element, seen: false });
}

export function repaint(...names: readonly PainterName[]): void {
  for (const name of names.length === 0 ? painters.keys() : names) due.add(name);
  if (asked) return;
  asked = true;
  requestAnimationFrame(paintDue);
}

/** All, whether in sight or not: for paper. */
export function repaintAll(): void {
  for (const each of painters.values()) each.seen = false;
  repaint();
}

/** At once, for a printer that does not wait for a frame. */
export function paintNow(): void {
  for (const each of painters.values()) each.paint();
}

function paintDue(): void {
  asked = false;
  const began = performance.now();
  const names = [...due];
  due.clear();
  // All are looked for before the first paints: each look after a change is a layout of the page.
  const inSight = names.flatMap((name) => {
    const each = painters.get(name);
    if (each === undefined) return [];
    if (isInSight(each)) return [{ name, each }];
    waiting.add(name);
    return [];
  });
  for (const { name, each } of inSight) {
    waiting.delete(name);
    each.seen = true;
    each.paint();
  }
  frames.push(performance.now() - began);
  if (frames.length > 500) frames.shift();
}

/** What is out of sight waits until it is scrolled to; its first time it is painted anyway. */
function isInSight({ seen, element }: Painter): boolean {
  if (!seen || isPrinting()) return true;
  const box = element.getBoundingClientRect();
  return box.bottom > -150 && box.top < innerHeight + 150;
}

const paper = matchMedia("print");

export function isPrinting(): boolean {
  return paper.matches;
}

addEventListener("scroll", () => waiting.size > 0 && repaint(...waiting), { passive: true });

export function setRange(from: number, to: number): void {
  const least = Math.min(meta.span, meta.unit === 1 ? 2000 : 20);
  const width = Math.max(least, Math.min(meta.span, to - from));
  state.from = Math.max(0, Math.min(meta.span - width, from));
  state.to = state.from + width;
  repaint("strips", "minimap", "executor", "blocks", "shares");
}

export function executorAt(index: number): ExecutorFacts {
  const executor = meta.executors[index];
  if (executor === undefined) throw new Error(`no executor ${index} of ${meta.executors.length}`);
  return executor;
}

export function chooseExecutor(index: number): void {
  if (index < 0 || index >= meta.executors.length) return;
  state.executor = index;
  state.event = null;
  state.mode = executorAt(index).strip;
  repaint();
}

export function nameOf({ id }: ExecutorFacts): string {
  return id === "driver" ? "driver" : `executor ${id}`;
}

/** Units from the start as a time of day, UTC. */
export function clock(t: number, digits: 0 | 3 = 3): string {
  return clockTime(meta.start + t * meta.unit, digits);
}

export function spanWords(units: number): string {
  return duration(units * meta.unit);
}

/** `executor-1.log:212`; null: no line tells. */
export function logPlace(file: number, line: number): string | null {
  const name = meta.files[String(file)];
  return name === undefined || Number.isNaN(line) ? null : `${name}:${line}`;
}
