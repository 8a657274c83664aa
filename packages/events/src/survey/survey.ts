/**
 * What is in a directory: which logs, of which applications and executors, on which clocks, and
 * what they can tell.
 */

import { discover } from "../bytes/discover.ts";
import type { DiscoveredSource } from "../bytes/discovered-source.ts";
import type { Diagnostic, ReportDiagnostic } from "../diagnostic.ts";
import { assemble } from "./assemble.ts";
import { withEvidence } from "./deeper-sample.ts";
import { joinedRollovers } from "./rollover-parts.ts";
import type { SampledFile } from "./sampled-file.ts";
import { isLoud, sampleFile } from "./sampler.ts";
import { joinedSplits } from "./split-parts.ts";
import type { Survey } from "./surveyed.ts";
import { zoneRule } from "./zone.ts";

/** Options of a survey, and who takes its diagnostics and progress. */
export interface SurveyOptions {
  /** `--time-zone`: IANA name or offset; holds for every log that prints local times */
  readonly timeZone?: string;
  /** `--log-pattern`, in log4j's syntax */
  readonly logPattern?: string;
  /** read every file whole, not only samples */
  readonly full?: boolean;
  /** what `-` means */
  readonly standardInput?: AsyncIterable<Uint8Array>;
  /** An oddity, as soon as it is met. */
  readonly report: (diagnostic: Diagnostic) => void;
  /** stored bytes of files looked at, of all */
  readonly onProgress?: (bytesRead: number, totalBytes: number | undefined) => void;
}

/**
 * Looks at every file under `paths`. Damage is reported, never thrown.
 * @throws RangeError for a time zone that does not exist or a log pattern that cannot be read.
 */
export async function survey(paths: readonly string[], options: SurveyOptions): Promise<Survey> {
  const { report, standardInput } = options;
  const givenZone = options.timeZone === undefined ? undefined : zoneRule(options.timeZone);
  if (options.timeZone !== undefined && givenZone === undefined) {
    throw new RangeError(
      `no time zone ${options.timeZone}; zones are named like America/New_York or UTC-05:00`,
    );
  }
  const sources = await discover(paths, {
    report,
    ...(standardInput === undefined ? {} : { standardInput }),
  });
  const first = await sampleAll(sources, options);
  const joined = joinedRollovers(first, report) ?? joinedSplits(first, report);
  const sampled = joined === undefined ? first : await sampleAll(joined, options);
  for (const file of sampled) tellOf(file, report);
  const { files, applications } = assemble(await withEvidence(sampled), givenZone, report);
  return { files, applications };
}

async function sampleAll(
  sources: readonly DiscoveredSource[],
  { logPattern, full, onProgress }: SurveyOptions,
): Promise<SampledFile[]> {
  const sampled: SampledFile[] = [];
  const total = sources.reduce(
    (sum, source) => source.parts.reduce((bytes, part) => bytes + (part.compressedBytes ?? 0), sum),
    0,
  );
  let seen = 0;
  for (const source of sources) {
    const files = await sampleFile(source, sampled.length + 1, {
      pattern: logPattern,
      full: full ?? false,
      logs: sources.length,
    });
    sampled.push(...files);
    seen += files[0]?.bytes ?? 0;
    onProgress?.(seen, total);
  }
  return sampled;
}

function tellOf(file: SampledFile, report: ReportDiagnostic): void {
  const { sourceFileId, path, unread, damage, newestFirst } = file;
  if (newestFirst !== undefined) {
    report({
      sourceFileId,
      code: "survey_newest_first",
      severity: "info",
      message: `${path} was written newest first and is read from its end`,
    });
  }
  if (unread === undefined) return;
  // Nobody will read it again.
  for (const diagnostic of damage) report({ ...diagnostic, sourceFileId });
  report({
    sourceFileId,
    code: isLoud(unread) ? "survey_log_not_cut" : "survey_unread_file",
    severity: isLoud(unread) ? "error" : "info",
    message: `${path} is not read: ${unread}`,
  });
}
