/** Where a finding is to be seen: the executor, the time and the section that its link leads to. */
import type { Finding } from "../explain/index.ts";
import type { Picture, StageFacts } from "../picture/facts.ts";
import type { QueryValue } from "../sql/query.ts";
import type { Run } from "./run-facts.ts";

type Facts = Readonly<Record<string, QueryValue>>;

/** A moment as findings have it: `2026-11-21 02:37:09.123456`, UTC. */
function microsOf(value: QueryValue | undefined): number | undefined {
  if (typeof value !== "string") return undefined;
  const read = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?/.exec(value);
  if (read === null) return undefined;
  const seconds = Date.parse(`${read[1]}T${read[2]}Z`);
  if (Number.isNaN(seconds)) return undefined;
  return seconds * 1000 + Number((read[3] ?? "").padEnd(6, "0"));
}

function factsIn(value: QueryValue | undefined): Facts | undefined {
  return typeof value !== "object" || value === null || isList(value) ? undefined : value;
}

function isList(value: QueryValue): value is readonly QueryValue[] {
  return Array.isArray(value);
}

/** Events of one executor that a finding about an RDD can point to. */
export interface Happened {
  readonly executorId: string;
  /** epoch µs */
  readonly t: number;
  readonly kind: string;
  /** its number for respark explain; null: it has none */
  readonly ordinal: number | null;
  readonly subject: string | null;
}

/** What findings are placed by. */
export interface Seen {
  readonly run: Run;
  readonly events: readonly Happened[];
  readonly stages: readonly StageFacts[];
  /** tasks that findings name, and where they ran */
  readonly ranOn: ReadonlyMap<number, string>;
}

/** The tasks that findings name. */
export function tasksNamed(findings: readonly Finding[]): number[] {
  return findings.flatMap(({ facts }) => {
    const id = facts["largest_task_id"] ?? facts["task_id"];
    return typeof id === "number" || typeof id === "bigint" ? [Number(id)] : [];
  });
}

/** The event whose story a finding names: `--eviction 3`. */
function eventTold({ next }: Finding, happened: readonly Happened[]): Happened | undefined {
  for (const { command, argument } of next) {
    const [, about, nth] = /^--(eviction|spill|oom) (\d+)$/.exec(argument) ?? [];
    if (command !== "explain" || about === undefined) continue;
    const kind = about === "eviction" ? "evicted" : about === "spill" ? "spilled" : "oom";
    return happened.find((event) => event.kind === kind && event.ordinal === Number(nth));
  }
  return undefined;
}

/** Null: nothing on this page shows it. */
export function pictureOf(finding: Finding, seen: Seen): Picture | null {
  const { axis, executors } = seen.run;
  if (executors.length === 0) return null;
  return (
    pictureOfEvent(finding, seen) ??
    pictureOfRdd(finding.facts, seen) ??
    pictureOfStage(finding.facts, seen) ??
    pictureOfExecutor(finding.facts, seen) ?? {
      executor: 0,
      section: "executor",
      from: 0,
      to: axis.span,
    }
  );
}

/** An executor's place among those of the page; -1: it is not there. */
function placeOf({ executors }: Run, id: QueryValue | undefined): number {
  return typeof id === "string" ? executors.findIndex((executor) => executor.id === id) : -1;
}

/** From a to z in epoch µs, with a margin. */
function around(
  { axis }: Run,
  executor: number,
  section: Picture["section"],
  [a, z]: readonly [number, number],
): Picture {
  const margin = Math.max((z - a) * 0.25, (axis.end - axis.start) * 0.02);
  return {
    executor,
    section,
    from: Math.max(0, axis.at(Math.max(axis.start, a - margin))),
    to: axis.at(Math.min(axis.end, z + margin)),
  };
}

/** A second before to a second after. */
function beside(t: number): readonly [number, number] {
  return [t - 1_000_000, t + 1_000_000];
}

/** The moment of which it tells, or that stands in its facts. */
function pictureOfEvent(finding: Finding, { run, events: happened }: Seen): Picture | undefined {
  const told = eventTold(finding, happened);
  if (told?.kind === "evicted") {
    // The blocks of the same RDD on that executor: the eviction, and what came of it.
    const rdd = /^rdd_\d+_/.exec(told.subject ?? "")?.[0] ?? told.subject ?? "";
    const times = happened
      .filter(({ executorId, subject }) => {
        return executorId === told.executorId && subject?.startsWith(rdd) === true;
      })
      .map(({ t }) => t);
    const range = [Math.min(...times), Math.max(...times)] as const;
    return around(run, placeOf(run, told.executorId), "blocks", range);
  }
  if (told !== undefined)
    return around(run, placeOf(run, told.executorId), "executor", beside(told.t));
  const facts: Facts = finding.facts;
  for (const name of ["spill", "oom", "wait", "leak"]) {
    const event = factsIn(facts[name]);
    const at = microsOf(event?.["ts"]);
    const executor = placeOf(run, event?.["executor_id"]);
    if (at !== undefined && executor >= 0) return around(run, executor, "executor", beside(at));
  }
  return undefined;
}

/** Its blocks, from the first of its events to the last on one executor. */
function pictureOfRdd(facts: Facts, { run, events: happened }: Seen): Picture | undefined {
  const rdd = facts["rdd_id"];
  if (typeof rdd !== "number" && typeof rdd !== "bigint") return undefined;
  const own = happened.filter(({ subject }) => subject?.startsWith(`rdd_${rdd}_`) === true);
  const [first] = own;
  if (first !== undefined) {
    const times = own.filter(({ executorId }) => executorId === first.executorId);
    const at = times.map(({ t }) => t);
    const range = [Math.min(...at), Math.max(...at)] as const;
    return around(run, placeOf(run, first.executorId), "blocks", range);
  }
  return { executor: 0, section: "blocks", from: 0, to: run.axis.span };
}

/** The stage's time, where its largest task ran. */
function pictureOfStage(facts: Facts, { run, stages, ranOn }: Seen): Picture | undefined {
  const stage = stages.find((each) => each.stage === Number(facts["stage_id"] ?? Number.NaN));
  if (stage === undefined) return undefined;
  const task = Number(facts["largest_task_id"] ?? facts["task_id"] ?? Number.NaN);
  const { span } = run.axis;
  const margin = span * 0.02;
  return {
    executor: Math.max(0, placeOf(run, ranOn.get(task))),
    section: "executor",
    from: Math.max(0, stage.t - margin),
    to: Math.min(span, (stage.end ?? span) + margin),
  };
}

/** The last seconds of an executor that went, or all of one that stayed. */
function pictureOfExecutor(facts: Facts, { run }: Seen): Picture | undefined {
  const first = placeOf(run, facts["first_executor"]);
  const named =
    first >= 0
      ? first
      : Math.max(
          placeOf(run, facts["executor_id"]),
          placeOf(run, factsIn(facts["executor"])?.["executor_id"]),
        );
  const lost = run.executors[named];
  if (lost === undefined) return undefined;
  const { span, unit } = run.axis;
  const gone = lost.removed ?? undefined;
  const before = 10_000_000 / unit;
  return {
    executor: named,
    section: "executor",
    from: gone === undefined ? 0 : Math.max(0, lost.added ?? 0, gone - before),
    to: gone === undefined ? span : Math.min(span, gone + before / 10),
  };
}
