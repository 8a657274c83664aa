/**
 * Columns of a declared table, as they are stored: names, types and comments follow from its
 * fields and their kinds.
 */
import type { ColumnKind, DeclaredTable } from "@respark/core";
import type { Column } from "../columns/column.ts";

/** A column, and where its value is in a row. */
export interface DeclaredColumn extends Pick<Column<never>, "name" | "nullable" | "comment"> {
  readonly type: Column<never>["type"];
  /** field of the row, and in it where the row has an object there */
  readonly path: readonly string[];
}

/** In the order in which they are declared. */
export function declaredColumns({ columns }: DeclaredTable): readonly DeclaredColumn[] {
  return Object.entries(columns).flatMap(([field, [kind, meaning]]) =>
    columnsOf(field, kind, meaning ?? ""),
  );
}

/** `costMillisMin` is the column cost_ms_min. */
function columnName(field: string): string {
  return field
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/_millis(?=_|$)/, "_ms")
    .replace(/_nanos(?=_|$)/, "_ns");
}

/** Type and nullability of each kind that is one column. */
const STORED = {
  integer: { type: "BIGINT", nullable: false },
  "integer?": { type: "BIGINT", nullable: true },
  small: { type: "INTEGER", nullable: false },
  "small?": { type: "INTEGER", nullable: true },
  fraction: { type: "DOUBLE", nullable: false },
  "fraction?": { type: "DOUBLE", nullable: true },
  // The time of a line is unknown where its log prints none.
  moment: { type: "TIMESTAMP", nullable: true },
  "moment?": { type: "TIMESTAMP", nullable: true },
  text: { type: "VARCHAR", nullable: false },
  "text?": { type: "VARCHAR", nullable: true },
  flag: { type: "BOOLEAN", nullable: false },
  "flag?": { type: "BOOLEAN", nullable: true },
  integers: { type: "BIGINT[]", nullable: false },
  "integers?": { type: "BIGINT[]", nullable: true },
  mode: { type: "VARCHAR", nullable: false },
  "mode?": { type: "VARCHAR", nullable: true },
} as const;

function columnsOf(field: string, kind: ColumnKind, meaning: string): readonly DeclaredColumn[] {
  switch (kind) {
    case "executor":
      return [plain(field, "text", "executor; driver is the driver")];
    case "happened":
      return [
        plain(field, "moment", "when it happened, best estimate; NULL: the log prints no times"),
        plain(`${field}Min`, "moment", "when it happened, at the earliest; NULL: zone unknown"),
        plain(`${field}Max`, "moment", "when it happened, at the latest; NULL: zone unknown"),
      ];
    case "between":
      return bounded(field, meaning, [[field], [`${field}Min`], [`${field}Max`]]);
    case "interval":
      return bounded(`${field}Bytes`, meaning, [
        [field, "bytes"],
        [field, "atLeast"],
        [field, "atMost"],
      ]);
    case "laid":
      return laid(field, meaning);
    case "provenance":
      return [
        plain(
          field,
          "text",
          "logged: a log says so; derived: follows from logs and Spark's rules; assumed: a default or an estimate",
        ),
        ...source("sourceFileId"),
      ];
    case "source":
      return source(field);
    default:
      return [plain(field, kind, meaning)];
  }
}

function plain(field: string, kind: keyof typeof STORED, meaning: string): DeclaredColumn {
  return {
    ...STORED[kind],
    name: columnName(field),
    comment: commentOf(kind, meaning),
    path: [field],
  };
}

function commentOf(kind: ColumnKind, meaning: string): string {
  if (kind.startsWith("moment")) return `${meaning}; UTC, µs`;
  if (kind.startsWith("mode")) return "on_heap (JVM heap) or off_heap (spark.memory.offHeap.size)";
  return meaning;
}

/** A best estimate with its bounds; both equal it where it is exact. */
function bounded(
  field: string,
  what: string,
  paths: readonly [best: readonly string[], least: readonly string[], most: readonly string[]],
): readonly DeclaredColumn[] {
  const says = ["best estimate", "at least", "at most"];
  return ["", "Min", "Max"].map((end, at) => ({
    ...plain(`${field}${end}`, "integer?", `${what}, ${says[at] ?? ""}; bytes`),
    path: paths[at] ?? [],
  }));
}

/** A part of an executor's memory, and where its size comes from. */
function laid(field: string, what: string): readonly DeclaredColumn[] {
  const bytes = plain(`${field}Bytes`, "integer?", `${what}; bytes`);
  const from = `where ${bytes.name} comes from: logged, derived or assumed`;
  return [
    { ...bytes, path: [field, "bytes"] },
    { ...plain(`${field}Origin`, "text?", from), path: [field, "origin"] },
  ];
}

function source(field: string): readonly DeclaredColumn[] {
  return [
    plain(field, "small?", "file that the row rests on (source_files)"),
    plain("sourceLine", "integer?", "line in that file, from 1"),
  ];
}
