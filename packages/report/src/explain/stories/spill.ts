/** The story of one spill: who held what, whose request forced it, what it freed and wrote. */
import { counted } from "@respark/core";
import { sqlText } from "../../sql/literal.ts";
import { relations } from "../../sql/relations.ts";
import { numberIn, type Of, textIn } from "../../sql/row.ts";
import {
  type Investigation,
  NotThereError,
  type RowNamed,
  type RowNumber,
  rowNamed,
  thereIs,
} from "../investigation.ts";
import {
  certaintyInWords,
  momentOf,
  placeAmong,
  stateBefore,
  stateInWords,
  type TaskRow,
  taskKnown,
} from "../scene.ts";
import type { Story, StoryLine } from "../story.ts";
import {
  bytes,
  bytesBetween,
  executorWords,
  millis,
  moment,
  shortName,
  spilledByAccount,
} from "../words.ts";

const WHEN = { us: "number", us_min: "number", us_max: "number" } as const;
const OF_TASK = { spills: "number", bytes: "number" } as const;
type Spill = Of<typeof relations.spills>;
type OfTask = Of<typeof OF_TASK>;

export async function spillStory(investigation: Investigation, wanted: RowNumber): Promise<Story> {
  const { row, nth, of } = await spillNamed(investigation, wanted);
  const executorId = textIn(row, "executor_id") ?? "";
  const seq = numberIn(row, "seq") ?? 0;
  const taskId = numberIn(row, "task_id");
  const task = await taskKnown(investigation, taskId);
  const asked = await askedOf(investigation, row);
  const { when, own, state, ofTask } = asked;
  const consumer = shortName(textIn(row, "consumer"));
  const lines: StoryLine[] = [
    {
      about: "when",
      text: `${moment(momentOf(when))}, event ${seq} of ${executorWords(executorId)}.`,
    },
    { about: "state", text: stateInWords(state) },
    { about: "task", text: taskInWords(task?.words, own, state) },
    { about: "request", text: requestInWords(row) },
    {
      about: "freed",
      text: `${consumer} freed ${bytesBetween({
        best: numberIn(row, "memory_bytes"),
        min: numberIn(row, "memory_bytes_min"),
        max: numberIn(row, "memory_bytes_max"),
      })} of memory${written(row)}.`,
    },
    { about: "cost", text: costInWords(task?.row, ofTask) },
    {
      about: "certain",
      text: certainInWords(row),
    },
  ];
  return {
    kind: "spill",
    appId: investigation.appId,
    attemptId: investigation.attemptId,
    title: `Spill ${placeAmong(nth, of)}: ${consumer} on ${executorWords(executorId)}`,
    lines,
    places: investigation.places([{ row, says: "the spill" }]),
    next: [
      ...(taskId === undefined
        ? []
        : [
            {
              why: "everything this task did with memory",
              command: "explain" as const,
              argument: `--task ${taskId}`,
            },
          ]),
      { why: "who spilled, and who made them", command: "query", argument: "spill_causes" },
    ],
    facts: {
      ...row,
      state: state ?? null,
      task_memory: own ?? null,
      task: task?.row ?? null,
      of_task: ofTask ?? null,
    },
  };
}

/** Its moment, the state that it was in, and what its task had and did. */
async function askedOf(investigation: Investigation, row: Spill) {
  const executorId = textIn(row, "executor_id") ?? "";
  const seq = numberIn(row, "seq") ?? 0;
  const taskId = numberIn(row, "task_id");
  const when = await investigation.rowAs(
    WHEN,
    `select epoch_us(ts) as us, epoch_us(ts_min) as us_min, epoch_us(ts_max) as us_max from spills where ${investigation.here()} and executor_id = ${sqlText(executorId)} and seq = ${seq}`,
  );
  const before = await firstOfItsReleases(investigation, executorId, row, seq);
  const own =
    taskId === undefined
      ? undefined
      : await investigation.rowAs(
          relations.task_memory_timeline,
          `select * from task_memory_timeline where ${investigation.here()} and executor_id = ${sqlText(executorId)} and task_id = ${taskId} and seq ${before === seq ? "<=" : "<"} ${before} and execution_used_bytes is not null order by seq desc limit 1`,
        );
  const state = await stateBefore(
    investigation,
    executorId,
    textIn(own, "mode") ?? "on_heap",
    before,
  );
  const ofTask =
    taskId === undefined
      ? undefined
      : await investigation.rowAs(
          OF_TASK,
          `select count(*) as spills, sum(memory_bytes)::bigint as bytes from spills where ${investigation.here()} and task_id = ${taskId}`,
        );
  return { when, own, state, ofTask };
}

