/** The story of one eviction: the state, the request, the rule, the victim, what it cost. */
import { counted } from "@respark/core";
import { sqlText } from "../../sql/literal.ts";
import { relations } from "../../sql/relations.ts";
import { flagIn, numberIn, type Of, textIn } from "../../sql/row.ts";
import { type Investigation, type RowNumber, rowNamed } from "../investigation.ts";
import {
  type BlockKnown,
  blockKnown,
  certaintyInWords,
  type MOMENT,
  momentOf,
  placeAmong,
  type State,
  stateBefore,
  stateInWords,
  type TaskKnown,
  taskKnown,
} from "../scene.ts";
import { shellWord } from "../shell-word.ts";
import type { NextQuestion, Story, StoryLine } from "../story.ts";
import { bytes, capital, executorWords, millis, moment, shortName } from "../words.ts";

const EVENT = {
  ...relations.block_events,
  us: "number",
  us_min: "number",
  us_max: "number",
} as const;
export const REQUEST = {
  blocks: "number",
  bytes: "number",
  granted_bytes: "number",
  consumer: "text",
} as const;
type Eviction = Of<typeof relations.eviction_ledger>;
type Request = Of<typeof REQUEST>;

export async function evictionStory(
  investigation: Investigation,
  wanted: RowNumber,
): Promise<Story> {
  const { row, nth, of } = await rowNamed(investigation, wanted, {
    shape: relations.eviction_ledger,
    from: "eviction_ledger",
    order: "ordinal",
    what: "eviction",
    named: "block_id",
  });
  const executorId = textIn(row, "executor_id") ?? "";
  const seq = numberIn(row, "seq") ?? 0;
  const blockId = textIn(row, "block_id") ?? "";
  const event = await investigation.rowAs(
    EVENT,
    `select *, epoch_us(ts) as us, epoch_us(ts_min) as us_min, epoch_us(ts_max) as us_max from block_events where ${investigation.here()} and executor_id = ${sqlText(executorId)} and seq = ${seq}`,
  );
  const mode = textIn(event, "mode") ?? "on_heap";
  const block = await blockKnown(investigation, executorId, blockId);
  const evictor = await taskKnown(investigation, numberIn(row, "caused_by_task_id"));
  // The block's own release comes before its eviction in the numbering: before it the block was
  // still there.
  const release = await investigation.rowAs(
    { seq: "number" },
    `select max(seq) as seq from memory_events where ${investigation.here()} and executor_id = ${sqlText(executorId)} and block_id = ${sqlText(blockId)} and op = 'release_storage' and seq between ${seq - 3} and ${seq}`,
  );
  const state = await stateBefore(investigation, executorId, mode, numberIn(release, "seq") ?? seq);
  const request = await requestOf(investigation, row);
  const missed = await investigation.rowAs(
    relations.block_events,
    `select * from block_events where ${investigation.here()} and block_id = ${sqlText(blockId)} and ts = (select missed_at from eviction_ledger where ${investigation.here()} and executor_id = ${sqlText(executorId)} and seq = ${seq}) and op in ('miss', 'hit_disk') limit 1`,
  );
  const told = evictionInWords(row, { nth, of }, { event, block, evictor, state, request });
  return {
    kind: "eviction",
    appId: investigation.appId,
    attemptId: investigation.attemptId,
    ...told,
    places: investigation.places([
      { row, says: "the eviction" },
      { row: missed, says: "the read that missed it" },
    ]),
    next: nextOf(row, blockId),
    facts: { ...row, state: state ?? null, request: request ?? null },
  };
}

/** What a story of an eviction is told from, beside its row of the ledger. */
export interface EvictionBehind {
  readonly event: Of<typeof MOMENT> | undefined;
  readonly block: Omit<BlockKnown, "row">;
  readonly evictor: TaskKnown | undefined;
  /** the pools before it */
  readonly state: State | undefined;
  /** `granted_bytes` to a `consumer`; `blocks` and `bytes` that went for it */
  readonly request: Request | undefined;
}

export function evictionInWords(
  row: Eviction,
  { nth, of }: { readonly nth: number; readonly of: number },
  { event, block, evictor, state, request }: EvictionBehind,
): Pick<Story, "title" | "lines"> {
  const executorId = textIn(row, "executor_id");
  const seq = numberIn(row, "seq") ?? 0;
  const kept = flagIn(row, "kept_on_disk") === true;
  const lines: StoryLine[] = [
    {
      about: "when",
      text: `${moment(momentOf(event))}, event ${seq} of ${executorWords(executorId)}.`,
    },
    { about: "state", text: stateInWords(state) },
    { about: "request", text: requestInWords(row, evictor, request) },
    { about: "rule", text: ruleInWords(textIn(row, "rule")) },
    {
      about: "victim",
      text: `${block.words} gave up ${bytes(numberIn(row, "memory_bytes"))} and ${kept ? "went to disk: reading it again reads the disk" : lostInWords(block.storageLevel)}.`,
    },
    ...alongside(request),
    { about: "cost", text: costInWords(row) },
    {
      about: "certain",
      text: certaintyInWords(
        textIn(row, "origin"),
        numberIn(row, "certainty"),
        "why it happened and for whom",
      ),
    },
  ];
  return {
    title: `Eviction ${placeAmong(nth, of)}: ${textIn(row, "block_id") ?? ""} ${kept ? "dropped to disk" : "lost from memory"} on ${executorWords(executorId)}`,
    lines,
  };
}

const FOR = {
  execution: "execution memory",
  storage: "room to store a block",
  unroll: "room to unroll a block",
} as const;

