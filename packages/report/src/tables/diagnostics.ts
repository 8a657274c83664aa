/** Oddities of the input. */
import type { DiagnosticRow } from "@respark/core";
import { always, big, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const diagnostics: TableSpec<DiagnosticRow> = {
  name: "diagnostics",
  comment: "A row is something odd about the input; the replay went on.",
  columns: [
    small(
      "source_file_id",
      "file it is about (source_files); NULL: about no single file",
      (row) => row.sourceFileId,
    ),
    big("line", "line in that file, from 1", (row) => row.line),
    big(
      "byte_offset",
      "place in that file; bytes from its decoded beginning",
      (row) => row.byteOffset,
    ),
    always(text("code", "kind of oddity", (row) => row.code)),
    always(text("severity", "info, warning or error", (row) => row.severity)),
    always(text("message", "what is odd, of its first occurrence", (row) => row.message)),
    always(big("count", "times it occurred; count", (row) => row.count)),
  ],
};
