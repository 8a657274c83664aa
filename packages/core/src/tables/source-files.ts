/** An input file: what it is, and how much of what it should hold is there. */
import type { RowOf } from "./declared-table.ts";

/** The table `source_files`. */
export const sourceFiles = {
  comment: "A row is an input file.",
  columns: {
    sourceFileId: ["small", "number that other tables use for it"],
    path: ["text", "path as it was given"],
    kind: ["text", "event_log, executor_log, driver_log or other; found from content"],
    codec: ["text", "compression, found from content; none where there is none"],
    bytes: ["integer", "decoded bytes that were read"],
    lines: ["integer", "lines that were read; count"],
    truncated: ["flag", "whether the file ends in the middle of a line or a frame"],
    executorId: ["text?", "executor whose log it is"],
    identityEvidence: [
      "text?",
      "how executor and application of the file were found, or why it was not read",
    ],
    layout: ["text?", "layout of its log lines, as learned"],
    beginsLate: [
      "flag?",
      "whether it begins within the life that it is about; NULL: nothing tells",
    ],
    endsEarly: ["flag?", "whether it stops before that life ends; NULL: nothing tells"],
    expected: [
      "integer?",
      "things that must be in it by what it and other logs say (task ids, planned tasks, lines of tasks and blocks); NULL: nothing to hold it against; count",
    ],
    missing: ["integer?", "of these, those that are not in it, at least; count"],
    lineKinds: [
      "text?",
      "kinds of lines in an executor's log: start, tasks, blocks, spills, times, end; joined by commas",
    ],
    missingKinds: [
      "text?",
      "kinds of lines that must be there, and of which there is none: another level, a filter, or damage",
    ],
    unreadStatements: ["integer?", "lines that state memory and could not be read; count"],
    nulBytes: ["integer?", "bytes that are NUL, which no log holds; bytes"],
    parts: [
      "text?",
      "files of a log that has several, oldest first, a line each: the number of its first line among all, a blank, its path; NULL: one file",
    ],
    incomplete: ["text?", "what is missing, in words; NULL: nothing that these logs would show"],
  },
} as const;

/** A row of `source_files`. */
export type SourceFileRow = RowOf<
  typeof sourceFiles,
  { kind: "event_log" | "executor_log" | "driver_log" | "other" }
>;
