/**
 * The stories of all evictions and refusals of some executors in a few questions, word for word as
 * each is told alone.
 */
import { sqlText } from "../../sql/literal.ts";
import type { Database } from "../../sql/query.ts";
import { relations } from "../../sql/relations.ts";
import { flagIn, numberIn, type Of, type Row, textIn } from "../../sql/row.ts";
import { whyInWords } from "../findings/refusals.ts";
import { type ApplicationName, Investigation } from "../investigation.ts";
import {
  BLOCK,
  blockInWords,
  certaintyInWords,
  MOMENT,
  momentOf,
  STATE,
  type State,
  stateInWords,
  type TaskKnown,
  taskInWords,
} from "../scene.ts";
import { NAMES, namedStagesSql, nameInWords } from "../stage-name.ts";
import type { StoryLine } from "../story.ts";
import { bytes, capital, executorWords, moment } from "../words.ts";
import { evictionInWords, REQUEST } from "./eviction.ts";

/** Beside each event: the pools before it, its moment, its block and RDD. */
const BESIDE = {
  ...STATE,
  ...MOMENT,
  ...BLOCK,
  in_mode: "key",
  state_seq: "number",
} as const;
const EVICTION = {
  ...relations.eviction_ledger,
  ...BESIDE,
  ...REQUEST,
  nth: "number",
  of_all: "number",
} as const;
const REFUSAL = { ...relations.put_failures, ...BESIDE, origin: "text" } as const;
type Beside = Of<typeof BESIDE>;
type Refusal = Of<typeof REFUSAL>;

/** A story without its places and further questions. */
export interface ToldEvent {
  readonly executorId: string;
  /** of evictions: the place that `--eviction` takes */
  readonly ordinal: number | undefined;
  /** when, as `pressure_events` has it: epoch µs; and of which block */
  readonly micros: number;
  readonly blockId: string;
  readonly title: string;
  readonly lines: readonly StoryLine[];
}

/** Throws a NotThereError where the database has no such application. */
export async function blockEventStories(
  database: Pick<Database, "rows">,
  application: ApplicationName,
  executorIds: readonly string[],
): Promise<ToldEvent[]> {
  if (executorIds.length === 0) return [];
  const investigation = await Investigation.of(database, application);
  return [
    ...(await evictionStories(investigation, executorIds)),
    ...(await refusalStories(investigation, executorIds)),
  ];
}

async function evictionStories(
  investigation: Investigation,
  executorIds: readonly string[],
): Promise<ToldEvent[]> {
  const rows = await investigation.rowsAs(
    EVICTION,
    evictionsSql(investigation, listOf(executorIds)),
  );
  const tasks = await tasksOf(investigation, rows, (row) => numberIn(row, "caused_by_task_id"));
  return rows.map((row) => {
    const blockId = textIn(row, "block_id") ?? "";
    return {
      executorId: textIn(row, "executor_id") ?? "",
      ordinal: numberIn(row, "nth"),
      micros: numberIn(row, "us") ?? 0,
      blockId,
      ...evictionInWords(
        row,
        { nth: numberIn(row, "nth") ?? 0, of: numberIn(row, "of_all") ?? 0 },
        {
          event: row,
          block: blockInWords(blockId, row),
          evictor: tasks(row),
          state: stateOf(row),
          request: numberIn(row, "caused_by_task_id") === undefined ? undefined : row,
        },
      ),
    };
  });
}

