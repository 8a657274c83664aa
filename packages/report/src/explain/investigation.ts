/** One application of a database, and what its stories ask of it. */
import { sqlText } from "../sql/literal.ts";
import type { Database } from "../sql/query.ts";
import { relations } from "../sql/relations.ts";
import { type Ask, numberIn, type Of, type Row, type Shape, textIn } from "../sql/row.ts";
import { kindsOf, known, rowsAs } from "../sql/typed-rows.ts";
import type { LogPlace } from "./story.ts";
import { executorWords } from "./words.ts";

/** What was asked about is not in the database; the message says what is. */
export class NotThereError extends Error {
  override readonly name = "NotThereError";
}

/** Columns of a row that say which line of a log it is from. */
export const LINE = { source_file_id: "number", source_line: "number" } as const;

/** Which application, and which attempt of it. */
export interface ApplicationName {
  readonly appId: string;
  readonly attemptId: string;
}

const SINCE = { started_us: "number", ended_us: "number" } as const;
type ApplicationRow = Of<typeof relations.applications & typeof SINCE>;

const FILE = kindsOf("source_files", ["source_file_id", "path", "parts"]);

export class Investigation {
  readonly #database: Pick<Database, "rows">;
  readonly #paths: ReadonlyMap<number, readonly Part[]>;
  readonly application: ApplicationRow;
  readonly appId: string;
  readonly attemptId: string;

  private constructor(
    database: Pick<Database, "rows">,
    application: ApplicationRow,
    name: ApplicationName,
    paths: ReadonlyMap<number, readonly Part[]>,
  ) {
    this.#database = database;
    this.#paths = paths;
    this.application = application;
    this.appId = name.appId;
    this.attemptId = name.attemptId;
  }

  static async of(database: Pick<Database, "rows">, name: ApplicationName): Promise<Investigation> {
    const here = `app_id = ${sqlText(name.appId)} and attempt_id = ${sqlText(name.attemptId)}`;
    const ask: Ask = (sql) => database.rows(sql);
    const [application] = await rowsAs(
      ask,
      { ...relations.applications, ...SINCE },
      `select *, epoch_us(started_at) as started_us, epoch_us(ended_at) as ended_us from applications where ${here}`,
    );
    if (application === undefined) {
      throw new NotThereError(`no application ${name.appId} attempt ${name.attemptId}`);
    }
    const files = await rowsAs(
      ask,
      FILE,
      `select source_file_id, path, parts from source_files where ${here}`,
    );
    const paths = new Map(
      files.map((file) => [numberIn(file, "source_file_id") ?? 0, partsOf(file)]),
    );
    return new Investigation(database, application, name, paths);
  }

  /** The condition that keeps to this application; of the named table in a join. */
  here(table?: string): string {
    const at = table === undefined ? "" : `${table}.`;
    return `${at}app_id = ${sqlText(this.appId)} and ${at}attempt_id = ${sqlText(this.attemptId)}`;
  }

  ask(sql: string): Promise<readonly Row[]> {
    return this.#database.rows(sql);
  }

  async one(sql: string): Promise<Row | undefined> {
    return (await this.ask(sql))[0];
  }

  /** Rows of which the compiler knows the columns. */
  rowsAs<Columns extends Shape>(shape: Columns, sql: string): Promise<readonly Of<Columns>[]> {
    return rowsAs((question) => this.ask(question), shape, sql);
  }

  async rowAs<Columns extends Shape>(
    shape: Columns,
    sql: string,
  ): Promise<Of<Columns> | undefined> {
    return (await this.rowsAs(shape, sql))[0];
  }

  /** Where a row comes from, if a line of a log is known. */
  places(
    rows: readonly { readonly row: Of<typeof LINE> | undefined; readonly says: string }[],
  ): LogPlace[] {
    return rows.flatMap(({ row, says }) => {
      if (row === undefined) return [];
      const [file, line] = [numberIn(row, "source_file_id"), numberIn(row, "source_line")];
      const parts = file === undefined ? undefined : this.#paths.get(file);
      if (parts === undefined || line === undefined) return [];
      const part = parts.findLast(({ firstLine }) => firstLine <= line) ?? parts[0];
      return part === undefined ? [] : [{ says, path: part.path, line: line - part.firstLine + 1 }];
    });
  }

