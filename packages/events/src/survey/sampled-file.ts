/** One logical log after its samples were read, before it is known whose it is. */
import type { DiscoveredSource } from "../bytes/discovered-source.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { LogCounts } from "../executor-log/log-counts.ts";
import type { LineRange } from "./event-log-parts.ts";
import type { EventLogSample } from "./event-log-sample.ts";
import type { LogSample } from "./log-sample.ts";

export interface SampledFile {
  readonly sourceFileId: number;
  readonly path: string;
  readonly source: DiscoveredSource;
  readonly codec: string;
  readonly bytes: number | undefined;
  readonly readWhole: boolean;
  /** hex digits of a hash of the first decoded bytes */
  readonly firstBytesHash: string;
  /** of an event log */
  readonly events: EventLogSample | undefined;
  /** of a file with several applications' events: the lines that are this one's */
  readonly lines: LineRange | undefined;
  /** of an executor or driver log */
  readonly log: LogSample | undefined;
  /** of an aggregated file: the container (or pod) whose log this is */
  readonly container: string | undefined;
  /** it was written newest first: its lines, or the elements of its JSON document */
  readonly newestFirst: "lines" | "elements" | undefined;
  /** the other containers in the same file */
  readonly otherContainers: readonly (string | undefined)[];
  readonly layout: string | undefined;
  readonly zoned: boolean;
  readonly resolutionMs: number;
  /** of an executor or driver log: what was made of the lines sampled */
  readonly counts: LogCounts | undefined;
  /** of a file that no replay reads */
  readonly unread: string | undefined;
  /** what the sample met in reading bytes; a replay of the file meets it again */
  readonly damage: readonly Diagnostic[];
  readonly logPattern: string | undefined;
}