/** What is told of a refusal is told on the page alone: `explain` has no number for it. */
async function refusalStories(
  investigation: Investigation,
  executorIds: readonly string[],
): Promise<ToldEvent[]> {
  const rows = await investigation.rowsAs(REFUSAL, refusalsSql(investigation, listOf(executorIds)));
  const tasks = await tasksOf(investigation, rows, (row) => numberIn(row, "task_id"));
  return rows.map((row) => {
    const blockId = textIn(row, "block_id") ?? "";
    const executorId = textIn(row, "executor_id") ?? "";
    return {
      executorId,
      ordinal: undefined,
      micros: numberIn(row, "us") ?? 0,
      blockId,
      title: `No room for ${blockId} on ${executorWords(executorId)}`,
      lines: [
        {
          about: "when",
          text: `${moment(momentOf(row))}, event ${numberIn(row, "seq") ?? 0} of ${executorWords(executorId)}.`,
        },
        { about: "state", text: stateInWords(stateOf(row)) },
        { about: "request", text: wishInWords(row, tasks(row), blockInWords(blockId, row).words) },
        { about: "rule", text: refusalInWords(row) },
        { about: "then", text: insteadInWords(flagIn(row, "stored_on_disk")) },
        { about: "cost", text: missedInWords(flagIn(row, "missed_later")) },
        {
          about: "certain",
          text: certaintyInWords(
            textIn(row, "origin"),
            numberIn(row, "certainty"),
            "which rule refused it",
          ),
        },
      ],
    };
  });
}

function listOf(executorIds: readonly string[]): string {
  return `executor_id in (${executorIds.map(sqlText).join(", ")})`;
}

function modeOf(row: Beside): "on_heap" | "off_heap" {
  return textIn(row, "in_mode") === "off_heap" ? "off_heap" : "on_heap";
}

/** undefined: no step of the pools comes before the event. */
function stateOf(row: Beside): State | undefined {
  return numberIn(row, "state_seq") === undefined ? undefined : row;
}

function wishInWords(row: Refusal, task: TaskKnown | undefined, block: string): string {
  const who = task === undefined ? "A task that no log names" : capital(task.words);
  const taken = numberIn(row, "memory_bytes");
  const size = taken === undefined ? "" : `, which had taken ${bytes(taken)} when it gave up`;
  return `${who} wanted to store ${block}${size}.`;
}

function refusalInWords(row: Refusal): string {
  const rule = textIn(row, "rule");
  return rule === undefined
    ? "Which rule refused it is not told by any log."
    : whyInWords(rule, modeOf(row));
}

function insteadInWords(onDisk: boolean | undefined): string {
  if (onDisk === undefined) return "Whether it went to disk instead is not told.";
  return onDisk
    ? "It went to disk instead: reading it reads the disk."
    : "It was not kept: whoever reads it next computes it again.";
}

function missedInWords(missed: boolean | undefined): string {
  if (missed === undefined) return "Whether it was missed is not known: no log tells of reads.";
  return missed ? "A later read did not find it in memory for that." : "No later read missed it.";
}

/** The words for the tasks of rows: each stage is asked for once. */
async function tasksOf<Event extends Row>(
  investigation: Investigation,
  rows: readonly Event[],
  taskIn: (row: Event) => number | undefined,
): Promise<(row: Event) => TaskKnown | undefined> {
  const ids = new Set(rows.flatMap((row) => taskIn(row) ?? []));
  if (ids.size === 0) return () => undefined;
  const tasks = await investigation.rowsAs(
    { ...NAMES, task_id: "number", stage_id: "number" },
    `
    with named as (${namedStagesSql((table) => investigation.here(table))})
    select t.task_id, t.stage_id, n.name, n.details, n.query, n.job
    from tasks t left join named n using (stage_id)
    where ${investigation.here("t")} and t.task_id in (${[...ids].join(", ")})`,
  );
  const known = new Map(
    tasks.map((row) => {
      const [task, stage] = [numberIn(row, "task_id"), numberIn(row, "stage_id")];
      const words = stage === undefined ? undefined : `stage ${stage}${nameInWords(row)}`;
      return [task, taskInWords(task ?? 0, undefined, words)];
    }),
  );
  return (row) => {
    const id = taskIn(row);
    return id === undefined ? undefined : (known.get(id) ?? taskInWords(id, undefined, undefined));
  };
}

const HELD = ["storage", "execution"].flatMap((part) =>
  ["", "_min", "_max"].map((end) => `t.${part}_used_bytes${end}`),
);

