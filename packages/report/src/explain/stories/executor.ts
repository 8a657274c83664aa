/**
 * The story of one executor: how its memory was divided, how full it got, what happened for want of
 * room, how it ended.
 */
import { counted, someOf } from "@respark/core";
import { sqlText } from "../../sql/literal.ts";
import { relations } from "../../sql/relations.ts";
import { numberIn, type Of, textIn } from "../../sql/row.ts";
import { rowsFrom } from "../../sql/typed-rows.ts";
import { type Investigation, NotThereError } from "../investigation.ts";
import { quotedSql } from "../shell-word.ts";
import type { Story, StoryLine } from "../story.ts";
import {
  bytes,
  bytesBetween,
  capital,
  cutTo,
  executorWords,
  instant,
  millis,
  share,
} from "../words.ts";

const EXECUTOR = { ...relations.executors, added_us: "number", removed_us: "number" } as const;
const SUMMARY = { ...relations.executor_memory_summary, peak_us: "number" } as const;
const LEFT = {
  blocks_bytes: "number",
  tasks: "number",
  spilled_bytes: "number",
  missed: "number",
} as const;

type Executor = Of<typeof EXECUTOR>;
type Summary = Of<typeof SUMMARY>;
type OffHeap = Of<typeof relations.executor_memory_summary>;
type Mark = Of<typeof relations.high_water_marks>;
type Pressure = Of<typeof relations.executor_pressure>;
type Beside = Of<typeof relations.memory_outside_pools>;
type Left = Of<typeof LEFT>;

export async function executorStory(
  investigation: Investigation,
  executorId: string,
): Promise<Story> {
  const here = `${investigation.here()} and executor_id = ${sqlText(executorId)}`;
  const executor = await investigation.rowAs(
    EXECUTOR,
    `select *, epoch_us(added_at) as added_us, epoch_us(removed_at) as removed_us from executors where ${here}`,
  );
  if (executor === undefined) throw await noExecutor(investigation, executorId);
  const asked = await askedOf(investigation, here);
  const { summary, offHeap, marks, pressure, beside, left } = asked;
  const lines: StoryLine[] = [
    { about: "when", text: lifeInWords(executor) },
    { about: "divided", text: layoutInWords(executor) },
    { about: "fullest", text: fullestInWords(marks, summary, textIn(executor, "evidence_level")) },
    { about: "pressed", text: pressureInWords(pressure) },
    { about: "evicted", text: evictionsInWords(summary) },
    { about: "spilled", text: spillsInWords(summary, numberIn(left, "spilled_bytes")) },
    ...(offHeap === undefined ? [] : [{ about: "off-heap", text: offHeapInWords(offHeap) }]),
    { about: "beside", text: besideInWords(beside) },
    { about: "ended", text: endInWords(executor, numberIn(summary, "ooms") ?? 0) },
    ...wentWithIt(executor, left),
    { about: "certain", text: trustInWords(executor) },
  ];
  return {
    kind: "executor",
    appId: investigation.appId,
    attemptId: investigation.attemptId,
    title: `${capital(executorWords(executorId))}${textIn(executor, "host") === undefined ? "" : ` on ${textIn(executor, "host")}`}`,
    lines,
    places: investigation.places([{ row: executor, says: beginningOf(executor) }]),
    next: [
      {
        why: "its timeline",
        command: "query",
        argument: quotedSql(
          `from memory_timeline where executor_id = ${sqlText(executorId)} order by seq`,
        ),
      },
      { why: "its peaks, and who held them", command: "query", argument: "high_water_marks" },
    ],
    facts: {
      ...executor,
      summary: summary ?? null,
      off_heap: offHeap ?? null,
      marks: [...marks],
      pressure: pressure ?? null,
      outside_pools: beside ?? null,
      left: left ?? null,
    },
  };
}

/** What the views know of the executor, a row each; `here`: the condition that keeps to it. */
async function askedOf(investigation: Investigation, here: string) {
  const summary = await investigation.rowAs(
    SUMMARY,
    `select *, epoch_us(used_peak_at) as peak_us from executor_memory_summary where ${here} and mode = 'on_heap'`,
  );
  const offHeap = await investigation.rowAs(
    relations.executor_memory_summary,
    `select * from executor_memory_summary where ${here} and mode = 'off_heap'`,
  );
  const marks = await investigation.rowsAs(
    relations.high_water_marks,
    `select * from high_water_marks where ${here} and mode = 'on_heap'`,
  );
  const pressure = await investigation.rowAs(
    relations.executor_pressure,
    `select * from executor_pressure where ${here} and mode = 'on_heap'`,
  );
  const beside = await investigation.rowAs(
    relations.memory_outside_pools,
    `select * from memory_outside_pools where ${here}`,
  );
  const left = await investigation.rowAs(
    LEFT,
    `select nullif((select arg_max(storage_used_bytes, seq) from memory_timeline where ${here}
      and mode = 'on_heap'), 0) as blocks_bytes,
       (select count(*) from tasks where ${here} and failure_class = 'ExecutorLostFailure') as tasks,
       (select sum(memory_spilled_bytes)::bigint from tasks where ${here}) as spilled_bytes,
       (select count(*) from block_events where ${investigation.here()}
         and miss_kind = 'after_loss') as missed`,
  );
  return { summary, offHeap, marks, pressure, beside, left };
}

