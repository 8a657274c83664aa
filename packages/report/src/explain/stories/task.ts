/**
 * The story of one task: what it held, what it was allowed, what it spilled, waited for, evicted
 * and missed.
 */
import { counted, listed } from "@respark/core";
import { flagIn, numberIn, type Of, textIn } from "../../sql/row.ts";
import { type Investigation, NotThereError } from "../investigation.ts";
import { type TaskRow, taskKnown } from "../scene.ts";
import { shellWord } from "../shell-word.ts";
import type { NextQuestion, Story, StoryLine } from "../story.ts";
import {
  bytes,
  bytesBetween,
  cutTo,
  executorWords,
  instant,
  millis,
  share,
  spilledByAccount,
} from "../words.ts";

const HELD = {
  peak_bytes: "number",
  peak_bytes_min: "number",
  peak_bytes_max: "number",
  share_least_bytes: "number",
  share_most_bytes: "number",
} as const;
const SPILLED = {
  spills: "number",
  bytes: "number",
  source_file_id: "number",
  source_line: "number",
} as const;
const WAITED = { waits: "number", ms: "number", held_by: "number", held_bytes: "number" } as const;
const EVICTED = { blocks: "number", bytes: "number", regretted: "number" } as const;
const BLOCKS = {
  stores: "number",
  stored_bytes: "number",
  hits: "number",
  far: "number",
  misses: "number",
  regrets: "number",
  failures: "number",
} as const;
const ENDED = {
  class: "text",
  source_file_id: "number",
  source_line: "number",
  leaked_bytes: "number",
} as const;
const RANGE = { tasks: "number", first: "number", last: "number" } as const;

type Held = Of<typeof HELD>;
type Evicted = Of<typeof EVICTED>;

export async function taskStory(investigation: Investigation, taskId: number): Promise<Story> {
  const task = await taskKnown(investigation, taskId);
  const known = task?.row;
  if (task === undefined || known === undefined) throw await noTask(investigation, taskId);
  const executorId = textIn(known, "executor_id") ?? "unknown";
  const asked = await askedOf(investigation, taskId);
  const { held, spilled, waited, evicted, blocks, ended } = asked;
  const lines: StoryLine[] = [
    { about: "when", text: lifeInWords(known, executorId) },
    { about: "held", text: heldInWords(held, known) },
    { about: "allowed", text: allowedInWords(held, known) },
    { about: "spilled", text: spilledInWords(spilled, known) },
    { about: "waited", text: waitedInWords(waited) },
    { about: "evicted", text: evictedInWords(evicted) },
    { about: "blocks", text: blocksInWords(blocks) },
    { about: "time", text: timeInWords(known) },
    { about: "ended", text: endedInWords(known, ended) },
  ];
  return {
    kind: "task",
    appId: investigation.appId,
    attemptId: investigation.attemptId,
    title: `T${task.words.slice(1)} on ${executorWords(executorId)}`,
    lines,
    places: investigation.places([
      { row: known, says: "the task as the event log tells it" },
      ...((numberIn(spilled, "spills") ?? 0) > 0
        ? [{ row: spilled, says: "its first spill" }]
        : []),
      ...(textIn(ended, "class") === undefined ? [] : [{ row: ended, says: "its error" }]),
    ]),
    next: nextOf(known, executorId, evicted),
    facts: {
      ...known,
      held: held ?? null,
      spills: spilled ?? null,
      waits: waited ?? null,
      evicted: evicted ?? null,
      blocks: blocks ?? null,
      ended: ended ?? null,
    },
  };
}

