/**
 * What stands around an event: the pools before it, the task and the block it is about, in words
 * and as rows.
 */
import { countInWords } from "@respark/core";
import { sqlText } from "../sql/literal.ts";
import { relations } from "../sql/relations.ts";
import { numberIn, type Of, textIn } from "../sql/row.ts";
import type { Investigation } from "./investigation.ts";
import { stageWords } from "./stage-name.ts";
import { type Bounds, bytes, bytesBetween, shortened } from "./words.ts";

type Timeline = Of<typeof relations.memory_timeline>;

/** The state of a mode's pools right before the event with this seq; undefined: nothing known. */
export function stateBefore(
  investigation: Investigation,
  executorId: string,
  mode: string,
  seq: number,
): Promise<Timeline | undefined> {
  return investigation.rowAs(
    relations.memory_timeline,
    `select * from memory_timeline where ${investigation.here()} and executor_id = ${sqlText(executorId)} and mode = ${sqlText(mode)} and seq < ${seq} order by seq desc limit 1`,
  );
}

/** What stateInWords takes of a step of the timeline. */
export const STATE = {
  mode: "key",
  storage_used_bytes: "number",
  storage_used_bytes_min: "number",
  storage_used_bytes_max: "number",
  execution_used_bytes: "number",
  execution_used_bytes_min: "number",
  execution_used_bytes_max: "number",
  free_bytes: "number",
  max_memory_bytes: "number",
} as const;
export type State = Of<typeof STATE>;

/** `storage held 98.0 MiB, tasks 4.1 MiB, and 8.3 MiB of 106 MiB was free`. */
export function stateInWords(state: State | undefined): string {
  if (state === undefined) return "What the pools held is not known.";
  const held = (what: "storage" | "execution"): string =>
    bytesBetween({
      best: numberIn(state, `${what}_used_bytes`),
      min: numberIn(state, `${what}_used_bytes_min`),
      max: numberIn(state, `${what}_used_bytes_max`),
    });
  const free = numberIn(state, "free_bytes");
  const all = numberIn(state, "max_memory_bytes");
  const room =
    free === undefined || all === undefined ? "" : `; ${bytes(free)} of ${bytes(all)} was free`;
  const off = textIn(state, "mode") === "off_heap" ? "off-heap, " : "";
  return `Just before, ${off}storage held ${held("storage")} and tasks held ${held("execution")}${room}.`;
}

const AROUND_TASK = {
  stage_tasks: "number",
  sql_execution_id: "number",
  evidence_level: "text",
  launched_us: "number",
  finished_us: "number",
} as const;
export type TaskRow = Of<typeof relations.tasks & typeof AROUND_TASK>;

export interface TaskKnown {
  readonly row: TaskRow | undefined;
  /** `task 45 (stage 4 “count at App.scala:12”)` */
  readonly words: string;
}

export async function taskKnown(
  investigation: Investigation,
  taskId: number | undefined,
): Promise<TaskKnown | undefined> {
  if (taskId === undefined) return undefined;
  const row = await investigation.rowAs(
    { ...relations.tasks, ...AROUND_TASK },
    `select t.*, s.tasks as stage_tasks, s.sql_execution_id, e.evidence_level,
       epoch_us(t.launched_at) as launched_us, epoch_us(t.finished_at) as finished_us
     from tasks t left join stages s using (app_id, attempt_id, stage_id, stage_attempt_id)
       left join executors e using (app_id, attempt_id, executor_id)
     where ${investigation.here("t")} and t.task_id = ${taskId}`,
  );
  const stage = numberIn(row, "stage_id");
  return taskInWords(
    taskId,
    row,
    stage === undefined ? undefined : await stageWords(investigation, stage),
  );
}

/** `stage`: what to call its stage; undefined: no log tells it. */
export function taskInWords(
  taskId: number,
  row: TaskRow | undefined,
  stage: string | undefined,
): TaskKnown {
  return { row, words: `task ${taskId}${stage === undefined ? "" : ` (${stage})`}` };
}

const AROUND_BLOCK = {
  rdd_name: "text",
  rdd_level: "text",
  partitions: "number",
} as const;

export interface BlockKnown {
  readonly row: Of<typeof relations.blocks & typeof AROUND_BLOCK> | undefined;
  readonly rddId: number | undefined;
  readonly storageLevel: string | undefined;
  /** `rdd_1_4 of RDD 1 “hot” (MEMORY_ONLY)`; `broadcast_3, a broadcast` */
  readonly words: string;
}

export async function blockKnown(
  investigation: Investigation,
  executorId: string,
  blockId: string,
): Promise<BlockKnown> {
  const row = await investigation.rowAs(
    { ...relations.blocks, ...AROUND_BLOCK },
    `select b.*, r.name as rdd_name, r.storage_level as rdd_level, r.partitions
     from blocks b left join rdds r using (app_id, attempt_id, rdd_id)
     where ${investigation.here("b")} and b.executor_id = ${sqlText(executorId)}
       and b.block_id = ${sqlText(blockId)}`,
  );
  return { row, ...blockInWords(blockId, row) };
}

/** What blockInWords takes of a block and its RDD. */
export const BLOCK = {
  rdd_id: "number",
  storage_level: "text",
  rdd_name: "text",
  rdd_level: "text",
} as const;

export function blockInWords(
  blockId: string,
  row: Of<typeof BLOCK> | undefined,
): Omit<BlockKnown, "row"> {
  const rddId = numberIn(row, "rdd_id");
  const storageLevel = textIn(row, "rdd_level") ?? textIn(row, "storage_level");
  const name = shortened(textIn(row, "rdd_name"));
  if (rddId === undefined) {
    const broadcast = blockId.startsWith("broadcast_") ? " (part of a broadcast)" : "";
    return { rddId, storageLevel, words: `${blockId}${broadcast}` };
  }
  const level = storageLevel === undefined ? "" : ` (${storageLevel})`;
  const named = name === undefined ? "" : ` “${name}”`;
  return { rddId, storageLevel, words: `${blockId} of RDD ${rddId}${named}${level}` };
}

/** How a row is known, in words: its origin and its certainty. */
export function certaintyInWords(
  origin: string | undefined,
  certainty: number | undefined,
  what: string,
): string {
  const known =
    origin === "logged"
      ? "The event itself is logged"
      : origin === "derived"
        ? "The event follows from what the logs say"
        : "The event is assumed, because the logs would not add up without it";
  if (certainty === undefined) return `${known}.`;
  if (certainty >= 1) return `${known}; ${what} is certain.`;
  return `${known}; ${what} is ${Math.round(certainty * 100)} % certain (the log can be read in other ways).`;
}

/** `1 of 12 on this executor`. */
export function placeAmong(nth: number, of: number): string {
  return `${countInWords(nth)} of ${countInWords(of)}`;
}

export const MOMENT = { us: "number", us_min: "number", us_max: "number" } as const;

/** When a row that was asked for us, us_min and us_max happened. */
export function momentOf(row: Of<typeof MOMENT> | undefined): Bounds {
  return { best: numberIn(row, "us"), min: numberIn(row, "us_min"), max: numberIn(row, "us_max") };
}
