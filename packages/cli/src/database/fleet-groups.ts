/**
 * Many applications by what they have in common: whose they are, how jobs change from run to run,
 * and which settings bind.
 */
import { counted, countInWords, durationInWords, printableLine } from "@respark/core";
import { type Ask, answerOf, kindsOf, type RowOf, rowsFrom } from "@respark/report";

/** Groups of one kind that are shown. */
const SHOWN = 3;
/**
 * A run is worse than those before it from this many times their cost, and this share of its task
 * time, on.
 */
const WORSE = 1.5;
const LEAST_SHARE = 0.01;
/** Runs before that the last one is held against. */
const RUNS = 10;
/** Fewer runs before say nothing about what is usual. */
const LEAST_RUNS = 3;

/** What applications cost together; undefined: of none is it known. */
interface Cost {
  /** ms, of those of which it is known */
  readonly costMillis: number | undefined;
  /** applications of which it is unknown; count */
  readonly costUnknown: number;
}

export interface Owner extends Cost {
  readonly owner: string | undefined;
  readonly job: string | undefined;
  readonly applications: number;
  /** ms; undefined: no log of tasks */
  readonly runMillis: number | undefined;
}

export interface Trend {
  readonly appId: string;
  readonly attemptId: string;
  readonly owner: string | undefined;
  readonly job: string | undefined;
  readonly costMillis: number;
  /** the middle of the runs before; ms */
  readonly costMillisBefore: number;
  /** count */
  readonly runsBefore: number;
}

export interface BindingSetting extends Cost {
  readonly key: string;
  /** applications in which it is too small or too large as it was set by the user; count */
  readonly applications: number;
}

export interface FleetGroups {
  /** What cost most first. */
  readonly owners: readonly Owner[];
  /** Latest runs that cost more than those before them, furthest from them first. */
  readonly worse: readonly Trend[];
  /** Jobs of which there are runs enough to tell; count. */
  readonly jobsCompared: number;
  /** Most applications first. */
  readonly settings: readonly BindingSetting[];
}

/** Whether an application is of the fleet that is asked about. */
export type IsWanted = (row: { readonly app_id: string; readonly attempt_id: string }) => boolean;

const RUN = [
  "app_id",
  "attempt_id",
  "owner",
  "job",
  "shape",
  "started_at",
  "cost_ms",
  "run_ms",
] as const;
const runKinds = kindsOf("job_runs", RUN);
type Run = RowOf<typeof runKinds>;

const settingKinds = {
  ...kindsOf("findings", ["app_id", "attempt_id", "cost_ms"]),
  key: "text",
} as const;
type Setting = RowOf<typeof settingKinds>;

/** Runs before the wanted ones may be of any application. */
export async function readGroups(
  databases: readonly Ask[],
  isWanted: IsWanted,
): Promise<FleetGroups> {
  const [runs, settings]: [Run[], Setting[]] = [[], []];
  for (const ask of databases) {
    runs.push(...(await rowsFrom(ask, "job_runs", RUN)));
    settings.push(...(await answerOf(ask, settingKinds, SETTINGS)));
  }
  const jobs = jobsIn(runs).filter(({ last }) => isWanted(last));
  const compared = jobs.filter(({ before }) => before.length >= LEAST_RUNS);
  return {
    owners: ownersOf(runs.filter(isWanted)),
    worse: compared
      .flatMap(worseThanBefore)
      .sort((a, b) => b.costMillis - b.costMillisBefore - (a.costMillis - a.costMillisBefore)),
    jobsCompared: compared.length,
    settings: settingsOf(settings.filter(isWanted)),
  };
}

const SETTINGS = `
  select app_id, attempt_id, change_key as key,
    coalesce(cost_ms, (coalesce(cost_ms_min, 0) + cost_ms_max) / 2, cost_ms_min) as cost_ms
  from findings where kind = 'setting'`;

interface Job {
  readonly last: Run;
  /** the runs before it, the latest first; as many as are compared */
  readonly before: readonly Run[];
}

