/** Clocks of the input files. */
import type { ClockOffsetRow } from "@respark/core";
import { always, big, fraction, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const clockOffsets: TableSpec<ClockOffsetRow> = {
  name: "clock_offsets",
  comment: "A row is the clock of an input file, held against the event log.",
  columns: [
    always(small("source_file_id", "the file (source_files)", (row) => row.sourceFileId)),
    big(
      "offset_ms",
      "milliseconds to add to the file's wall clock, read as UTC, to get UTC",
      (row) => row.offsetMs,
    ),
    text("zone", "time zone, where one was found or given", (row) => row.zone),
    always(text("evidence", "what the offset rests on", (row) => row.evidence)),
    always(fraction("confidence", "how sure it is, 0 to 1", (row) => row.confidence)),
  ],
};
