/**
 * Everything the gate wants to know of one application of a database: measured once, then closed.
 */

import { counted } from "@respark/core";
import { sqlText } from "../sql/literal.ts";
import type { Database } from "../sql/query.ts";
import { relations } from "../sql/relations.ts";
import { type Ask, numberIn, type Of, textIn } from "../sql/row.ts";
import { answerOf, firstOf, kindsOf, known, rowsAs, rowsFrom } from "../sql/typed-rows.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { askAbout } from "./ask.ts";
import type { InputSize, Interval, Measure, MeasuredRun, Metric, Subject, Trust } from "./check.ts";
import { metrics } from "./index.ts";
import { EVIDENCE, RDD_KEYS, STAGE_KEYS, THIS_APP, thisApp } from "./this-application.ts";

/** What every metric's question answers with. */
const MEASURED = {
  subject: "text",
  by: "text",
  value: "number",
  value_min: "number",
  value_max: "number",
} as const;
const APPLICATION = { ...relations.applications, started: "text" } as const;

/** Measures every metric of one application of a database. */
export async function measureRun(
  database: Database,
  application: ApplicationKey,
): Promise<MeasuredRun> {
  const ask = askAbout(database, application);
  const [whole] = await rowsAs(
    ask,
    APPLICATION,
    `select *, started_at::varchar as started from applications where ${THIS_APP}`,
  );
  const measures: Measure[] = [];
  const causes = new Map<string, readonly string[]>();
  for (const metric of metrics) {
    measures.push(...(await measured(ask, metric)));
    if (metric.causes === undefined) continue;
    const rows = await answerOf(ask, { sentence: "text" }, metric.causes);
    causes.set(
      metric.id,
      rows.flatMap(({ sentence }) => sentence ?? []),
    );
  }
  return {
    application: {
      ...application,
      name: textIn(whole, "name"),
      startedAt: textIn(whole, "started"),
      sparkVersion: textIn(whole, "spark_version"),
      memoryManager: textIn(whole, "memory_manager"),
      evidenceLevel: (await leastEvidence(ask)) ?? textIn(whole, "evidence_level"),
    },
    configuration: await configurationOf(ask),
    input: await inputOf(ask),
    trust: await trustOf(ask, whole),
    subjects: await subjectsOf(ask),
    measures,
    causes,
  };
}

async function measured(ask: Ask, metric: Metric): Promise<Measure[]> {
  const answer = await ask(metric.sql);
  const rows = known(answer, MEASURED);
  const whose = metric.scope === "executor" ? known(answer, { executor_id: "text" }) : [];
  const measures = rows.map(
    (row, nth): Measure => ({
      metric: metric.id,
      subject: textIn(row, "subject"),
      value: intervalOf(row),
      by: textIn(row, "by") ?? "",
      executor: textIn(whose[nth], "executor_id"),
    }),
  );
  return metric.scope === "executor" ? worst(measures, metric) : measures;
}

/** Of the executors that ran tasks: one without a log is one of which a gate sees little. */
async function leastEvidence(ask: Ask): Promise<string | undefined> {
  const row = await firstOf(
    ask,
    { least: "text" },
    `with ${EVIDENCE}
    select case level when 4 then 'debug' when 3 then 'info' when 2 then 'event_log_blocks'
      when 1 then 'event_log' end as least
    from evidence`,
  );
  return row?.least;
}

/** A NULL end is as good as unknown: the best estimate stands for it. */
function intervalOf(row: Of<typeof MEASURED>): Interval | undefined {
  const best = numberIn(row, "value");
  if (best === undefined) return undefined;
  const min = Math.min(best, numberIn(row, "value_min") ?? best);
  const max = Math.max(best, numberIn(row, "value_max") ?? best);
  return { best, min, max };
}

/** One executor that is unknown leaves the worst unknown. */
function worst(measures: readonly Measure[], { better, id }: Metric): Measure[] {
  const unknown = measures.find(({ value }) => value === undefined);
  if (unknown !== undefined) return [unknown];
  let chosen: Measure | undefined;
  for (const measure of measures) {
    if (chosen === undefined || isWorse(measure, chosen, better)) chosen = measure;
  }
  if (chosen?.value === undefined) return [];
  // Another executor's worse end may reach beyond the chosen one's.
  const values = measures.flatMap(({ value }) => value ?? []);
  const ends =
    better === "lower"
      ? {
          min: Math.max(...values.map(({ min }) => min)),
          max: Math.max(...values.map(({ max }) => max)),
        }
      : {
          min: Math.min(...values.map(({ min }) => min)),
          max: Math.min(...values.map(({ max }) => max)),
        };
  const { best } = chosen.value;
  const value = { best, min: Math.min(best, ends.min), max: Math.max(best, ends.max) };
  return [{ ...chosen, metric: id, value }];
}