/** What the tables know of the task, a row each. */
async function askedOf(investigation: Investigation, taskId: number) {
  const here = investigation.here();
  const held = await investigation.rowAs(
    HELD,
    `select max(execution_used_bytes) as peak_bytes,
      max(execution_used_bytes_min) as peak_bytes_min,
      max(execution_used_bytes_max) as peak_bytes_max,
       min(share_max_bytes) as share_least_bytes, max(share_max_bytes) as share_most_bytes
     from task_memory_timeline where ${here} and task_id = ${taskId}`,
  );
  const spilled = await investigation.rowAs(
    SPILLED,
    `select count(*) as spills, sum(memory_bytes)::bigint as bytes,
      min(source_file_id) as source_file_id, arg_min(source_line, seq) as source_line
     from spills where ${here} and task_id = ${taskId}`,
  );
  const waited = await investigation.rowAs(
    WAITED,
    `select count(*) as waits, (sum(epoch_us(end_ts) - epoch_us(ts)) // 1000)::bigint as ms,
      arg_max(held_by_task_id, (coalesce(held_bytes, -1), -held_by_task_id)) as held_by,
      max(held_bytes) as held_bytes
     from memory_waits where ${here} and task_id = ${taskId}`,
  );
  const evicted = await investigation.rowAs(
    EVICTED,
    `select count(*) as blocks, sum(memory_bytes)::bigint as bytes,
      count(*) filter (regretted) as regretted
     from eviction_ledger where ${here} and caused_by_task_id = ${taskId}`,
  );
  const blocks = await investigation.rowAs(
    BLOCKS,
    `select count(*) filter (op = 'store') as stores,
      sum(memory_bytes) filter (op = 'store')::bigint as stored_bytes,
       count(*) filter (op = 'hit_memory') as hits, count(*) filter (op in ('hit_disk', 'hit_remote')) as far,
       count(*) filter (op = 'miss') as misses,
       count(*) filter (op = 'miss' and miss_kind <> 'cold') as regrets,
       count(*) filter (op = 'put_fail') as failures
     from block_events where ${here} and task_id = ${taskId}`,
  );
  const ended = await investigation.rowAs(
    ENDED,
    `select o.class, o.source_file_id, o.source_line, l.leaked_bytes from (select 1)
      left join oom_events o on ${investigation.here("o")} and o.task_id = ${taskId}
       left join memory_leaks l on ${investigation.here("l")} and l.task_id = ${taskId} limit 1`,
  );
  return { held, spilled, waited, evicted, blocks, ended };
}

async function noTask(investigation: Investigation, taskId: number): Promise<NotThereError> {
  const range = await investigation.rowAs(
    RANGE,
    `select count(*) as tasks, min(task_id) as first, max(task_id) as last from tasks where ${investigation.here()}`,
  );
  const tasks = numberIn(range, "tasks") ?? 0;
  return new NotThereError(
    tasks === 0
      ? `no task ${taskId}: the logs tell of no tasks`
      : `no task ${taskId}; there are ${counted(tasks, "task")}, ${numberIn(range, "first") ?? 0} to ${numberIn(range, "last") ?? 0}`,
  );
}

function lifeInWords(task: TaskRow, executorId: string): string {
  const attempt = numberIn(task, "attempt") ?? 0;
  const again = attempt === 0 ? "" : `, attempt ${attempt}`;
  const speculative = flagIn(task, "speculative") === true ? ", speculative" : "";
  return `Launched ${instant(numberIn(task, "launched_us"))} on ${executorWords(executorId)}, partition ${numberIn(task, "partition_id") ?? "unknown"}${again}${speculative}; ran ${millis(numberIn(task, "run_ms"))}.`;
}

function heldInWords(held: Held | undefined, task: TaskRow): string {
  const peak = numberIn(held, "peak_bytes");
  const reported = numberIn(task, "peak_execution_bytes");
  const own =
    reported === undefined
      ? ""
      : ` Its own account (Peak Execution Memory, an estimate) is ${bytes(reported)}.`;
  if (peak === undefined) {
    // Every grant is a line at DEBUG: a task without one asked for nothing.
    return textIn(task, "evidence_level") === "debug"
      ? `It held no execution memory.${reported === 0 ? "" : own}`
      : `What it held at most is not known.${own}`;
  }
  return `It held at most ${bytesBetween({
    best: peak,
    min: numberIn(held, "peak_bytes_min"),
    max: numberIn(held, "peak_bytes_max"),
  })} of execution memory.${own}`;
}

function allowedInWords(held: Held | undefined, task: TaskRow): string {
  const least = numberIn(held, "share_least_bytes");
  const most = numberIn(held, "share_most_bytes");
  if (least === undefined || most === undefined)
    return textIn(task, "evidence_level") === "debug" && numberIn(held, "peak_bytes") === undefined
      ? "It asked for none of its share of the pool."
      : "What its share of the pool was is not known.";
  return least === most
    ? `Its share of the pool (1/N) was ${bytes(most)}.`
    : `Its share of the pool (1/N) went from ${bytes(least)} to ${bytes(most)} as tasks came and went.`;
}

function spilledInWords(spilled: Of<typeof SPILLED> | undefined, task: TaskRow): string {
  const spills = numberIn(spilled, "spills") ?? 0;
  const memory = numberIn(task, "memory_spilled_bytes");
  const disk = numberIn(task, "disk_spilled_bytes");
  if (memory === 0 && spills === 0) return "It spilled nothing.";
  const total = memory === undefined ? "its totals are not told" : spilledByAccount(memory, disk);
  return spills === 0
    ? `It spilled (${total}); no log line tells when.`
    : `It spilled ${counted(spills, "time")}: ${total}.`;
}

