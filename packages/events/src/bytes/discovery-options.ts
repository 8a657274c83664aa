/** What discovery may do, and whom it tells. */
import type { ReportDiagnostic } from "../diagnostic.ts";

/** Limits against archive bombs; each has a diagnostic. */
export interface DiscoveryLimits {
  /**
   * Unpacked bytes per packed byte beyond which a stream is stopped, once it has given 64 MiB;
   * 1,100 (deflate reaches 1,032).
   */
  readonly maxRatio: number;
  /**
   * Bytes that may be unpacked into temporary files, and never more than half of the free ones; 64
   * GiB.
   */
  readonly maxSpoolBytes: number;
  /** 100,000. */
  readonly maxArchiveEntries: number;
  /** Archives in archives, packed layers in packed layers; 3. */
  readonly maxDepth: number;
}

/** How a directory is searched for logs, and who takes its diagnostics. */
export interface DiscoveryOptions {
  readonly report: ReportDiagnostic;
  /** What `-` means; it is spooled to a temporary file without a name. */
  readonly standardInput?: AsyncIterable<Uint8Array>;
  readonly limits?: Partial<DiscoveryLimits>;
}
