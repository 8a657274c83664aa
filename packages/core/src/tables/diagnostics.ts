/** An oddity of the logs, with file and line. */
import type { RowOf } from "./declared-table.ts";

/** The table `diagnostics`. */
export const diagnostics = {
  comment: "A row is something odd about the input; the replay went on.",
  columns: {
    sourceFileId: ["small?", "file it is about (source_files); NULL: about no single file"],
    line: ["integer?", "line in that file, from 1"],
    byteOffset: ["integer?", "place in that file; bytes from its decoded beginning"],
    code: ["text", "kind of oddity"],
    severity: ["text", "info, warning or error"],
    message: ["text", "what is odd, of its first occurrence"],
    count: ["integer", "times it occurred; count"],
  },
} as const;

/** A row of `diagnostics`. */
export type DiagnosticRow = RowOf<typeof diagnostics, { severity: "info" | "warning" | "error" }>;