function waitedInWords(waited: Of<typeof WAITED> | undefined): string {
  const waits = numberIn(waited, "waits") ?? 0;
  if (waits === 0) return "No wait for its share of memory is known.";
  const holder = numberIn(waited, "held_by");
  return `It waited ${counted(waits, "time")} for its share, ${millis(numberIn(waited, "ms"))} in all${
    holder === undefined
      ? ""
      : `, while task ${holder} held ${bytes(numberIn(waited, "held_bytes"))}`
  }.`;
}

function evictedInWords(evicted: Evicted | undefined): string {
  const blocks = numberIn(evicted, "blocks") ?? 0;
  if (blocks === 0) return "No eviction is known to be its doing.";
  const regretted = numberIn(evicted, "regretted") ?? 0;
  return `It made ${counted(blocks, "block")} (${bytes(numberIn(evicted, "bytes"))}) go; ${regretted === 0 ? "none was missed later, as far as is known" : `${regretted} of them ${regretted === 1 ? "was" : "were"} missed later`}.`;
}

function blocksInWords(blocks: Of<typeof BLOCKS> | undefined): string {
  const [stores, failures, hits, far, misses, regrets] = [
    numberIn(blocks, "stores") ?? 0,
    numberIn(blocks, "failures") ?? 0,
    numberIn(blocks, "hits") ?? 0,
    numberIn(blocks, "far") ?? 0,
    numberIn(blocks, "misses") ?? 0,
    numberIn(blocks, "regrets") ?? 0,
  ];
  if (stores + failures + hits + far + misses === 0)
    return "No cached block is known to have been read or stored by it.";
  const parts = [
    hits === 0 ? "" : `read ${hits} from memory`,
    far === 0 ? "" : `read ${far} from disk or from another executor`,
    misses === 0
      ? ""
      : `missed ${misses}${regrets === 0 ? "" : ` (${regrets} of which had been cached before)`}`,
    stores === 0 ? "" : `stored ${stores} (${bytes(numberIn(blocks, "stored_bytes") ?? 0)})`,
    failures === 0 ? "" : `found no room for ${failures}`,
  ].filter((part) => part !== "");
  return `Of blocks it ${listed(parts)}.`;
}

function timeInWords(task: TaskRow): string {
  const run = numberIn(task, "run_ms");
  const gc = numberIn(task, "gc_ms");
  if (run === undefined || gc === undefined) return "How long it collected garbage is not told.";
  return `It ran ${millis(run)}, ${millis(gc)} of which (${share(gc, run)}) the JVM collected garbage.`;
}

function endedInWords(task: TaskRow, ended: Of<typeof ENDED> | undefined): string {
  const status = textIn(task, "status") ?? "unknown";
  const why = textIn(task, "failure_class");
  const reason = textIn(task, "failure_reason");
  const [line = ""] = (reason ?? "").split("\n");
  const failed = why === undefined ? "" : ` of ${why}${line === "" ? "" : `: ${cutTo(line, 200)}`}`;
  const leaked = numberIn(ended, "leaked_bytes");
  const how =
    status === "success"
      ? "It succeeded"
      : status === "failed" || status === "killed"
        ? `It ${status === "failed" ? "failed" : "was killed"}${why === undefined ? "" : ":"}${failed.replace(/^ of /, " ")}`
        : status === "running"
          ? "It was running when the event log ends"
          : "How it ended is not told";
  return `${how}.${leaked === undefined ? "" : ` It left ${bytes(leaked)} behind, which Spark freed.`}`;
}

function nextOf(task: TaskRow, executorId: string, evicted: Evicted | undefined): NextQuestion[] {
  const stage = numberIn(task, "stage_id");
  return [
    {
      why: "the whole life of its executor",
      command: "explain",
      argument: `--executor ${shellWord(executorId)}`,
    },
    ...(stage === undefined
      ? []
      : [
          {
            why: "its stage beside the others",
            command: "query" as const,
            argument: `"from stage_memory where stage_id = ${stage}"`,
          },
        ]),
    ...((numberIn(evicted, "blocks") ?? 0) === 0
      ? []
      : [
          {
            why: "what it evicted",
            command: "query" as const,
            argument: `"from eviction_ledger where caused_by_task_id = ${numberIn(task, "task_id") ?? 0}"`,
          },
        ]),
  ];
}
