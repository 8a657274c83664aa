/** A declared table as writers take it: its columns, each with how its value comes out of a row. */
import { type DeclaredTable, ModelError, UNKNOWN_TIME } from "@respark/core";
import type {
  Column,
  FlagColumn,
  ListColumn,
  NumberColumn,
  TextColumn,
} from "../columns/column.ts";
import { type DeclaredColumn, declaredColumns } from "./declared-columns.ts";
import type { TableSpec } from "./table.ts";

type ByColumn<Value> = Readonly<Record<string, Value>>;

/**
 * By column, how its value comes out of a row (`values.ts`). A function a column, and not one that
 * is told the field: it is called once a value, and this way takes two thirds of the time.
 */
export interface ValuesOf<Row> {
  readonly numbers?: ByColumn<NumberColumn<Row>["value"]>;
  readonly texts?: ByColumn<TextColumn<Row>["value"]>;
  readonly flags?: ByColumn<FlagColumn<Row>["value"]>;
  readonly lists?: ByColumn<ListColumn<Row>["value"]>;
}

export function storedTable<Row>(
  name: string,
  declared: DeclaredTable,
  values: ValuesOf<Row>,
): TableSpec<Row> {
  return {
    name,
    comment: declared.comment,
    columns: declaredColumns(declared).map((column) => withValue(column, values)),
  };
}

function withValue<Row>(declared: DeclaredColumn, values: ValuesOf<Row>): Column<Row> {
  const { name, nullable, comment, type } = declared;
  const described = { name, nullable, comment };
  // `pnpm docs:tables` must run before it can write the values of a new column.
  const missing = (): never => {
    throw new ModelError(`column ${name} has no value in tables/values.ts: pnpm docs:tables`);
  };
  switch (type) {
    case "VARCHAR":
      return { ...described, type, value: values.texts?.[name] ?? missing };
    case "BOOLEAN":
      return { ...described, type, value: values.flags?.[name] ?? missing };
    case "BIGINT[]":
      return { ...described, type, value: values.lists?.[name] ?? missing };
    case "TIMESTAMP": {
      const micros = values.numbers?.[name] ?? missing;
      return { ...described, type, value: (row) => printedTime(micros(row)) };
    }
    default:
      return { ...described, type, value: values.numbers?.[name] ?? missing };
  }
}

/** A line of a log without times is at the epoch, when no Spark ran: its time is unknown. */
function printedTime(micros: number | undefined): number | undefined {
  return micros === UNKNOWN_TIME ? undefined : micros;
}
