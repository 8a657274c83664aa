/** The same log twice (a copy, packed and unpacked, in progress and finished) is read once. */
import type { Diagnostic } from "../diagnostic.ts";
import type { Owner } from "./ownership.ts";
import type { SampledFile } from "./sampled-file.ts";

/** Copy → the file that is read instead. */
export function findDuplicates(
  files: readonly SampledFile[],
  owners: ReadonlyMap<number, Owner>,
  report: (diagnostic: Diagnostic) => void,
): Map<number, number> {
  const duplicates = new Map<number, number>();
  const alike = new Map<string, SampledFile>();
  for (const file of files) {
    const owner = owners.get(file.sourceFileId);
    if (!owner) continue;
    const key = [sameness(file), owner.appId, owner.attemptId, owner.executorId].join("\n");
    const other = alike.get(key);
    if (!other) {
      alike.set(key, file);
      continue;
    }
    const kept = saysMore(file, other) ? file : other;
    const dropped = kept === file ? other : file;
    alike.set(key, kept);
    for (const [copy, original] of duplicates) {
      if (original === dropped.sourceFileId) duplicates.set(copy, kept.sourceFileId);
    }
    duplicates.set(dropped.sourceFileId, kept.sourceFileId);
    const same = dropped.firstBytesHash === kept.firstBytesHash;
    report({
      sourceFileId: dropped.sourceFileId,
      code:
        fileOf(dropped) === fileOf(kept)
          ? "survey_copy_in_file"
          : same
            ? "survey_duplicate_file"
            : "survey_second_copy",
      severity: "warning",
      message: same
        ? `${dropped.path} says the same as ${kept.path} and is not read`
        : `${placeOf(dropped)} begins as ${placeOf(kept)} does and says no more: it is not read`,
    });
  }
  return duplicates;
}

/**
 * Logs of one owner that begin with the same bytes are one log. An attempt starts once, and so does
 * an executor: a second log with its start is another copy (cut, damaged, filtered); one without a
 * start is a later part.
 */
function sameness({ events, log, firstBytesHash }: SampledFile): string {
  if (events) return events.startedMs === undefined ? firstBytesHash : "the start";
  const [start] = log?.registrations ?? [];
  if (!log || start === undefined) return firstBytesHash;
  // Not its first line: a copy behind another in one file begins with the line that starts it.
  return `${start.what} ${start.wallMs} ${[...log.ports].join(" ")}`;
}

/**
 * Of two copies the one that is whole, then the one that goes on longer; of equal ones the first.
 */
function saysMore(a: SampledFile, b: SampledFile): boolean {
  const whole = wholeness(a) - wholeness(b);
  if (whole !== 0) return whole > 0;
  if (!a.readWhole || !b.readWhole) return a.codec === b.codec && (a.bytes ?? 0) > (b.bytes ?? 0);
  return said(a) > said(b);
}

/** Of a file with several applications' events, where this one's begin in it. */
function placeOf({ path, lines }: SampledFile): string {
  return lines === undefined || lines.from === 1 ? path : `${path} from line ${lines.from}`;
}

/** The file itself where a log begins within it. */
function fileOf({ path }: SampledFile): string {
  return path.replace(/!from line \d+$/, "");
}

/** Undamaged, and to the application's end; of what was not read whole only what its sample met. */
function wholeness({ damage, events, readWhole }: SampledFile): number {
  const isSound = damage.length === 0 && (events?.lostLines ?? 0) === 0;
  return (isSound ? 2 : 0) + (readWhole && events?.endedMs !== undefined ? 1 : 0);
}

function said(file: SampledFile): number {
  return file.events?.facts ?? file.log?.records ?? 0;
}
