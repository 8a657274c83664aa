/**
 * Databricks' parts of one event log, joined by what their first lines say whatever their names
 * are: context and number.
 */
import type { DiscoveredSource } from "../bytes/discovered-source.ts";
import type { ReportDiagnostic } from "../diagnostic.ts";
import type { SampledFile } from "./sampled-file.ts";

/** The sources with those joined that are parts of one log; undefined: none are. */
export function joinedRollovers(
  sampled: readonly SampledFile[],
  report: ReportDiagnostic,
): readonly DiscoveredSource[] | undefined {
  const contexts = new Map<string, SampledFile[]>();
  for (const file of sampled) {
    const context = file.events?.contextId;
    if (context === undefined || file.events?.rollover === undefined) continue;
    // A file of several applications is read by its lines.
    if (file.lines !== undefined) continue;
    const others = contexts.get(context);
    if (others === undefined) contexts.set(context, [file]);
    else others.push(file);
  }
  const joined = [...contexts.values()].filter((parts) => parts.length > 1);
  if (joined.length === 0) return undefined;
  const left = new Set(sampled.map(({ source }) => source));
  for (const parts of joined) for (const { source } of parts) left.delete(source);
  const sources = [...left, ...joined.map((parts) => oneLog(parts, report))];
  return sources.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function oneLog(parts: readonly SampledFile[], report: ReportDiagnostic): DiscoveredSource {
  const sorted = [...parts].sort(
    (a, b) => numberOf(a) - numberOf(b) || (b.bytes ?? 0) - (a.bytes ?? 0),
  );
  const kept: SampledFile[] = [];
  for (const part of sorted) {
    const twin = kept.at(-1);
    if (twin === undefined || numberOf(twin) !== numberOf(part)) kept.push(part);
    else {
      report({
        code: "rolling_part_twice",
        severity: "warning",
        message: `${twin.path} and ${part.path} are both part ${numberOf(part)} of one log; ${part.path} is not read`,
      });
    }
  }
  const newest = kept.at(-1);
  return {
    path: newest?.path ?? "",
    grouping: "dated",
    parts: kept.flatMap(({ source }) => source.parts),
    compacted: false,
    beginsLate: numberOf(kept[0]) > 0,
    inProgress: newest?.source.inProgress ?? false,
    sparkVersion: undefined,
  };
}

function numberOf(file: SampledFile | undefined): number {
  return file?.events?.rollover ?? 0;
}
