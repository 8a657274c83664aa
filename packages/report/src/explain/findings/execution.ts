/** Tasks short of execution memory: spills and waits. */
import { counted } from "@respark/core";
import { relations } from "../../sql/relations.ts";
import { flagIn, numberIn, type Of, textIn } from "../../sql/row.ts";
import { kindsOf, known } from "../../sql/typed-rows.ts";
import { bytes, capital, millis, share as shareOf } from "../words.ts";
import { type Application, coresOf, isUnified, settingInWords } from "./application.ts";
import { costIn } from "./costs.ts";
import type { Change, Draft, Finder } from "./finder.ts";
import { morePartitions } from "./partitions.ts";
import {
  defaultFraction,
  fractionChange,
  memoryChange,
  mostPressed,
  smallFraction,
} from "./room.ts";

/** Stages with a finding of their own; the others are one finding together. */
const STAGES = 4;

type Spilled = Of<typeof relations.spill_costs>;

export const spilling: Finder = {
  where: "spills",
  sql: (here) => `from spill_costs where ${here} order by memory_bytes desc nulls last`,
  stages: "stage_id",
  find: (found, application) => {
    const rows = known(found, relations.spill_costs);
    const all = rows.reduce((sum, row) => sum + (numberIn(row, "memory_bytes") ?? 0), 0);
    const drafts = rows.slice(0, STAGES).map((row) => spillsOf(row, application));
    const rest = rows.slice(STAGES);
    if (rest.length === 0) return drafts;
    const amount = rest.reduce((sum, row) => sum + (numberIn(row, "memory_bytes") ?? 0), 0);
    const share = all === 0 ? "" : `, ${shareOf(amount, all)} of all that was spilled`;
    const costs = rest.map((row) => costIn(row));
    const [first] = rest;
    if (first === undefined) return drafts;
    return [
      ...drafts,
      {
        id: "spills_other_stages",
        kind: "spills",
        severity: "slow",
        cost: {
          best: sumOf(costs.map(({ best }) => best)),
          min: sumOf(costs.map(({ min }) => min)),
          max: sumOf(costs.map(({ max }) => max)),
        },
        title: `${counted(rest.length, "more stage")} spilled ${bytes(amount)} of memory${share}`,
        evidence: [],
        change: changeFor(first, application),
        certainty: "totals of the tasks",
        more: { why: "all stages that spilled", ask: "query spill_costs" },
        facts: { mode: "on_heap", stages: rest.length, memory_bytes: amount },
      },
    ];
  },
};

function sumOf(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.some((amount) => amount === undefined)
    ? undefined
    : amounts.reduce<number>((sum, amount) => sum + (amount ?? 0), 0);
}

function spillsOf(row: Spilled, application: Application): Draft {
  const stageId = numberIn(row, "stage_id");
  const ordinal = numberIn(row, "largest_ordinal");
  const task = numberIn(row, "largest_task_id");
  return {
    id: `spills_stage_${stageId ?? "unknown"}`,
    kind: "spills",
    severity: "slow",
    cost: costIn(row),
    stageId,
    title: `${
      stageId === undefined ? "Tasks" : capital(application.stage(stageId))
    } spilled ${bytes(numberIn(row, "memory_bytes"))} of memory${diskInWords(row)}${
      stageId === undefined ? "; no event log tells in which stages" : ""
    }`,
    evidence: [spillsInWords(row), ...sharesInWords(row)],
    change: changeFor(row, application),
    certainty: certaintyOf(row),
    more:
      ordinal !== undefined
        ? { why: "the largest of them", ask: `explain --spill ${ordinal}` }
        : task === undefined
          ? undefined
          : { why: "the task that spilled most", ask: `explain --task ${task}` },
    place: {
      row,
      says: ordinal === undefined ? "the task that spilled most" : "the largest spill",
    },
    facts: {
      ...row,
      mode: "on_heap",
      spill: { executor_id: row["largest_executor_id"] ?? null, ts: row["largest_at"] ?? null },
    },
  };
}

/**
 * Up to 2.2 the sorters of Tungsten write to disk without counting it: nothing counted is not
 * nothing written.
 */
function diskInWords(row: Spilled): string {
  const disk = numberIn(row, "disk_bytes");
  return disk === undefined || disk === 0 ? "" : `, ${bytes(disk)} to disk`;
}

