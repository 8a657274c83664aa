/**
 * All findings of the applications at hand, ranked: a few questions over all of them at once, none
 * of one application alone.
 */
import type { FindingRow } from "@respark/core";
import { sqlText } from "../../sql/literal.ts";
import { type Ask, flagIn, numberIn, type Row, textIn } from "../../sql/row.ts";
import { nameInWords } from "../stage-name.ts";
import type { Application } from "./application.ts";
import { runMillisOf } from "./application.ts";
import { isCheap, rankCost } from "./costs.ts";
import { COST_UNKNOWN, type Draft, type Present, type Value } from "./finder.ts";
import { finders } from "./index.ts";
import { APPLICATIONS, EVICTING_BROADCASTS, IDLE, NEEDS, PRESENT, SETTINGS } from "./questions.ts";
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
  const byApplication = groupedBy(keyOfRow);
  const answers: ReadonlyMap<string, readonly Row[]>[] = [];
  const [present] = await ask(PRESENT(here));
  const unasked: string[] = [];
  for (const { sql, where } of finders) {
    const isAsked = where === undefined || flagIn(present, where) === true;
    const answer = isAsked && sql !== undefined ? await askedOf(ask, sql(here)) : [];
    if (answer === undefined) unasked.push((where ?? "garbage").replaceAll("_", " "));
    answers.push(byApplication(answer ?? []));
  }
  const all = answers.map((answer) => [...answer.values()].flat());
  const isPresent = (...what: Present[]): boolean =>
    what.some((where) => flagIn(present, where) === true);
  const onlyIf = async (
    asked: boolean,
    sql: string,
  ): Promise<ReadonlyMap<string, readonly Row[]>> =>
    byApplication((asked ? await askedOf(ask, sql) : []) ?? []);
  const idle = await onlyIf(isPresent("blocks"), IDLE(here));
  const evicting = await onlyIf(
    all.flat().some((row) => (Number(row["for_broadcasts"]) || 0) > 0),
    EVICTING_BROADCASTS(here),
  );
  const facts = byApplication(await ask(APPLICATIONS(here)));
  const settings = byApplication(await ask(SETTINGS(here)));
  const needs = await onlyIf(
    idle.size > 0 || isPresent("blocks_gone", "spills", "waits"),
    NEEDS(here),
  );
  const wanted = stagesWanted(answers);
  const stages = await stagesNamed(ask, wanted, here);
  const partitions = await partitionsOfStages(ask, wanted, here);
  return applications.map((key) => {
    const name = keyOf(key);
    const [row] = facts.get(name) ?? [];
    if (row === undefined) return { key, rows: [] };
    const set = new Map(
      (settings.get(name) ?? []).map((setting) => [
        textIn(setting, "key") ?? "",
        textIn(setting, "value") ?? "",
      ]),
    );
    const application: Application = {
      row,
      settings: set,
      settingsLogged: textIn(row, "settings_logged") === "true",
      stage: (stageId) => stages.get(`${name}\n${stageId ?? ""}`) ?? stageAlone(stageId),
      partitionsOf: (stageId) => partitions.get(`${name}\n${stageId ?? ""}`),
      needs: needs.get(name) ?? [],
      idle: idle.get(name) ?? [],
      evictingBroadcasts: evicting.get(name) ?? [],
    };
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

function keyOfRow(row: Row): string {
  return `${textIn(row, "app_id") ?? ""}\n${textIn(row, "attempt_id") ?? ""}`;
}

function groupedBy(key: (row: Row) => string) {
  return (rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> => {
    const groups = new Map<string, Row[]>();
    for (const row of rows) {
      const name = key(row);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [row]);
      else group.push(row);
    }
    return groups;
  };
}

function stageAlone(stageId: number | undefined): string {
  return stageId === undefined ? "a stage that no log names" : `stage ${stageId}`;
}

/** Of all stages there are, those that sentences name. */
function stagesWanted(answers: readonly ReadonlyMap<string, readonly Row[]>[]): number[] {
  const wanted = new Set<number>();
  for (const [index, { stages }] of finders.entries()) {
    if (stages === undefined) continue;
    for (const rows of answers[index]?.values() ?? []) {
      for (const row of rows) for (const id of stages(row)) if (id !== undefined) wanted.add(id);
    }
  }
  return [...wanted];
}

async function partitionsOfStages(
  ask: Ask,
  wanted: readonly number[],
  here: string,
): Promise<ReadonlyMap<string, Row>> {
  if (wanted.length === 0) return new Map();
  const rows = await ask(
    `from stage_partitions where ${here} and stage_id in (${wanted.join(", ")})`,
  );
  return new Map(rows.map((row) => [`${keyOfRow(row)}\n${numberIn(row, "stage_id") ?? ""}`, row]));
}

async function stagesNamed(
  ask: Ask,
  wanted: readonly number[],
  here: string,
): Promise<ReadonlyMap<string, string>> {
  if (wanted.length === 0) return new Map();
  const rows = await ask(`
    select s.app_id, s.attempt_id, s.stage_id, s.name, s.details, q.description as query, j.description as job
    from (from stages where ${here} and stage_id in (${wanted.join(", ")})
        qualify row_number() over (partition by app_id, attempt_id, stage_id order by stage_attempt_id) = 1) s
      left join sql_executions q on q.app_id = s.app_id and q.attempt_id = s.attempt_id and q.execution_id = s.sql_execution_id
      left join jobs j on j.app_id = s.app_id and j.attempt_id = s.attempt_id and j.job_id = s.job_id`);
  return new Map(
    rows.map((row) => {
      const id = numberIn(row, "stage_id");
      return [`${keyOfRow(row)}\n${id ?? ""}`, `stage ${id ?? ""}${nameInWords(row)}`];
    }),
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
