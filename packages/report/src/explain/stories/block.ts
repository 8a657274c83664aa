/**
 * The story of one block: where it was stored, read, evicted and missed, on every executor that saw
 * it.
 */
import { counted, listed } from "@respark/core";
import { sqlText } from "../../sql/literal.ts";
import { relations } from "../../sql/relations.ts";
import { flagIn, numberIn, type Of, textIn } from "../../sql/row.ts";
import { rowsFrom } from "../../sql/typed-rows.ts";
import { type Investigation, NotThereError } from "../investigation.ts";
import { blockKnown } from "../scene.ts";
import { quotedSql } from "../shell-word.ts";
import type { Story, StoryLine } from "../story.ts";
import { bytes, executorWords, instant } from "../words.ts";

const EVENT = { ...relations.block_events, us: "number" } as const;
type Event = Of<typeof EVENT>;
type Block = Of<typeof relations.blocks>;

/** Events of its life that have a line each; the rest is counted. */
const TOLD = 6;

export async function blockStory(investigation: Investigation, blockId: string): Promise<Story> {
  const here = `${investigation.here()} and block_id = ${sqlText(blockId)}`;
  const asked = await askedOf(investigation, here);
  const { life, executors, ends, tried } = asked;
  const executor = textIn(executors[0], "executor_id") ?? textIn(life[0], "executor_id");
  if (executor === undefined) throw await noBlock(investigation, blockId);
  const block = await blockKnown(investigation, executor, blockId);
  const told = toldOf(asked);
  return {
    kind: "block",
    appId: investigation.appId,
    attemptId: investigation.attemptId,
    title: `Block ${blockId}`,
    lines: linesOf(block.words, asked),
    places: investigation.places(
      told.slice(0, TOLD).map((event) => ({ row: event, says: textIn(event, "op") ?? "" })),
    ),
    next: [
      ...(block.rddId === undefined
        ? []
        : [
            {
              why: "how well its RDD was cached",
              command: "query" as const,
              argument: `"from rdd_cache_efficiency where rdd_id = ${block.rddId}"`,
            },
          ]),
      {
        why: "every event of its life",
        command: "query",
        argument: quotedSql(`from block_events where block_id = ${sqlText(blockId)} order by ts`),
      },
    ],
    facts: {
      block_id: blockId,
      largest_try: tried ?? null,
      executors: [...executors],
      ends: [...ends],
      events: told.slice(0, TOLD),
      all_events: told.length,
    },
  };
}

interface Asked {
  readonly life: readonly Event[];
  readonly executors: readonly Block[];
  readonly ends: readonly Of<typeof relations.block_ends>[];
  readonly tried: Of<{ readonly bytes: "number" }> | undefined;
}

/** What tables and views know of the block; `here`: the condition that keeps to it. */
async function askedOf(investigation: Investigation, here: string): Promise<Asked> {
  const life = await investigation.rowsAs(
    EVENT,
    `select *, epoch_us(ts) as us from block_events where ${here} order by ts, executor_id, seq limit 500`,
  );
  const executors = await investigation.rowsAs(
    relations.blocks,
    `select * from blocks where ${here} order by first_stored_at, executor_id`,
  );
  const ends = await investigation.rowsAs(
    relations.block_ends,
    `from block_ends where ${here} order by executor_id`,
  );
  const tried = await investigation.rowAs(
    { bytes: "number" },
    `select max(memory_bytes) as bytes from put_failures where ${here}`,
  );
  return { life, executors, ends, tried };
}

/** Its life without the reads that found it, which are counted. */
function toldOf({ life }: Asked): readonly Event[] {
  return life.filter((event) => textIn(event, "op") !== "hit_memory");
}

function linesOf(words: string, asked: Asked): StoryLine[] {
  const { life, executors, ends, tried } = asked;
  const told = toldOf(asked);
  const all = (column: "hits" | "misses" | "evictions"): number | undefined =>
    executors.every((row) => numberIn(row, column) === undefined)
      ? undefined
      : executors.reduce((sum, row) => sum + (numberIn(row, column) ?? 0), 0);
  return [
    {
      about: "what",
      text: `${words}${sizeInWords(lastSize(executors), numberIn(tried, "bytes"))}.`,
    },
    {
      about: "where",
      text: whereInWords(executors),
    },
    { about: "reads", text: readsInWords(all("hits"), all("misses")) },
    {
      about: "evicted",
      text: wantsInWords(
        all("evictions") ?? 0,
        life.filter((event) => textIn(event, "op") === "put_fail").length,
      ),
    },
    ...told.slice(0, TOLD).map((event) => ({ about: "then", text: eventInWords(event) })),
    ...(told.length > TOLD
      ? [{ about: "then", text: `… and ${counted(told.length - TOLD, "more event")}.` }]
      : []),
    { about: "now", text: endInWords(ends) },
  ];
}

