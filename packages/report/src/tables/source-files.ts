/** Input files. */
import type { SourceFileRow } from "@respark/core";
import { always, big, flag, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

function listed(kinds: readonly string[]): string | undefined {
  return kinds.length === 0 ? undefined : kinds.join(",");
}

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
    flag(
      "begins_late",
      "whether it begins within the life that it is about; NULL: nothing tells",
      (row) => row.beginsLate,
    ),
    flag(
      "ends_early",
      "whether it stops before that life ends; NULL: nothing tells",
      (row) => row.endsEarly,
    ),
    big(
      "expected",
      "things that must be in it by what it and other logs say (task ids, planned tasks, lines of tasks and blocks); NULL: nothing to hold it against; count",
      (row) => row.expected,
    ),
    big("missing", "of these, those that are not in it, at least; count", (row) => row.missing),
    text(
      "line_kinds",
      "kinds of lines in an executor's log: start, tasks, blocks, spills, times, end; joined by commas",
      ({ lineKinds }) => listed(lineKinds),
    ),
    text(
      "missing_kinds",
      "kinds of lines that must be there, and of which there is none: another level, a filter, or damage",
      ({ missingKinds }) => listed(missingKinds),
    ),
    big(
      "unread_statements",
      "lines that state memory and could not be read; count",
      (row) => row.unreadStatements,
    ),
    big("nul_bytes", "bytes that are NUL, which no log holds; bytes", (row) => row.nulBytes),
    text(
      "parts",
      "files of a log that has several, oldest first, a line each: the number of its first line among all, a blank, its path; NULL: one file",
      ({ parts }) =>
        parts.length < 2
          ? undefined
          : parts.map(({ path, firstLine }) => `${firstLine} ${path}`).join("\n"),
    ),
    text(
      "incomplete",
      "what is missing, in words; NULL: nothing that these logs would show",
      (row) => row.incomplete,
    ),
  ],
};
