/** Cached blocks: evicted and missed, without room, or held for nothing. */
import { counted } from "@respark/core";
import { numberIn, type Row, textIn } from "../../sql/row.ts";
import { type Investigation, thereIs } from "../investigation.ts";
import { shellWord } from "../shell-word.ts";
import { stageWords } from "../stage-name.ts";
import type { Finding } from "../story.ts";
import { bytes, millis, share } from "../words.ts";
import { type Finder, rddWords, runMillis, settingInWords, weightOf } from "./finder.ts";

/** Held, and wanted by nobody any more: an RDD whose blocks were evicted and then missed is not idle, whatever its blocks were not read for. */
const IDLE =
  "reads is not null and unread_share > 0.5 and coalesce(misses_after_evict, 0) + coalesce(misses_after_put_fail, 0) = 0";

export const evictionsRegretted: Finder = async (investigation) => {
  if (!(await thereIs(investigation, "block_events", "op in ('evict', 'drop_to_disk')"))) return [];
  const rows = await investigation.ask(
    `select r.*, c.stored_bytes, c.reads, c.misses_after_evict, c.partitions from eviction_regret r left join rdd_cache_efficiency c using (app_id, attempt_id, rdd_id)
     where ${investigation.here("r")} and r.evictions > 0 and (r.rdd_id is not null or r.regretted > 0) order by r.regretted desc nulls last, r.evictions desc limit 6`,
  );
  const all = await runMillis(investigation);
  const findings: Finding[] = [];
  for (const row of rows) {
    const regretted = numberIn(row, "regretted");
    const first = await firstEviction(investigation, row);
    const lost = (numberIn(row, "evictions") ?? 0) - (numberIn(row, "kept_on_disk") ?? 0);
    findings.push({
      id: `evictions_rdd_${numberIn(row, "rdd_id") ?? 0}`,
      severity: regretted === undefined || regretted > 0 ? "slow" : "risk",
      weight: Math.max(
        weightOf(numberIn(row, "recompute_ms"), all),
        weightOf(regretted, numberIn(row, "reads") ?? 0),
      ),
      // A block may come back and go again: these are no blocks.
      title: `${counted(numberIn(row, "evictions") ?? 0, "eviction")} (${bytes(numberIn(row, "evicted_bytes"))}) from ${rddWords(row)}${
        regretted === undefined
          ? ""
          : `, ${regretted === 0 ? "none missed later" : `${regretted} missed later`}`
      }`,
      evidence: [
        `${causesInWords(row)}${await evictorsInWords(investigation, row)}`,
        ...(regretted === undefined || regretted === 0 ? [] : [costInWords(row)]),
      ],
      change: await changeFor(investigation, row, lost),
      certainty: await certaintyOf(investigation, row),
      places: investigation.places([{ row: first, says: "one of the evictions" }]),
      facts: { ...row, eviction: first ?? null },
      next:
        first === undefined
          ? []
          : [
              {
                why: "the first of them",
                command: "explain",
                argument: `--eviction ${numberIn(first, "nth") ?? 1}`,
              },
            ],
    });
  }
  return findings;
};

function firstEviction(investigation: Investigation, row: Row): Promise<Row | undefined> {
  return investigation.one(
    `select * from (select *, ordinal as nth from eviction_ledger where ${investigation.here()})
     where starts_with(block_id, 'rdd_${numberIn(row, "rdd_id") ?? -1}_') order by regretted desc nulls last, nth limit 1`,
  );
}

