/** A report's data as gzip chunks within the size of a file: detail goes where the trouble is. */
import { gzipSync } from "node:zlib";
import { packed } from "../picture/chunk.ts";
import { numberColumn, textColumn } from "../picture/columns.ts";
import type { ExecutorJson, ModeFacts, Picture, ScatterJson } from "../picture/facts.ts";
import { sqlText } from "../sql/literal.ts";
import { Answer, type Asking } from "./answer.ts";
import {
  blockColumns,
  type Columns,
  EVENT_NUMBERS,
  EVENT_TEXTS,
  eventColumns,
  grainOf,
  HELD_NUMBERS,
  heldColumns,
  partsOf,
  STEP_NUMBERS,
  stepColumns,
  TASK_NUMBERS,
  taskColumns,
  threeDigits,
} from "./executor-columns.ts";
import { type QuestionName, questions, type Spared, stepsKept, type Thinned } from "./questions.ts";
import type { Run, TrackFacts } from "./run-facts.ts";

/** What a report may weigh; bytes of the file. */
export const MOST_BYTES = 3_000_000;
/** Of that, at most, words, page and what is small. */
const ASIDE_BYTES = 350_000;
const ASIDE_SHARE = 0.35;
/** A step in the file, after gzip and base64: measured on grown event logs; bytes. */
const BYTES_PER_STEP = 18;
const MOST_STEPS = 150_000;
/** An executor is not thinned below this; of many executors, all together have so many. */
const LEAST_STEPS = 150;
const LEAST_OF_ALL = 40_000;
const LEAST_OF_ONE = 24;
/** Extremes that a stretch keeps, at most. */
const STEPS_PER_STRETCH = 8;
/**
 * Of so many executors, the worst, single tasks can be asked for, and they have four times the
 * steps.
 */
const NEAR = 16;
const MOST_BLOCK_EVENTS = 60_000;
const MOST_POINTS = 6000;

export interface Chunk {
  readonly id: string;
  readonly base64: string;
}

export function chunk(id: string, columns: Columns, json: unknown): Chunk {
  return { id, base64: gzipSync(packed(columns, json), { level: 9 }).toString("base64") };
}

export interface Sources {
  readonly database: Asking;
  readonly ask: Readonly<Record<QuestionName, string>>;
  readonly here: string;
  readonly run: Run;
  readonly events: Answer;
  readonly pictures: readonly (Picture | null)[];
}

/** Chunks `x0`, `x1` … of the executors in the run's order, and `scatter`. */
export async function dataChunks(sources: Sources, mostBytes: number): Promise<Chunk[]> {
  const dataBytes = mostBytes - Math.min(ASIDE_BYTES, mostBytes * ASIDE_SHARE);
  const { database, ask, run } = sources;
  const beside = run.executors.map(
    (): Beside => ({ columns: {}, blockEvents: 0, heldSteps: 0, onlyBounds: false }),
  );
  const add = (index: number, columns: Columns): void => {
    const own = beside[index];
    if (own !== undefined) Object.assign(own.columns, columns);
  };
  const events = partsOf(sources.events, EVENT_NUMBERS, EVENT_TEXTS);
  for (const [index, { id }] of run.executors.entries()) {
    add(index, eventColumns(events(id), run.axis));
  }
  const tasks = await Answer.of(database, ask.tasks);
  const taskParts = partsOf(tasks, TASK_NUMBERS, ["status"]);
  for (const [index, { id }] of run.executors.entries()) {
    add(index, taskColumns(taskParts(id), run.axis, index < NEAR || tasks.rows < 20_000));
  }
  const scatter = scatterOf(tasks);
  await addHeld(sources, beside);
  await addBlocks(sources, beside);
  const besideBytes = beside.reduce((sum, { columns }) => {
    return sum + chunk("", columns, null).base64.length;
  }, scatter.base64.length);
  let budget = Math.min(MOST_STEPS, Math.max(0, dataBytes - besideBytes) / BYTES_PER_STEP);
  for (let before = Infinity; ; ) {
    const chunks = await withSteps(sources, beside, budget);
    const bytes = chunks.reduce((sum, { base64 }) => sum + base64.length, scatter.base64.length);
    // Where fewer steps were asked for and none went, every executor has its least.
    const isLeast = bytes >= before * 0.99 || budget < LEAST_STEPS;
    if (bytes <= dataBytes || isLeast) return [scatter, ...chunks];
    before = bytes;
    budget = Math.min(budget * 0.6, (budget * dataBytes) / bytes / 1.1);
  }
}

