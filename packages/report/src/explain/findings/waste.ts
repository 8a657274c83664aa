/** Memory held for nothing: cached RDDs that were not read any more, and what tasks left behind. */
import { counted } from "@respark/core";
import { relations } from "../../sql/relations.ts";
import { numberIn, type Of, textIn } from "../../sql/row.ts";
import { kindsOf, known } from "../../sql/typed-rows.ts";
import { bytes, millis, share } from "../words.ts";
import type { Application } from "./application.ts";
import { COST_UNKNOWN, type Draft, type Finder } from "./finder.ts";
import { rddWords } from "./rdd-words.ts";

/** Held for this share of its byte-seconds after its last read. */
const MUCH_IDLE = 0.5;
const RDDS = 3;
/** Less of all executors' memory than this is not worth a word. */
const LEAST_SHARE = 0.02;

type Idle = Of<typeof relations.idle_rdds>;

export const unread: Finder = {
  find: (_, application) => {
    // Where the application's end is not logged, later reads are unknown.
    if (textIn(application.row, "ended_at") === undefined) return [];
    const rows = known(application.idle, relations.idle_rdds)
      .filter((row) => isIdle(row) && isMuch(row, application))
      .sort((a, b) => (numberIn(b, "idle_bytes") ?? 0) - (numberIn(a, "idle_bytes") ?? 0));
    const drafts = rows.slice(0, RDDS).map(unreadOf);
    const rest = rows.slice(RDDS);
    if (rest.length === 0) return drafts;
    const amount = rest.reduce((sum, row) => sum + (numberIn(row, "idle_bytes") ?? 0), 0);
    return [
      ...drafts,
      {
        id: "unread_other_rdds",
        kind: "unread",
        severity: "waste",
        cost: COST_UNKNOWN,
        title: `${counted(rest.length, "more RDD")} held ${bytes(amount)} after the last read`,
        evidence: [],
        certainty: "from the reads that the executors' logs have",
        more: { why: "all of them", ask: "query idle_rdds" },
        facts: { rdds: rest.length, idle_bytes: amount },
      },
    ];
  },
};

function isIdle(row: Idle): boolean {
  const isRead = numberIn(row, "reads") !== 0;
  return (
    numberIn(row, "misses") === 0 && (!isRead || (numberIn(row, "idle_share") ?? 0) > MUCH_IDLE)
  );
}

/** Of the memory that executors have, or at the cost of other blocks. */
function isMuch(row: Idle, { needs }: Application): boolean {
  if ((numberIn(row, "would_prevent") ?? 0) > 0) return true;
  const all = needs.reduce(
    (sum, need) =>
      textIn(need, "executor_id") === "driver"
        ? sum
        : sum + (numberIn(need, "max_memory_bytes") ?? 0),
    0,
  );
  return (numberIn(row, "idle_bytes") ?? 0) > all * LEAST_SHARE;
}

function unreadOf(row: Idle): Draft {
  const rddId = numberIn(row, "rdd_id");
  const [reads, blocks] = [numberIn(row, "reads") ?? 0, numberIn(row, "blocks") ?? 0];
  const prevented = numberIn(row, "would_prevent") ?? 0;
  const part = numberIn(row, "idle_share");
  return {
    id: `unread_rdd_${rddId ?? "unknown"}`,
    kind: "unread",
    severity: "waste",
    cost: COST_UNKNOWN,
    rddId,
    title: `${rddWords(row)} ${reads === 0 ? "was cached and never read" : "stayed cached long after its last read"}`,
    evidence: [
      `It held ${bytes(numberIn(row, "idle_bytes"))} for ${millis(numberIn(row, "idle_ms"))} after ${
        reads === 0 ? "it was stored" : "its last read"
      }${part === undefined || reads === 0 ? "" : `, ${share(part, 1)} of its time in memory`}.`,
      ...(reads > 0 && reads <= blocks
        ? ["None of its blocks was read more than about once."]
        : []),
      prevented === 0
        ? "No block that was read later had to go for it: it cost this run nothing."
        : `${counted(prevented, "block")} of other RDDs ${prevented === 1 ? "was" : "were"} evicted or refused after that and missed later.`,
    ],
    change: {
      key: "unpersist",
      value: rddId === undefined ? undefined : { amount: rddId, written: String(rddId) },
      text: () => (reads === 0 ? "do not persist it" : "unpersist() it after its last use"),
    },
    certainty: "from the reads that the executors' logs have",
    more: { why: "all cached RDDs", ask: "query rdd_cache_efficiency" },
    facts: row,
  };
}

