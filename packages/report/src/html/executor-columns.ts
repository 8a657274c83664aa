/** The columns of one executor's chunk: steps, events, tasks, blocks. */

import {
  boundColumn,
  type Column,
  type Known,
  numberColumn,
  textColumn,
} from "../picture/columns.ts";
import type { ModeFacts } from "../picture/facts.ts";
import type { Answer } from "./answer.ts";
import type { Axis, TrackFacts } from "./run-facts.ts";

export type Columns = Record<string, Column>;

/** Rows of one answer that belong to one executor. */
export interface Part {
  numbers(column: string): Known[];
  texts(column: string): (string | null)[];
  readonly rows: number;
}

/** An answer cut by executor; its columns are read once. */
export function partsOf(
  answer: Answer,
  numbers: readonly string[],
  texts: readonly string[],
): (executorId: string) => Part {
  const spans = answer.spans("executor_id");
  const read = {
    numbers: new Map(numbers.map((column) => [column, answer.numbers(column)])),
    texts: new Map(texts.map((column) => [column, answer.texts(column)])),
  };
  return (executorId) => {
    const [from, to] = spans.get(executorId) ?? [0, 0];
    return {
      numbers: (column) => (read.numbers.get(column) ?? []).slice(from, to),
      texts: (column) => (read.texts.get(column) ?? []).slice(from, to),
      rows: to - from,
    };
  };
}

const DRAWN = [
  ["storage", "storage_used_bytes"],
  ["unroll", "unroll_used_bytes"],
  ["execution", "execution_used_bytes"],
  ["pool", "storage_pool_bytes"],
] as const;

export const STEP_NUMBERS: readonly string[] = [
  "seq",
  "t",
  "ends",
  ...DRAWN.flatMap(([, column]) => [column, `${column}_min`, `${column}_max`]),
  "active_tasks",
  "source_file_id",
  "source_line",
  "stretch",
];

/** Steps of one mode; `rows` names those of the part. */
export function stepColumns(
  part: Part,
  rows: readonly number[],
  { mode }: ModeFacts,
  { axis, grain }: { readonly axis: Axis; readonly grain: number },
): Columns {
  const pick = <Value>(values: readonly (Value | null)[]): (Value | null)[] =>
    rows.map((row) => values[row] ?? null);
  const numbers = (column: string): Known[] => pick(part.numbers(column));
  const times = (column: string): Known[] => numbers(column).map((value) => axis.at(value));
  const columns: Columns = { [`${mode}.t`]: numberColumn(times("t")) };
  const stretch = numbers("stretch");
  if (stretch.some((value) => value !== null)) {
    columns[`${mode}.stretch`] = numberColumn(stretch);
    columns[`${mode}.end`] = boundColumn(times("ends"), times("t"), {
      of: `${mode}.t`,
      side: 1,
      scale: 1,
    });
  }
  columns[`${mode}.seq`] = numberColumn(numbers("seq"));
  for (const [name, column] of DRAWN) {
    const best = numbers(column);
    const of = `${mode}.${name}`;
    columns[of] = numberColumn(best, grain);
    columns[`${of}_min`] = boundColumn(numbers(`${column}_min`), best, {
      of,
      side: -1,
      scale: grain,
    });
    columns[`${of}_max`] = boundColumn(numbers(`${column}_max`), best, {
      of,
      side: 1,
      scale: grain,
    });
  }
  columns[`${mode}.tasks`] = numberColumn(numbers("active_tasks"));
  columns[`${mode}.origin`] = textColumn(pick(part.texts("origin")));
  columns[`${mode}.file`] = numberColumn(numbers("source_file_id"));
  columns[`${mode}.line`] = numberColumn(numbers("source_line"));
  return columns;
}

export const EVENT_NUMBERS: readonly string[] = [
  "t",
  "ends",
  "ordinal",
  "size_bytes",
  "task_id",
  "certainty",
  "source_file_id",
  "source_line",
];
export const EVENT_TEXTS: readonly string[] = [
  "kind",
  "subject",
  "reason",
  "for_block_id",
  "kept_on_disk",
  "regretted",
];

