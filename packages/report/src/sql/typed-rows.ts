/**
 * Questions whose rows have types: a table's or view's columns by what they were declared as
 * (`rowsFrom`), and SQL by hand by what its answer is said to be (`answerOf`).
 */
import { sqlName } from "./literal.ts";
import { type RelationName, relations } from "./relations.ts";
import {
  type Ask,
  flagIn,
  type Kind,
  numberIn,
  type Of,
  type Row,
  type Shape,
  textIn,
  textsIn,
} from "./row.ts";

/** What each kind is in a row that was read. */
interface Values {
  /** a text that every row has */
  readonly key: string;
  readonly text: string | undefined;
  /** also an integer beyond 2^53, as of a damaged line: undefined */
  readonly number: number | undefined;
  readonly flag: boolean | undefined;
  /** empty for NULL */
  readonly texts: readonly string[];
}

/** A row of an answer: undefined is NULL. */
export type RowOf<Columns extends Shape> = {
  readonly [Column in keyof Columns]: Values[Columns[Column]];
};

type Relations = typeof relations;
type ColumnOf<Name extends RelationName> = keyof Relations[Name] & string;
type ShapeOf<Name extends RelationName, Column extends ColumnOf<Name>> = {
  readonly [One in Column]: Relations[Name][One] extends Kind ? Relations[Name][One] : never;
};

/** The kinds of some columns of a table or view, for a question by hand that hands them on. */
export function kindsOf<Name extends RelationName, Column extends ColumnOf<Name>>(
  name: Name,
  columns: readonly Column[],
): ShapeOf<Name, Column> {
  const all: Shape = relations[name];
  // The columns are keys of the relation, so that each has its kind.
  return Object.fromEntries(columns.map((column) => [column, all[column]])) as ShapeOf<
    Name,
    Column
  >;
}

/**
 * These columns of a table or view. A name that it does not have, and a value that is used as
 * another kind, do not compile.
 *
 * @param rest what follows the table: `where … order by …`
 */
export async function rowsFrom<Name extends RelationName, Column extends ColumnOf<Name>>(
  ask: Ask,
  name: Name,
  columns: readonly Column[],
  rest = "",
): Promise<RowOf<ShapeOf<Name, Column>>[]> {
  const sql = `select ${columns.map(sqlName).join(", ")} from ${sqlName(name)} ${rest}`;
  return answerOf(ask, kindsOf(name, columns), sql);
}

/**
 * The answer to SQL by hand. Throws a TypeError where a row lacks a column of the shape or has
 * another kind of value in it: a mistake of ours.
 */
export async function answerOf<Columns extends Shape>(
  ask: Ask,
  shape: Columns,
  sql: string,
): Promise<RowOf<Columns>[]> {
  return (await ask(sql)).map((row) => read(row, shape));
}

/** The same of the first row; undefined: there is none. */
export async function firstOf<Columns extends Shape>(
  ask: Ask,
  shape: Columns,
  sql: string,
): Promise<RowOf<Columns> | undefined> {
  return (await answerOf(ask, shape, sql))[0];
}

/**
 * The answer to SQL by hand, as it came: for rows that are handed on whole (as facts, as the place
 * of a line) and read by name where a sentence needs them. Throws a TypeError where they lack a
 * column.
 */
export async function rowsAs<Columns extends Shape>(
  ask: Ask,
  shape: Columns,
  sql: string,
): Promise<readonly Of<Columns>[]> {
  return known(await ask(sql), shape);
}

/** Rows that came for somebody else, by the columns that the question had. Throws as `rowsAs`. */
export function known<Columns extends Shape>(
  rows: readonly Row[],
  shape: Columns,
): readonly Of<Columns>[] {
  for (const column of Object.keys(shape))
    if (rows[0] !== undefined && !(column in rows[0]))
      throw new TypeError(`the answer has no column ${column}`);
  return rows as readonly Of<Columns>[];
}

function read<Columns extends Shape>(row: Row, shape: Columns): RowOf<Columns> {
  const values = Object.entries(shape).map(([column, kind]) => [
    column,
    readers[kind](row, column),
  ]);
  return Object.fromEntries(values) as RowOf<Columns>;
}

const readers: { readonly [One in Kind]: (row: Row, column: string) => Values[One] } = {
  key: (row, column) => {
    const value = textIn(row, column);
    if (value === undefined) throw new TypeError(`${column} is NULL, and no row lacks it`);
    return value;
  },
  text: textIn,
  number: numberIn,
  flag: flagIn,
  texts: textsIn,
};