function certaintyOf(row: Spilled): string {
  const unlogged = numberIn(row, "unlogged_bytes") ?? 0;
  const cost =
    flagIn(row, "measured") === true
      ? "; the cost is the time beyond that of the stage's tasks that did not spill"
      : "; the cost is estimated from how fast recorded runs spilled";
  if (numberIn(row, "spills") === undefined)
    return `totals of the tasks; no log line has when or why${cost}`;
  if (numberIn(row, "spilling_tasks") === undefined)
    return `each spill is logged; its stage is in no event log${cost}`;
  return unlogged === 0
    ? `each spill is logged; totals are the tasks' own${cost}`
    : `totals are the tasks' own; ${bytes(unlogged)} of it was spilled without a line in the logs${cost}`;
}

function spillsInWords(row: Spilled): string {
  const spills = numberIn(row, "spills");
  const consumer = textIn(row, "consumer");
  const by =
    consumer === undefined
      ? ""
      : `, ${spills === undefined || spills > 1 ? "most " : ""}by ${consumer}`;
  if (numberIn(row, "spilling_tasks") === undefined)
    return `${counted(spills ?? 0, "spill")} in the logs${by}.`;
  const tasks = `${counted(numberIn(row, "spilling_tasks") ?? 0, "task")} of ${numberIn(row, "stage_tasks") ?? 0}`;
  if (spills === undefined) return `${tasks} spilled.`;
  const trigger = TRIGGERS[textIn(row, "trigger") ?? ""];
  return `${tasks} spilled, ${counted(spills, "time")} in the logs${by}${trigger === undefined ? "" : `: ${trigger}`}.`;
}

const TRIGGERS: Readonly<Record<string, string>> = {
  self: "it asked for more memory and got less",
  other_consumer: "another consumer of the same task needed the memory",
  threshold: "a threshold was reached, memory was not short",
  force: "it was forced to",
};

function sharesInWords(row: Spilled): string[] {
  const [share, needed] = [numberIn(row, "share_bytes"), numberIn(row, "needed_bytes")];
  if (share === undefined) return [];
  return [
    `A task could hold up to ${bytes(share)} then (1/N of the pool, of N running tasks)${
      needed === undefined
        ? ""
        : `; the one that spilled most would have needed at least ${bytes(needed)} to spill nothing`
    }.`,
  ];
}

/** More partitions than this many times those of the stage are no remedy. */
const MOST_TIMES = 100;

function changeFor(row: Spilled, application: Application): Change {
  if (textIn(row, "trigger") === "threshold") {
    return {
      key: "spark.shuffle.spill.numElementsForceSpillThreshold",
      text: () =>
        "a larger spark.shuffle.spill.numElementsForceSpillThreshold: these spills are not for want of memory",
    };
  }
  const small = smallFraction(application);
  const [held, needed, tasks] = [
    numberIn(row, "share_bytes"),
    numberIn(row, "needed_bytes"),
    numberIn(row, "stage_tasks"),
  ];
  // What a task could hold with Spark's default of the fraction.
  const share =
    held === undefined || small === undefined
      ? held
      : (held / small) * defaultFraction(application);
  if (small !== undefined && (share === undefined || needed === undefined || needed <= share))
    return fractionChange(application, small);
  const factor = share === undefined || needed === undefined ? undefined : needed / share;
  const wanted =
    factor === undefined || tasks === undefined
      ? undefined
      : tasks * Math.min(MOST_TIMES, Math.ceil(factor));
  const memory = memoryChange(application, mostPressed(application, "on_heap"));
  const cores = settingInWords(application, "spark.executor.cores");
  const old =
    isUnified(application) === false
      ? `; or a larger ${settingInWords(application, "spark.shuffle.memoryFraction")}`
      : `; or fewer tasks at once (${cores})`;
  const stageId = numberIn(row, "stage_id");
  const { key, text } = morePartitions(
    {
      stageId,
      where: stageId === undefined ? "the stage that spilled" : "this stage",
      consumer: textIn(row, "consumer"),
      wanted,
    },
    application,
  );
  const also =
    small === undefined
      ? ""
      : `; with spark.memory.fraction at Spark's default alone a task could hold ${bytes(share)} of what it needs`;
  // Twice the memory or less is said first: it changes nothing else.
  if (small === undefined && memory?.value !== undefined && factor !== undefined && factor <= 2) {
    return {
      ...memory,
      text: (value) => `${memory.text(value)}; or ${text}`,
    };
  }
  return {
    key,
    value: wanted === undefined ? undefined : { amount: wanted, written: String(wanted) },
    text: () => `${text}${also === "" ? old : also}`,
  };
}