/** Runs of one user with one name, but for digits, and the same stages. */
function jobsIn(runs: readonly Run[]): Job[] {
  const groups = new Map<string, Run[]>();
  for (const row of runs) {
    if (row.job === undefined || row.started_at === undefined) continue;
    const name = JSON.stringify([row.owner ?? null, row.job, row.shape ?? null]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  const time = (row: Run): string => row.started_at ?? "";
  return [...groups.values()].flatMap((group): Job[] => {
    const [last, ...before] = group.sort((a, b) => (time(a) < time(b) ? 1 : -1));
    return last === undefined ? [] : [{ last, before: before.slice(0, RUNS) }];
  });
}

function ownersOf(runs: readonly Run[]): Owner[] {
  const groups = new Map<string, Owner>();
  for (const row of runs) {
    const { owner, job, run_ms: run } = row;
    const name = JSON.stringify([owner ?? null, job ?? null]);
    const known = groups.get(name);
    groups.set(name, {
      owner,
      job,
      applications: (known?.applications ?? 0) + 1,
      ...costWith(known, row.cost_ms),
      runMillis: run === undefined ? known?.runMillis : (known?.runMillis ?? 0) + run,
    });
  }
  return [...groups.values()].sort(
    (a, b) => (b.costMillis ?? 0) - (a.costMillis ?? 0) || (wordsOf(a) < wordsOf(b) ? -1 : 1),
  );
}

function costWith(known: Cost | undefined, cost: number | undefined): Cost {
  const unknown = known?.costUnknown ?? 0;
  return cost === undefined
    ? { costMillis: known?.costMillis, costUnknown: unknown + 1 }
    : { costMillis: (known?.costMillis ?? 0) + cost, costUnknown: unknown };
}

function costInWords({ costMillis, costUnknown }: Cost): string {
  if (costMillis === undefined) return "cost unknown";
  return `cost ${costUnknown > 0 ? "at least " : ""}about ${durationInWords(costMillis)}`;
}

function worseThanBefore({ last, before }: Job): Trend[] {
  const cost = last.cost_ms;
  const usual = middleOf(before.flatMap((row) => row.cost_ms ?? []));
  const run = last.run_ms ?? 0;
  if (cost === undefined || usual === undefined) return [];
  if (cost <= usual || cost < usual * WORSE || cost - usual < run * LEAST_SHARE) return [];
  return [
    {
      appId: last.app_id,
      attemptId: last.attempt_id,
      owner: last.owner,
      job: last.job,
      costMillis: cost,
      costMillisBefore: usual,
      runsBefore: before.length,
    },
  ];
}

/** The lower of two in the middle. */
function middleOf(amounts: readonly number[]): number | undefined {
  const sorted = [...amounts].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function settingsOf(rows: readonly Setting[]): BindingSetting[] {
  const settings = new Map<string, BindingSetting>();
  for (const row of rows) {
    const { key } = row;
    if (key === undefined) continue;
    const known = settings.get(key);
    settings.set(key, {
      key,
      applications: (known?.applications ?? 0) + 1,
      ...costWith(known, row.cost_ms),
    });
  }
  return [...settings.values()].sort(
    (a, b) => b.applications - a.applications || (b.costMillis ?? 0) - (a.costMillis ?? 0),
  );
}

/** A heading and its lines; of a kind of which there is nothing, none. */
export interface GroupText {
  readonly heading: string;
  readonly lines: readonly string[];
}

export function groupTexts({ owners, worse, jobsCompared, settings }: FleetGroups): GroupText[] {
  const texts: GroupText[] = [
    {
      heading: "By owner and job",
      lines: shownOf(owners.length > 1 ? owners.filter(hasCost) : [], ownerInWords, "job"),
    },
    { heading: "Costlier than the runs before", lines: shownOf(worse, trendInWords, "job") },
    {
      heading: "Settings of the users that bind most often",
      lines: shownOf(settings, settingInWords, "setting"),
    },
  ];
  const found = texts.filter(({ lines }) => lines.length > 0);
  const calm = worse.length === 0 && jobsCompared > 0;
  return calm
    ? [
        ...found,
        {
          heading: `No job's last run cost more than those before it (${counted(jobsCompared, "job")} compared)`,
          lines: [],
        },
      ]
    : found;
}

function shownOf<Group>(
  groups: readonly Group[],
  words: (group: Group) => string,
  one: string,
): string[] {
  const rest = groups.length - SHOWN;
  return [
    ...groups.slice(0, SHOWN).map(words),
    ...(rest > 0 ? [`… and ${counted(rest, `more ${one}`)}`] : []),
  ];
}

/** What cost nothing is no group to look at. */
function hasCost({ costMillis, costUnknown }: Cost): boolean {
  return costUnknown > 0 || (costMillis ?? 0) > 0;
}

function ownerInWords(group: Owner): string {
  const of =
    group.runMillis === undefined || group.costMillis === undefined
      ? ""
      : ` of ${durationInWords(group.runMillis)} task time`;
  return `${wordsOf(group)}: ${costInWords(group)}${of} in ${counted(group.applications, "application")}`;
}

function trendInWords(trend: Trend): string {
  const times =
    trend.costMillisBefore === 0
      ? ""
      : `, ${(trend.costMillis / trend.costMillisBefore).toFixed(1)} times as much`;
  return `${wordsOf(trend)}: ${printableLine(trend.appId)} cost about ${durationInWords(trend.costMillis)}; the ${countInWords(trend.runsBefore)} runs before ${durationInWords(trend.costMillisBefore)} in the middle${times}`;
}

function settingInWords(setting: BindingSetting): string {
  return `${printableLine(setting.key)}: ${counted(setting.applications, "application")}, ${costInWords(setting)}`;
}

function wordsOf({ owner, job }: Pick<Owner, "owner" | "job">): string {
  const name = job === undefined ? "without a name" : `“${printableLine(job)}”`;
  return owner === undefined ? name : `${printableLine(owner)} ${name}`;
}
