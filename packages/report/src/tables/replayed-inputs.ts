/** The table of input files: how a later `replay --resume` knows what it need not read again. */

import { always, maybe, type PlainColumn } from "./plain-column.ts";

export const replayedInputs: {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly PlainColumn[];
} = {
  name: "replayed_inputs",
  comment:
    "A row is an input file of an application: what it was when it was read, and what became of it. Kept by `replay --resume` alone.",
  columns: [
    maybe("app_id", "VARCHAR", "application whose log it is; NULL: of none"),
    maybe("attempt_id", "VARCHAR", "its attempt"),
    always("path", "VARCHAR", "where the file is, absolute"),
    always("bytes", "BIGINT", "its size when it was read; bytes"),
    always("modified_at", "TIMESTAMP", "when it was last changed, as the file system says; UTC"),
    always("respark_version", "VARCHAR", "version of respark that read it"),
    always(
      "status",
      "VARCHAR",
      "replayed; failed (what is in this database of the application is older); no_application",
    ),
    maybe("reason", "VARCHAR", "why the application failed"),
  ],
};
