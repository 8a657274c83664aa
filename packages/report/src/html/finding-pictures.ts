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
export function pictureOf(
  finding: Finding,
  { run, events: happened, stages, ranOn }: Seen,
): Picture | null {
  const { axis, executors } = run;
  const place = (id: QueryValue | undefined): number =>
    typeof id === "string" ? executors.findIndex((executor) => executor.id === id) : -1;
  const around = (executor: number, section: Picture["section"], a: number, z: number): Picture => {
    const margin = Math.max((z - a) * 0.25, (axis.end - axis.start) * 0.02);
    return {
      executor,
      section,
      from: Math.max(0, axis.at(Math.max(axis.start, a - margin))),
      to: axis.at(Math.min(axis.end, z + margin)),
    };
  };
  const facts: Facts = finding.facts;
  const told = eventTold(finding, happened);
  if (told?.kind === "evicted") {
    // The blocks of the same RDD on that executor: the eviction, and what came of it.
    const rdd = /^rdd_\d+_/.exec(told.subject ?? "")?.[0] ?? told.subject ?? "";
    const times = happened
      .filter(({ executorId, subject }) => {
        return executorId === told.executorId && subject?.startsWith(rdd) === true;
      })
      .map(({ t }) => t);
    return around(place(told.executorId), "blocks", Math.min(...times), Math.max(...times));
  }
  if (told !== undefined) {
    return around(place(told.executorId), "executor", told.t - 1_000_000, told.t + 1_000_000);
  }
  for (const name of ["spill", "oom", "wait", "leak"]) {
    const event = factsIn(facts[name]);
    const at = microsOf(event?.["ts"]);
    if (event === undefined || at === undefined || place(event["executor_id"]) < 0) continue;
    return around(place(event["executor_id"]), "executor", at - 1_000_000, at + 1_000_000);
  }
  const rdd = facts["rdd_id"];
  if (typeof rdd === "number" || typeof rdd === "bigint") {
    const own = happened.filter(({ subject }) => subject?.startsWith(`rdd_${rdd}_`) === true);
    const [first] = own;
    if (first !== undefined) {
      const times = own.filter(({ executorId }) => executorId === first.executorId);
      const at = times.map(({ t }) => t);
      return around(place(first.executorId), "blocks", Math.min(...at), Math.max(...at));
    }
    return executors.length === 0
      ? null
      : { executor: 0, section: "blocks", from: 0, to: axis.span };
  }
  const stage = stages.find((each) => each.stage === Number(facts["stage_id"] ?? Number.NaN));
  if (stage !== undefined) {
    const task = Number(facts["largest_task_id"] ?? facts["task_id"] ?? Number.NaN);
    const on = place(ranOn.get(task));
    const margin = axis.span * 0.02;
    return {
      executor: Math.max(0, on),
      section: "executor",
      from: Math.max(0, stage.t - margin),
      to: Math.min(axis.span, (stage.end ?? axis.span) + margin),
    };
  }
  const named =
    place(facts["first_executor"]) >= 0
      ? place(facts["first_executor"])
      : Math.max(place(facts["executor_id"]), place(factsIn(facts["executor"])?.["executor_id"]));
  const lost = executors[named];
  if (lost !== undefined) {
    const gone = lost.removed ?? undefined;
    const before = 10_000_000 / axis.unit;
    return {
      executor: named,
      section: "executor",
      from: gone === undefined ? 0 : Math.max(0, lost.added ?? 0, gone - before),
      to: gone === undefined ? axis.span : Math.min(axis.span, gone + before / 10),
    };
  }
  return executors.length === 0
    ? null
    : { executor: 0, section: "executor", from: 0, to: axis.span };
}
