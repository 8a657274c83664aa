/** From what a user points at to the logs in it. */
import type { ReportDiagnostic } from "../diagnostic.ts";
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

/** Limits against archive bombs; each has a diagnostic. */
export interface DiscoveryLimits {
  /** Unpacked bytes per packed byte beyond which a stream is stopped, once it has given 64 MiB. */
  readonly maxRatio: number;
  /** Bytes that may be unpacked into temporary files. */
  readonly maxSpoolBytes: number;
  readonly maxArchiveEntries: number;
  /** Archives in archives, packed layers in packed layers. */
  readonly maxDepth: number;
}

export interface DiscoveryOptions {
  readonly report: ReportDiagnostic;
  /** What `-` means; it is spooled to a temporary file without a name. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
  readonly limits?: Partial<DiscoveryLimits>;
}

/** All logs under these paths (files, directories, archives, `-`), ordered by path. Damage is reported, never thrown. */
export async function discover(
  paths: readonly string[],
  options: DiscoveryOptions,
): Promise<readonly DiscoveredSource[]> {
  return [];
}