/** Cached for one more read of each block, at the cost of blocks that were read later. */
export const readOnce: Finder = {
  where: "blocks_gone",
  sql: (here) =>
    `from cache_gains where ${here} and most_wanted = 1 and missed > 0 order by missed desc, rdd_id`,
  find: (rows, application) => {
    // Where the application's end is not logged, later reads are unknown.
    if (textIn(application.row, "ended_at") === undefined) return [];
    return known(rows, relations.cache_gains)
      .filter(isDearerThanItSaves)
      .slice(0, RDDS)
      .map(readOnceOf);
  },
};

/** Where no time is known: so many times as many blocks have to be missed as it served. */
const CLEARLY_MORE = 2;

function isDearerThanItSaves(row: Of<typeof relations.cache_gains>): boolean {
  const [saved, lost] = [numberIn(row, "saved_ms"), numberIn(row, "missed_ms")];
  return saved === undefined || lost === undefined
    ? (numberIn(row, "missed") ?? 0) > (numberIn(row, "served") ?? 0) * CLEARLY_MORE
    : lost > saved;
}

function readOnceOf(row: Of<typeof relations.cache_gains>): Draft {
  const rddId = numberIn(row, "rdd_id");
  const [served, missed] = [numberIn(row, "served") ?? 0, numberIn(row, "missed") ?? 0];
  const [saved, lost] = [numberIn(row, "saved_ms"), numberIn(row, "missed_ms")];
  const least = numberIn(row, "certainty");
  return {
    id: `read_once_rdd_${rddId ?? "unknown"}`,
    kind: "unread",
    severity: "waste",
    cost: COST_UNKNOWN,
    rddId,
    title: `${rddWords(row)} was cached to be read once more, and drove out ${counted(missed, "block")} that ${missed === 1 ? "was" : "were"} read later`,
    evidence: [
      `No block of it was read more than once after it was computed; of ${counted(numberIn(row, "wanted") ?? 0, "such read")} the cache served ${served}${served === 0 || saved === undefined ? "" : ` (about ${millis(saved)} saved)`}.`,
      `It drove out ${counted(numberIn(row, "drove_out") ?? 0, "block")} of other RDDs; ${missed} of them ${missed === 1 ? "was" : "were"} read later${lost === undefined ? "" : ` (about ${millis(lost)} to compute again)`}.`,
    ],
    change: {
      key: "unpersist",
      value: rddId === undefined ? undefined : { amount: rddId, written: String(rddId) },
      text: () =>
        saved === undefined || lost === undefined
          ? "do not persist it, unless computing a block of it takes much longer than one of those"
          : "do not persist it: computing it once more takes less time than computing those again",
    },
    certainty:
      least === undefined || least >= 1
        ? "reads and evictions are logged"
        : `reads and evictions are logged; what each made room for is at least ${Math.round(least * 100)} % certain`,
    more: { why: "what caching each RDD saved and cost", ask: "query cache_gains" },
    facts: row,
  };
}

const LEFT = {
  ...kindsOf("memory_leaks", ["app_id", "attempt_id", "task_id", "source_file_id", "source_line"]),
  leaks: "number",
  tasks: "number",
  bytes: "number",
} as const;

export const leaks: Finder = {
  where: "leaks",
  sql: (here) => `
    select app_id, attempt_id, count(*) as leaks, count(distinct task_id) as tasks,
      sum(leaked_bytes)::bigint as bytes,
      arg_max(task_id, (coalesce(leaked_bytes, -1), -task_id)) as task_id,
      arg_max(source_file_id, (coalesce(leaked_bytes, -1), -task_id)) as source_file_id,
      arg_max(source_line, (coalesce(leaked_bytes, -1), -task_id)) as source_line
    from memory_leaks where ${here} group by all`,
  find: (rows) =>
    known(rows, LEFT).map((row): Draft => {
      const task = numberIn(row, "task_id");
      return {
        id: "leaks",
        kind: "leaks",
        severity: "fine",
        cost: COST_UNKNOWN,
        title: `${counted(numberIn(row, "tasks") ?? 0, "task")} left execution memory behind (${bytes(numberIn(row, "bytes"))})`,
        evidence: [
          "Spark freed it when the task ended, so nothing was lost; an iterator that is not read to its end (limit, take) does this too.",
        ],
        certainty: "logged by Spark itself",
        more:
          task === undefined
            ? undefined
            : { why: "the task that left most", ask: `explain --task ${task}` },
        place: { row, says: "one of them" },
        facts: row,
      };
    }),
};