/** Without a line there is no spill to tell of, though tasks may count what they spilled. */
async function spillNamed(
  investigation: Investigation,
  wanted: RowNumber,
): Promise<RowNamed<typeof relations.spills>> {
  if (!(await thereIs(investigation, "spills"))) {
    const most = await investigation.rowAs(
      { task_id: "number", memory_spilled_bytes: "number" },
      `select task_id, memory_spilled_bytes from tasks where ${investigation.here()} and memory_spilled_bytes > 0 order by memory_spilled_bytes desc, task_id limit 1`,
    );
    if (most !== undefined) {
      throw new NotThereError(
        `no log has a line for a spill; by its own total task ${numberIn(most, "task_id") ?? 0} spilled most, ${bytes(numberIn(most, "memory_spilled_bytes"))}: ask with --task`,
      );
    }
  }
  return rowNamed(investigation, wanted, {
    shape: relations.spills,
    from: "spills",
    order: "ts, executor_id, seq",
    what: "spill",
    named: "coalesce(consumer, 'a consumer')",
  });
}

/**
 * A line that tells what a spill freed (`Task 10 spilled 23.0 MiB …`) follows the releases of its
 * pages, which have events of their own: the seq of the first of them. The spill's own seq where
 * its line came first (`Thread 41 spilling …`).
 */
async function firstOfItsReleases(
  investigation: Investigation,
  executorId: string,
  row: Spill,
  seq: number,
): Promise<number> {
  const [task, freed] = [numberIn(row, "task_id"), numberIn(row, "memory_bytes")];
  if (task === undefined || freed === undefined) return seq;
  const events = `memory_events where ${investigation.here()} and executor_id = ${sqlText(executorId)} and task_id = ${task} and seq < ${seq}`;
  const released = await investigation.rowAs(
    { seq: "number", bytes: "number" },
    `select min(seq) as seq, sum(granted_bytes)::bigint as bytes from ${events} and op = 'release_execution'
       and seq > (select coalesce(max(seq), -1) from ${events} and op = 'acquire_execution')`,
  );
  return (numberIn(released, "bytes") ?? 0) >= freed * 0.9
    ? (numberIn(released, "seq") ?? seq)
    : seq;
}

/** Of a spill with a line of its own the origin is its task's. */
function certainInWords(row: Spill): string {
  const origin = textIn(row, "origin");
  if (numberIn(row, "source_line") === undefined) return certaintyInWords(origin, undefined, "");
  if (numberIn(row, "task_id") === undefined)
    return "The event itself is logged. Which task spilled is not told: the line names a Java thread only.";
  if (origin === "derived")
    return "The event itself is logged; its task is the only one whose spill total in the event log it fits.";
  if (origin === "assumed")
    return "The event itself is logged; its task is assumed: it fits the spill totals of several.";
  return "The event itself is logged.";
}

function taskInWords(
  words: string | undefined,
  own: Of<typeof relations.task_memory_timeline> | undefined,
  state: Of<typeof relations.memory_timeline> | undefined,
): string {
  if (words === undefined) return "The task is not known.";
  const used = numberIn(own, "execution_used_bytes");
  const active = numberIn(state, "active_tasks");
  const among = active === undefined ? "" : `, with ${counted(active, "task")} in the pool`;
  const least = numberIn(own, "share_min_bytes");
  const most = numberIn(own, "share_max_bytes");
  const shares =
    least === undefined || most === undefined
      ? ""
      : ` Each task may hold ${bytes(least)} (1/2N) to ${bytes(most)} (1/N)${among}.`;
  const held =
    used === undefined
      ? "what it held is not known."
      : `it held ${bytesBetween({ best: used, min: numberIn(own, "execution_used_bytes_min"), max: numberIn(own, "execution_used_bytes_max") })}.`;
  return `Of ${words}: ${held}${shares}`;
}

function requestInWords(row: Spill): string {
  const by = textIn(row, "forced_by_consumer");
  const forced = numberIn(row, "forced_by_task_id");
  switch (textIn(row, "trigger")) {
    case "self":
      return "It asked for more, got less than it needed (its share 1/N or the pool was used up), and spilled its own data.";
    case "other_consumer":
      return `Another consumer of the same task needed memory${by === undefined ? "" : ` (${shortName(by)})`}, and the task made this one spill.`;
    case "threshold":
      return "It reached a threshold of elements or bytes (spark.shuffle.spill.numElementsForceSpillThreshold and its kin), not a want of memory.";
    case "force":
      return `It was forced to give up its memory${forced === undefined ? "" : ` for task ${forced}`}${by === undefined ? "" : ` (${shortName(by)})`}.`;
    default:
      return "Whose request forced it is not told by any log.";
  }
}

function written(row: Spill): string {
  const disk = numberIn(row, "disk_bytes");
  return disk === undefined
    ? "; how much it wrote is not told"
    : ` and wrote ${bytes(disk)} to disk`;
}

function costInWords(task: TaskRow | undefined, ofTask: OfTask | undefined): string {
  if (task === undefined) return "What it cost the task is not known.";
  const spills = numberIn(ofTask, "spills") ?? 0;
  const memory = numberIn(task, "memory_spilled_bytes");
  const disk = numberIn(task, "disk_spilled_bytes");
  const totals =
    memory === undefined ? "what it spilled in all is not told" : spilledByAccount(memory, disk);
  return `The task ran ${millis(numberIn(task, "run_ms"))} and spilled ${counted(spills, "time")}: ${totals}.`;
}
