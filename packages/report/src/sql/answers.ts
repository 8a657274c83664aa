/**
 * Views of a what-if answer, and the statements that make its tables and views in a database that
 * has none.
 */
import { answerTables } from "../tables/answers.ts";
import { sqlName, sqlText } from "./literal.ts";
import type { ViewSpec } from "./view.ts";

export const answerViews: readonly ViewSpec[] = [
  {
    name: "whatif_curve",
    comment: "A row is an outcome at one value of one setting: the points of a what-if curve.",
    columns: {
      app_id: "application",
      attempt_id: "attempt of the application",
      outcome: "what is counted",
      knob: "the setting; scenarios that change one alone are here",
      knob_value: "its value",
      knob_number: "the value as a number: bytes of a size with a unit, else as it stands",
      p_any: "share of simulated runs with any of it, 0 to 1; NULL: not foretold",
      median: "middle of the simulated runs; count or bytes",
      lo: "lower end of the 90 % band; count or bytes",
      hi: "upper end of the 90 % band; count or bytes",
      grade: "A to D",
      scenario_id: "scenario (whatif_scenarios)",
    },
    sql: `
with one as (
  select app_id, attempt_id, scenario_id, map_keys(settings)[1] as knob,
    map_values(settings)[1] as text
  from whatif_scenarios where cardinality(settings) = 1 and name = concat(knob, '=', text)),
parsed as (
  select *, try_cast(regexp_extract(text, '^([0-9.]+)', 1) as double) as number,
    lower(regexp_extract(text, '^[0-9.]+ *([kmgtKMGT]?)[bB]?$', 1)) as unit from one)
select
  o.app_id,
  o.attempt_id,
  o.outcome,
  p.knob,
  p.text as knob_value,
  p.number * case p.unit when 'k' then 1024 when 'm' then 1048576 when 'g' then 1073741824
    when 't' then 1099511627776 else 1 end as knob_number,
  o.p_any,
  o.median,
  o.lo,
  o.hi,
  o.grade,
  o.scenario_id
from whatif_outcomes o join parsed p using (app_id, attempt_id, scenario_id)
order by o.app_id, o.attempt_id, o.outcome, p.knob, knob_number`,
  },
  {
    name: "whatif_weak",
    comment:
      "A row is a size that the logs leave open, the widest times its uses first: better logs of it would raise the grade.",
    columns: {
      app_id: "application",
      attempt_id: "attempt of the application",
      kind: "block, task or broadcast",
      id: "block id, task id with the place of its operator, or broadcast id",
      operator: "spillable, sorter, shuffle_sorter, map, relation, pages, or the kind",
      open_bytes: "between its bounds, times its uses; bytes",
      bytes: "best estimate; bytes",
      bytes_min: "at least; bytes",
      bytes_max: "at most; bytes",
      source: "bounds (any value between) or estimate",
      uses: "stages that read the partition, else 1; count",
    },
    sql: `
select
  app_id,
  attempt_id,
  kind,
  id,
  operator,
  (bytes_max - bytes_min) * uses as open_bytes,
  bytes,
  bytes_min,
  bytes_max,
  source,
  uses
from whatif_demand where bytes_max > bytes_min
order by app_id, attempt_id, open_bytes desc, kind, id`,
  },
];

/** The statements that make them where they are not there yet. */
export function createAnswerTables(): readonly string[] {
  const made = answerTables.flatMap(({ name, comment, columns }) => [
    `create table if not exists ${name} (${columns
      .map((column) => {
        return `${sqlName(column.name)} ${column.type}${column.nullable ? "" : " not null"}`;
      })
      .join(", ")})`,
    `comment on table ${name} is ${sqlText(comment)}`,
    ...columns.map((column) => {
      return `comment on column ${name}.${sqlName(column.name)} is ${sqlText(column.comment)}`;
    }),
  ]);
  const shown = answerViews.flatMap(({ name, comment, columns, sql }) => [
    `create or replace view ${name} as ${sql}`,
    `comment on view ${name} is ${sqlText(comment)}`,
    ...Object.entries(columns).map(([column, meaning]) => {
      return `comment on column ${name}.${sqlName(column)} is ${sqlText(meaning)}`;
    }),
  ]);
  return [...made, ...shown];
}
