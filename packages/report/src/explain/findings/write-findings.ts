/**
 * All findings of the applications at hand, ranked: a few questions over all of them at once, none
 * of one application alone.
 */
import type { FindingRow } from "@respark/core";
import { sqlText } from "../../sql/literal.ts";
import { relations } from "../../sql/relations.ts";
import {
  type Ask,
  flagIn,
  numberIn,
  type Of,
  type Row,
  type Shape,
  textIn,
} from "../../sql/row.ts";
import { known, rowsAs } from "../../sql/typed-rows.ts";
import { NAMES, nameInWords } from "../stage-name.ts";
import type { Application } from "./application.ts";
import { runMillisOf } from "./application.ts";
import { isCheap, rankCost } from "./costs.ts";
import { COST_UNKNOWN, type Draft, type Present, type Value } from "./finder.ts";
import { finders } from "./index.ts";
import {
  APPLICATIONS,
  EVICTING,
  EVICTING_BROADCASTS,
  FACTS,
  IDLE,
  KINDS_PRESENT,
  NEEDS,
  PRESENT,
  SET,
  SETTINGS,
  WHOSE,
} from "./questions.ts";
import { settingsThatBind } from "./settings.ts";

interface Key {
  readonly appId: string;
  readonly attemptId: string;
}

export interface FoundIn {
  readonly key: Key;
  readonly rows: readonly FindingRow[];
}

/** Applications of one question: of very many the answers would not fit into memory. */
const BATCH = 64;

/** Findings of each application, worst first; no change is simulated. */
export async function findingsOf(ask: Ask, applications: readonly Key[]): Promise<FoundIn[]> {
  const found: FoundIn[] = [];
  for (let first = 0; first < applications.length; first += BATCH)
    found.push(...(await findingsIn(ask, applications.slice(first, first + BATCH))));
  return found;
}

async function findingsIn(ask: Ask, applications: readonly Key[]): Promise<FoundIn[]> {
  const ids = [...new Set(applications.map(({ appId }) => appId))];
  const here = `app_id in (${ids.map(sqlText).join(", ")})`;
  const [present] = await rowsAs(ask, KINDS_PRESENT, PRESENT(here));
  const { answers, unasked } = await answersOfFinders(ask, here, present);
  const shared = await sharedAnswers(ask, here, { present, answers });
  return applications.map((key) => {
    const name = keyOf(key);
    const application = applicationOf(name, shared);
    if (application === undefined) return { key, rows: [] };
    const drafts = finders.flatMap(({ find }, index) =>
      find(answers[index]?.get(name) ?? [], application),
    );
    return {
      key,
      rows: rowsOf(
        [...settingsThatBind(application, drafts), ...drafts, ...notLookedFor(unasked)],
        application,
      ),
    };
  });
}

type Whose = Of<typeof WHOSE>;
/** Rows by application: `keyOf`. */
type ByApplication<Known extends Row> = ReadonlyMap<string, readonly Known[]>;
type KindsPresent = Of<typeof KINDS_PRESENT> | undefined;

/** What each finder asks for, where there may be rows of it; `unasked`: what did not fit. */
async function answersOfFinders(
  ask: Ask,
  here: string,
  present: KindsPresent,
): Promise<{
  readonly answers: readonly ByApplication<Whose>[];
  readonly unasked: readonly string[];
}> {
  const answers: ByApplication<Whose>[] = [];
  const unasked: string[] = [];
  for (const { sql, where } of finders) {
    const isAsked = where === undefined || flagIn(present, where) === true;
    const answer = isAsked && sql !== undefined ? await askedOf(ask, sql(here)) : [];
    if (answer === undefined) unasked.push((where ?? "garbage").replaceAll("_", " "));
    answers.push(byApplication(known(answer ?? [], WHOSE)));
  }
  return { answers, unasked };
}

/** What finders may know beside their own rows, of all applications at hand. */
async function sharedAnswers(
  ask: Ask,
  here: string,
  {
    present,
    answers,
  }: { readonly present: KindsPresent; readonly answers: readonly ByApplication<Whose>[] },
) {
  const onlyIf = async <Columns extends Shape>(
    asked: boolean,
    shape: Columns & typeof WHOSE,
    sql: string,
  ): Promise<ByApplication<Of<Columns & typeof WHOSE>>> =>
    byApplication(known((asked ? await askedOf(ask, sql) : []) ?? [], shape));
  const isPresent = (...what: Present[]): boolean =>
    what.some((where) => flagIn(present, where) === true);
  const found = answers.flatMap((answer) => [...answer.values()].flat());
  const wanted = stagesWanted(answers);
  const idle = await onlyIf(isPresent("blocks"), relations.idle_rdds, IDLE(here));
  return {
    idle,
    evicting: await onlyIf(
      found.some((row) => (Number(row["for_broadcasts"]) || 0) > 0),
      EVICTING,
      EVICTING_BROADCASTS(here),
    ),
    facts: byApplication(await rowsAs(ask, FACTS, APPLICATIONS(here))),
    settings: byApplication(await rowsAs(ask, SET, SETTINGS(here))),
    needs: await onlyIf(
      idle.size > 0 || isPresent("blocks_gone", "spills", "waits"),
      relations.memory_need,
      NEEDS(here),
    ),
    stages: await stagesNamed(ask, wanted, here),
    partitions: await partitionsOfStages(ask, wanted, here),
  };
}

