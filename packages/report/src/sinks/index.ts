/** The file formats that tables can be exported to. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { writeArrow } from "./arrow.ts";
import { writeCsv } from "./csv.ts";
import { writeParquet } from "./parquet.ts";

export interface ExportTo {
  readonly ending: string;
  /** Writes the query's answer to a file, in bounded memory. */
  readonly write: (connection: DuckDBConnection, sql: string, path: string) => Promise<void>;
}

export const exportTo: Readonly<Record<"parquet" | "arrow" | "csv", ExportTo>> = {
  parquet: { ending: "parquet", write: writeParquet },
  arrow: { ending: "arrow", write: writeArrow },
  csv: { ending: "csv", write: writeCsv },
};

/** A trace for ui.perfetto.dev is no table, and is written by itself. */
export type ExportFormat = keyof typeof exportTo | "perfetto";
