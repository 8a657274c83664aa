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
    const key = [file.firstBytesHash, owner.appId, owner.attemptId, owner.executorId].join("\n");
    const other = alike.get(key);
    if (!other) {
      alike.set(key, file);
      continue;
    }
    // Of two copies the one that goes on longer; of equal ones the first.
    const kept = lastMoment(file) > lastMoment(other) ? file : other;
    const dropped = kept === file ? other : file;
    alike.set(key, kept);
    for (const [copy, original] of duplicates) {
      if (original === dropped.sourceFileId) duplicates.set(copy, kept.sourceFileId);
    }
    duplicates.set(dropped.sourceFileId, kept.sourceFileId);
    report({
      sourceFileId: dropped.sourceFileId,
      code: "survey_duplicate_file",
      severity: "warning",
      message: `${dropped.path} says the same as ${kept.path} and is not read`,
    });
  }
  return duplicates;
}

function lastMoment(file: SampledFile): number {
  return file.log?.lastWallMs ?? file.events?.lastMs ?? 0;
}