/** One of the applications; undefined: the database does not have it. */
function applicationOf(
  name: string,
  shared: Awaited<ReturnType<typeof sharedAnswers>>,
): Application | undefined {
  const [row] = shared.facts.get(name) ?? [];
  if (row === undefined) return undefined;
  const settings = (shared.settings.get(name) ?? []).map(
    (setting) => [textIn(setting, "key") ?? "", textIn(setting, "value") ?? ""] as const,
  );
  return {
    row,
    settings: new Map(settings),
    settingsLogged: flagIn(row, "settings_logged") === true,
    stage: (stageId) => shared.stages.get(`${name}\n${stageId ?? ""}`) ?? stageAlone(stageId),
    partitionsOf: (stageId) => shared.partitions.get(`${name}\n${stageId ?? ""}`),
    needs: shared.needs.get(name) ?? [],
    idle: shared.idle.get(name) ?? [],
    evictingBroadcasts: shared.evicting.get(name) ?? [],
  };
}

/**
 * undefined: the answer does not fit into the memory that a replay may use; all else of the
 * database stands.
 */
async function askedOf(ask: Ask, sql: string): Promise<readonly Row[] | undefined> {
  try {
    return await ask(sql);
  } catch (error) {
    if (error instanceof Error && /Out of Memory Error/.test(error.message)) return undefined;
    throw error;
  }
}

function notLookedFor(unasked: readonly string[]): Draft[] {
  return unasked.length === 0
    ? []
    : [
        {
          id: "not_looked_for",
          kind: "not_looked_for",
          severity: "risk",
          cost: COST_UNKNOWN,
          title: `Not looked for, since the question did not fit into memory: ${unasked.join(", ")}`,
          evidence: [],
          certainty: "the views of the database can be asked with more memory",
          more: { why: "the views", ask: "query application_summary" },
          facts: { questions: [...unasked] },
        },
      ];
}

function keyOf({ appId, attemptId }: Key): string {
  return `${appId}\n${attemptId}`;
}

function keyOfRow(row: Whose): string {
  return `${textIn(row, "app_id") ?? ""}\n${textIn(row, "attempt_id") ?? ""}`;
}

