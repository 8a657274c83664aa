/** How a file's wall clock became UTC. */
import type { RowOf } from "./declared-table.ts";

/** The table `clock_offsets`. */
export const clockOffsets = {
  comment: "A row is the clock of an input file, held against the event log.",
  columns: {
    sourceFileId: ["small", "the file (source_files)"],
    offsetMillis: [
      "integer?",
      "milliseconds to add to the file's wall clock, read as UTC, to get UTC",
    ],
    zone: ["text?", "time zone, where one was found or given"],
    evidence: ["text", "what the offset rests on"],
    confidence: ["fraction", "how sure it is, 0 to 1"],
  },
} as const;

/** A row of `clock_offsets`. */
export type ClockOffsetRow = RowOf<typeof clockOffsets>;
