/**
 * Applications that share an id (those of standalone clusters repeat): told apart by start, version
 * and name.
 */
import type { EventLogSample } from "./event-log-sample.ts";

/** What an application is, beside its id. Absent is unknown, and differs from nothing. */
export interface ApplicationSigns {
  readonly startedMs: number | undefined;
  readonly sparkVersion: string | undefined;
  readonly name: string | undefined;
}

/**
 * Do two logs with one application id tell of one run? By start, version and name, as far as both
 * say.
 */
export function isSameApplication(a: ApplicationSigns, b: ApplicationSigns): boolean {
  const agree = (x: unknown, y: unknown): boolean => x === undefined || y === undefined || x === y;
  return (
    agree(a.startedMs, b.startedMs) &&
    agree(a.sparkVersion, b.sparkVersion) &&
    agree(a.name, b.name)
  );
}

/**
 * The attempt under which an application stands beside another of the same id and attempt: the
 * attempt's own name and its start, `1-20261121T023704123Z`; with a number where that is taken too.
 */
export function attemptApart(
  attemptId: string,
  { startedMs }: ApplicationSigns,
  isTaken: (attemptId: string) => boolean,
): string {
  const start =
    startedMs === undefined ? "other" : new Date(startedMs).toISOString().replace(/[-:.]/g, "");
  for (let number = 1; ; number++) {
    const apart = `${attemptId}-${start}${number === 1 ? "" : `-${number}`}`;
    if (!isTaken(apart)) return apart;
  }
}

interface Candidate {
  readonly appId: string;
  readonly attemptId: string;
  readonly events: EventLogSample;
}

/** For each candidate the attempt it stands under: the earliest of an id keeps its own. */
export function attemptsApart(candidates: readonly Candidate[]): Map<Candidate, string> {
  const attempts = new Map<Candidate, string>();
  const known = new Map<
    string,
    { readonly signs: ApplicationSigns; readonly attemptId: string }[]
  >();
  const started = [...candidates].sort(
    (a, b) =>
      (a.events.startedMs ?? Number.POSITIVE_INFINITY) -
        (b.events.startedMs ?? Number.POSITIVE_INFINITY) ||
      compare(a.events.sparkVersion, b.events.sparkVersion) ||
      compare(a.events.name, b.events.name),
  );
  for (const candidate of started) {
    const { appId, attemptId, events } = candidate;
    const key = `${appId}\n${attemptId}`;
    const others = known.get(key) ?? [];
    known.set(key, others);
    // A later part names no start: it is of the last application that had begun by its first event.
    const same =
      events.startedMs === undefined
        ? (others.findLast(({ signs }) => (signs.startedMs ?? 0) <= (events.firstMs ?? 0)) ??
          others[0])
        : others.find(({ signs }) => isSameApplication(signs, events));
    const taken = (name: string): boolean => others.some((other) => other.attemptId === name);
    const own =
      same?.attemptId ?? (others.length === 0 ? attemptId : attemptApart(attemptId, events, taken));
    if (same === undefined) others.push({ signs: events, attemptId: own });
    attempts.set(candidate, own);
  }
  return attempts;
}

function compare(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
