/** Cached blocks that were not in memory when they were read: evicted, or without room. */
import { counted, countInWords, listed } from "@respark/core";
import { relations } from "../../sql/relations.ts";
import { numberIn, type Of, type Row, textIn, textsIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { shellWord } from "../shell-word.ts";
import { bytes } from "../words.ts";
import { type Application, settingInWords } from "./application.ts";
import { costIn, costSum } from "./costs.ts";
import type { Change, Draft, Finder } from "./finder.ts";
import type { EVICTING } from "./questions.ts";
import { type IdleRdd, idleRddBeside, RDD, rddWords } from "./rdd-words.ts";
import { whyInWords } from "./refusals.ts";
import { mostPressed, needFacts, needInWords, roomChange, smallFraction } from "./room.ts";

/** RDDs with findings of their own; the others are one finding together. */
const RDDS = 6;
/** A block this many times the middle one is out of proportion. */
const SKEW = 4;
/**
 * Reading a MiB back from disk, deserialized, takes about this long (assumed: 100 MiB/s):
 * recomputing for less is cheaper.
 */
const READ_MILLIS_PER_MIB = 10;
const MEBI = 2 ** 20;

const SQL = (here: string): string => `
  select c.*, v.name as evictor_name, v.storage_level as evictor_level
  from cache_costs c
    left join rdds v on (v.app_id, v.attempt_id, v.rdd_id) = (c.app_id, c.attempt_id,
      c.evictor_rdd_id)
  where ${here.replaceAll("app_id", "c.app_id")} and why in ('evicted', 'no_room')
  order by coalesce(cost_ms, (coalesce(cost_ms_min, 0) + cost_ms_max) / 2,
    cost_ms_min) desc nulls last,
    times desc, rdd_id`;

/** What the question answers with. */
const CACHED = {
  ...relations.cache_costs,
  evictor_name: "text",
  evictor_level: "text",
} as const;
type Cached = Of<typeof CACHED>;
type Evicting = Of<typeof EVICTING>;

/** One question for both: what was evicted, and what found no room. */
export const cached: Finder = {
  where: "blocks_gone",
  sql: SQL,
  stages: "evictor_stage_id",
  find: (rows, application) => {
    const all = known(rows, CACHED);
    const because = (why: string): Cached[] => all.filter((row) => textIn(row, "why") === why);
    return [
      ...firstOf(because("evicted"), (row) => evictionsOf(row, application), {
        id: "evictions_other_rdds",
        kind: "evictions",
        ask: "query cache_costs",
      }),
      ...firstOf(because("no_room"), (row) => refusalsOf(row, application), {
        id: "no_room_other_rdds",
        kind: "no_room",
        ask: "query cache_costs",
      }),
    ];
  },
};

/** Nothing is left out: what has no finding of its own is counted in one. */
function firstOf(
  rows: readonly Cached[],
  draft: (row: Cached) => Draft,
  others: {
    readonly id: string;
    readonly kind: "evictions" | "no_room";
    readonly ask: string;
  },
): Draft[] {
  const rest = rows.slice(RDDS);
  const drafts = rows.slice(0, RDDS).map(draft);
  if (rest.length === 0) return drafts;
  const times = rest.reduce((sum, row) => sum + (numberIn(row, "times") ?? 0), 0);
  const cost = costSum(rest.map((row) => costIn(row)));
  return [
    ...drafts,
    {
      id: others.id,
      kind: others.kind,
      severity: "slow",
      cost,
      title: `${counted(times, others.kind === "evictions" ? "eviction" : "store")} ${others.kind === "evictions" ? "from" : "of"} ${counted(rest.length, "other RDD")}${others.kind === "evictions" ? "" : " found no room"}`,
      evidence: [],
      certainty: "counted from the logs",
      more: { why: "all of them", ask: others.ask },
      facts: { mode: "on_heap", rdds: rest.length, times },
    },
  ];
}

function modeOf(row: Cached): "on_heap" | "off_heap" {
  return textIn(row, "mode") === "off_heap" ? "off_heap" : "on_heap";
}

function evictionsOf(row: Cached, application: Application): Draft {
  const rddId = numberIn(row, "rdd_id");
  const reads = numberIn(row, "reads");
  const ordinal = numberIn(row, "first_ordinal");
  return {
    id: `evictions_rdd_${rddId ?? "unknown"}`,
    kind: "evictions",
    // Where no log has reads, that an eviction cost time is not known.
    severity: reads !== undefined && reads > 0 ? "slow" : "risk",
    cost: costIn(row),
    rddId,
    stageId: numberIn(row, "evictor_stage_id"),
    title: `${counted(numberIn(row, "times") ?? 0, "eviction")} (${bytes(numberIn(row, "bytes"))}) from ${rddWords(row)}${
      reads === undefined ? "" : reads === 0 ? ", none read later" : `, ${readsInWords(row)}`
    }`,
    evidence: [
      causesInWords(row),
      ...evictorsInWords(row, application),
      ...broadcastsInWords(row, application),
      ...skewInWords(row),
      ...roomInWords(row, application),
    ],
    change: evictionChange(row, application),
    certainty: certaintyOf(row),
    more:
      ordinal === undefined
        ? undefined
        : { why: "one of them", ask: `explain --eviction ${ordinal}` },
    place: { row, says: "the first of them" },
    facts: { ...row, mode: modeOf(row), ...needFacts(application, modeOf(row)) },
  };
}

/** `12 later reads computed one again`, `3 later reads took one from disk`. */
function readsInWords(row: Cached): string {
  const [again, disk] = [numberIn(row, "recomputed") ?? 0, numberIn(row, "read_from_disk") ?? 0];
  return listed([
    ...(again === 0 ? [] : [`${counted(again, "later read")} computed one again`]),
    ...(disk === 0 ? [] : [`${counted(disk, "later read")} took one from disk`]),
  ]);
}

function causesInWords(row: Cached): string {
  const causes: { readonly found: number; readonly words: string }[] = [];
  const add = (column: "for_execution" | "for_unroll" | "for_storage", words: string): void => {
    const found = numberIn(row, column) ?? 0;
    if (found > 0) causes.push({ found, words });
  };
  add("for_execution", "tasks claimed execution memory that storage had borrowed");
  add("for_unroll", "other blocks were being unrolled, to be stored");
  add("for_storage", "other blocks were stored");
  const [first, ...others] = causes;
  const all = numberIn(row, "times") ?? 0;
  if (first === undefined) return "The logs do not say what they went for.";
  if (others.length === 0 && first.found === all)
    return `${all === 1 ? "It" : "All"} went because ${first.words}.`;
  const known = causes.reduce((sum, { found }) => sum + found, 0);
  const rest = all > known ? `; why ${countInWords(all - known)} went is not logged` : "";
  return `They went: ${causes.map(({ found, words }) => `${found} because ${words}`).join(", ")}${rest}.`;
}

/** Whose blocks, or which stage's tasks, needed the room. */
function evictorsInWords(row: Cached, application: Application): string[] {
  const all = numberIn(row, "times") ?? 0;
  const rdd = numberIn(row, "evictor_rdd_id");
  const stage = numberIn(row, "evictor_stage_id");
  if (rdd === undefined && stage === undefined) return [];
  const times = Math.max(
    numberIn(row, "evictor_rdd_times") ?? 0,
    numberIn(row, "evictor_stage_times") ?? 0,
  );
  const by = [
    ...(rdd === undefined ? [] : known([evictorOf(row, rdd)], RDD).map(rddWords)),
    ...(stage === undefined ? [] : [application.stage(stage)]),
  ].join(" in ");
  // A few of many are no cause.
  if (times * 2 < all) return [];
  const share = times === all ? (all === 1 ? "It was" : "All were") : `At least ${times} were`;
  return [`${share} for ${by}.`];
}

/** The RDD that drove blocks out, under the names that rows of RDDs have. */
function evictorOf(row: Cached, rdd: number): Row {
  return {
    rdd_id: rdd,
    name: row["evictor_name"] ?? null,
    storage_level: row["evictor_level"] ?? null,
  };
}

/** More than a store asks for before it knows the size (spark.storage.unrollMemoryThreshold). */
function isLarge(broadcast: Evicting): boolean {
  return (numberIn(broadcast, "bytes") ?? 0) > MEBI;
}

/** Whether broadcasts are what evicts: large ones, for half of the evictions or more. */
function isForBroadcasts(row: Cached, { evictingBroadcasts }: Application): boolean {
  const rddId = String(numberIn(row, "rdd_id") ?? "");
  return (
    (numberIn(row, "for_broadcasts") ?? 0) * 2 >= (numberIn(row, "times") ?? 0) &&
    evictingBroadcasts.some((one) => isLarge(one) && textsIn(one, "rdds").includes(rddId))
  );
}

/**
 * A value and the serialized pieces that it came in take room both: `44.0 MiB, and 44.0 MiB in
 * pieces`.
 */
function broadcastSize(entry: Evicting): string {
  const [all, value] = [numberIn(entry, "bytes"), numberIn(entry, "value_bytes")];
  if (all === undefined || value === undefined || value >= all) return bytes(all);
  return `${bytes(value)}, and its serialized pieces ${bytes(all - value)}`;
}

function broadcastsInWords(row: Cached, { evictingBroadcasts }: Application): string[] {
  const times = numberIn(row, "for_broadcasts") ?? 0;
  const rddId = String(numberIn(row, "rdd_id") ?? "");
  const seen = evictingBroadcasts.filter((one) => textsIn(one, "rdds").includes(rddId));
  if (seen.length === 0 || times === 0) return [];
  const all = numberIn(row, "times") ?? 0;
  const those = times < all ? `${times} of them` : all === 1 ? "It" : `All ${times}`;
  const large = seen.filter(isLarge);
  // A few of many are no cause.
  if (large.length === 0 && times * 2 < all) return [];
  if (large.length === 0)
    return [
      `${those} made room for broadcasts of less than 1 MiB: memory was full, and each block asks for 1 MiB at first.`,
    ];
  const named = [
    ...large
      .slice(0, 3)
      .map((one) => `broadcast_${numberIn(one, "broadcast_id") ?? ""} (${broadcastSize(one)})`),
    ...(seen.length > Math.min(3, large.length)
      ? [counted(seen.length - Math.min(3, large.length), "other broadcast")]
      : []),
  ];
  return [`${those} made room for ${listed(named)}.`];
}

function skewInWords(row: Cached): string[] {
  if (!isSkewed(row)) return [];
  const [middle, largest] = [numberIn(row, "block_bytes"), numberIn(row, "largest_bytes")];
  const block = textIn(row, "largest_block_id");
  return [
    `Its largest block, ${block ?? ""}, took ${bytes(largest)} or more; half of its blocks take ${bytes(middle)} or less.`,
  ];
}

function roomInWords(row: Cached, application: Application): string[] {
  const mode = modeOf(row);
  const pressed = mostPressed(application, mode);
  return pressed === undefined ? [] : needInWords(pressed, mode);
}

/**
 * An eviction's line does not say what it was for: where that was read from its neighbours, more
 * than one reading may do.
 */
function certaintyOf(row: Cached): string {
  const logged =
    numberIn(row, "reads") === undefined
      ? "the evictions are logged; no log has reads, so their cost is unknown"
      : "evictions and reads are logged";
  const least = numberIn(row, "certainty");
  return least === undefined || least >= 1
    ? logged
    : `${logged}; what each made room for is at least ${Math.round(least * 100)} % certain`;
}

function evictionChange(row: Cached, application: Application): Change | undefined {
  const reads = numberIn(row, "reads");
  // Nobody missed them: there is nothing to mend.
  if (reads === 0) return undefined;
  const mode = modeOf(row);
  const level = textIn(row, "storage_level") ?? "";
  const broadcast = isForBroadcasts(row, application);
  if (mode === "on_heap" && smallFraction(application) !== undefined) {
    const fraction = roomChange(application, mode);
    return broadcast && fraction !== undefined ? orSmallerBroadcast(fraction) : fraction;
  }
  const memory = roomChange(application, mode);
  const idle = idleRddBeside(row, application);
  if (idle !== undefined && reads !== undefined && idle.wouldPrevent * 2 >= reads) {
    return {
      key: "unpersist",
      value: { amount: idle.rddId, written: String(idle.rddId) },
      text: () =>
        `${unpersisting(idle)}${memory === undefined ? "" : `; or ${memory.text(memory.value?.written ?? "")}`}`,
    };
  }
  const copies = replicasOf(level);
  if (copies !== undefined) return oneCopy(level, memory);
  if (broadcast && memory !== undefined) return orSmallerBroadcast(memory);
  if (memory !== undefined) {
    return isDear(row) && isMemoryOnly(level)
      ? { ...memory, text: (value) => `${memory.text(value)}; or ${toDisk(level)}` }
      : memory;
  }
  return !isMemoryOnly(level) || !isDear(row)
    ? { key: "code", text: () => "cache less at a time, or a smaller part of the data" }
    : { key: "storage_level", value: written(diskLevel(level)), text: () => toDisk(level) };
}

function unpersisting({ words, wouldPrevent, bytes: held }: IdleRdd): string {
  const those =
    wouldPrevent === 1
      ? "1 of these blocks, which was read again later, was evicted"
      : `${countInWords(wouldPrevent)} of these blocks, all read again later, were evicted`;
  return `unpersist() ${words} after its last read: it still held ${bytes(held)} when ${those}`;
}

function orSmallerBroadcast(change: Change): Change {
  return {
    ...change,
    text: (value) =>
      `${change.text(value)}; or a smaller broadcast (fewer columns, a shuffle join, one broadcast for all jobs): it is what evicts`,
  };
}

function written(level: string): { readonly amount: number; readonly written: string } {
  return { amount: 0, written: level };
}

function replicasOf(level: string): number | undefined {
  const copies = Number(/_(\d+)$/.exec(level)?.[1]);
  return copies > 1 ? copies : undefined;
}

function oneCopy(level: string, memory: Change | undefined): Change {
  const single = level.replace(/_\d+$/, "");
  return {
    key: "storage_level",
    value: written(single),
    text: () =>
      `persist it once (${single}): each copy takes the same room again${memory === undefined ? "" : `; or more memory (${memory.key})`}`,
  };
}

/** Whether recomputing took longer than reading the same from disk would. */
function isDear(row: Cached): boolean {
  const { best, max } = costIn(row);
  const cost = best ?? max;
  const [again, block] = [numberIn(row, "recomputed") ?? 0, numberIn(row, "block_bytes")];
  if (cost === undefined || again === 0 || block === undefined || block === 0) return false;
  return cost / again > (block / MEBI) * READ_MILLIS_PER_MIB;
}

/** All other levels write to disk, OFF_HEAP as well. */
function isMemoryOnly(level: string): boolean {
  return level.startsWith("MEMORY_ONLY");
}

function diskLevel(level: string): string {
  return level.replace("MEMORY_ONLY", "MEMORY_AND_DISK");
}

function toDisk(level: string): string {
  return `persist it as ${diskLevel(level)}: a block without room is then read from disk, which takes less time than computing it took here`;
}

/** A block may be tried more than once. */
function timesInWords(row: Cached): string {
  const [blocks, times] = [numberIn(row, "blocks") ?? 0, numberIn(row, "times") ?? 0];
  return times === blocks ? "" : `, ${counted(times, "time")} in all`;
}

function refusalsOf(row: Cached, application: Application): Draft {
  const rddId = numberIn(row, "rdd_id");
  const mode = modeOf(row);
  const reads = numberIn(row, "reads") ?? 0;
  const rule = textIn(row, "rule");
  const block = textIn(row, "first_block_id");
  return {
    id: `no_room_rdd_${rddId ?? "unknown"}`,
    kind: "no_room",
    severity: reads > 0 ? "slow" : "risk",
    cost: costIn(row),
    rddId,
    title: `${counted(numberIn(row, "blocks") ?? 0, "block")} of ${rddWords(row)} found no room${timesInWords(row)}${reads === 0 ? "" : `; ${readsInWords(row)}`}`,
    evidence: [
      whyInWords(isSkewed(row) && rule === "same_rdd" ? "own_blocks" : rule, mode),
      ...skewInWords(row),
      ...copiesInWords(row),
      ...roomInWords(row, application),
    ],
    change: refusalChange(row, application),
    certainty:
      rule === undefined
        ? "the failures are logged; which rule decided them is not"
        : "the failures are logged; the rule follows from the state then",
    more:
      block === undefined
        ? undefined
        : { why: "what happened to one of the blocks", ask: `explain --block ${shellWord(block)}` },
    place: { row, says: "the first of them" },
    facts: { ...row, mode, ...needFacts(application, mode) },
  };
}

/** `, n above its 8`, `, n about 32 instead of 8`: a block then takes half of what there is. */
function enoughPartitions(row: Cached, application: Application): string {
  const [partitions, largest] = [numberIn(row, "partitions"), numberIn(row, "largest_bytes")];
  const pool = mostPressed(application, modeOf(row))?.pool;
  if (partitions === undefined) return "";
  // Of a block that found no room only what was unrolled is known: it may be larger still.
  if (largest === undefined || pool === undefined || textIn(row, "rule") !== "too_large")
    return `, n above its ${partitions}`;
  return `, n at least ${partitions * Math.ceil((2 * largest) / pool)} instead of ${partitions}`;
}

/** Its largest block is out of proportion. */
function isSkewed(row: Cached): boolean {
  const [middle, largest] = [numberIn(row, "block_bytes"), numberIn(row, "largest_bytes")];
  return middle !== undefined && largest !== undefined && largest >= middle * SKEW;
}

function copiesInWords(row: Cached): string[] {
  const copies = replicasOf(textIn(row, "storage_level") ?? "");
  return copies === undefined
    ? []
    : [`Each block is kept ${copies} times: the copies take room like blocks of their own.`];
}

function refusalChange(row: Cached, application: Application): Change | undefined {
  const mode = modeOf(row);
  const rule = textIn(row, "rule");
  const level = textIn(row, "storage_level") ?? "";
  if (mode === "on_heap" && smallFraction(application) !== undefined)
    return roomChange(application, mode);
  const skewed = isSkewed(row);
  const room = roomChange(application, mode);
  if (rule === "too_large" || rule === "static_unroll_cap" || skewed) {
    const partitions = enoughPartitions(row, application);
    const unroll =
      rule === "static_unroll_cap"
        ? `; or a larger ${settingInWords(application, "spark.storage.unrollFraction")}`
        : "";
    return {
      key: "partitions",
      text: () =>
        `${
          skewed
            ? `split its largest partition (${textIn(row, "largest_block_id") ?? ""}): repartition(n) before persist() spreads its rows`
            : `more partitions, so that one fits: repartition(n) before persist()${partitions}`
        }${unroll}`,
    };
  }
  if (replicasOf(level) !== undefined) return oneCopy(level, room);
  if (room !== undefined) {
    return isDear(row) && isMemoryOnly(level)
      ? { ...room, text: (value) => `${room.text(value)}; or ${toDisk(level)}` }
      : room;
  }
  if (isMemoryOnly(level) && isDear(row))
    return { key: "storage_level", value: written(diskLevel(level)), text: () => toDisk(level) };
  return { key: "code", text: () => "a smaller part of the data cached, or more executors" };
}
