/**
 * Executors whose logs begin within their lives: the first files of a rotation are deleted, or an
 * aggregation kept the last bytes.
 */
import type { ReportDiagnostic } from "../diagnostic.ts";
import type { Owner } from "./ownership.ts";
import type { SampledFile } from "./sampled-file.ts";

interface OwnedFile {
  readonly sampled: SampledFile;
  readonly owner: Owner | undefined;
}

/**
 * What memory held before is then no more than bounded, which a reader of the timelines has to
 * know.
 */
export function sayWhichBeginLate(group: readonly OwnedFile[], report: ReportDiagnostic): void {
  const ofExecutor = new Map<string, OwnedFile[]>();
  for (const member of group) {
    const executorId = member.owner?.executorId;
    if (executorId === undefined || member.sampled.log === undefined) continue;
    const known = ofExecutor.get(executorId);
    if (known === undefined) ofExecutor.set(executorId, [member]);
    else known.push(member);
  }
  for (const [executorId, members] of ofExecutor) {
    const logs = members.flatMap(({ sampled }) => sampled.log ?? []);
    if (logs.some((log) => log.hasBeginning) || !logs.some((log) => log.tellsFree)) continue;
    const first = members.find(({ sampled }) => sampled.log?.tellsFree)?.sampled;
    report({
      sourceFileId: first?.sourceFileId,
      line: 1,
      code: "log_begins_late",
      severity: "warning",
      message: `${first?.path} begins within the life of ${executorId === "driver" ? "the driver" : `executor ${executorId}`}: what its memory held before is bounded by what the lines say is free`,
    });
  }
}