/** What the line is that an executor's row names. */
function beginningOf(executor: Executor): string {
  return numberIn(executor, "added_us") === undefined
    ? "where its log begins"
    : "where it is added";
}

async function noExecutor(
  investigation: Investigation,
  executorId: string,
): Promise<NotThereError> {
  const all = await rowsFrom(
    (sql) => investigation.ask(sql),
    "executors",
    ["executor_id"],
    `where ${investigation.here()} order by try_cast(executor_id as bigint), executor_id`,
  );
  const names = all.map((row) => row.executor_id);
  return new NotThereError(
    `no executor ${executorId}; there ${names.length === 1 ? "is" : "are"} ${someOf(names, 20)}`,
  );
}

function lifeInWords(executor: Executor): string {
  const removed = numberIn(executor, "removed_us");
  const cores = numberIn(executor, "cores");
  const added = numberIn(executor, "added_us");
  const came = added === undefined ? "When it came is not logged" : `It came ${instant(added)}`;
  const went =
    removed === undefined
      ? ""
      : ` and went ${instant(removed)}${added === undefined ? "" : `, ${millis((removed - added) / 1000)} later`}`;
  return `${came}${went}${cores === undefined ? "" : `; ${counted(cores, "core")}`}.`;
}

function layoutInWords(executor: Executor): string {
  const all = numberIn(executor, "max_memory_bytes");
  const heap = numberIn(executor, "jvm_max_memory_bytes");
  if (all === undefined) return "How its memory was divided is not known.";
  const region = numberIn(executor, "storage_region_bytes");
  return `Of ${heap === undefined ? "its heap" : `a ${bytes(heap)} heap`} Spark's pools share ${bytes(all)}${
    region === undefined
      ? ""
      : `; ${bytes(region)} of it is storage's own region, which execution cannot take`
  } (${textIn(executor, "max_memory_origin") ?? "origin unknown"}).`;
}

function fullestInWords(
  marks: readonly Mark[],
  summary: Summary | undefined,
  evidence: string | undefined,
): string {
  const mark = (quantity: "storage" | "execution"): string => {
    const row = marks.find((some) => textIn(some, "quantity") === quantity);
    // A peak of nothing is no mark; at DEBUG nothing was missed.
    return row === undefined
      ? evidence === "debug" && numberIn(summary, `${quantity}_peak_bytes`) === 0
        ? "nothing"
        : "an unknown amount"
      : bytesBetween({
          best: numberIn(row, "peak_bytes"),
          min: numberIn(row, "peak_bytes_min"),
          max: numberIn(row, "peak_bytes_max"),
        });
  };
  const used = numberIn(summary, "used_peak_bytes");
  const all = numberIn(summary, "max_memory_bytes");
  const full =
    used === undefined || all === undefined || all === 0
      ? ""
      : ` Both together were fullest ${instant(numberIn(summary, "peak_us"))}: ${bytes(used)}, ${share(used, all)} of what there is.`;
  return `Storage held at most ${mark("storage")}, execution ${mark("execution")}.${full}`;
}

function pressureInWords(pressure: Pressure | undefined): string {
  const gc = numberIn(pressure, "gc_share");
  const borrowing = numberIn(pressure, "storage_borrowing_ms");
  const borrowed =
    borrowing === undefined
      ? ""
      : borrowing === 0
        ? "; storage never borrowed"
        : `; storage borrowed for ${millis(borrowing)}`;
  return `${fullInWords(pressure)}${borrowed}.${
    gc === undefined
      ? ""
      : ` Garbage was collected in ${share(Math.min(1, gc), 1)} of its tasks' run time; a collection counts in each task that ran then.`
  }`;
}

/** Where the bounds of what was free reach a tenth, so do those of the time. */
function fullInWords(pressure: Pressure | undefined): string {
  const [full, least, most] = [
    numberIn(pressure, "nearly_full_ms"),
    numberIn(pressure, "nearly_full_ms_min"),
    numberIn(pressure, "nearly_full_ms_max"),
  ];
  const observed = millis(numberIn(pressure, "observed_ms"));
  if (most === 0) return `In ${observed} it was never nearly full`;
  const nearly = "nearly full (less than a tenth free)";
  if (least === undefined || most === undefined) {
    return full === undefined
      ? "How long it was nearly full is not known"
      : `It was ${nearly} for ${millis(full)} of ${observed}`;
  }
  if (millis(least) === millis(most)) return `It was ${nearly} for ${millis(most)} of ${observed}`;
  return least === 0
    ? `It was ${nearly} for at most ${millis(most)} of ${observed}${full === undefined || full === 0 ? ", and perhaps never" : ` (best estimate ${millis(full)})`}`
    : `It was ${nearly} for ${millis(least)} to ${millis(most)} of ${observed}`;
}

function evictionsInWords(summary: Summary | undefined): string {
  const evictions = numberIn(summary, "evictions");
  const failures = numberIn(summary, "failed_puts");
  const gone =
    evictions === undefined
      ? "Whether blocks were evicted is not told"
      : evictions === 0
        ? "No block was evicted"
        : `${counted(evictions, "eviction")} (${bytes(numberIn(summary, "evicted_bytes"))})`;
  const put =
    failures === undefined
      ? "whether some found no room is not told"
      : failures === 0
        ? "none found no room"
        : `${counted(failures, "time")} a block found no room`;
  return `${gone}; ${put}.`;
}

function spillsInWords(summary: Summary | undefined, total: number | undefined): string {
  const spills = numberIn(summary, "spills");
  const logged = numberIn(summary, "spilled_bytes");
  const waits = numberIn(summary, "waits");
  const spilled =
    spills === undefined
      ? total === undefined
        ? "Whether its tasks spilled is not told"
        : total === 0
          ? "Its tasks spilled nothing, by their own totals"
          : `Its tasks spilled ${bytes(total)} by their own totals; no log line tells when`
      : spills === 0
        ? total === undefined || total === 0
          ? "No spill of its tasks is logged"
          : `No spill of its tasks has a line in its log, but they spilled ${bytes(total)} by their own totals`
        : `Its tasks spilled ${counted(spills, "time")} (${bytes(logged)})${logged !== undefined && total !== undefined && total > logged * 1.02 ? ` in its log, ${bytes(total)} in all by their own totals` : ""}`;
  const waited =
    waits === undefined
      ? "waits for memory are told in executor logs alone"
      : waits === 0
        ? "none waited for memory"
        : `they waited ${counted(waits, "time")} for memory`;
  return `${spilled}; ${waited}.`;
}

function offHeapInWords(row: OffHeap): string {
  return `Of ${bytes(numberIn(row, "max_memory_bytes"))} off-heap, storage held up to ${peakIn(row, "storage")}, execution up to ${peakIn(row, "execution")}.`;
}

function peakIn(row: OffHeap, pool: "storage" | "execution"): string {
  return bytesBetween({
    best: numberIn(row, `${pool}_peak_bytes`),
    min: numberIn(row, `${pool}_peak_bytes_min`),
    max: numberIn(row, `${pool}_peak_bytes_max`),
  });
}

function besideInWords(beside: Beside | undefined): string {
  const outside = numberIn(beside, "heap_outside_pools_bytes_min");
  const rss = numberIn(beside, "rss_beyond_heap_bytes_min");
  const overhead = numberIn(beside, "overhead_bytes");
  const heap =
    outside === undefined
      ? "How much of the heap lay outside the pools was not polled"
      : `At least ${bytes(outside)} of the heap lay outside the pools at its peak`;
  const process =
    rss === undefined
      ? "the process's size was not polled"
      : `the process held at least ${bytes(rss)} beyond its heap${overhead === undefined ? "" : `, of ${bytes(overhead)} overhead`}`;
  return `${heap}; ${process}.`;
}

function endInWords(executor: Executor, ooms: number): string {
  const kind = textIn(executor, "removed_class");
  const reason = textIn(executor, "removed_reason");
  const out = ooms === 0 ? "" : `It ran out of memory ${counted(ooms, "time")}. `;
  if (kind === undefined) return `${out}It was there to the end, as far as the logs show.`;
  const [line = ""] = (reason ?? "").split("\n");
  return `${out}It went: ${kind.replaceAll("_", " ")}${line === "" ? "" : ` (“${cutTo(line, 160)}”)`}.`;
}

function wentWithIt(executor: Executor, left: Left | undefined): StoryLine[] {
  if (numberIn(executor, "removed_us") === undefined) return [];
  const [blocks, tasks] = [numberIn(left, "blocks_bytes"), numberIn(left, "tasks") ?? 0];
  const parts = [
    ...(blocks === undefined ? [] : [`${bytes(blocks)} of blocks`]),
    ...(tasks === 0 ? [] : [`${counted(tasks, "task")} that had to run again`]),
  ];
  if (parts.length === 0) return [];
  const missed = numberIn(left, "missed") ?? 0;
  const later =
    missed === 0
      ? ""
      : ` ${counted(missed, "read")} in this run missed blocks that had gone with their executor.`;
  return [{ about: "with it", text: `With it went ${parts.join(" and ")}.${later}` }];
}

function trustInWords(executor: Executor): string {
  const statements = numberIn(executor, "statements") ?? 0;
  const met = numberIn(executor, "statements_met") ?? 0;
  const explained = numberIn(executor, "statements_explained") ?? 0;
  const level = textIn(executor, "evidence_level") ?? "unknown";
  return statements === 0
    ? `Evidence: ${level}; its logs make no statement of memory to check the replay by.`
    : `Evidence: ${level}; of ${statements} memory statements in its logs ${met} were predicted and ${explained} explained.`;
}
