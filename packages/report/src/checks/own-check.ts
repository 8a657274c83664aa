/** A user's own check: SQL whose rows are violations. */
import type { Database, QueryValue } from "../sql/query.ts";
import type { ApplicationKey } from "../tables/table.ts";
import { askAbout } from "./ask.ts";
import type { Verdict } from "./check.ts";
import type { GateConfig } from "./gate-config.ts";
import { isIgnored } from "./limits.ts";

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
 * In its SQL `getvariable('app_id')` and `getvariable('attempt_id')` name the application. Throws a QueryError where the
 * SQL cannot be run.
 */
export async function runOwnCheck(
  database: Database,
  application: ApplicationKey,
  check: OwnCheck,
  config: GateConfig,
): Promise<Verdict> {
  const rows = await askAbout(database, application)(check.sql);
  const violated = rows.length > 0;
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
      ? `${rows.length} ${rows.length === 1 ? "row is a violation" : "rows are violations"}`
      : "no row: no violation",
    value: { best: rows.length, min: rows.length, max: rows.length },
    executor: undefined,
    baseline: undefined,
    limit: 0,
    causes: [
      ...rows.slice(0, ROWS_SHOWN).map(rowInWords),
      ...(rows.length > ROWS_SHOWN ? [`and ${rows.length - ROWS_SHOWN} more`] : []),
    ],
    lookFurther: undefined,
    file: check.file,
  };
}

function rowInWords(row: Readonly<Record<string, QueryValue>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name} ${valueInWords(value)}`)
    .join(", ");
}

function valueInWords(value: QueryValue): string {
  if (value === null) return "NULL";
  return typeof value === "object"
    ? JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part))
    : String(value);
}
