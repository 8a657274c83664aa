/** Errors of Spark's own that no failure, loss or out-of-memory in these logs stands for. */
import { numberIn, textIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { cutTo, whenInWords } from "../words.ts";
import { COST_UNKNOWN, type Draft, type Finder } from "./finder.ts";

/** Loggers named; the others are a number. */
const SHOWN = 3;
const ERRORS = {
  logger: "text",
  message: "text",
  first_us: "number",
  source_file_id: "number",
  source_line: "number",
} as const;

export const errorsLogged: Finder = {
  where: "failures",
  sql: (here) => `
    select app_id, attempt_id, regexp_extract(message, '^[^:]+') as logger,
      arg_min(message, place) as message, min(epoch_us(ts)) as first_us,
      arg_min(source_file_id, place) as source_file_id,
      arg_min(source_line, place) as source_line
    from (select *, (coalesce(epoch_us(ts), 0), source_line) as place from failures
      where ${here} and what = 'error') f
    -- Beside what failed, an error of Spark's is its cause or its echo.
    where not exists (from failures o where o.app_id = f.app_id and o.attempt_id = f.attempt_id
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
      title: `Errors were logged, and not what came of them: by ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
      evidence: rows
        .slice(0, SHOWN)
        .map(
          (row) =>
            `In the log: “${cutTo((textIn(row, "message") ?? "").replaceAll("\n", "; "), 300)}”${whenInWords(numberIn(row, "first_us"))}.`,
        ),
      certainty: "the errors are logged; whether work was lost is not",
      more: { why: "all of them", ask: `query "from failures where what = 'error'"` },
      place: { row: first, says: "the first of them" },
      facts: { loggers: rows.length },
    };
    return [draft];
  },
};