/** What an executor's chunk holds beside steps. */
interface Beside {
  readonly columns: Columns;
  blockEvents: number;
  heldSteps: number;
  onlyBounds: boolean;
}

async function addHeld(
  { database, ask, here, run }: Sources,
  beside: readonly Beside[],
): Promise<void> {
  const counts = await Answer.of(
    database,
    `select executor_id, count(*)::integer as n from (${ask.task_memory}) group by all order by all`,
  );
  const ids = counts.texts("executor_id");
  const found = new Map(counts.numbers("n").map((n, index) => [ids[index] ?? "", n ?? 0]));
  const mostSteps = (index: number): number => (index < NEAR ? 20_000 : 500);
  const told = run.executors.flatMap(({ id }, index) => {
    const steps = found.get(id) ?? 0;
    const own = beside[index];
    if (own !== undefined) own.heldSteps = steps;
    return steps > 0 && steps <= mostSteps(index) ? [sqlText(id)] : [];
  });
  if (told.length === 0) return;
  const answer = await Answer.of(
    database,
    questions(`${here} and executor_id in (${told.join(", ")})`).task_memory,
  );
  const held = partsOf(answer, HELD_NUMBERS, []);
  for (const [index, { id }] of run.executors.entries()) {
    const own = beside[index];
    if (own === undefined) continue;
    const { columns, onlyBounds } = heldColumns(held(id), run.axis);
    Object.assign(own.columns, columns);
    own.onlyBounds = onlyBounds;
  }
}

/**
 * Of blocks go the events of the worst executors, as many as there is room for; the others say how
 * many there are.
 */
async function addBlocks(
  { database, ask, here, run }: Sources,
  beside: readonly Beside[],
): Promise<void> {
  const counts = await Answer.of(
    database,
    `select executor_id, count(*)::integer as n from (${ask.blocks}) group by all order by all`,
  );
  const ids = counts.texts("executor_id");
  const found = new Map(counts.numbers("n").map((n, index) => [ids[index] ?? "", n ?? 0]));
  let room = MOST_BLOCK_EVENTS;
  const told: string[] = [];
  for (const [index, { id }] of run.executors.entries()) {
    const own = beside[index];
    const events = found.get(id) ?? 0;
    if (own === undefined) continue;
    own.blockEvents = events;
    if (events === 0 || events > room) continue;
    room -= events;
    told.push(id);
  }
  if (told.length === 0) return;
  const all = told.length === ids.length;
  const blocks = await Answer.of(
    database,
    all
      ? ask.blocks
      : questions(`${here} and executor_id in (${told.map(sqlText).join(", ")})`).blocks,
  );
  const parts = partsOf(blocks, ["t", "memory_bytes"], ["block_id", "op"]);
  for (const [index, { id }] of run.executors.entries()) {
    const columns = blockColumns(parts(id), run.axis, blocks.rows > 20_000 ? 1024 : 1);
    Object.assign(beside[index]?.columns ?? {}, columns);
  }
}

