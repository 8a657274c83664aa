/**
 * Everything read once, without a replay: what was there, and which lines look like memory and
 * match no template.
 */
import { type Diagnostic, readApplication, type Survey } from "@respark/events";
import type { Watch } from "../look-around.ts";

export interface FullReading {
  readonly observations: number;
  readonly unknownLines: readonly UnknownLine[];
  /** Other oddities by code. */
  readonly oddities: readonly {
    readonly code: string;
    readonly count: number;
    readonly example: string;
  }[];
}

/** Lines that differ in their numbers alone count as one. */
export interface UnknownLine {
  readonly example: string;
  readonly count: number;
  readonly path: string | undefined;
  readonly line: number | undefined;
}

/** The code under which events report a line that states memory and became no fact. */
const UNKNOWN_LINE = "unread_statement";
/** Different wordings kept; a hostile log must not fill the memory. */
const WORDINGS_KEPT = 1000;

export async function readFully(survey: Survey, { progress }: Watch): Promise<FullReading> {
  const paths = new Map(survey.files.map((file) => [file.sourceFileId, file.path]));
  const unknown = new Map<string, UnknownLine>();
  const odd = new Map<string, { code: string; count: number; example: string }>();
  const report = (diagnostic: Diagnostic): void => {
    const count = diagnostic.count ?? 1;
    const wording = diagnostic.message.replace(/\d+/g, "N");
    if (diagnostic.code !== UNKNOWN_LINE) {
      const known = odd.get(diagnostic.code);
      if (known !== undefined) known.count += count;
      else odd.set(diagnostic.code, { code: diagnostic.code, count, example: diagnostic.message });
      return;
    }
    const known = unknown.get(wording);
    if (known === undefined && unknown.size >= WORDINGS_KEPT) return;
    unknown.set(wording, {
      example: known?.example ?? diagnostic.message,
      count: (known?.count ?? 0) + count,
      path:
        known?.path ??
        (diagnostic.sourceFileId === undefined ? undefined : paths.get(diagnostic.sourceFileId)),
      line: known?.line ?? diagnostic.line,
    });
  };
  let observations = 0;
  for (const application of survey.applications) {
    await readApplication(application, {
      observe: () => {
        observations += 1;
      },
      report,
      onProgress: (bytes) => progress.show("reading everything", bytes, undefined),
    });
  }
  return {
    observations,
    unknownLines: [...unknown.values()].sort((a, b) => b.count - a.count),
    oddities: [...odd.values()].sort((a, b) => b.count - a.count),
  };
}