/** Whose blocks, or which stage's tasks, needed the room most. */
async function evictorsInWords(investigation: Investigation, row: Row): Promise<string> {
  const worst = await investigation.one(
    `select count(*) as evictions, r.rdd_id, r.name, r.storage_level, l.caused_by_stage_id as stage_id
     from eviction_ledger l
       left join rdds r on ${investigation.here("r")} and r.rdd_id = try_cast(regexp_extract(l.caused_by_block_id, '^rdd_(\\d+)_', 1) as bigint)
     where ${investigation.here("l")} and starts_with(l.block_id, 'rdd_${numberIn(row, "rdd_id") ?? -1}_') and (r.rdd_id is not null or l.caused_by_stage_id is not null)
     group by all order by evictions desc, stage_id limit 1`,
  );
  if (worst === undefined) return "";
  const stage = numberIn(worst, "stage_id");
  const by = [
    ...(numberIn(worst, "rdd_id") === undefined ? [] : [rddWords(worst)]),
    ...(stage === undefined ? [] : [await stageWords(investigation, stage)]),
  ].join(" in ");
  const evictions = numberIn(worst, "evictions") ?? 0;
  const all = numberIn(row, "evictions");
  return ` ${evictions === all ? (all === 1 ? "It was" : "All were") : `Most (${evictions}) were`} for ${by}.`;
}

/** An eviction's line does not say what it was for: where that was read from its neighbours, more than one reading may do. */
async function certaintyOf(investigation: Investigation, row: Row): Promise<string> {
  const told =
    numberIn(row, "regretted") === undefined
      ? "the evictions are logged; no log tells of reads, so their cost is unknown"
      : "evictions and reads are logged";
  const least = numberIn(
    await investigation.one(
      `select min(certainty) as certainty from eviction_ledger where ${investigation.here()} and cause is not null and starts_with(block_id, 'rdd_${numberIn(row, "rdd_id") ?? -1}_')`,
    ),
    "certainty",
  );
  return least === undefined || least >= 1
    ? told
    : `${told}; what each was for is ${Math.round(least * 100)} % certain or more`;
}

function causesInWords(row: Row): string {
  const causes: { readonly found: number; readonly words: string }[] = [];
  const add = (column: string, words: string): void => {
    const found = numberIn(row, column) ?? 0;
    if (found > 0) causes.push({ found, words });
  };
  add("caused_by_execution", "tasks claimed execution memory that storage had borrowed");
  add("caused_by_unroll", "other blocks were unrolled");
  add("caused_by_storage", "other blocks were stored");
  const [first, ...others] = causes;
  if (first === undefined) return "No log tells what they went for.";
  const all = numberIn(row, "evictions");
  return others.length === 0 && first.found === all
    ? `${all === 1 ? "It" : "All"} went because ${first.words}.`
    : `They went: ${causes.map(({ found, words }) => `${found} because ${words}`).join(", ")}.`;
}

function costInWords(row: Row): string {
  const recomputed = numberIn(row, "recomputed") ?? 0;
  const time = numberIn(row, "recompute_ms");
  const most = numberIn(row, "missed_task_run_ms");
  const fromDisk = (numberIn(row, "regretted") ?? 0) - recomputed;
  const parts: string[] = [];
  if (recomputed > 0) {
    parts.push(
      `Blocks had to be computed again ${counted(recomputed, "time")}${
        time !== undefined
          ? ` (${millis(time)})`
          : most !== undefined
            ? ` (at most ${millis(most)}, the run time of the tasks that missed them)`
            : ""
      }`,
    );
  }
  if (fromDisk > 0)
    parts.push(
      `${parts.length === 0 ? "Blocks had to be" : "and"} read again from disk ${counted(fromDisk, "time")}`,
    );
  return `${parts.join(", ")}.`;
}

async function changeFor(investigation: Investigation, row: Row, lost: number): Promise<string> {
  const level = textIn(row, "storage_level") ?? "";
  const idle = await investigation.one(
    `select * from rdd_cache_efficiency where ${investigation.here()} and ${IDLE} and rdd_id <> ${numberIn(row, "rdd_id") ?? -1} order by unread_byte_seconds desc limit 1`,
  );
  if (idle !== undefined) {
    return `unpersist() ${rddWords(idle)} once it has been read for the last time: ${share(numberIn(idle, "unread_byte_seconds") ?? 0, Math.max(1, numberIn(idle, "held_byte_seconds") ?? 0))} of what it held over time was never read again`;
  }
  if (lost > 0 && !level.includes("DISK")) {
    return "persist it as MEMORY_AND_DISK: an evicted block is then read from disk, not computed again";
  }
  if (!level.includes("SER") && level !== "" && !level.includes("OFF_HEAP")) {
    return `persist it serialized (${level.startsWith("MEMORY_AND_DISK") ? "MEMORY_AND_DISK_SER" : "MEMORY_ONLY_SER"}): the same blocks then take less memory (from Python they are serialized already)`;
  }
  if ((numberIn(row, "caused_by_execution") ?? 0) > 0) {
    return `a larger ${await settingInWords(investigation, "spark.memory.storageFraction")}, so that execution cannot take it; or a larger ${await settingInWords(investigation, "spark.executor.memory")}`;
  }
  return `cache less at a time, or a larger ${await settingInWords(investigation, "spark.executor.memory")}`;
}

