/** Tasks short of execution memory: spills and waits. */
import { counted } from "@respark/core";
import { numberIn, type Row, textIn } from "../../sql/row.ts";
import type { Finding } from "../story.ts";
import { bytes, millis, shortened } from "../words.ts";
import { type Finder, runMillis, settingOf, weightOf } from "./finder.ts";

export const spilling: Finder = async (investigation) => {
  const rows = await investigation.ask(
    `with by_stage as (
       select stage_id, sum(spills)::bigint as spills, sum(memory_bytes)::bigint as row_bytes, arg_max(consumer, coalesce(memory_bytes, 0)) as consumer,
         arg_max("trigger", coalesce(memory_bytes, 0)) as "trigger", min(share_at_spill_bytes) as share_bytes
       from spill_causes where ${investigation.here()} group by 1),
     spilt as (
       select stage_id, count(*) as launched, count(*) filter (memory_spilled_bytes > 0) as spilling_tasks, sum(memory_spilled_bytes)::bigint as memory_bytes, sum(disk_spilled_bytes)::bigint as disk_bytes,
         max(memory_spilled_bytes) as largest_bytes, sum(run_ms) filter (memory_spilled_bytes > 0)::bigint as run_ms, arg_max(task_id, memory_spilled_bytes) as task_id
       from tasks where ${investigation.here()} group by 1),
     named as (select stage_id, max(tasks) as stage_tasks, any_value(name) as name, any_value(sql_execution_id) as sql_execution_id from stages where ${investigation.here()} group by 1)
     select t.*, coalesce(s.stage_tasks, t.launched) as stage_tasks, s.name, s.sql_execution_id, b.spills, b.row_bytes, b.consumer, b."trigger", b.share_bytes
     from spilt t left join named s on s.stage_id = t.stage_id
       left join by_stage b on b.stage_id = t.stage_id
     where t.memory_bytes > 0 or b.spills > 0 order by t.memory_bytes desc nulls last limit 4`,
  );
  const all = await runMillis(investigation);
  const partitions = await settingOf(investigation, "spark.sql.shuffle.partitions");
  const legacy = textIn(investigation.application, "memory_manager") !== "unified";
  const findings: Finding[] = [];
  for (const row of rows) {
    const first = await investigation.one(
      `select n.* from (select *, row_number() over (order by ts, executor_id, seq) as nth from spills where ${investigation.here()}) n
         join tasks t on ${investigation.here("t")} and t.task_id = n.task_id and t.stage_id = ${numberIn(row, "stage_id") ?? -1} order by n.memory_bytes desc nulls last limit 1`,
    );
    const name = shortened(textIn(row, "name"));
    const task = numberIn(row, "task_id");
    findings.push({
      id: `spills_stage_${numberIn(row, "stage_id") ?? 0}`,
      severity: "slow",
      weight: weightOf(numberIn(row, "run_ms"), all),
      title: `Stage ${numberIn(row, "stage_id") ?? "unknown"}${name === undefined ? "" : ` “${name}”`} spilled ${bytes(numberIn(row, "memory_bytes"))} of memory, ${bytes(numberIn(row, "disk_bytes"))} to disk`,
      evidence: [spillsInWords(row), ...sharesInWords(row)],
      change: changeFor(row, partitions, legacy),
      certainty:
        numberIn(row, "spills") === undefined
          ? "totals of the tasks; no log line tells when or why"
          : "each spill is logged; totals are the tasks' own",
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

function spillsInWords(row: Row): string {
  const spills = numberIn(row, "spills");
  const tasks = `${counted(numberIn(row, "spilling_tasks") ?? 0, "task")} of ${numberIn(row, "launched") ?? 0}`;
  if (spills === undefined) return `${tasks} spilled.`;
  const consumer = textIn(row, "consumer");
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
  const [share, largest] = [numberIn(row, "share_bytes"), numberIn(row, "largest_bytes")];
  if (share === undefined) return [];
  return [
    `A task could hold ${bytes(share)} (1/N of the pool) when they happened${largest === undefined ? "" : `; the one that spilled most spilled ${bytes(largest)}`}.`,
  ];
}

/** So many partitions that the task that spilled most would have kept within its share. */
function changeFor(row: Row, partitions: string | undefined, legacy: boolean): string {
  if (textIn(row, "trigger") === "threshold") {
    return "a larger spark.shuffle.spill.numElementsForceSpillThreshold: these spills are not for want of memory";
  }
  const [share, largest, tasks] = [
    numberIn(row, "share_bytes"),
    numberIn(row, "largest_bytes"),
    numberIn(row, "stage_tasks"),
  ];
  const wanted =
    share === undefined || share === 0 || largest === undefined || tasks === undefined
      ? undefined
      : tasks * Math.min(100, Math.ceil((largest + share) / share));
  const to = wanted === undefined ? "" : ` (about ${wanted} instead of ${tasks ?? 0})`;
  const what =
    numberIn(row, "sql_execution_id") === undefined
      ? `more partitions in this stage${to}`
      : `more partitions: spark.sql.shuffle.partitions${partitions === undefined ? "" : ` (it is ${partitions})`}${to}`;
  return legacy
    ? `${what}; or a larger spark.shuffle.memoryFraction`
    : `${what}; or fewer tasks at once (spark.executor.cores)`;
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
    change:
      "fewer tasks at once: a smaller spark.executor.cores, or a larger spark.task.cpus for this job",
    certainty: `the waits are logged; their length lies between ${millis(numberIn(row, "ms_min"))} and ${millis(numberIn(row, "ms_max"))}`,
    places: investigation.places([{ row: first, says: "the longest wait" }]),
    facts: { ...row, wait: first ?? null },
    next: [{ why: "who waited, and for whom", command: "query", argument: "wait_summary" }],
  };
  return [finding];
};