/**
 * The grant that the eviction made room for, where grants are logged, and what else went for it.
 */
function requestOf(investigation: Investigation, row: Eviction): Promise<Request | undefined> {
  const task = numberIn(row, "caused_by_task_id");
  if (task === undefined) return Promise.resolve(undefined);
  const executor = sqlText(textIn(row, "executor_id") ?? "");
  const seq = numberIn(row, "seq") ?? 0;
  const grants = `memory_events where ${investigation.here()} and executor_id = ${executor} and task_id = ${task} and op = 'acquire_execution'`;
  const execution = textIn(row, "cause") === "execution";
  return investigation.rowAs(
    REQUEST,
    `
    with after as (select seq, granted_bytes, consumer from ${grants} and seq > ${seq}
      order by seq limit 1),
    before as (select max(seq) as seq from ${grants} and seq < ${seq}),
    near as (
      select memory_bytes from eviction_ledger, before where ${investigation.here()}
        and executor_id = ${executor} and caused_by_task_id = ${task}
        and ${execution ? "eviction_ledger.seq > coalesce(before.seq, -1) and eviction_ledger.seq < (select seq from after)" : `caused_by_block_id is not distinct from ${textIn(row, "caused_by_block_id") === undefined ? "null" : sqlText(textIn(row, "caused_by_block_id") ?? "")}`})
    select (select count(*) from near) as blocks,
      (select sum(memory_bytes)::bigint from near) as bytes,
      ${execution ? "(select granted_bytes from after)" : "null::bigint"} as granted_bytes, ${execution ? "(select consumer from after)" : "null::varchar"} as consumer`,
  );
}

function requestInWords(
  row: Eviction,
  evictor: TaskKnown | undefined,
  request: Request | undefined,
): string {
  const cause = textIn(row, "cause");
  const forBlock = textIn(row, "caused_by_block_id");
  if (cause !== "execution" && cause !== "storage" && cause !== "unroll") {
    return "What needed the room is not told by any log.";
  }
  const who = evictor === undefined ? "A task that no log names" : capital(evictor.words);
  const granted = numberIn(request, "granted_bytes");
  const got =
    granted === undefined
      ? ""
      : `; with the room made it got ${bytes(granted)}${textIn(request, "consumer") === undefined ? "" : ` for ${shortName(textIn(request, "consumer"))}`}`;
  return `${who} needed ${FOR[cause]}${forBlock === undefined ? "" : `, ${forBlock}`}${got}.`;
}

function ruleInWords(rule: string | undefined): string {
  switch (rule) {
    case "storage_borrowed_reclaimed":
      return "Storage held more than its region (spark.memory.storageFraction): execution takes back what storage has borrowed, by evicting the blocks used longest ago.";
    case "storage_needs_room":
      return "A block to be stored evicts the blocks of other RDDs that were used longest ago.";
    case "unroll_needs_room":
      return "A block is unrolled before it is stored; for the room it evicts the blocks of other RDDs that were used longest ago.";
    case "static_unroll_cap":
      return "The static manager lets unrolling evict blocks up to spark.storage.unrollFraction of storage memory.";
    default:
      return "Which rule decided it is not told by any log.";
  }
}

function lostInWords(level: string | undefined): string {
  return level === undefined
    ? "is gone from this executor"
    : `is gone from this executor, as ${level} keeps no copy on disk`;
}

function alongside(together: Request | undefined): StoryLine[] {
  const blocks = numberIn(together, "blocks") ?? 1;
  if (blocks < 2) return [];
  return [
    {
      about: "with it",
      text: `It was one of ${counted(blocks, "block")} (${bytes(numberIn(together, "bytes"))}) evicted for the same request.`,
    },
  ];
}

function costInWords(row: Eviction): string {
  const regretted = flagIn(row, "regretted");
  if (regretted === undefined) return "Whether it was missed is not known: no log tells of reads.";
  if (!regretted) return "No later read missed it: the eviction cost nothing but its own time.";
  const reader = numberIn(row, "missed_by_task_id");
  const times = numberIn(row, "later_reads") ?? 1;
  const by = reader === undefined ? "a task" : `task ${reader}`;
  const first = `${counted(times, "later read")} missed it, first by ${by} on ${executorWords(textIn(row, "missed_on_executor_id"))}, ${millis(numberIn(row, "missed_after_ms"))} after`;
  if (textIn(row, "regret") === "read_from_disk") {
    return `${first}; it was read again from disk (${bytes(numberIn(row, "reread_bytes"))}).`;
  }
  const took = numberIn(row, "recompute_ms");
  const most = numberIn(row, "recompute_ms_max");
  const atMost = most === undefined ? "" : `at most the ${millis(most)} that the task ran`;
  const about = took === undefined ? "" : `about ${millis(took)}`;
  const amounts = [about, atMost].filter((said) => said !== "").join(", ");
  const time =
    amounts === ""
      ? "; how long computing it again took is not known"
      : `; computing it again took ${amounts}`;
  return `${first}${time}.`;
}

function nextOf(row: Eviction, blockId: string): NextQuestion[] {
  const evictor = numberIn(row, "caused_by_task_id");
  return [
    {
      why: "the whole life of the block",
      command: "explain",
      argument: `--block ${shellWord(blockId)}`,
    },
    ...(evictor === undefined
      ? []
      : [
          {
            why: "what the task did that needed the room",
            command: "explain" as const,
            argument: `--task ${evictor}`,
          },
        ]),
    { why: "all evictions", command: "query", argument: "eviction_ledger" },
  ];
}
