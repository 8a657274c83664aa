/** Tasks short of execution memory: spills and waits. */
import { counted } from "@respark/core";
import { numberIn, type Row, textIn } from "../../sql/row.ts";
import type { Investigation } from "../investigation.ts";
import { stageWords } from "../stage-name.ts";
import type { Finding } from "../story.ts";
import { bytes, capital, millis } from "../words.ts";
import { type Finder, runMillis, settingInWords, settingOf, weightOf } from "./finder.ts";

export const spilling: Finder = async (investigation) => {
  const rows = await investigation.ask(
    `with by_stage as (
       select stage_id, sum(spills)::bigint as spills, sum(memory_bytes)::bigint as row_bytes, arg_max(consumer, coalesce(memory_bytes, 0)) as consumer,
         arg_max("trigger", coalesce(memory_bytes, 0)) as "trigger", min(nullif(share_at_spill_bytes, 0)) as share_bytes,
         sum(memory_bytes) filter (spills is null)::bigint as untold_bytes
       from spill_causes where ${investigation.here()} group by 1),
     spilt as (
       select stage_id, count(*) as launched, count(*) filter (memory_spilled_bytes > 0) as spilling_tasks, sum(memory_spilled_bytes)::bigint as memory_bytes, sum(disk_spilled_bytes)::bigint as disk_bytes, sum(input_bytes)::bigint as input_bytes,
         max(memory_spilled_bytes) as largest_bytes, sum(run_ms) filter (memory_spilled_bytes > 0)::bigint as run_ms, arg_max(task_id, memory_spilled_bytes) as task_id
       from tasks where ${investigation.here()} group by 1),
     named as (select stage_id, max(tasks) as stage_tasks, any_value(sql_execution_id) as sql_execution_id, max(len(parent_ids)) as parents from stages where ${investigation.here()} group by 1)
     select t.* exclude (stage_id, memory_bytes), coalesce(t.stage_id, b.stage_id) as stage_id, coalesce(t.memory_bytes, b.row_bytes) as memory_bytes, t.largest_bytes + b.share_bytes as needed_bytes,
       coalesce(s.stage_tasks, t.launched) as stage_tasks, s.sql_execution_id, s.parents, b.spills, b.row_bytes, b.consumer, b."trigger", b.share_bytes, b.untold_bytes
     from spilt t full join (from by_stage where stage_id is not null or not exists (from spilt)) b on b.stage_id = t.stage_id
       left join named s on s.stage_id = t.stage_id
     where t.memory_bytes > 0 or b.spills > 0 order by memory_bytes desc nulls last limit 4`,
  );
  const all = await runMillis(investigation);
  const knobs = await knobsOf(investigation);
  const findings: Finding[] = [];
  for (const row of rows) {
    const first = await investigation.one(
      `select n.* from (select *, row_number() over (order by ts, executor_id, seq) as nth from spills where ${investigation.here()}) n
         left join tasks t on ${investigation.here("t")} and t.task_id = n.task_id where t.stage_id is not distinct from ${numberIn(row, "stage_id") ?? "null"} order by n.memory_bytes desc nulls last limit 1`,
    );
    const task = numberIn(row, "task_id");
    findings.push({
      id: `spills_stage_${numberIn(row, "stage_id") ?? 0}`,
      severity: "slow",
      weight: weightOf(numberIn(row, "run_ms"), all),
      title: `${numberIn(row, "stage_id") === undefined ? "Tasks of which no log names the stage" : capital(await stageWords(investigation, numberIn(row, "stage_id")))} spilled ${bytes(numberIn(row, "memory_bytes"))} of memory${diskInWords(row)}`,
      evidence: [spillsInWords(row), ...sharesInWords(row)],
      change: changeFor(row, knobs),
      certainty: certaintyOf(row),
      places: investigation.places([{ row: first, says: "the largest spill" }]),
      facts: { ...row, spill: first ?? null },
      next:
        first !== undefined
          ? [
              {
                why: "the largest of them",
                command: "explain",
                argument: `--spill ${numberIn(first, "nth") ?? 1}`,
              },
            ]
          : task === undefined
            ? []
            : [
                {
                  why: "the task that spilled most",
                  command: "explain",
                  argument: `--task ${task}`,
                },
              ],
    });
  }
  return findings;
};

