/**
 * The columns that tables are made of: bytes, times, durations, counts, names, and intervals of
 * bytes.
 */
import { type Origin, type Provenance, type Triple, UNKNOWN_TIME } from "@respark/core";
import type {
  Column,
  FlagColumn,
  ListColumn,
  NumberColumn,
  TextColumn,
} from "../columns/column.ts";

type NumberOf<Row> = (row: Row) => number | undefined;
type TextOf<Row> = (row: Row) => string | undefined;

/** Bytes, a duration, a count or an id: any 64-bit integer, NULL where unknown. */
export function big<Row>(name: string, comment: string, value: NumberOf<Row>): NumberColumn<Row> {
  return { name, type: "BIGINT", nullable: true, comment, value };
}

/** A small integer, NULL where unknown. */
export function small<Row>(name: string, comment: string, value: NumberOf<Row>): NumberColumn<Row> {
  return { name, type: "INTEGER", nullable: true, comment, value };
}

export function fraction<Row>(
  name: string,
  comment: string,
  value: NumberOf<Row>,
): NumberColumn<Row> {
  return { name, type: "DOUBLE", nullable: true, comment, value };
}

/** A moment in epoch microseconds, UTC; NULL where the log prints no times. */
export function moment<Row>(
  name: string,
  comment: string,
  value: NumberOf<Row>,
): NumberColumn<Row> {
  return {
    name,
    type: "TIMESTAMP",
    nullable: true,
    comment: `${comment}; UTC, µs`,
    value: (row) => printedTime(value(row)),
  };
}

/** A line of a log without times is at the epoch, when no Spark ran: its time is unknown. */
function printedTime(micros: number | undefined): number | undefined {
  return micros === UNKNOWN_TIME ? undefined : micros;
}

export function text<Row>(name: string, comment: string, value: TextOf<Row>): TextColumn<Row> {
  return { name, type: "VARCHAR", nullable: true, comment, value };
}

export function flag<Row>(
  name: string,
  comment: string,
  value: (row: Row) => boolean | undefined,
): FlagColumn<Row> {
  return { name, type: "BOOLEAN", nullable: true, comment, value };
}

export function ids<Row>(
  name: string,
  comment: string,
  value: (row: Row) => readonly number[] | undefined,
): ListColumn<Row> {
  return { name, type: "BIGINT[]", nullable: true, comment, value };
}

/** The same column where every row has a value. */
export function always<Kind extends Column<never>>(column: Kind): Kind {
  return { ...column, nullable: false };
}

/** `<name>_bytes` with its bounds; both bounds equal it where it is exact. */
export function bytesTriple<Row>(
  name: string,
  what: string,
  of: (row: Row) => Triple,
): Column<Row>[] {
  return bytesBetween(name, what, {
    best: (row) => of(row).bytes,
    atLeast: (row) => of(row).atLeast,
    atMost: (row) => of(row).atMost,
  });
}

export function bytesBetween<Row>(
  name: string,
  what: string,
  of: { best: NumberOf<Row>; atLeast: NumberOf<Row>; atMost: NumberOf<Row> },
): Column<Row>[] {
  return [
    big(`${name}_bytes`, `${what}, best estimate; bytes`, of.best),
    big(`${name}_bytes_min`, `${what}, at least; bytes`, of.atLeast),
    big(`${name}_bytes_max`, `${what}, at most; bytes`, of.atMost),
  ];
}

interface Timed {
  readonly ts: number;
  readonly tsMin: number | undefined;
  readonly tsMax: number | undefined;
}

/** `ts` with its bounds: a log that prints whole seconds leaves a second. */
export function happened<Row extends Timed>(): Column<Row>[] {
  return [
    moment("ts", "when it happened, best estimate; NULL: the log prints no times", (row) => row.ts),
    moment("ts_min", "when it happened, at the earliest; NULL: zone unknown", (row) => row.tsMin),
    moment("ts_max", "when it happened, at the latest; NULL: zone unknown", (row) => row.tsMax),
  ];
}

/** `origin`, `source_file_id`, `source_line`. */
export function provenance<Row extends Provenance>(): Column<Row>[] {
  return [
    always(
      text<Row>(
        "origin",
        "logged: a log says so; derived: follows from logs and Spark's rules; assumed: a default or an estimate",
        ({ origin }) => origin,
      ),
    ),
    ...source<Row>(),
  ];
}

interface Sourced {
  readonly sourceFileId: number | undefined;
  readonly sourceLine: number | undefined;
}

export function source<Row extends Sourced>(): Column<Row>[] {
  return [
    small(
      "source_file_id",
      "file that the row rests on (source_files)",
      ({ sourceFileId }) => sourceFileId,
    ),
    big("source_line", "line in that file, from 1", ({ sourceLine }) => sourceLine),
  ];
}

export function executorId<Row extends { readonly executorId: string }>(): TextColumn<Row> {
  return always(text("executor_id", "executor; driver is the driver", (row) => row.executorId));
}

export function seq<Row extends { readonly seq: number }>(comment: string): NumberColumn<Row> {
  return always(big("seq", comment, (row) => row.seq));
}

export function mode<Row extends { readonly mode: string | undefined }>(): TextColumn<Row> {
  return text(
    "mode",
    "on_heap (JVM heap) or off_heap (spark.memory.offHeap.size)",
    (row) => row.mode,
  );
}

/** Explains the values of an origin column. */
export function originOf<Row>(
  name: string,
  of: string,
  value: (row: Row) => Origin | undefined,
): TextColumn<Row> {
  return text(name, `where ${of} comes from: logged, derived or assumed`, value);
}
