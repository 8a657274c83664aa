/** A log as its reader sees it: one file, or several that are one. */
import type { ByteSource } from "./byte-source.ts";

/** Why several files are one log. */
export type Grouping =
  /** One file. */
  | "single"
  /** `eventlog_v2_*` of Spark 3.0+. */
  | "rolling"
  /** The directory with `EVENT_LOG_1` of Spark before 1.3. */
  | "directory"
  /** Databricks: `eventlog` and `eventlog-2021-06-15--15-00.gz`. */
  | "dated"
  /** Cut by `split` or by hand: `eventlog.aa`, `eventlog.ab`. */
  | "split"
  /** A text log and its rotated predecessors: `stderr`, `stderr.1`, `stderr.2.gz`. */
  | "rotated";

/** One logical log: its bytes are those of its parts, one after the other. */
export interface DiscoveredSource {
  /** Of the file, or of the directory or newest file that stands for the parts. */
  readonly path: string;
  readonly grouping: Grouping;
  /** At least one, oldest first. */
  readonly parts: readonly ByteSource[];
  /** Begins with a part that the history server compacted: the past before it is not replayable. */
  readonly compacted: boolean;
  /** Its first part is not there. */
  readonly beginsLate: boolean;
  /** Its names say that the application has not ended. */
  readonly inProgress: boolean;
  /** From a marker file's name (`SPARK_VERSION_1.2.0`). */
  readonly sparkVersion: string | undefined;
}