const WAITED = {
  ...kindsOf("wait_summary", ["app_id", "attempt_id", "waits", "tasks", "stage_id"]),
  ...kindsOf("wait_summary", ["active_tasks", "held_bytes"]),
  ...kindsOf("memory_waits", ["source_file_id", "source_line"]),
  cost_ms: "number",
  cost_ms_min: "number",
  cost_ms_max: "number",
  pool_bytes: "number",
  held_by: "number",
  longest_executor_id: "text",
  longest_at: "text",
} as const;

export const waiting: Finder = {
  where: "waits",
  sql: (here) => `
    select app_id, attempt_id, sum(waits)::bigint as waits, sum(tasks)::bigint as tasks,
      sum(wait_ms)::bigint as cost_ms,
      sum(wait_ms_min)::bigint as cost_ms_min, sum(wait_ms_max)::bigint as cost_ms_max,
      arg_max(stage_id, (coalesce(wait_ms, -1), -stage_id)) as stage_id,
      max(active_tasks) as active_tasks, min(smallest_pool_bytes) as pool_bytes,
      arg_max(held_by_task_id, (coalesce(held_bytes, 0), -held_by_task_id)) as held_by,
      max(held_bytes) as held_bytes,
      any_value(w.executor_id) as longest_executor_id, any_value(w.ts) as longest_at,
      any_value(w.source_file_id) as source_file_id, any_value(w.source_line) as source_line
    from wait_summary left join (
      select app_id, attempt_id,
        arg_max(executor_id, (end_ts - ts, -seq, executor_id)) as executor_id,
        arg_max(ts, (end_ts - ts, -seq, executor_id)) as ts,
        arg_max(source_file_id, (end_ts - ts, -seq, executor_id)) as source_file_id,
        arg_max(source_line, (end_ts - ts, -seq, executor_id)) as source_line
      from memory_waits where ${here} and end_ts is not null group by all) w
      using (app_id, attempt_id)
    where ${here} group by all`,
  stages: "stage_id",
  find: (rows, application) =>
    known(rows, WAITED).map((row): Draft => {
      const stageId = numberIn(row, "stage_id");
      const holder = numberIn(row, "held_by");
      return {
        id: "waits",
        kind: "waits",
        severity: "slow",
        cost: costIn(row),
        stageId,
        title: `Tasks waited ${counted(numberIn(row, "waits") ?? 0, "time")} for their share of execution memory, ${millis(numberIn(row, "cost_ms"))} in all${
          stageId === undefined ? "" : `, most in ${application.stage(stageId)}`
        }`,
        evidence: [
          `Up to ${counted(numberIn(row, "active_tasks") ?? 0, "task")} (N) shared a pool as small as ${bytes(numberIn(row, "pool_bytes"))}; a task that asks for memory waits until it can have 1/2N of it.`,
          ...(holder === undefined
            ? []
            : [`Task ${holder} held ${bytes(numberIn(row, "held_bytes"))} meanwhile.`]),
        ],
        change: waitChange(application),
        certainty: `the waits are logged${lengthInWords(row)}`,
        more: { why: "who waited, and for whom", ask: "query wait_summary" },
        place: { row, says: "the longest wait" },
        facts: {
          ...row,
          mode: "on_heap",
          wait: { executor_id: row["longest_executor_id"] ?? null, ts: row["longest_at"] ?? null },
        },
      };
    }),
};

function waitChange(application: Application): Change {
  const small = smallFraction(application);
  if (small !== undefined) return fractionChange(application, small);
  const key = "spark.executor.cores";
  const cores = coresOf(application);
  const half = cores === undefined ? undefined : Math.max(1, Math.floor(cores / 2));
  return {
    key,
    value:
      half === undefined || half === cores
        ? undefined
        : { amount: half, written: String(half), smaller: true },
    text: (value) =>
      `fewer tasks at once: ${settingInWords(application, key)}${value === "" ? "" : `, to ${value}`}; or a larger spark.task.cpus for this job`,
  };
}

function lengthInWords(row: Of<typeof WAITED>): string {
  const [least, most] = [
    millis(numberIn(row, "cost_ms_min")),
    millis(numberIn(row, "cost_ms_max")),
  ];
  return least === most
    ? ", and how long they were"
    : `; their length lies between ${least} and ${most}`;
}