  get sparkVersion(): string | undefined {
    return textIn(this.application, "spark_version");
  }
}

/** A file that a person opens. */
interface Part {
  readonly path: string;
  /** among the lines of all parts, from 1 */
  readonly firstLine: number;
}

function partsOf(file: Of<typeof FILE>): readonly Part[] {
  const told = (textIn(file, "parts") ?? "").split("\n").flatMap((part) => {
    const [, first, path] = /^(\d+) (.+)$/.exec(part) ?? [];
    return path === undefined ? [] : [{ path, firstLine: Number(first) }];
  });
  return told.length > 0 ? told : [{ path: textIn(file, "path") ?? "", firstLine: 1 }];
}

/** A row by its place in an order, from 1, or by executor and seq. */
export type RowNumber =
  | { readonly nth: number }
  | { readonly executorId: string; readonly seq: number };

/** A row's place among those of its kind. */
const PLACE = { nth: "number", of_all: "number" } as const;

/**
 * The row that was named, its place and how many there are; a NotThereError that lists what exists
 * where there is none.
 */
export async function rowNamed<Columns extends Shape>(
  investigation: Investigation,
  wanted: RowNumber,
  { shape, from, order, what, named }: RowsOfAKind<Columns>,
): Promise<RowNamed<Columns>> {
  const numbered = `select *, row_number() over (order by ${order}) as nth, count(*) over () as of_all from ${from} where ${investigation.here()}`;
  const condition =
    "nth" in wanted
      ? `nth = ${Math.trunc(wanted.nth)}`
      : `executor_id = ${sqlText(wanted.executorId)} and seq = ${Math.trunc(wanted.seq)}`;
  const found = `select * from (${numbered}) where ${condition}`;
  const row = await investigation.rowAs(shape, found);
  if (row !== undefined) {
    const [place] = known([row], PLACE);
    return { row, nth: numberIn(place, "nth") ?? 0, of: numberIn(place, "of_all") ?? 0 };
  }
  const first = await investigation.rowsAs(
    { ...PLACE, executor_id: "text", label: "text", seq: "number" },
    `select executor_id, nth, of_all, ${named} as label, ${"nth" in wanted ? "null::bigint" : "seq"} as seq from (${numbered}) order by nth limit 5`,
  );
  const all = numberIn(first[0], "of_all") ?? 0;
  const asked = "nth" in wanted ? String(wanted.nth) : `${wanted.executorId}:${wanted.seq}`;
  if (all === 0) throw new NotThereError(`no ${what} ${asked}: the logs tell of no ${what} at all`);
  const examples = first
    .map((some) => {
      const seq = numberIn(some, "seq");
      const name =
        seq === undefined ? numberIn(some, "nth") : `${textIn(some, "executor_id")}:${seq}`;
      return `${name} (${textIn(some, "label")} on ${executorWords(textIn(some, "executor_id"))})`;
    })
    .join(", ");
  throw new NotThereError(
    `no ${what} ${asked}; there ${all === 1 ? "is 1" : "nth" in wanted ? `are 1 to ${all}` : `are ${all}`}: ${examples}${all > first.length ? " …" : ""}`,
  );
}

export interface RowNamed<Columns extends Shape> {
  readonly row: Of<Columns>;
  readonly nth: number;
  readonly of: number;
}

export interface RowsOfAKind<Columns extends Shape> {
  readonly shape: Columns;
  /** table or view */
  readonly from: string;
  readonly order: string;
  /** what a row is called: `eviction` */
  readonly what: string;
  /** SQL of what to call one by in a list */
  readonly named: string;
}

/** Whether a table has such rows; asked before a view over everything is. */
export async function thereIs(
  investigation: Investigation,
  table: string,
  condition = "true",
): Promise<boolean> {
  const row = await investigation.one(
    `select 1 as found from ${table} where ${investigation.here()} and ${condition} limit 1`,
  );
  return row !== undefined;
}