export function eventColumns(part: Part, axis: Axis): Columns {
  if (part.rows === 0) return {};
  const numbers = Object.fromEntries(
    EVENT_NUMBERS.map((column) => {
      const values = part.numbers(column);
      const isTime = column === "t" || column === "ends";
      return [
        `event.${column}`,
        numberColumn(
          isTime ? values.map((value) => axis.at(value)) : values,
          column === "certainty" ? 0.01 : 1,
        ),
      ];
    }),
  );
  const texts = Object.fromEntries(
    EVENT_TEXTS.map((column) => [`event.${column}`, textColumn(part.texts(column))]),
  );
  return { ...numbers, ...texts };
}

export const TASK_NUMBERS: readonly string[] = [
  "task_id",
  "stage_id",
  "t",
  "ends",
  "peak_execution_bytes",
  "memory_spilled_bytes",
];

/** Times in ms: a lane of tasks needs no more. `named`: single tasks can be asked for. */
export function taskColumns(part: Part, axis: Axis, named: boolean): Columns {
  if (part.rows === 0) return {};
  const begins = part.numbers("t");
  const ends = part.numbers("ends");
  const millis = (micros: Known): Known =>
    micros === null ? null : Math.round((micros - axis.start) / 1000);
  return {
    ...(named ? { "task.id": numberColumn(part.numbers("task_id")) } : {}),
    "task.stage": numberColumn(part.numbers("stage_id")),
    "task.t": numberColumn(begins.map(millis)),
    "task.ms": numberColumn(
      ends.map((end, index) => {
        const begin = begins[index] ?? null;
        return end === null || begin === null ? null : Math.round((end - begin) / 1000);
      }),
    ),
    "task.status": textColumn(part.texts("status")),
    "task.spilled": numberColumn(part.numbers("memory_spilled_bytes").map(threeDigits)),
  };
}

export const HELD_NUMBERS: readonly string[] = [
  "task_id",
  "t",
  "ends",
  "used",
  "used_min",
  "used_max",
  "share_min_bytes",
  "share_max_bytes",
];

/**
 * What single tasks held; where grants are not logged, only wide bounds are known: that is said and
 * not drawn.
 */
export function heldColumns(
  part: Part,
  axis: Axis,
): { readonly columns: Columns; readonly onlyBounds: boolean } {
  if (part.rows === 0) return { columns: {}, onlyBounds: false };
  const used = part.numbers("used");
  const [low, high] = [part.numbers("used_min"), part.numbers("used_max")];
  const held = used.flatMap((value, index) => (value !== null && value > 0 ? [index] : []));
  const narrow = held.filter((index) => {
    const [least, greatest] = [low[index] ?? null, high[index] ?? null];
    return least !== null && greatest !== null && greatest - least <= 0.5 * greatest;
  });
  const told = held.length === 0 || narrow.length >= held.length / 2;
  if (!told) return { columns: {}, onlyBounds: true };
  const times = (column: string): Known[] => part.numbers(column).map((value) => axis.at(value));
  return {
    onlyBounds: false,
    columns: {
      "held.task": numberColumn(part.numbers("task_id")),
      "held.t": numberColumn(times("t")),
      "held.end": numberColumn(times("ends")),
      "held.used": numberColumn(used),
      "held.used_min": boundColumn(low, used, { of: "held.used", side: -1, scale: 1 }),
      "held.used_max": boundColumn(high, used, { of: "held.used", side: 1, scale: 1 }),
      "held.share_min": numberColumn(part.numbers("share_min_bytes")),
      "held.share_max": numberColumn(part.numbers("share_max_bytes")),
    },
  };
}

export function blockColumns(part: Part, axis: Axis, grain: number): Columns {
  if (part.rows === 0) return {};
  return {
    "block.t": numberColumn(part.numbers("t").map((value) => axis.at(value))),
    "block.id": textColumn(part.texts("block_id")),
    "block.op": textColumn(part.texts("op")),
    "block.bytes": numberColumn(part.numbers("memory_bytes"), grain),
  };
}

/** Rounded to three digits: a size that is compared by eye. */
export function threeDigits(value: Known): Known {
  if (value === null || value === 0) return value;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  return unit <= 1 ? Math.round(value) : Math.round(value / unit) * unit;
}

/** Whole numbers of bytes in short runs; of a long one 16 bits of the maximum. */
export function grainOf({ max }: TrackFacts, steps: number): number {
  return steps > 50_000 ? Math.max(1, Math.floor(max / 65_536)) : 1;
}
