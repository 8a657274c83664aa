/** Errors of Spark's own that no failure, loss or out-of-memory in these logs stands for. */
import { counted } from "@respark/core";
import { numberIn, type Of, textIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { bytes, cutTo, whenInWords } from "../words.ts";
import { type Change, COST_UNKNOWN, type Draft, type Finder } from "./finder.ts";

/** Loggers named; the others are a number. */
const SHOWN = 3;
const ERRORS = {
  logger: "text",
  message: "text",
  times: "number",
  first_us: "number",
  source_file_id: "number",
  source_line: "number",
} as const;

export const errorsLogged: Finder = {
  where: "failures",
  sql: (here) => `
    select app_id, attempt_id, regexp_extract(message, '^[^:]+') as logger,
      arg_min(message, place) as message, count(*) as times, min(epoch_us(ts)) as first_us,
      arg_min(source_file_id, place) as source_file_id,
      arg_min(source_line, place) as source_line
    from (select *, (coalesce(epoch_us(ts), 0), source_line) as place from failures
      where ${here} and what = 'error') f
    -- A put that failed for want of room is told as that; a row of no other reason says no more.
    where not (message like 'BlockManager: Putting block %' and exists (from block_events b
        where b.app_id = f.app_id and b.attempt_id = f.attempt_id and b.op = 'put_fail'))
    -- Beside what failed, an error of Spark's is its cause or its echo.
      and not exists (from failures o where o.app_id = f.app_id and o.attempt_id = f.attempt_id
        and o.what <> 'error')
      and not exists (from oom_events o where o.app_id = f.app_id and o.attempt_id = f.attempt_id)
      and not exists (from lost_executors l
        where l.app_id = f.app_id and l.attempt_id = f.attempt_id)
      -- An application that ran to its end, and whose jobs did, is none the worse.
      and not exists (from applications a where a.app_id = f.app_id
        and a.attempt_id = f.attempt_id and a.ended_at is not null
        and not exists (from jobs j where j.app_id = a.app_id and j.attempt_id = a.attempt_id
          and j.status = 'failed'))
    group by app_id, attempt_id, logger order by min(place)`,
  find: (found) => {
    const rows = known(found, ERRORS);
    const [first] = rows;
    if (first === undefined) return [];
    const more = rows.length - SHOWN;
    const names = rows.slice(0, SHOWN).map((row) => textIn(row, "logger") ?? "");
    const draft: Draft = {
      id: "errors_logged",
      kind: "errors",
      severity: "risk",
      cost: COST_UNKNOWN,
      title:
        (rows.length === 1 ? warningIn(first) : undefined) ??
        `Errors${rows.some((row) => warningIn(row) !== undefined) ? " and warnings" : ""} were logged, and not what came of them: by ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
      evidence: rows
        .slice(0, SHOWN)
        .map(
          (row) =>
            `In the log: “${cutTo((textIn(row, "message") ?? "").replaceAll("\n", "; "), 300)}”${whenInWords(numberIn(row, "first_us"))}${againInWords(row)}.`,
        ),
      change: changeFor(rows),
      certainty: `the ${rows.every((row) => warningIn(row) !== undefined) ? "warnings" : "errors"} are logged; whether work was lost is not`,
      more: { why: "all of them", ask: `query "from failures where what = 'error'"` },
      place: { row: first, says: "the first of them" },
      facts: { loggers: rows.length },
    };
    return [draft];
  },
};

type Errors = Of<typeof ERRORS>;

/** Lines at WARN that say more than that something was logged. */
const WARNINGS: readonly (readonly [words: RegExp, title: (found: RegExpExecArray) => string])[] = [
  [
    /^BlockManager: Putting block (\S+) failed$/,
    ([, block]) => `${block} could not be stored, and why is not logged`,
  ],
  [
    /: No more replicas available for (\S+)$/,
    ([, block]) => `Blocks were lost: no executor has ${block} any more`,
  ],
  [
    /: Max memory (.+) is less than the initial memory threshold (.+?) needed/,
    ([, most, least]) =>
      `Storage has ${most}, less than the ${least} that a block asks for at first: none finds room`,
  ],
  [
    /: Failed to allocate page \((\d+) bytes\)/,
    ([, size]) =>
      `Execution memory was short: an aggregation got no page of ${bytes(Number(size))}, and went on without`,
  ],
  [
    /: Device (?:allocation of \d+ bytes failed|store exhausted)/,
    () => "A GPU's memory was short: allocations failed, and what its store held was spilled",
  ],
  [
    /^RowBasedKeyValueBatch: Calling spill/,
    () =>
      "Execution memory was short: an aggregation was asked to spill, and its map of rows cannot",
  ],
];

function warningIn(row: Errors): string | undefined {
  for (const [words, title] of WARNINGS) {
    const found = words.exec(textIn(row, "message") ?? "");
    if (found !== null) return title(found);
  }
  return undefined;
}

/** Lines of one logger within ten seconds are one row: it may have said so more often. */
function againInWords(row: Errors): string {
  const times = numberIn(row, "times") ?? 1;
  return times === 1 ? "" : `, and again, ${counted(times, "time")} or more in all`;
}

const OF_A_GPU = /: Device (?:allocation|store) /;
const OF_MEMORY = /: Max memory |: Failed to allocate page |: Calling spill/;

function changeFor(rows: readonly Errors[]): Change | undefined {
  if (rows.every((row) => OF_A_GPU.test(textIn(row, "message") ?? ""))) {
    return {
      key: "spark.rapids.sql.concurrentGpuTasks",
      text: () =>
        "fewer tasks at once on the GPU (spark.rapids.sql.concurrentGpuTasks), or smaller batches (spark.rapids.sql.batchSizeBytes)",
    };
  }
  const isOfMemory = rows.every((row) => OF_MEMORY.test(textIn(row, "message") ?? ""));
  return isOfMemory
    ? {
        key: "spark.executor.memory",
        text: () =>
          "a larger spark.executor.memory (spark.driver.memory in local mode); or more partitions, so that one task holds less",
      }
    : undefined;
}