export const noRoom: Finder = async (investigation) => {
  if (!(await thereIs(investigation, "block_events", "op = 'put_fail'"))) return [];
  const rows = await investigation.ask(
    `with numbered as (
       select p.*, b.mode from put_failures p join block_events b using (app_id, attempt_id, executor_id, seq) where ${investigation.here("p")})
     select coalesce(mode, 'on_heap') as mode, coalesce(rule, 'unknown') as rule, any_value(rdd_name) as name, null::varchar as storage_level, try_cast(regexp_extract(block_id, '^rdd_(\\d+)_', 1) as bigint) as rdd_id, count(*) as failures, count(distinct block_id) as blocks,
       count(*) filter (missed_later) as missed, max(memory_bytes) as memory_bytes, max(storage_available_bytes) as available_bytes, bool_and(missed_later is null) as reads_unknown, count(*) filter (stored_on_disk) as on_disk,
       arg_min(block_id, (ts, executor_id, seq)) as block_id, arg_min(source_file_id, (ts, executor_id, seq)) as source_file_id, arg_min(source_line, (ts, executor_id, seq)) as source_line
     from numbered group by 1, 2, 5 order by failures desc limit 6`,
  );
  const findings: Finding[] = [];
  for (const row of rows) {
    const rdd =
      numberIn(row, "rdd_id") === undefined
        ? undefined
        : await investigation.one(
            `select r.*, c.stored_bytes, c.reads from rdds r left join rdd_cache_efficiency c using (app_id, attempt_id, rdd_id) where ${investigation.here("r")} and r.rdd_id = ${numberIn(row, "rdd_id") ?? -1}`,
          );
    const missed = numberIn(row, "missed") ?? 0;
    const blocks = numberIn(row, "blocks") ?? 0;
    findings.push({
      id: `no_room_${textIn(row, "mode") === "off_heap" ? "off_heap_" : ""}${textIn(row, "rule") ?? "unknown"}_${numberIn(row, "rdd_id") ?? "other"}`,
      severity: missed > 0 ? "slow" : "risk",
      weight: weightOf(missed, numberIn(rdd, "reads") ?? 0),
      title: `${counted(blocks, numberIn(row, "rdd_id") === undefined ? "other block" : "block")}${numberIn(row, "rdd_id") === undefined ? "" : ` of ${rddWords(rdd ?? row)}`} found no room (${counted(numberIn(row, "failures") ?? 0, "time")})${missed === 0 ? "" : `; after ${missed} of them a later read missed it`}`,
      evidence: [
        (WHY[textIn(row, "rule") ?? "unknown"] ?? "").replace(
          "storage memory",
          textIn(row, "mode") === "off_heap" ? "off-heap storage memory" : "storage memory",
        ),
        ...roomInWords(row),
      ],
      change: await roomChange(investigation, textIn(row, "rule"), rdd, row),
      certainty:
        textIn(row, "rule") === "unknown"
          ? "the failure is logged; which rule decided it is not told"
          : "the failure is logged; the rule follows from the state then",
      places: investigation.places([{ row, says: "one of them" }]),
      facts: { ...row, rdd: rdd ?? null },
      next: [
        {
          why: "what happened to one of the blocks",
          command: "explain",
          argument: `--block ${shellWord(textIn(row, "block_id") ?? "")}`,
        },
      ],
    });
  }
  return findings;
};

