/**
 * An event log that `split` cut, which leaves no marks: joined by the names of its files, of which
 * only the first holds the log's start.
 */
import { cutOff } from "../bytes/cut-off.ts";
import type { DiscoveredSource } from "../bytes/discovered-source.ts";
import type { ReportDiagnostic } from "../diagnostic.ts";
import type { SampledFile } from "./sampled-file.ts";

/** An application's id ends in a number, too, and the next one is another application. */
const NUMBERED = /(application_\d+_\d+|(app|local)-\d+(-\d+)?)(\.[a-z]+)?$/;

/** The sources with those joined that are parts of one log; undefined: none are. */
export function joinedSplits(
  sampled: readonly SampledFile[],
  report: ReportDiagnostic,
): readonly DiscoveredSource[] | undefined {
  const byPath = new Map(sampled.map((file) => [file.path, file]));
  const joined = sampled.map((file) => partsFrom(file, byPath)).filter(({ length }) => length > 1);
  if (joined.length === 0) return undefined;
  const left = new Set(sampled.map(({ source }) => source));
  for (const parts of joined) for (const { source } of parts) left.delete(source);
  const sources = [...left, ...joined.map((parts) => oneLog(parts, report))];
  return sources.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** A log that begins and does not end, and files of its events that follow it by their names. */
function partsFrom(first: SampledFile, byPath: ReadonlyMap<string, SampledFile>): SampledFile[] {
  const { sparkVersion, startedMs, endedMs } = first.events ?? {};
  if (!isPart(first) || endedMs !== undefined || NUMBERED.test(first.path)) return [];
  if (sparkVersion === undefined && startedMs === undefined) return [];
  const parts = [first];
  let isStarted = startedMs !== undefined;
  for (let last = first; ; ) {
    const next = byPath.get(pathAfter(last.path));
    if (next?.events === undefined || !isPart(next) || next.events.sparkVersion !== undefined)
      break;
    if (next.events.startedMs !== undefined && isStarted) break;
    // An application's own start is told after others that are later.
    if (next.events.lastMs !== undefined && next.events.lastMs < (last.events?.firstMs ?? 0)) break;
    isStarted ||= next.events.startedMs !== undefined;
    parts.push(next);
    if (next.events.endedMs !== undefined) break;
    last = next;
  }
  return parts;
}

function isPart({ events, lines, source, newestFirst }: SampledFile): boolean {
  const alone = source.parts.length === 1 && lines === undefined && newestFirst === undefined;
  return alone && events !== undefined && events.rollover === undefined;
}

/** `xab` of `xaa`, `log.10` of `log.09`, `log.01.json` of `log.00.json`. */
function pathAfter(path: string): string {
  const [, stem = "", counter = "", ending = ""] =
    /^(.*?)(\d{2,}|[a-z]{2,})((?:\.(?:json|log|txt|gz|zst|lz4))*)$/s.exec(path) ?? [];
  return `${stem}${countedOn(counter)}${ending}`;
}

function countedOn(counter: string): string {
  const last = counter.at(-1);
  if (last === undefined) return "";
  const before = counter.slice(0, -1);
  if (last === "9") return `${countedOn(before)}0`;
  if (last === "z") return `${countedOn(before)}a`;
  return before + String.fromCharCode(last.charCodeAt(0) + 1);
}

function oneLog(parts: readonly SampledFile[], report: ReportDiagnostic): DiscoveredSource {
  const last = parts.at(-1);
  const path = parts[0]?.path ?? "";
  report({
    code: "split_log_joined",
    severity: "info",
    message: `${path} to ${last?.path ?? ""} are one event log that was split`,
  });
  return {
    path,
    grouping: "split",
    parts: parts
      .flatMap(({ source }) => source.parts)
      .map((file, i) => (i === 0 ? file : cutOff(file, true))),
    compacted: false,
    beginsLate: false,
    inProgress: last?.source.inProgress ?? false,
    sparkVersion: undefined,
  };
}
