/**
 * Spark's rolled event logs: `eventlog_v2_*` with its compaction, and the directory of Spark before
 * 1.3.
 */
import type { ReportDiagnostic } from "../diagnostic.ts";
import { bareName } from "./codecs/index.ts";
import type { DiscoveredSource } from "./discovered-source.ts";
import type { FoundFile } from "./walk.ts";

interface Part {
  readonly index: number;
  readonly compact: boolean;
  readonly inProgress: boolean;
  readonly file: FoundFile;
}

export interface Grouped {
  readonly sources: readonly DiscoveredSource[];
  /** Files that belong to none of them. */
  readonly rest: readonly FoundFile[];
}

const partName = /^events_(\d{1,9})_(.+)$/;
const statusName = /^appstatus_(.+)$/;

/**
 * The rolled logs among the files of one directory. Follows EventLogFileReaders and
 * EventLogFileCompactor, Spark 3.5.
 */
export function rollingLogs(files: readonly FoundFile[], report: ReportDiagnostic): Grouped {
  const parts = new Map<string, Part[]>();
  const running = new Set<string>();
  const rest: FoundFile[] = [];
  for (const file of files) {
    // A marker with bytes in it is something else under its name.
    const status = isMarker(file) ? statusName.exec(file.name)?.[1] : undefined;
    if (status !== undefined) {
      if (status.endsWith(".inprogress")) running.add(bareName(status));
      continue;
    }
    const [, index, suffix] = partName.exec(file.name) ?? [];
    if (index === undefined || suffix === undefined) {
      rest.push(file);
      continue;
    }
    const application = bareName(suffix);
    const part = {
      index: Number(index),
      compact: /\.compact(?:\.[a-z0-9]+)?$/i.test(suffix),
      inProgress: suffix.includes(".inprogress"),
      file,
    };
    const others = parts.get(application);
    if (others === undefined) parts.set(application, [part]);
    else others.push(part);
  }
  const sources = [...parts].map(([application, of]) =>
    rollingLog(of, {
      path: pathOf(of, parts.size, application),
      isRunning: running.has(application),
      report,
    }),
  );
  return { sources, rest };
}

/** The directory's, or that and the application's where several share it. */
function pathOf(parts: readonly Part[], applications: number, application: string): string {
  const directory = parts[0]?.file.directory ?? "";
  const bare = directory.endsWith("!") ? directory.slice(0, -1) : directory;
  return applications === 1 ? bare : `${directory}/events_*_${application}`;
}

type Tell = (code: string, severity: "info" | "warning", what: string) => void;

function rollingLog(
  parts: readonly Part[],
  {
    path,
    isRunning,
    report,
  }: { readonly path: string; readonly isRunning: boolean; readonly report: ReportDiagnostic },
): DiscoveredSource {
  const tell: Tell = (code, severity, what) =>
    report({ code, severity, message: `${path}: ${what}` });
  const sorted = [...parts].sort(
    (a, b) =>
      a.index - b.index ||
      Number(b.compact) - Number(a.compact) ||
      (a.file.name < b.file.name ? -1 : 1),
  );
  const compactAt = sorted.findLastIndex((part) => part.compact);
  const compact = sorted[compactAt];
  const read = sorted.filter(
    (part) => compact === undefined || part === compact || part.index > compact.index,
  );
  for (const part of sorted) {
    if (!read.includes(part))
      tell(
        "rolling_part_superseded",
        "info",
        `${part.file.name} is replaced by ${compact?.file.name ?? ""} and not read`,
      );
  }
  if (compact !== undefined) {
    tell(
      "rolling_compacted",
      "warning",
      `the history server compacted parts up to ${compact.index}: events of what had finished by then are gone`,
    );
  }
  const kept = withoutTwins(read, tell);
  const beginsLate = tellMissing(kept, tell);
  const inProgress = isRunning || kept.some((part) => part.inProgress);
  if (inProgress)
    tell("rolling_in_progress", "info", "the application had not ended when this was written");
  return {
    path,
    grouping: "rolling",
    parts: kept.map(({ file }) => file.source),
    compacted: compact !== undefined,
    beginsLate,
    inProgress,
    sparkVersion: undefined,
  };
}

/** Says which parts are not there. @returns whether the first ones are not */
function tellMissing(kept: readonly Part[], tell: Tell): boolean {
  const first = kept[0];
  const beginsLate = first !== undefined && !first.compact && first.index > 1;
  if (beginsLate)
    tell(
      "rolling_first_part_missing",
      "warning",
      `begins with part ${first.index}; what was before is not here`,
    );
  for (const [at, part] of kept.entries()) {
    const before = kept[at - 1];
    if (before === undefined || part.index === before.index + 1) continue;
    const missing = part.index - before.index - 1;
    tell(
      "rolling_part_missing",
      "warning",
      `${missing} ${missing === 1 ? "part is" : "parts are"} missing between ${before.file.name} and ${part.file.name}`,
    );
  }
  return beginsLate;
}

/** Of two parts with one number the longer one is read. */
function withoutTwins(parts: readonly Part[], tell: Tell): Part[] {
  const kept: Part[] = [];
  for (const part of parts) {
    const twin = kept.at(-1);
    if (twin === undefined || twin.index !== part.index) {
      kept.push(part);
      continue;
    }
    const [longer, shorter] =
      part.file.source.compressedBytes > twin.file.source.compressedBytes
        ? [part, twin]
        : [twin, part];
    kept[kept.length - 1] = longer;
    tell(
      "rolling_part_twice",
      "warning",
      `${twin.file.name} and ${part.file.name} are both part ${part.index}; ${shorter.file.name} is not read`,
    );
  }
  return kept;
}

/** The directory of Spark before 1.3. Follows EventLoggingListener, Spark 1.2.2. */
export function oldDirectory(files: readonly FoundFile[]): Grouped {
  const parts = files.filter(({ name }) => /^EVENT_LOG_\d+/.test(name));
  const first = parts[0];
  if (first === undefined) return { sources: [], rest: files };
  const version = files.find(({ name }) => name.startsWith("SPARK_VERSION_"))?.name;
  const marker = /^(?:SPARK_VERSION_|COMPRESSION_CODEC_|APPLICATION_COMPLETE)/;
  const number = ({ name }: FoundFile): number => Number(/\d+/.exec(name)?.[0] ?? 0);
  return {
    sources: [
      {
        path: first.directory.endsWith("!") ? first.directory.slice(0, -1) : first.directory,
        grouping: "directory",
        parts: [...parts].sort((a, b) => number(a) - number(b)).map(({ source }) => source),
        compacted: false,
        beginsLate: false,
        inProgress: !files.some(({ name }) => name === "APPLICATION_COMPLETE"),
        sparkVersion: version?.slice("SPARK_VERSION_".length),
      },
    ],
    rest: files.filter(
      (file) => !parts.includes(file) && !(marker.test(file.name) && isMarker(file)),
    ),
  };
}

function isMarker({ source }: FoundFile): boolean {
  return source.compressedBytes === 0;
}
