/**
 * What all executors held together along a run: few points, each the most of its stretch, so that
 * runs can be drawn behind one another.
 */
import type { Curve, MemoryCurves } from "../picture/memory-curves.ts";
import type { Database } from "../sql/query.ts";
import { numberIn, type Of, textIn } from "../sql/row.ts";
import { known } from "../sql/typed-rows.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { askAbout } from "./ask.ts";
import { THIS_APP } from "./this-application.ts";

/** Points of a curve: a baseline of some runs stays a file of some kilobytes. */
export const STRETCHES = 48;

const PARTS = ["storage", "execution"] as const;
const BOUNDS = ["", "_min", "_max"] as const;
type Part = (typeof PARTS)[number];
type Held = `${Part}_used_bytes${(typeof BOUNDS)[number]}`;
type Summed = Held | `${Part}_unknown`;

const HELD: readonly Held[] = PARTS.flatMap((part) =>
  BOUNDS.map((end) => `${part}_used_bytes${end}` as const),
);
const SUMMED: readonly Summed[] = [...HELD, ...PARTS.map((part) => `${part}_unknown` as const)];
const STRETCH = {
  mode: "key",
  length_us: "number",
  stretch: "number",
  // Each as the most of the stretch, and as its last.
  ...(Object.fromEntries(
    SUMMED.flatMap((column) => [column, `last_${column}`]).map((column) => [column, "number"]),
  ) as Record<Summed | `last_${Summed}`, "number">),
} as const;
type Stretch = Of<typeof STRETCH>;

const ROUNDED = 10 / 2 ** 20;

/** A mode without memory has no curves. */
export async function memoryCurves(
  database: Pick<Database, "rows">,
  application: ApplicationKey,
): Promise<MemoryCurves[]> {
  const rows = known(await askAbout(database, application)(curvesSql()), STRETCH);
  return (["on_heap", "off_heap"] as const).flatMap((mode) => {
    const own = rows.filter((row) => textIn(row, "mode") === mode);
    const [first] = own;
    if (first === undefined) return [];
    const seconds = (numberIn(first, "length_us") ?? 0) / 1e6;
    const [storage, execution] = PARTS.map((part) => curveOf(own, part));
    if (storage === undefined || execution === undefined) return [];
    return [{ mode, seconds: Math.round(seconds * 1000) / 1000, storage, execution }];
  });
}

/** Every step of an executor as what it adds to the sum; when it goes, what it held goes. */
function curvesSql(): string {
  const unknown = PARTS.map((part) => `(${part}_used_bytes is null)::integer as ${part}_unknown`);
  const sums = SUMMED.map((column) => {
    return `sum(coalesce(${column}, 0) - coalesce(before.${column}, 0)) over running as ${column}`;
  });
  return `
    with run as (
      select epoch_us(max(a.ended_at)) as ended,
        (select epoch_us(min(launched_at)) from tasks where ${THIS_APP}) as launched
      from applications a where ${THIS_APP}),
    own as (
      select m.* from memory_timeline m
      where ${THIS_APP} and executor_id <> 'driver' and max_memory_bytes > 0),
    span as (
      select coalesce(any_value(launched), min(epoch_us(ts))) as first,
        greatest(coalesce(any_value(ended), 0), max(epoch_us(ts))) as last
      from own, run),
    steps as (
      select mode, executor_id, seq, epoch_us(ts) as us, ${HELD.join(", ")}, ${unknown.join(", ")}
      from own
      union all
      select o.mode, executor_id, max(seq) + 1, epoch_us(any_value(removed_at)),
        ${SUMMED.map(() => "0").join(", ")}
      from own o join (from executors where ${THIS_APP} and removed_at is not null)
        using (executor_id)
      group by o.mode, executor_id having epoch_us(any_value(removed_at)) >= max(epoch_us(o.ts))),
    changes as (
      select *, lag({${SUMMED.map((column) => `'${column}': ${column}`).join(", ")}}) over (
        partition by mode, executor_id order by seq) as before
      from steps),
    summed as (
      select mode, us, executor_id, seq, ${sums.join(",\n        ")}
      from changes
      window running as (
        partition by mode order by us, executor_id, seq rows unbounded preceding)),
    placed as (
      select s.*, last - first as length_us, greatest(-1, least(${STRETCHES - 1},
        floor((us - first) * ${STRETCHES} / greatest(1, last - first))))::integer as stretch
      from summed s, span)
    select mode, any_value(length_us)::double as length_us, stretch,
      ${SUMMED.map((column) => `max(${column})::double as ${column}`).join(", ")},
      ${SUMMED.map((column) => `arg_max(${column}, (us, executor_id, seq))::double as last_${column}`).join(", ")}
    from placed group by mode, stretch order by mode, stretch`;
}

function curveOf(rows: readonly Stretch[], part: Part): Curve {
  const [best, least, most] = BOUNDS.map((end) => pointsOf(rows, part, `${part}_used_bytes${end}`));
  const same = JSON.stringify(least) === JSON.stringify(most);
  return same || best === undefined ? { best: best ?? [] } : { best, least, most };
}

/** A stretch without a step holds what the one before it ended with. */
function pointsOf(rows: readonly Stretch[], part: Part, column: Held): (number | null)[] {
  const byStretch = new Map(rows.map((row) => [numberIn(row, "stretch"), row]));
  const before = byStretch.get(-1);
  let held = numberIn(before, `last_${column}`) ?? 0;
  let isUnknown = (numberIn(before, `last_${part}_unknown`) ?? 0) > 0;
  return Array.from({ length: STRETCHES }, (_, stretch) => {
    const row = byStretch.get(stretch);
    const most = Math.max(held, numberIn(row, column) ?? 0);
    const unknown = isUnknown || (numberIn(row, `${part}_unknown`) ?? 0) > 0;
    held = numberIn(row, `last_${column}`) ?? held;
    isUnknown = row === undefined ? isUnknown : (numberIn(row, `last_${part}_unknown`) ?? 0) > 0;
    return unknown ? null : Math.round(most * ROUNDED) / 10;
  });
}