/** The pools before an event, its block and its RDD, beside each row of `placed`. */
function besideSql(at: (table: string) => string, executors: string): string {
  return `
    select p.* exclude (rdd_name), p.in_mode as mode, t.seq as state_seq, ${HELD.join(", ")},
      t.free_bytes, t.max_memory_bytes,
      k.rdd_id, k.storage_level, r.name as rdd_name, r.storage_level as rdd_level
    from placed p
      asof left join (from memory_timeline where ${at("memory_timeline")} and ${executors}) t
        on t.executor_id = p.executor_id and t.mode = p.in_mode and t.seq < p.before_seq
      left join (from blocks where ${at("blocks")} and ${executors}) k
        on (k.executor_id, k.block_id) = (p.executor_id, p.block_id)
      left join (from rdds where ${at("rdds")}) r on r.rdd_id = k.rdd_id`;
}

function evictionsSql(investigation: Investigation, executors: string): string {
  const at = (table: string): string => investigation.here(table);
  const grants = `(select executor_id, task_id, seq, granted_bytes, consumer from memory_events
    where ${at("memory_events")} and ${executors} and op = 'acquire_execution'
      and task_id is not null)`;
  const own = "g.executor_id = c.executor_id and g.task_id = c.caused_by_task_id";
  return `
    with ledger as (
      select *, row_number() over (order by ordinal) as nth, count(*) over () as of_all
      from eviction_ledger where ${investigation.here()}),
    chosen as (
      select c.*, coalesce(e.mode, 'on_heap') as in_mode, epoch_us(e.ts) as us,
        epoch_us(e.ts_min) as us_min, epoch_us(e.ts_max) as us_max
      from (from ledger where ${executors}) c
        join (from block_events where ${at("block_events")} and ${executors}) e
          using (executor_id, seq)),
    -- A block's own release comes before its eviction in the numbering.
    released as (
      select c.executor_id, c.seq, max(m.seq) as released
      from chosen c join memory_events m
        on ${at("m")} and m.executor_id = c.executor_id and m.block_id = c.block_id
          and m.op = 'release_storage' and m.seq between c.seq - 3 and c.seq
      group by all),
    after_it as (
      select c.executor_id, c.seq, g.seq as after_seq, g.granted_bytes as granted, g.consumer
      from chosen c asof join ${grants} g on ${own} and g.seq > c.seq),
    before_it as (
      select c.executor_id, c.seq, g.seq as grant_seq
      from chosen c asof join ${grants} g on ${own} and g.seq < c.seq),
    placed as (
      select c.*, coalesce(x.released, c.seq) as before_seq,
        c.cause is not distinct from 'execution' as execution,
        case when execution then a.granted end as granted_bytes,
        case when execution then a.consumer end as consumer,
        case when not execution then count(*) over for_block
          when a.after_seq is null then 0 else count(*) over for_grant end as blocks,
        (case when not execution then sum(c.memory_bytes) over for_block
          when a.after_seq is not null then sum(c.memory_bytes) over for_grant end)::bigint as bytes
      from chosen c
        left join released x using (executor_id, seq)
        left join after_it a using (executor_id, seq)
        left join before_it b using (executor_id, seq)
      window for_block as (
          partition by c.executor_id, c.caused_by_task_id, c.caused_by_block_id),
        for_grant as (
          partition by c.executor_id, c.caused_by_task_id, b.grant_seq, a.after_seq))
    ${besideSql(at, executors)} order by nth`;
}

function refusalsSql(investigation: Investigation, executors: string): string {
  const at = (table: string): string => investigation.here(table);
  return `
    with placed as (
      select f.* exclude (free_bytes, storage_used_bytes, execution_used_bytes),
        f.seq as before_seq,
        coalesce(e.mode, 'on_heap') as in_mode, epoch_us(e.ts) as us,
        epoch_us(e.ts_min) as us_min, epoch_us(e.ts_max) as us_max, e.origin
      from (from put_failures where ${investigation.here()} and ${executors}) f
        join (from block_events where ${at("block_events")} and ${executors}) e
          using (executor_id, seq))
    ${besideSql(at, executors)} order by executor_id, seq`;
}