/** Up to 2.2 the sorters of Tungsten write to disk without counting it: nothing counted is not nothing written. */
function diskInWords(row: Row): string {
  const disk = numberIn(row, "disk_bytes");
  return disk === undefined || disk === 0 ? "" : `, ${bytes(disk)} to disk`;
}

function certaintyOf(row: Row): string {
  const untold = numberIn(row, "untold_bytes") ?? 0;
  if (numberIn(row, "spills") === undefined)
    return "totals of the tasks; no log line tells when or why";
  if (numberIn(row, "launched") === undefined) return "each spill is logged; whose it was is not";
  return untold === 0
    ? "each spill is logged; totals are the tasks' own"
    : `totals are the tasks' own; ${bytes(untold)} of it was spilled without a line in the logs`;
}

function spillsInWords(row: Row): string {
  const spills = numberIn(row, "spills");
  const consumerOfAll = textIn(row, "consumer");
  if (numberIn(row, "launched") === undefined)
    return `${counted(spills ?? 0, "spill")} in the logs${consumerOfAll === undefined ? "" : `, most by ${consumerOfAll}`}.`;
  const tasks = `${counted(numberIn(row, "spilling_tasks") ?? 0, "task")} of ${numberIn(row, "launched") ?? 0}`;
  if (spills === undefined) return `${tasks} spilled.`;
  const consumer = consumerOfAll;
  const trigger = TRIGGERS[textIn(row, "trigger") ?? ""];
  return `${tasks} spilled, ${counted(spills, "time")} in the logs${consumer === undefined ? "" : `, most by ${consumer}`}${trigger === undefined ? "" : `: ${trigger}`}.`;
}

const TRIGGERS: Readonly<Record<string, string>> = {
  self: "its own request was not met",
  other_consumer: "another consumer of the same task needed the memory",
  threshold: "a threshold was reached, not a want of memory",
  force: "it was forced",
};

function sharesInWords(row: Row): string[] {
  const [share, needed] = [numberIn(row, "share_bytes"), numberIn(row, "needed_bytes")];
  if (share === undefined) return [];
  return [
    `A task could hold ${bytes(share)} (1/N of the pool) when they happened${needed === undefined ? "" : `; to spill nothing, the one that spilled most would have needed up to ${bytes(needed)}`}.`,
  ];
}

/** What decides how many tasks share the memory, and among how many partitions the data is. */
interface Knobs {
  readonly partitions: string | undefined;
  readonly cores: string;
  readonly shuffleFraction: string;
  readonly scan: string;
  readonly advisory: string;
  /** the managers before the unified one: execution has a region of its own */
  readonly legacy: boolean;
}

async function knobsOf(investigation: Investigation): Promise<Knobs> {
  return {
    partitions: await settingOf(investigation, "spark.sql.shuffle.partitions"),
    cores: await settingInWords(investigation, "spark.executor.cores"),
    shuffleFraction: await settingInWords(investigation, "spark.shuffle.memoryFraction"),
    scan: await settingInWords(investigation, "spark.sql.files.maxPartitionBytes"),
    advisory: await settingInWords(
      investigation,
      "spark.sql.adaptive.advisoryPartitionSizeInBytes",
    ),
    legacy: textIn(investigation.application, "memory_manager") !== "unified",
  };
}