function byApplication<Known extends Whose>(rows: readonly Known[]): ByApplication<Known> {
  const groups = new Map<string, Known[]>();
  for (const row of rows) {
    const name = keyOfRow(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
}

function stageAlone(stageId: number | undefined): string {
  return stageId === undefined ? "a stage that no log names" : `stage ${stageId}`;
}

/** Of all stages there are, those that sentences name. */
function stagesWanted(answers: readonly ByApplication<Whose>[]): number[] {
  const wanted = new Set<number>();
  for (const [index, { stages }] of finders.entries()) {
    if (stages === undefined) continue;
    for (const rows of answers[index]?.values() ?? []) {
      for (const row of known(rows, { [stages]: "number" })) {
        const id = numberIn(row, stages);
        if (id !== undefined) wanted.add(id);
      }
    }
  }
  return [...wanted];
}

type OfStage = Of<typeof WHOSE & { readonly stage_id: "number" }>;

function keyOfStage(row: OfStage): string {
  return `${keyOfRow(row)}\n${numberIn(row, "stage_id") ?? ""}`;
}

async function partitionsOfStages(
  ask: Ask,
  wanted: readonly number[],
  here: string,
): Promise<ReadonlyMap<string, Of<typeof relations.stage_partitions>>> {
  if (wanted.length === 0) return new Map();
  const rows = await rowsAs(
    ask,
    relations.stage_partitions,
    `from stage_partitions where ${here} and stage_id in (${wanted.join(", ")})`,
  );
  return new Map(rows.map((row) => [keyOfStage(row), row]));
}

async function stagesNamed(
  ask: Ask,
  wanted: readonly number[],
  here: string,
): Promise<ReadonlyMap<string, string>> {
  if (wanted.length === 0) return new Map();
  const rows = await rowsAs(
    ask,
    { ...WHOSE, ...NAMES, stage_id: "number" },
    `
    select s.app_id, s.attempt_id, s.stage_id, s.name, s.details,
      q.description as query, j.description as job
    from (from stages where ${here} and stage_id in (${wanted.join(", ")})
        qualify row_number() over (
          partition by app_id, attempt_id, stage_id order by stage_attempt_id) = 1) s
      left join sql_executions q on q.app_id = s.app_id and q.attempt_id = s.attempt_id
        and q.execution_id = s.sql_execution_id
      left join jobs j on j.app_id = s.app_id and j.attempt_id = s.attempt_id
        and j.job_id = s.job_id`,
  );
  return new Map(
    rows.map((row) => [
      keyOfStage(row),
      `stage ${numberIn(row, "stage_id") ?? ""}${nameInWords(row)}`,
    ]),
  );
}

/** What ended the application, then what cost or may have cost time, then what did not. */
const TIERS: Readonly<Record<Draft["severity"], number>> = {
  dead: 1,
  slow: 1,
  risk: 1,
  waste: 3,
  fine: 4,
};

function rowsOf(drafts: readonly Draft[], application: Application): FindingRow[] {
  const run = runMillisOf(application);
  const judged = drafts.map((draft) => ({ ...draft, severity: severityOf(draft, run) }));
  const maybe = Math.max(0, ...judged.filter(({ severity }) => severity === "risk").map(weightOf));
  // Work that was lost comes before all that may have cost nothing.
  const weigh = (draft: Draft): number =>
    draft.severity === "dead" ? Math.max(weightOf(draft), maybe) : weightOf(draft);
  const ranked = judged.sort(
    (a, b) =>
      tierOf(a) - tierOf(b) ||
      weigh(b) - weigh(a) ||
      Number(b.severity === "dead") - Number(a.severity === "dead") ||
      Number(b.kind === "setting") - Number(a.kind === "setting") ||
      (a.id < b.id ? -1 : 1),
  );
  const settled = settledValues(ranked);
  return ranked.map((draft, index) => rowOf(draft, index + 1, settled, run));
}

/** That time was lost is said only where the least it cost is more than nothing. */
function severityOf({ severity, cost }: Draft, run: number | undefined): Draft["severity"] {
  if (severity !== "slow" && severity !== "risk") return severity;
  if (isCheap(cost, run)) return "fine";
  return severity === "slow" && (cost.min ?? 0) === 0 ? "risk" : severity;
}

function tierOf({ ended, severity, cost }: Draft): number {
  if (ended === true) return 0;
  return severity === "risk" && rankCost(cost) === undefined ? 2 : TIERS[severity];
}

/** Lost work of unknown cost stands before what cost so much. */
function weightOf({ cost, severity, weight }: Draft): number {
  return weight ?? rankCost(cost) ?? (severity === "dead" ? Number.POSITIVE_INFINITY : 0);
}

/** One value for one setting in one verdict: the one that serves every finding that asks for it. */
function settledValues(drafts: readonly Draft[]): ReadonlyMap<string, Value> {
  const settled = new Map<string, Value>();
  for (const { change } of drafts) {
    if (change?.value === undefined || !change.key.startsWith("spark.")) continue;
    const before = settled.get(change.key);
    const { value } = change;
    const serves =
      before === undefined ||
      (value.smaller === true ? value.amount < before.amount : value.amount > before.amount);
    if (serves) settled.set(change.key, value);
  }
  return settled;
}

function rowOf(
  draft: Draft,
  rank: number,
  settled: ReadonlyMap<string, Value>,
  run: number | undefined,
): FindingRow {
  const { change, cost, place, more } = draft;
  const value = change === undefined ? undefined : (settled.get(change.key) ?? change.value);
  return {
    findingId: draft.id,
    rank,
    kind: draft.kind,
    severity: draft.severity,
    costMillis: rounded(cost.best),
    costMillisMin: rounded(cost.min),
    costMillisMax: rounded(cost.max),
    executorId: draft.executorId,
    stageId: draft.stageId,
    rddId: draft.rddId,
    title: draft.title,
    evidence: draft.evidence.filter((line) => line !== "").join("\n"),
    change: change?.text(value?.written ?? ""),
    changeKey: change?.key,
    changeValue: change === undefined ? undefined : value?.written,
    effect: undefined,
    certainty: draft.certainty,
    more: more?.ask,
    moreWhy: more?.why,
    facts: JSON.stringify(
      {
        ...draft.facts,
        cost_ms: rounded(cost.best) ?? null,
        run_ms: run ?? null,
        ...(draft.ended === true ? { ended: true } : {}),
      },
      (_, fact: unknown) => (typeof fact === "bigint" ? Number(fact) : fact),
    ),
    sourceSays: place?.row === undefined ? undefined : place.says,
    sourceFileId: numberIn(place?.row, "source_file_id"),
    sourceLine: numberIn(place?.row, "source_line"),
  };
}

function rounded(millis: number | undefined): number | undefined {
  return millis === undefined ? undefined : Math.round(millis);
}
