/** A row is an input file: what it is, how well it could be read, and how much rests on it. */
import type { ViewSpec } from "../view.ts";

export const importHealth: ViewSpec = {
  name: "import_health",
  comment:
    "A row is an input file: what it is, how well it could be read, and how much rests on it. The last row, without a path, counts oddities of no single file.",
  columns: {
    app_id: "application",
    attempt_id: "attempt of the application",
    source_file_id: "number that other tables use for it",
    path: "path as it was given",
    kind: "event_log, executor_log, driver_log or other",
    executor_id: "executor whose log it is",
    identity_evidence: "how executor and application were found, or why it was not read",
    bytes: "decoded bytes that were read",
    lines: "lines that were read; count",
    truncated: "whether it ends in the middle",
    layout: "layout of its lines, as learned",
    begins_late: "whether it begins within the life that it is about",
    ends_early: "whether it stops before that life ends",
    expected: "things that must be in it by what it and other logs say; count",
    missing: "of these, those that are not in it, at least; count",
    missing_kinds: "kinds of lines that must be there, and of which there is none",
    unread_statements: "lines that state memory and could not be read; count",
    nul_bytes: "bytes that are NUL, which no log holds; bytes",
    incomplete: "what is missing, in words; NULL: nothing that these logs would show",
    zone: "its time zone, where found or given",
    offset_ms: "milliseconds added to its wall clock, read as UTC",
    clock_confidence: "how sure its clock is; 0 to 1",
    errors: "diagnostics of severity error; occurrences",
    warnings: "diagnostics of severity warning; occurrences",
    infos: "diagnostics of severity info; occurrences",
    statements: "memory statements in it; count",
    statements_met: "those that the replay had predicted; count",
    block_events: "block events that rest on it; count",
    memory_events: "calls on the memory manager that rest on it; count",
  },
  sql: `
with odd as (
  select app_id, attempt_id, source_file_id,
    sum(count) filter (severity = 'error')::bigint as errors, sum(count)
      filter (severity = 'warning')::bigint as warnings,
    sum(count) filter (severity = 'info')::bigint as infos
  from diagnostics group by all),
checked as (
  select app_id, attempt_id, source_file_id, count(*) as statements, count(*)
    filter (outcome = 'predicted') as met from replay_checks
  where kind = 'statement' group by all),
block as (select app_id, attempt_id, source_file_id, count(*) as events from block_events
  group by all),
memory as (select app_id, attempt_id, source_file_id, count(*) as events from memory_events
  group by all)
select
  f.app_id,
  f.attempt_id,
  f.source_file_id,
  f.path,
  f.kind,
  f.executor_id,
  f.identity_evidence,
  f.bytes,
  f.lines,
  f.truncated,
  f.layout,
  f.begins_late,
  f.ends_early,
  f.expected,
  f.missing,
  f.missing_kinds,
  f.unread_statements,
  f.nul_bytes,
  f.incomplete,
  c.zone,
  c.offset_ms,
  c.confidence as clock_confidence,
  coalesce(o.errors, 0) as errors,
  coalesce(o.warnings, 0) as warnings,
  coalesce(o.infos, 0) as infos,
  coalesce(k.statements, 0) as statements,
  coalesce(k.met, 0) as statements_met,
  coalesce(b.events, 0) as block_events,
  coalesce(m.events, 0) as memory_events
from source_files f
  left join clock_offsets c using (app_id, attempt_id, source_file_id)
  left join odd o using (app_id, attempt_id, source_file_id)
  left join checked k using (app_id, attempt_id, source_file_id)
  left join block b using (app_id, attempt_id, source_file_id)
  left join memory m using (app_id, attempt_id, source_file_id)
union all
select app_id, attempt_id, null, null, null, null, null, null, null, null, null, null, null, null,
  null,
  null, null, null, null, null, null, null,
  coalesce(errors, 0), coalesce(warnings, 0), coalesce(infos, 0), null, null, null, null
from odd where source_file_id is null
order by 1, 2, 3 nulls last`,
};