function isWorse(a: Measure, b: Measure, better: Metric["better"]): boolean {
  if (a.value === undefined || b.value === undefined) return false;
  return better === "lower" ? a.value.best > b.value.best : a.value.best < b.value.best;
}

/** Settings that decide how much memory there is and how it is shared. */
const SETTINGS = [
  "spark.executor.memory",
  "spark.executor.memoryOverhead",
  "spark.executor.memoryOverheadFactor",
  "spark.yarn.executor.memoryOverhead",
  "spark.kubernetes.memoryOverheadFactor",
  "spark.executor.cores",
  "spark.executor.instances",
  "spark.task.cpus",
  "spark.dynamicAllocation.enabled",
  "spark.dynamicAllocation.maxExecutors",
  "spark.memory.fraction",
  "spark.memory.storageFraction",
  "spark.memory.offHeap.enabled",
  "spark.memory.offHeap.size",
  "spark.memory.useLegacyMode",
  "spark.shuffle.memoryFraction",
  "spark.shuffle.safetyFraction",
  "spark.storage.memoryFraction",
  "spark.storage.safetyFraction",
  "spark.storage.unrollFraction",
  "spark.buffer.pageSize",
];

async function configurationOf(ask: Ask): Promise<Record<string, string>> {
  const rows = await answerOf(
    ask,
    { key: "key", value: "key" },
    `select key, any_value(value) as value from spark_conf
      where ${THIS_APP} and not coalesce(is_default, false)
      and key in (${SETTINGS.map((key) => sqlText(key)).join(", ")}) and value is not null
        group by key order by key`,
  );
  const configuration: Record<string, string> = {};
  for (const { key, value } of rows) configuration[key] = value;
  const memory = await firstOf(
    ask,
    { max_memory_bytes: "number", off_heap_bytes: "number", cores: "number" },
    `with ${EVIDENCE}
    select
      (select mode(max_memory_bytes) from looked_at) as max_memory_bytes,
      (select mode(cores) from looked_at) as cores,
      (select nullif(mode(off_heap_storage_bytes + off_heap_execution_bytes), 0) from looked_at)
        as off_heap_bytes`,
  );
  for (const name of ["max_memory_bytes", "off_heap_bytes", "cores"] as const) {
    const value = memory?.[name];
    if (value !== undefined) configuration[`executor ${name}`] = String(value);
  }
  return configuration;
}

async function inputOf(ask: Ask): Promise<InputSize> {
  const row = await firstOf(
    ask,
    {
      input_bytes: "number",
      input_records: "number",
      shuffle_write_records: "number",
      planned_tasks: "number",
    },
    `
    with cached as (select rdd_id from rdds where ${THIS_APP} and storage_level is not null),
    uncached as (
      select stage_id, stage_attempt_id from stages where ${THIS_APP}
        and not list_has_any(coalesce(rdd_ids, []),
          (select coalesce(list(rdd_id), []) from cached))),
    ok as (select * from tasks where ${THIS_APP} and status = 'success')
    select
      (select sum(input_bytes) from ok semi join uncached using (stage_id, stage_attempt_id))
        as input_bytes,
      (select sum(input_records) from ok semi join uncached using (stage_id, stage_attempt_id))
        as input_records,
      (select sum(shuffle_write_records) from ok) as shuffle_write_records,
      (select sum(tasks) from stages where ${THIS_APP} and stage_attempt_id = 0 and status
        not in ('pending', 'skipped')) as planned_tasks`,
  );
  return {
    input_bytes: positive(row?.input_bytes),
    input_records: positive(row?.input_records),
    shuffle_write_records: positive(row?.shuffle_write_records),
    planned_tasks: positive(row?.planned_tasks),
  };
}

async function trustOf(
  ask: Ask,
  application: Of<typeof relations.applications> | undefined,
): Promise<Trust> {
  const files = await rowsFrom(
    ask,
    "source_files",
    ["path", "kind", "executor_id", "incomplete", "missing_kinds"],
    `where ${THIS_APP} and incomplete is not null and kind <> 'other' order by source_file_id`,
  );
  const shown = files.slice(0, FILES_SHOWN).map(incompleteInWords);
  return {
    statements: numberIn(application, "statements") ?? 0,
    statementsMet: numberIn(application, "statements_met") ?? 0,
    statementsExplained: numberIn(application, "statements_explained") ?? 0,
    incomplete: [
      ...shown,
      ...(await copiesInFiles(ask)),
      ...(await untoldRemovals(ask)),
      ...(files.length > FILES_SHOWN
        ? [`${files.length - FILES_SHOWN} more logs are incomplete (import_health lists them)`]
        : []),
    ],
    repeated: await isRepeated(ask),
    lineKinds: await lineKindsOf(ask),
  };
}

/**
 * Logs that stand in their file more than once are read once; who wrote them so may have lost
 * others.
 */
