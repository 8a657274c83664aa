/**
 * A what-if answer as rows of a database: a new one, or beside what a replay or an earlier answer
 * wrote.
 */
import { OUTCOMES, type Wanted, type WantedMemory } from "@respark/core";
import { DuckDbSink } from "../sinks/duckdb.ts";
import { createAnswerTables } from "../sql/answers.ts";
import { sqlText } from "../sql/literal.ts";
import type { AnsweredScenario, WhatIfDetail } from "./answer.ts";
import type { MissRatios } from "./miss-ratios.ts";

/** Rows of one INSERT. */
const ROWS = 1000;

type Value = string | number | boolean | null | undefined;

/**
 * Writes an answer into a database, which appears whole or stays as it was. Scenarios of the same
 * name, the self-check and the demand of the same application attempt are replaced. Throws a
 * DatabaseError where the file is no database of this respark.
 */
export async function writeAnswer(
  path: string,
  mode: "create" | "append",
  detail: WhatIfDetail,
): Promise<void> {
  const sink = await DuckDbSink.open({ path, mode });
  try {
    await sink.finish(undefined, [...createAnswerTables(), ...statementsOf(detail)]);
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

function statementsOf({ answer, demand, drawn, missRatios }: WhatIfDetail): string[] {
  const key = [answer.app_id, answer.attempt_id] as const;
  const itself = `app_id = ${sqlText(key[0])} and attempt_id = ${sqlText(key[1])}`;
  const names = answer.scenarios.map(({ name }) => sqlText(name));
  const replaced = `${itself} and scenario_id in (
    select scenario_id from whatif_scenarios where ${itself} and name in (${names.join(", ")}))`;
  const statements =
    names.length === 0
      ? []
      : ["whatif_outcomes", "whatif_draws", "whatif_scenarios"].map((table) => {
          return `delete from ${table} where ${replaced}`;
        });
  statements.push(
    `delete from whatif_demand where ${itself}`,
    `delete from whatif_self_check where ${itself}`,
  );
  for (const [index, scenario] of answer.scenarios.entries())
    statements.push(...scenarioStatements(answer, scenario, drawn[index]));
  const demandColumns = ["kind", "id", "task_id", "block_id", "operator", "bytes", "bytes_min"];
  statements.push(
    ...inserts("whatif_demand", [...demandColumns, "bytes_max", "source", "uses"], {
      select: keyList(key),
      rows: demandRows(demand.wanted),
    }),
    ...inserts("whatif_self_check", ["outcome", "logged", "lo", "hi", "inside"], {
      select: keyList(key),
      rows: answer.self_check.outcomes.map(({ name, logged, lo, hi, inside }) => {
        return [name, logged, lo, hi, inside];
      }),
    }),
  );
  if (missRatios !== undefined)
    statements.push(
      `delete from whatif_miss_ratio where ${itself}`,
      ...inserts("whatif_miss_ratio", MISS_RATIO_COLUMNS, {
        select: keyList(key),
        rows: missRatioRows(missRatios),
      }),
    );
  return statements;
}

/** A scenario, then its outcomes and draws under the id that it got. */
function scenarioStatements(
  { app_id, attempt_id, seed }: WhatIfDetail["answer"],
  scenario: AnsweredScenario,
  drawn: WhatIfDetail["drawn"][number] | undefined,
): string[] {
  const key = [app_id, attempt_id] as const;
  const itself = `app_id = ${sqlText(app_id)} and attempt_id = ${sqlText(attempt_id)}`;
  const id = `(select max(scenario_id) from whatif_scenarios where ${itself})`;
  const columns = ["outcome", "unit", "base", "median", "lo", "hi", "p_any", "grade", "reason"];
  return [
    scenarioRow(key, scenario, seed),
    ...inserts("whatif_outcomes", [...columns, "at_least"], {
      select: `${keyList(key)}, ${id}`,
      rows: scenario.outcomes.map((outcome) => [
        outcome.name,
        outcome.unit,
        outcome.base,
        outcome.median,
        outcome.lo,
        outcome.hi,
        outcome.p_any,
        outcome.grade,
        outcome.reason,
        outcome.at_least,
      ]),
    }),
    ...inserts("whatif_draws", ["draw", "outcome", "value"], {
      select: `${keyList(key)}, ${id}`,
      rows: OUTCOMES.flatMap((name) =>
        (drawn?.[name] ?? []).map((value, draw): Value[] => [draw, name, value]),
      ),
    }),
  ];
}

function keyList(key: readonly [string, string]): string {
  return key.map(sqlText).join(", ");
}

function scenarioRow(
  key: readonly [string, string],
  { name, settings, capacity, draws, simulated_executors }: AnsweredScenario,
  seed: number,
): string {
  const entries = Object.entries(settings);
  const list = (texts: readonly string[]): string =>
    `[${texts.map(sqlText).join(", ")}]::varchar[]`;
  const map = `map(${list(entries.map(([k]) => k))}, ${list(entries.map(([, v]) => v))})`;
  const values = [
    capacity.manager,
    capacity.collector,
    capacity.max_memory_bytes,
    capacity.storage_region_bytes,
    capacity.off_heap_bytes,
    capacity.page_size_bytes,
    capacity.slots,
    draws,
    seed,
    simulated_executors,
  ];
  return `insert into whatif_scenarios select ${keyList(key)}, coalesce(max(scenario_id), 0) + 1,
    ${sqlText(name)}, ${map}, ${values.map(literal).join(", ")} from whatif_scenarios
    where app_id = ${sqlText(key[0])} and attempt_id = ${sqlText(key[1])}`;
}

function inserts(
  table: string,
  columns: readonly string[],
  given: { readonly select: string; readonly rows: readonly (readonly Value[])[] },
): string[] {
  const statements: string[] = [];
  for (let from = 0; from < given.rows.length; from += ROWS) {
    const rows = given.rows.slice(from, from + ROWS);
    const values = rows.map((row) => `(${row.map(literal).join(", ")})`);
    statements.push(
      `insert into ${table} select ${given.select}, v.* from (values ${values.join(", ")}) v(${columns.join(", ")})`,
    );
  }
  return statements;
}

function literal(value: Value): string {
  if (value === undefined || value === null) return "null";
  return typeof value === "string" ? sqlText(value) : String(value);
}

const MISS_RATIO_COLUMNS = [
  "rdd_id",
  "executor_id",
  "knob",
  "knob_value",
  "memory_bytes",
  "is_own",
  "reads",
  "first_reads",
  "memory_hits",
  "disk_hits",
  "remote_hits",
  "misses",
  "best_memory_hits",
  "reason",
] as const;

function missRatioRows({ curves, byExecutor }: MissRatios): Value[][] {
  const known = byExecutor.map(
    ({ executorId, knob, value, memoryBytes, isOwn, counts }): Value[] => [
      counts.rddId,
      executorId,
      knob,
      value,
      memoryBytes,
      isOwn,
      counts.reads,
      counts.firstReads,
      counts.memoryHits,
      counts.diskHits,
      counts.remoteHits,
      counts.misses,
      counts.bestMemoryHits,
      null,
    ],
  );
  const unknown = curves.flatMap(({ rdd_id, knob, reason }): Value[][] => {
    if (reason === null) return [];
    return [[rdd_id, null, knob, ...Array.from({ length: 10 }, () => null), reason]];
  });
  return [...known, ...unknown];
}

function demandRows(wanted: WantedMemory): Value[][] {
  const uses = usesOf(wanted);
  const rows: Value[][] = [];
  for (const [index, rdd] of wanted.rdds.entries())
    for (const [partition, { blockId, bytes }] of rdd.blocks)
      rows.push([
        "block",
        blockId,
        undefined,
        blockId,
        "block",
        ...sizeColumns(bytes, 1),
        Math.max(1, uses.get(`${index}.${partition}`) ?? 0),
      ]);
  for (const { broadcastId, pieceBytes, valueBytes } of wanted.broadcasts) {
    const bytes = pieceBytes.reduce((sum, piece) => sum + piece, valueBytes);
    const id = `broadcast_${broadcastId}`;
    const exact: Wanted = { best: bytes, atLeast: bytes, atMost: bytes, sigma: undefined };
    rows.push(["broadcast", id, undefined, undefined, "broadcast", ...sizeColumns(exact, 1), 1]);
  }
  for (const { tasks } of wanted.stages)
    for (const { taskId, consumers } of tasks)
      for (const [place, consumer] of consumers.entries()) {
        const size = "rows" in consumer ? consumer.rows : consumer.bytes;
        const each = "rows" in consumer ? consumer.rowBytes : 1;
        rows.push([
          "task",
          `${taskId}.${place}`,
          taskId,
          undefined,
          consumer.kind,
          ...sizeColumns(size, each),
          1,
        ]);
      }
  return rows;
}

/** bytes, bytes_min, bytes_max, source */
function sizeColumns({ best, atLeast, atMost, sigma }: Wanted, each: number): Value[] {
  const isExact = atLeast === atMost;
  const source = isExact ? "exact" : sigma === undefined ? "bounds" : "estimate";
  return [...[best, atLeast, atMost].map((size) => Math.round(size * each)), source];
}

/** Stages that read each partition, by place of the RDD and partition. */
function usesOf({ stages }: WantedMemory): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const stage of stages)
    for (const task of stage.tasks) {
      const own = task.reads ?? stage.reads.map(({ rdd }) => ({ rdd, partition: task.partition }));
      for (const { rdd, partition } of own) {
        const at = `${rdd}.${partition}`;
        uses.set(at, (uses.get(at) ?? 0) + 1);
      }
    }
  return uses;
}
