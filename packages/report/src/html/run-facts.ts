/** One run as a report sees it: its time axis, its executors in order of trouble, its files. */
import type { ExecutorFacts, Mode } from "../picture/facts.ts";
import { Answer, type Asking } from "./answer.ts";
import type { QuestionName } from "./questions.ts";

/** Runs longer than this are told in ms, shorter ones in µs. */
const LONG_RUN_MICROS = 600_000_000;

export interface Run {
  readonly name: string | null;
  readonly sparkVersion: string | null;
  readonly manager: string | null;
  readonly axis: Axis;
  readonly executors: readonly ExecutorFacts[];
  /** steps in the database, by executor and mode */
  readonly tracks: readonly TrackFacts[];
  readonly files: Readonly<Record<string, string>>;
}

export interface TrackFacts {
  readonly executorId: string;
  readonly mode: Mode;
  readonly steps: number;
  /** epoch µs */
  readonly first: number;
  readonly last: number;
  readonly max: number;
}

/** Every time of the file counts from the run's start. */
export class Axis {
  /** epoch µs */
  readonly start: number;
  readonly end: number;
  /** µs in a unit */
  readonly unit: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
    this.unit = end - start > LONG_RUN_MICROS ? 1000 : 1;
  }

  /** Units from the start. */
  at(micros: number): number;
  at(micros: number | null): number | null;
  at(micros: number | null): number | null {
    return micros === null ? null : (micros - this.start) / this.unit;
  }

  get span(): number {
    return Math.max(1, (this.end - this.start) / this.unit);
  }
}

export async function runIn(
  database: Asking,
  ask: Readonly<Record<QuestionName, string>>,
  here: string,
): Promise<Run> {
  const application = await Answer.of(database, ask.application);
  const steps = await Answer.of(database, ask.steps);
  const executors = await Answer.of(database, ask.executors);
  const axis = await axisOf(database, here, application, steps);
  const tracks = tracksIn(steps);
  const paths = await Answer.of(database, ask.files);
  const names = paths.texts("path");
  return {
    name: application.texts("name")[0] ?? null,
    sparkVersion: application.texts("spark_version")[0] ?? null,
    manager: application.texts("memory_manager")[0] ?? null,
    axis,
    executors: executorsIn(executors, tracks, axis),
    tracks,
    // A report travels: of a path only its last part goes along.
    files: Object.fromEntries(
      paths
        .numbers("source_file_id")
        .map((id, index) => [String(id), (names[index] ?? "").split(/[/\\]/).at(-1) ?? ""]),
    ),
  };
}

async function axisOf(
  database: Asking,
  here: string,
  application: Answer,
  steps: Answer,
): Promise<Axis> {
  const others = await Answer.of(
    database,
    `select epoch_us(min(launched_at))::double as a, epoch_us(max(launched_at))::double as b,
       epoch_us(max(finished_at))::double as c, epoch_us(min(added_at))::double as d
     from tasks full join executors using (app_id, attempt_id, executor_id) where ${here}
     union all
     select epoch_us(min(ts))::double, epoch_us(max(ts))::double, null, null
     from block_events where ${here}`,
  );
  const moments = [
    ...application.numbers("started"),
    ...application.numbers("ended"),
    ...steps.numbers("first"),
    ...steps.numbers("last"),
    ...["a", "b", "c", "d"].flatMap((column) => others.numbers(column)),
  ].filter((moment) => moment !== null);
  if (moments.length === 0) return new Axis(0, 1);
  return new Axis(Math.min(...moments), Math.max(...moments));
}

function tracksIn(steps: Answer): TrackFacts[] {
  const modes = steps.texts("mode");
  const [counts, firsts] = [steps.numbers("steps"), steps.numbers("first")];
  const [lasts, maxima] = [steps.numbers("last"), steps.numbers("max_memory_bytes")];
  return steps.texts("executor_id").flatMap((executorId, index) => {
    const mode: Mode = modes[index] === "off_heap" ? "off_heap" : "on_heap";
    const [first, last] = [firsts[index] ?? null, lasts[index] ?? null];
    const max = maxima[index] ?? 0;
    if (executorId === null || first === null || last === null) return [];
    if (mode === "off_heap" && max === 0) return [];
    return [{ executorId, mode, steps: counts[index] ?? 0, first, last, max }];
  });
}

/** The modes of which it has a track, and that of its strip: the fuller one. */
function modesOf(
  id: string,
  tracks: readonly TrackFacts[],
  fuller: string | null,
): Pick<ExecutorFacts, "modes" | "strip"> {
  const modes = tracks.filter(({ executorId }) => executorId === id).map(({ mode }) => mode);
  const strip: Mode = fuller === "off_heap" ? "off_heap" : "on_heap";
  return {
    strip: modes.includes(strip) ? strip : (modes[0] ?? "on_heap"),
    modes: modes.sort((a, b) => b.localeCompare(a)),
  };
}

function executorsIn(answer: Answer, tracks: readonly TrackFacts[], axis: Axis): ExecutorFacts[] {
  const texts = (column: string): readonly (string | null)[] => answer.texts(column);
  const numbers = (column: string): readonly (number | null)[] => answer.numbers(column);
  const columns = {
    host: texts("host"),
    cores: numbers("cores"),
    added: numbers("added"),
    removed: numbers("removed"),
    lost: texts("lost"),
    evidence: texts("evidence_level"),
    mode: texts("fuller_mode"),
    max: numbers("max_memory_bytes"),
    maxOrigin: texts("max_memory_origin"),
    region: numbers("storage_region_bytes"),
    peakShare: numbers("used_peak_share"),
    peakAt: numbers("used_peak_at"),
    nearlyFull: numbers("nearly_full_share"),
    gcShare: numbers("gc_share"),
    evictions: numbers("evictions"),
    failedPuts: numbers("failed_puts"),
    spills: numbers("spills"),
    spilled: numbers("spilled_bytes"),
    waits: numbers("waits"),
    waitMs: numbers("wait_ms"),
    ooms: numbers("ooms"),
    statements: numbers("statements"),
  };
  return texts("executor_id").map((name, index) => {
    const id = name ?? "";
    const number = (column: readonly (number | null)[]): number | null => column[index] ?? null;
    const text = (column: readonly (string | null)[]): string | null => column[index] ?? null;
    return {
      id,
      host: text(columns.host),
      cores: number(columns.cores),
      added: axis.at(number(columns.added)),
      removed: axis.at(number(columns.removed)),
      lost: text(columns.lost),
      evidence: text(columns.evidence),
      max: number(columns.max),
      maxOrigin: text(columns.maxOrigin),
      region: number(columns.region),
      ...modesOf(id, tracks, text(columns.mode)),
      peakShare: number(columns.peakShare),
      peakAt: axis.at(number(columns.peakAt)),
      nearlyFull: number(columns.nearlyFull),
      gcShare: number(columns.gcShare),
      evictions: number(columns.evictions),
      failedPuts: number(columns.failedPuts),
      spills: number(columns.spills),
      spilled: number(columns.spilled),
      waits: number(columns.waits),
      waitMs: number(columns.waitMs),
      ooms: number(columns.ooms),
      statements: number(columns.statements),
    };
  });
}