const WHY: Readonly<Record<string, string>> = {
  same_rdd:
    "All that could have been evicted were blocks of the same RDD, which Spark never does: the RDD alone is larger than storage memory.",
  too_large: "One block is larger than all of storage memory.",
  nothing_evictable: "What was there was pinned, or was execution's.",
  region_protected: "Tasks held the memory that storage would have had to borrow.",
  static_unroll_cap:
    "The static manager unrolls in a part of storage memory only (spark.storage.unrollFraction).",
  unknown: "Which rule refused it is not told by any log.",
};

function roomInWords(row: Row): string[] {
  const [needed, had] = [numberIn(row, "memory_bytes"), numberIn(row, "available_bytes")];
  const onDisk = numberIn(row, "on_disk") ?? 0;
  return [
    ...(needed === undefined || had === undefined || needed <= had
      ? []
      : [
          `The largest took ${bytes(needed)} before it gave up; storage could have had ${bytes(had)} at most.`,
        ]),
    ...(onDisk === 0 ? [] : [`${counted(onDisk, "time")} the block went to disk instead.`]),
  ];
}

async function roomChange(
  investigation: Investigation,
  rule: string | undefined,
  rdd: Row | undefined,
  row: Row,
): Promise<string> {
  const level = textIn(rdd, "storage_level") ?? "";
  const partitions = numberIn(rdd, "partitions");
  const [needed, had] = [numberIn(row, "memory_bytes"), numberIn(row, "available_bytes")];
  if (rule === "too_large" || rule === "static_unroll_cap") {
    const more =
      partitions !== undefined && needed !== undefined && had !== undefined && had > 0
        ? ` (at least ${Math.ceil((partitions * needed) / had) * 2} instead of ${partitions})`
        : "";
    return `more partitions, so that one fits${more}${rule === "static_unroll_cap" ? `; or a larger ${await settingInWords(investigation, "spark.storage.unrollFraction")}` : ""}`;
  }
  if (!level.includes("DISK")) {
    return "persist it as MEMORY_AND_DISK, so that what finds no room is read from disk instead of computed again";
  }
  const memory = await settingInWords(
    investigation,
    textIn(row, "mode") === "off_heap" ? "spark.memory.offHeap.size" : "spark.executor.memory",
  );
  return level.includes("SER") || level.includes("OFF_HEAP")
    ? `a larger ${memory}; or more executors; or a smaller part of the data cached`
    : `persist it serialized; or a larger ${memory}`;
}

export const heldForNothing: Finder = async (investigation) => {
  const rows = await investigation.ask(
    `select * from rdd_cache_efficiency where ${investigation.here()} and stored_bytes > 0 and ${IDLE}
       and held_byte_seconds > 0 order by unread_byte_seconds desc limit 3`,
  );
  return rows.map((row): Finding => {
    const never =
      (numberIn(row, "hits_memory") ?? 0) +
        (numberIn(row, "hits_disk") ?? 0) +
        (numberIn(row, "hits_remote") ?? 0) ===
      0;
    return {
      id: `unread_rdd_${numberIn(row, "rdd_id") ?? 0}`,
      severity: "waste",
      weight: weightOf(
        numberIn(row, "unread_byte_seconds"),
        Math.max(1, numberIn(row, "held_byte_seconds") ?? 0),
      ),
      title: `${rddWords(row)} ${never ? "was cached and never read" : "was held long after its last read"}`,
      evidence: [
        `It held ${bytes(numberIn(row, "held_average_bytes"))} on average; ${share(numberIn(row, "unread_byte_seconds") ?? 0, Math.max(1, numberIn(row, "held_byte_seconds") ?? 0))} of its byte-seconds came after the last read of the block.`,
      ],
      change: never ? "do not persist it" : "unpersist() it after its last use",
      certainty: "from the reads that the executors' logs tell of",
      places: [],
      facts: row,
      next: [{ why: "all cached RDDs", command: "query", argument: "rdd_cache_efficiency" }],
    };
  });
};