async function withSteps(
  { database, here, run, pictures }: Sources,
  beside: readonly Beside[],
  budget: number,
): Promise<Chunk[]> {
  const total = run.tracks.reduce((sum, { steps }) => sum + steps, 0);
  const answer = await Answer.of(
    database,
    stepsKept(here, thinnedParts(run, budget), sparedIn(run, pictures), sqlText),
  );
  const parts = partsOf(answer, STEP_NUMBERS, ["mode", "origin"]);
  return run.executors.map(({ id }, index) => {
    const own = beside[index];
    const part = parts(id);
    const modes = part.texts("mode");
    const columns: Columns = {};
    const facts: ModeFacts[] = [];
    for (const track of run.tracks.filter(({ executorId }) => executorId === id)) {
      const rows = modes.flatMap((mode, row) => (mode === track.mode ? [row] : []));
      const grain = grainOf(track, total);
      const { mode, max, steps } = track;
      const told: ModeFacts = { mode, max, steps, kept: rows.length, grain };
      Object.assign(columns, stepColumns(part, rows, told, { axis: run.axis, grain }));
      facts.push(told);
    }
    const json: ExecutorJson = {
      modes: facts,
      blockEvents: own?.blockEvents ?? 0,
      heldSteps: own?.heldSteps ?? 0,
      onlyBounds: own?.onlyBounds ?? false,
    };
    return chunk(`x${index}`, { ...columns, ...own?.columns }, json);
  });
}

function thinnedParts({ executors, tracks }: Run, budget: number): Thinned[] {
  const weight = (index: number): number => (index < NEAR ? 4 : 1);
  const fewest = Math.max(
    LEAST_OF_ONE,
    Math.min(LEAST_STEPS, Math.floor(LEAST_OF_ALL / Math.max(1, executors.length))),
  );
  const weights = executors.reduce((sum, _, index) => sum + weight(index), 0);
  return executors.flatMap(({ id }, index) => {
    const room = Math.max(fewest, Math.floor((budget * weight(index)) / weights));
    return tracks
      .filter(({ executorId, steps }) => executorId === id && steps > room)
      .map(({ mode, first, last }: TrackFacts) => ({
        executorId: id,
        mode,
        stretches: Math.max(1, Math.floor(room / STEPS_PER_STRETCH)),
        first,
        last,
      }));
  });
}

/** Ranges that a finding points to keep every step, as long as they are short. */
function sparedIn({ axis, executors }: Run, pictures: readonly (Picture | null)[]): Spared[] {
  return pictures.flatMap((picture) => {
    if (picture === null || picture.to - picture.from > axis.span * 0.05) return [];
    const executorId = executors[picture.executor]?.id;
    if (executorId === undefined) return [];
    const micros = (t: number): number => Math.round(axis.start + t * axis.unit);
    return [{ executorId, from: micros(picture.from), to: micros(picture.to) }];
  });
}

/**
 * Tasks worth a point of their own: all that spilled or failed, as far as there is room, and an
 * even choice of the rest.
 */
function scatterOf(tasks: Answer): Chunk {
  const [peaks, spilled] = [
    tasks.numbers("peak_execution_bytes"),
    tasks.numbers("memory_spilled_bytes"),
  ];
  const status = tasks.texts("status");
  const points = peaks.flatMap((peak, index) => (peak === null ? [] : [index]));
  const telling = points.filter((index) => (spilled[index] ?? 0) > 0 || status[index] === "failed");
  const every = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  const chosen =
    points.length <= 2 * MOST_POINTS
      ? points
      : [
          ...new Set([
            ...telling.filter((_, at) => at % Math.ceil(telling.length / MOST_POINTS) === 0),
            ...points.filter((_, at) => at % every === 0),
          ]),
        ].sort((a, b) => a - b);
  const json: ScatterJson = { all: points.length, shown: chosen.length };
  const of = <Value>(values: readonly (Value | null)[]): (Value | null)[] =>
    chosen.map((index) => values[index] ?? null);
  return chunk(
    "scatter",
    {
      peak: numberColumn(of(peaks).map(threeDigits), 1024),
      spilled: numberColumn(of(spilled).map(threeDigits)),
      status: textColumn(of(status)),
    },
    json,
  );
}
