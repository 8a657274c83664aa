/** The row of an input file: what it is, and how much of what it should hold is there. */

export interface SourceFileRow {
  sourceFileId: number;
  path: string;
  kind: "event_log" | "executor_log" | "driver_log" | "other";
  codec: string;
  /** decoded bytes read */
  bytes: number;
  lines: number;
  truncated: boolean;
  executorId: string | undefined;
  /** how executor and application were found */
  identityEvidence: string | undefined;
  layout: string | undefined;
  /** it begins within the life that it is about */
  beginsLate: boolean | undefined;
  /** it stops before that life ends */
  endsEarly: boolean | undefined;
  /**
   * things that must be in it by what it and other logs say; undefined: nothing to hold it against
   */
  expected: number | undefined;
  /** of these, how many are not, at least */
  missing: number | undefined;
  /** kinds of an executor's lines: start, tasks, blocks, spills, times, end */
  lineKinds: readonly string[];
  /** kinds that must be there, and of which there is no line */
  missingKinds: readonly string[];
  /** lines that state memory and could not be read */
  unreadStatements: number | undefined;
  nulBytes: number | undefined;
  /**
   * of a log of several files: each, oldest first, with the number of its first line; else empty
   */
  parts: readonly { readonly path: string; readonly firstLine: number }[];
  /** what is missing, in words; undefined: nothing that these logs would show */
  incomplete: string | undefined;
}
