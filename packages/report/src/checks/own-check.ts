/** A user's own check: SQL whose rows are violations. */
import type { Database, QueryValue } from "../sql/query.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { questionAbout } from "./ask.ts";
import type { Verdict } from "./check.ts";
import type { GateConfig } from "./gate-config.ts";
import { isIgnored } from "./limits.ts";

/** A check of the user's own: SQL whose rows are violations. */
export interface OwnCheck {
  readonly id: string;
  readonly title: string;
  readonly sql: string;
  /** Where the SQL stands, as reports name it. */
  readonly file: string;
  readonly level: "warn" | "fail";
}

const ROWS_SHOWN = 5;

/**
 * In its SQL `getvariable('app_id')` and `getvariable('attempt_id')` name the application. Throws a
 * QueryError where the SQL cannot be run.
 */
export async function runOwnCheck(
  database: Database,
  application: ApplicationKey,
  check: OwnCheck,
  config: GateConfig,
): Promise<Verdict> {
  const { count, first } = await violations(database, application, check);
  const violated = count > 0;
  const status = !violated
    ? "pass"
    : isIgnored(check.id, undefined, config)
      ? "ignored"
      : check.level;
  return {
    check: check.id,
    title: check.title,
    unit: "rows",
    better: "lower",
    subject: undefined,
    status,
    sentence: violated
      ? `${count} ${count === 1 ? "row is a violation" : "rows are violations"}`
      : "no row: no violation",
    value: { best: count, min: count, max: count },
    executor: undefined,
    baseline: undefined,
    limit: 0,
    causes: [
      ...first.map(rowInWords),
      ...(count > first.length ? [`and ${count - first.length} more`] : []),
    ],
    lookFurther: undefined,
    file: check.file,
  };
}

/** Counts them all and keeps a few: there may be millions. */
async function violations(
  database: Database,
  application: ApplicationKey,
  { sql }: OwnCheck,
): Promise<{ readonly count: number; readonly first: readonly [string, QueryValue][][] }> {
  const answer = await questionAbout(database, application)(sql);
  const first: [string, QueryValue][][] = [];
  let count = 0;
  for await (const batch of answer.batches()) {
    count += batch.length;
    for (const row of batch.slice(0, ROWS_SHOWN - first.length)) {
      first.push(answer.columns.map(({ name }, index) => [name, row[index] ?? null]));
    }
  }
  return { count, first };
}

function rowInWords(row: readonly [string, QueryValue][]): string {
  return row.map(([name, value]) => `${name} ${valueInWords(value)}`).join(", ");
}

function valueInWords(value: QueryValue): string {
  if (value === null) return "NULL";
  return typeof value === "object"
    ? JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part))
    : String(value);
}
