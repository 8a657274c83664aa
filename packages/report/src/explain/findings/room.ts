/**
 * How much more memory would have held what was evicted, refused or spilled, and which setting
 * gives it.
 */
import type { relations } from "../../sql/relations.ts";
import { numberIn, type Of, type Row, textIn } from "../../sql/row.ts";
import { bytes, executorWords } from "../words.ts";
import { type Application, isUnified, lineOf, settingInWords, sizeOf } from "./application.ts";
import type { Change } from "./finder.ts";

const MEBI = 2 ** 20;
/** UnifiedMemoryManager.RESERVED_SYSTEM_MEMORY_BYTES, 1.6 to 4.2 */
const RESERVED = 300 * MEBI;
/** More than this many times the memory is no remedy: the data has to be cut smaller. */
const MOST_TIMES = 4;
/** The need is that of one run: the next one is not the same. */
const SPARE = 1.1;

export interface Pressed {
  readonly row: Of<typeof relations.memory_need>;
  readonly pool: number;
  readonly need: number | undefined;
}

/**
 * The executor whose need is furthest beyond its pool, of those that evicted, refused, spilled or
 * waited.
 */
export function mostPressed({ needs }: Application, mode: string): Pressed | undefined {
  let worst: Pressed | undefined;
  for (const row of needs) {
    if (textIn(row, "mode") !== mode || textIn(row, "executor_id") === "driver") continue;
    const pressure = ["evictions", "failed_puts", "spilling_tasks", "waits"] as const;
    if (pressure.every((column) => (numberIn(row, column) ?? 0) === 0)) continue;
    const pool = numberIn(row, "max_memory_bytes");
    if (pool === undefined || pool === 0) continue;
    const need = numberIn(row, "need_bytes");
    if (worst === undefined || (need ?? 0) / pool > (worst.need ?? 0) / worst.pool)
      worst = { row, pool, need };
  }
  return worst;
}

/** Spark's default of spark.memory.fraction: UnifiedMemoryManager, 0.75 in 1.6, 0.6 since 2.0. */
export function defaultFraction(application: Application): number {
  const line = lineOf(application);
  return line !== undefined && line < 200 ? 0.75 : 0.6;
}

/** A spark.memory.fraction that the user set to less than Spark's default. */
export function smallFraction(application: Application): number | undefined {
  if (isUnified(application) !== true) return undefined;
  const set = Number(application.settings.get("spark.memory.fraction"));
  return set > 0 && set < defaultFraction(application) ? set : undefined;
}

/**
 * A larger pool of this mode: the user's own small fraction first, else more memory as far as the
 * need says.
 */
export function roomChange(application: Application, mode: string): Change | undefined {
  const pressed = mostPressed(application, mode);
  if (mode === "off_heap") return offHeapChange(application, pressed);
  const small = smallFraction(application);
  if (small !== undefined) return fractionChange(application, small);
  return memoryChange(application, pressed);
}

/**
 * Spark's default fraction; where its pool does not hold the need either, the heap at which it
 * does, too.
 */
export function fractionChange(application: Application, small: number): Change {
  const usual = defaultFraction(application);
  const memory = memoryBeside(application, usual);
  return {
    key: "spark.memory.fraction",
    value: { amount: usual, written: String(usual) },
    text: (value) =>
      `spark.memory.fraction from ${small} to ${value}, Spark's default: the pools get more of the heap, objects of user code less${memory === undefined ? "" : `; for all that was wanted ${memory} as well`}`,
  };
}

/** `spark.executor.memory, now 512m, to about 832m`; undefined: the default fraction is enough. */
function memoryBeside(application: Application, usual: number): string | undefined {
  const key = "spark.executor.memory";
  const pressed = mostPressed(application, "on_heap");
  const heap = numberIn(pressed?.row, "jvm_max_memory_bytes");
  const current = sizeOf(application.settings.get(key), MEBI);
  if (pressed?.need === undefined || heap === undefined || current === undefined) return undefined;
  const wanted = (RESERVED + (pressed.need * SPARE) / usual) / heap;
  if (wanted <= 1 || wanted > MOST_TIMES) return undefined;
  return `${settingInWords(application, key)}, to about ${roundedMib(current * wanted, 64)}m`;
}

function offHeapChange(application: Application, pressed: Pressed | undefined): Change {
  const key = "spark.memory.offHeap.size";
  const need = pressed?.need;
  const now = settingInWords(application, key);
  if (need === undefined || pressed === undefined || need <= pressed.pool)
    return { key, text: () => `a larger ${now}` };
  const mib = roundedMib(need * SPARE, 16);
  return {
    key,
    value: { amount: mib, written: `${mib}m` },
    text: (value) => `${now}, to about ${value}`,
  };
}

/** spark.executor.memory by which the pool holds the need; undefined: the need is far beyond it. */
export function memoryChange(
  application: Application,
  pressed: Pressed | undefined,
): Change | undefined {
  const key = "spark.executor.memory";
  const now = settingInWords(application, key);
  const current = sizeOf(
    application.settings.get(key) ?? (application.settingsLogged ? "1g" : undefined),
    MEBI,
  );
  const heap = numberIn(pressed?.row, "jvm_max_memory_bytes");
  if (pressed?.need === undefined) return { key, text: () => `a larger ${now}` };
  const { need, pool } = pressed;
  if (need <= pool) {
    return current === undefined
      ? { key, text: () => `a larger ${now}` }
      : sized(key, now, current * 1.5);
  }
  const wanted = heap === undefined ? need / pool : heapFor(application, need, pool, heap) / heap;
  if (wanted > MOST_TIMES) return undefined;
  if (current === undefined) {
    return { key, text: () => `a larger ${now}: about ${times(wanted)} what it is` };
  }
  return sized(key, now, current * wanted * SPARE);
}

function sized(key: string, now: string, wanted: number): Change {
  const mib = roundedMib(wanted, 64);
  return {
    key,
    value: { amount: mib, written: `${mib}m` },
    text: (value) => `${now}, to about ${value}`,
  };
}

function heapFor(application: Application, need: number, pool: number, heap: number): number {
  if (isUnified(application) !== true || heap <= RESERVED) return (heap * need) / pool;
  return RESERVED + ((heap - RESERVED) * need) / pool;
}

function roundedMib(amount: number, step: number): number {
  return Math.ceil(amount / MEBI / step) * step;
}

function times(factor: number): string {
  return `${factor.toFixed(1)} times`;
}

export function needFacts(application: Application, mode: string): Row {
  const pressed = mostPressed(application, mode);
  return { pool_bytes: pressed?.pool ?? null, need_bytes: pressed?.need ?? null };
}

/** `Blocks and tasks together would have needed about 412 MiB …; the pools have 254 MiB.` */
export function needInWords({ row, pool, need }: Pressed, mode: string): string[] {
  if (need === undefined || need <= pool) return [];
  const off = mode === "off_heap" ? "off-heap " : "";
  return [
    `For no eviction, no refused block and no spill, blocks and tasks would have needed about ${bytes(need)} of ${off}memory at once on ${executorWords(textIn(row, "executor_id"))}; it has ${bytes(pool)}.`,
  ];
}
