/** The file formats that tables can be exported to. */
import type { DuckDBConnection } from "@duckdb/node-api";
import { writeCsv } from "./csv.ts";
import { writeParquet } from "./parquet.ts";

export interface ExportTo {
  readonly ending: string;
  /** Writes the query's answer to a file, in bounded memory. */
  readonly write: (connection: DuckDBConnection, sql: string, path: string) => Promise<void>;
}

export const exportTo: Readonly<Record<"parquet" | "arrow" | "csv", ExportTo>> = {
  parquet: { ending: "parquet", write: writeParquet },
  arrow: {
    ending: "arrow",
    // Read when it is needed: apache-arrow takes as long to load as DuckDB.
    write: async (connection, sql, path) => {
      const { writeArrow } = await import("./arrow.ts");
      await writeArrow(connection, sql, path);
    },
  },
  csv: { ending: "csv", write: writeCsv },
};

/** A trace for ui.perfetto.dev is no table, and is written by itself. */
export type ExportFormat = keyof typeof exportTo | "perfetto";