async function noBlock(investigation: Investigation, blockId: string): Promise<NotThereError> {
  const some = await rowsFrom(
    (sql) => investigation.ask(sql),
    "blocks",
    ["block_id"],
    `where ${investigation.here()} group by block_id
     order by jaro_winkler_similarity(block_id, ${sqlText(blockId)}) desc, block_id limit 5`,
  );
  const names = some.map((row) => row.block_id).join(", ");
  return new NotThereError(
    names === ""
      ? `no block ${blockId}: the logs tell of no blocks`
      : `no block ${blockId}; there are ${names} …`,
  );
}

function lastSize(executors: readonly Block[]): number | undefined {
  for (const row of executors) {
    const size = numberIn(row, "memory_bytes");
    if (size !== undefined) return size;
  }
  return undefined;
}

/** Of a block that never fitted, what it had taken when it gave up is the least it needs. */
function sizeInWords(size: number | undefined, tried: number | undefined): string {
  if (size !== undefined) return `, ${bytes(size)} in memory when last seen`;
  return tried === undefined
    ? "; its size is not logged"
    : `; it had taken up to ${bytes(tried)} when it found no more room, so it is larger`;
}

function readsInWords(hits: number | undefined, misses: number | undefined): string {
  if (hits === undefined || misses === undefined)
    return "How often it was read is not known: no log has reads.";
  return `It was found ${counted(hits, "time")} and missed ${counted(misses, "time")}.`;
}

function wantsInWords(evictions: number, failures: number): string {
  return `It was ${evictions === 0 ? "never evicted" : `evicted ${counted(evictions, "time")}`} and ${failures === 0 ? "always found room" : `found no room ${counted(failures, "time")}`}, as far as the logs show.`;
}

const OPS: Readonly<Record<string, string>> = {
  store: "stored",
  put_fail: "found no room",
  hit_disk: "read from disk",
  hit_remote: "read from another executor",
  miss: "missed",
  evict: "evicted, lost from memory",
  drop_to_disk: "dropped to disk",
  remove: "removed",
};

function eventInWords(event: Event): string {
  const op = textIn(event, "op") ?? "";
  const task = numberIn(
    event,
    op === "evict" || op === "drop_to_disk" ? "caused_by_task_id" : "task_id",
  );
  const size = numberIn(event, "memory_bytes");
  const amount =
    op === "store" && size !== undefined ? ` (${size === 0 ? "on disk only" : bytes(size)})` : "";
  const kind = textIn(event, "miss_kind");
  const cause = textIn(event, "cause");
  return `${instant(numberIn(event, "us"))}: ${OPS[op] ?? op}${amount}${kind === undefined ? "" : ` (${kind.replaceAll("_", " ")})`}${cause === undefined ? "" : ` for ${cause}`} on ${executorWords(textIn(event, "executor_id"))}${task === undefined ? "" : `, task ${task}`}.`;
}

function whereInWords(executors: readonly Block[]): string {
  const stored = executors.filter((row) => (numberIn(row, "stores") ?? 0) > 0);
  if (stored.length === 0) return "It was never stored, as far as the logs show.";
  return `It was stored on ${listed(stored.map((row) => `${executorWords(textIn(row, "executor_id"))} (${counted(numberIn(row, "stores") ?? 0, "time")})`))}.`;
}

/** By the last event of the block on each executor, disk included. */
function endInWords(ends: readonly Of<typeof relations.block_ends>[]): string {
  if (ends.length === 0) return "What became of it is not logged.";
  const where = (column: "in_memory" | "on_disk"): string[] =>
    ends.flatMap((row) =>
      flagIn(row, column) === true ? [executorWords(textIn(row, "executor_id"))] : [],
    );
  const [memory, disk] = [where("in_memory"), where("on_disk")];
  const open = ends.filter((row) => flagIn(row, "present_at_end") === undefined);
  const there = [
    ...(memory.length === 0 ? [] : [`in memory of ${listed(memory)}`]),
    ...(disk.length === 0 ? [] : [`on disk of ${listed(disk)}`]),
  ];
  if (there.length > 0) return `At the end of the logs it was still ${listed(there)}.`;
  return open.length === 0
    ? "At the end of the logs it was gone."
    : "Whether it was still on disk at the end of the logs is not logged; in memory it was not.";
}
