/** Input files. */
import type { SourceFileRow } from "@respark/core";
import { always, big, flag, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const sourceFiles: TableSpec<SourceFileRow> = {
  name: "source_files",
  comment: "A row is an input file.",
  columns: [
    always(
      small("source_file_id", "number that other tables use for it", (row) => row.sourceFileId),
    ),
    always(text("path", "path as it was given", (row) => row.path)),
    always(
      text(
        "kind",
        "event_log, executor_log, driver_log or other; found from content",
        (row) => row.kind,
      ),
    ),
    always(
      text(
        "codec",
        "compression, found from content; none where there is none",
        (row) => row.codec,
      ),
    ),
    always(big("bytes", "decoded bytes that were read", (row) => row.bytes)),
    always(big("lines", "lines that were read; count", (row) => row.lines)),
    always(
      flag(
        "truncated",
        "whether the file ends in the middle of a line or a frame",
        (row) => row.truncated,
      ),
    ),
    text("executor_id", "executor whose log it is", (row) => row.executorId),
    text(
      "identity_evidence",
      "how executor and application of the file were found, or why it was not read",
      (row) => row.identityEvidence,
    ),
    text("layout", "layout of its log lines, as learned", (row) => row.layout),
  ],
};