async function copiesInFiles(ask: Ask): Promise<string[]> {
  const rows = await answerOf(
    ask,
    kindsOf("source_files", ["path", "executor_id"]),
    `select distinct path, executor_id from source_files where ${THIS_APP} and source_file_id in (
      select source_file_id from diagnostics where code = 'survey_copy_in_file')
    order by path, executor_id limit ${FILES_SHOWN}`,
  );
  return rows.map(({ path, executor_id: executor }) => {
    const whose = executor === undefined ? "a log" : `the log of executor ${executor}`;
    return `${whose} stands in its file more than once (collect it again, from its first line to its last): ${path}`;
  });
}

/** Blocks of cached RDDs that were gone, by what was free later, without a line that says how. */
async function untoldRemovals(ask: Ask): Promise<string[]> {
  const rows = await answerOf(
    ask,
    { executor_id: "key", blocks: "number" },
    `select executor_id, count(*) as blocks from block_events
    where ${THIS_APP} and op = 'remove' and origin = 'assumed'
      and block_id like 'rdd\\_%' escape '\\'
      and executor_id in (
        select executor_id from executors where ${THIS_APP} and evidence_level in ('info', 'debug'))
    group by executor_id order by blocks desc, executor_id limit ${FILES_SHOWN}`,
  );
  return rows.map(({ executor_id: executor, blocks }) => {
    return `the log of executor ${executor} is incomplete (log org.apache.spark at INFO there): ${counted(blocks ?? 0, "block")} of cached RDDs left memory without a line of it`;
  });
}

async function isRepeated(ask: Ask): Promise<boolean> {
  const rows = await ask(`select 1 from diagnostics where ${THIS_APP} and code = 'log_repeated'`);
  return rows.length > 0;
}

/** A sentence a file; the rest is counted. */
const FILES_SHOWN = 6;

interface IncompleteFile {
  readonly path: string;
  readonly kind: string;
  readonly executor_id: string | undefined;
  readonly incomplete: string | undefined;
  readonly missing_kinds: string | undefined;
}

function incompleteInWords(file: IncompleteFile): string {
  const { kind, executor_id: executor } = file;
  const what =
    kind === "event_log"
      ? "the event log"
      : executor === undefined || executor === "driver"
        ? "the driver's log"
        : `the log of executor ${executor}`;
  const todo =
    file.missing_kinds !== undefined
      ? "log org.apache.spark at INFO there"
      : kind === "event_log"
        ? "collect it again once the application has ended"
        : "collect it again, from its first line to its last";
  return `${what} is incomplete (${todo}): ${file.path}: ${file.incomplete ?? ""}`;
}

/**
 * Kinds of lines that the log of every executor has that ran tasks, and whether there is an event
 * log.
 */
async function lineKindsOf(ask: Ask): Promise<string[]> {
  const rows = await answerOf(
    ask,
    { kind: "key" },
    `with ${EVIDENCE},
    kinds as (
      select f.executor_id, unnest(string_split(f.line_kinds, ',')) as kind from source_files f
      where ${thisApp("f")} and f.executor_id in (select executor_id from looked_at))
    select kind from kinds group by kind
    having count(distinct executor_id) = (select count(*) from looked_at)
    union all
    select 'event log' where exists (
      from source_files where ${THIS_APP} and kind = 'event_log' and lines > 0)
    order by kind`,
  );
  return rows.map(({ kind }) => kind);
}

const SUBJECT = { subject: "key", shape: "text" } as const;

async function subjectsOf(ask: Ask): Promise<Subject[]> {
  const stages = await answerOf(
    ask,
    SUBJECT,
    `with ${STAGE_KEYS}
    select k.subject, string_agg(distinct coalesce(json_extract_string(try_cast(r.scope as json),
      '$.name'), r.name), '+' order by coalesce(json_extract_string(try_cast(r.scope as json),
      '$.name'), r.name))
      || ' × ' || max(s.tasks) as shape
    from stage_keys k join stages s using (stage_id, stage_attempt_id)
      left join (select rdd_id, name, scope from rdds where ${THIS_APP}) r
        on list_contains(s.rdd_ids, r.rdd_id)
    where ${thisApp("s")} group by k.subject order by k.subject`,
  );
  const rdds = await answerOf(
    ask,
    SUBJECT,
    `with ${RDD_KEYS}
    select k.subject, any_value(k.storage_level) || ' × ' || max(r.partitions) || ' '
      || any_value(regexp_replace(coalesce(k.call_site, ''), ' at .*$', '')) as shape
    from rdd_keys k join rdds r using (rdd_id) where ${thisApp("r")} and k.storage_level is not null
    group by k.subject order by k.subject`,
  );
  const named = (kind: Subject["kind"], rows: typeof stages): Subject[] =>
    rows.map(({ subject, shape = "" }) => ({ kind, key: subject, shape }));
  return [...named("stage", stages), ...named("rdd", rdds)];
}

function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}