/** So many partitions that the task that spilled most would have kept within its share. */
function changeFor(row: Row, knobs: Knobs): string {
  if (textIn(row, "trigger") === "threshold") {
    return "a larger spark.shuffle.spill.numElementsForceSpillThreshold: these spills are not for want of memory";
  }
  const [share, needed, tasks] = [
    numberIn(row, "share_bytes"),
    numberIn(row, "needed_bytes"),
    numberIn(row, "stage_tasks"),
  ];
  const wanted =
    share === undefined || needed === undefined || tasks === undefined
      ? undefined
      : tasks * Math.min(100, Math.ceil(needed / share));
  const instead = wanted === undefined ? "" : `about ${wanted} instead of ${tasks ?? 0}`;
  return knobs.legacy
    ? `${partitionsFor(row, instead, knobs)}; or a larger ${knobs.shuffleFraction}`
    : `${partitionsFor(row, instead, knobs)}; or fewer tasks at once (${knobs.cores})`;
}

/** Which setting makes more partitions depends on what the stage reads. */
function partitionsFor(row: Row, instead: string, knobs: Knobs): string {
  const more = `more partitions in this stage${instead === "" ? "" : `, ${instead}`}`;
  if (numberIn(row, "sql_execution_id") === undefined) return more;
  const tasks = numberIn(row, "stage_tasks");
  if (numberIn(row, "parents") === 0)
    return (numberIn(row, "input_bytes") ?? 0) > 0 ? `${more}: a smaller ${knobs.scan}` : more;
  const partitions = knobs.partitions === undefined ? undefined : Number(knobs.partitions);
  if (partitions === undefined || partitions === tasks)
    return `more partitions: spark.sql.shuffle.partitions, ${instead === "" ? `now ${partitions ?? "unknown"}` : instead}`;
  return tasks !== undefined && tasks < partitions
    ? `${more}: a smaller ${knobs.advisory} (adaptive execution made one of several), or a larger spark.sql.shuffle.partitions, now ${partitions}`
    : `${more} (spark.sql.shuffle.partitions, now ${partitions}, if its shuffle is of SQL)`;
}

export const waiting: Finder = async (investigation) => {
  const row = await investigation.one(
    `select sum(waits)::bigint as waits, sum(tasks)::bigint as tasks, sum(wait_ms)::bigint as ms, sum(wait_ms_min)::bigint as ms_min, sum(wait_ms_max)::bigint as ms_max, arg_max(stage_id, wait_ms) as stage_id,
       max(active_tasks) as active_tasks, min(smallest_pool_bytes) as pool_bytes, arg_max(held_by_task_id, coalesce(held_bytes, 0)) as held_by, max(held_bytes) as held_bytes
     from wait_summary where ${investigation.here()}`,
  );
  const waits = numberIn(row, "waits") ?? 0;
  if (row === undefined || waits === 0) return [];
  const first = await investigation.one(
    `select * from memory_waits where ${investigation.here()} order by end_ts - ts desc nulls last limit 1`,
  );
  const holder = numberIn(row, "held_by");
  const finding: Finding = {
    id: "waits",
    severity: "slow",
    weight: weightOf(numberIn(row, "ms"), await runMillis(investigation)),
    title: `Tasks waited ${counted(waits, "time")} for their share of execution memory, ${millis(numberIn(row, "ms"))} in all`,
    evidence: [
      `Up to ${counted(numberIn(row, "active_tasks") ?? 0, "task")} shared a pool as small as ${bytes(numberIn(row, "pool_bytes"))}; each waits until it can have 1/2N of it.`,
      ...(holder === undefined
        ? []
        : [`Task ${holder} held ${bytes(numberIn(row, "held_bytes"))} meanwhile.`]),
    ],
    change: `fewer tasks at once: a smaller ${await settingInWords(investigation, "spark.executor.cores")}, or a larger spark.task.cpus for this job`,
    certainty: `the waits are logged${lengthInWords(row)}`,
    places: investigation.places([{ row: first, says: "the longest wait" }]),
    facts: { ...row, wait: first ?? null },
    next: [{ why: "who waited, and for whom", command: "query", argument: "wait_summary" }],
  };
  return [finding];
};

function lengthInWords(row: Row): string {
  const [least, most] = [millis(numberIn(row, "ms_min")), millis(numberIn(row, "ms_max"))];
  return least === most
    ? ", and how long they were"
    : `; their length lies between ${least} and ${most}`;
}
