/**
 * `pnpm advice`: each verdict's first change, held against recorded runs of the same workload with
 * other settings; writes docs/advice.md. Reads ../shared/data/runs and ../shared/data/whatif, which
 * are not in the repository.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ABOUT_THE_SAME,
  type Database,
  judgedChanges,
  numberIn,
  openDatabase,
  type Proposal,
  TASKS_SIMULATED_BY_EXPLAIN,
  textIn,
} from "@respark/report";
import { replayed } from "../cli/run-respark.ts";
import { type Judgement, judged, type RecordedRun, siblingsFor } from "./judge.ts";

const root = join(import.meta.dirname, "../..");
const sets = ["../shared/data/runs", "../shared/data/whatif/runs"].map((set) => join(root, set));

const DEFAULTS: Readonly<Record<string, number>> = {
  "spark.memory.storageFraction": 0.5,
  "spark.memory.offHeap.size": 0,
  "spark.storage.unrollFraction": 0.2,
};
const UNITS = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 } as const;

function amountOf(written: string): number {
  if (written === "true") return 1;
  if (written === "false") return 0;
  const [, digits, unit] = /^([\d.]+)([kmg])?b?$/i.exec(written) ?? [];
  const units: Readonly<Record<string, number>> = UNITS;
  return Number(digits) * (unit === undefined ? 1 : (units[unit.toLowerCase()] ?? 1));
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function csv(path: string): Record<string, string>[] {
  if (!existsSync(path)) return [];
  const [head = "", ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""]));
  });
}

function recordedRuns(set: string): RecordedRun[] {
  const outcomes = csv(join(set, "outcomes.csv"));
  return readdirSync(set).flatMap((id): RecordedRun[] => {
    const path = join(set, id, "run.json");
    if (!existsSync(path)) return [];
    const run: unknown = JSON.parse(readFileSync(path, "utf8"));
    const version = String(field(run, "spark_version"));
    const conf = new Map(Object.entries(DEFAULTS));
    conf.set("spark.memory.fraction", version.startsWith("1.") ? 0.75 : 0.6);
    conf.set("spark.memory.useLegacyMode", 0);
    for (const [key, value] of Object.entries(Object(field(run, "conf")))) {
      const matters = conf.has(key) || /^spark\.executor\.(?:memory|cores)$/.test(key);
      if (matters) conf.set(key, amountOf(String(value)));
    }
    const own = outcomes.filter((row) => row["run_id"] === id && row["executor"] !== "driver");
    const sum = (name: string): number =>
      own.reduce((total, row) => total + Number(row[name] ?? 0), 0);
    const [spark = "", scenario = ""] = id.split("-");
    return [
      {
        id,
        group: `${spark}-${scenario}`,
        conf,
        outcome: {
          evictions: sum("evicted_rdd_blocks"),
          refused: sum("put_failed"),
          missed: sum("read_miss_recompute"),
          readFromDisk: sum("read_hit_disk"),
          spills: Math.max(sum("spills"), sum("spilled_tasks")),
          waitMillis: sum("exec_wait_ms"),
        },
      },
    ];
  });
}

interface Row {
  readonly run: RecordedRun;
  readonly key: string;
  readonly value: string;
  readonly title: string;
  readonly siblings: readonly Sibling[];
}

interface Sibling {
  readonly id: string;
  readonly judgement: Judgement;
  /** What the simulation says of the sibling's own value; undefined: not simulated. */
  readonly helps: boolean | undefined;
}

interface Bound {
  readonly run: string;
  readonly key: string;
  readonly found: boolean;
}

/** Runs on different machines may have one application id: each batch has it once. */
function batchesOf(set: string, runs: readonly RecordedRun[]): RecordedRun[][] {
  const batches: { readonly ids: Set<string>; readonly runs: RecordedRun[] }[] = [];
  for (const run of runs) {
    const names = readdirSync(join(set, run.id, "logs")).join(" ");
    const id = /app-\d+-\d+|local-\d+/.exec(names)?.[0] ?? run.id;
    const batch = batches.find(({ ids }) => !ids.has(id));
    if (batch === undefined) batches.push({ ids: new Set([id]), runs: [run] });
    else {
      batch.ids.add(id);
      batch.runs.push(run);
    }
  }
  return batches.map(({ runs: batch }) => batch);
}

async function adviceOf(set: string, folder: string): Promise<{ rows: Row[]; bound: Bound[] }> {
  const runs = recordedRuns(set);
  const rows: Row[] = [];
  const bound: Bound[] = [];
  for (const [index, batch] of batchesOf(set, runs).entries()) {
    const database = join(folder, `${index}.duckdb`);
    await replayed([...batch.map(({ id }) => join(set, id, "logs")), "-o", database, "--quiet"]);
    const found = await verdictsOn(batch, runs, database);
    rows.push(...found.rows);
    bound.push(...found.bound);
    rmSync(database);
  }
  return { rows, bound };
}

async function verdictsOn(
  batch: readonly RecordedRun[],
  runs: readonly RecordedRun[],
  database: string,
): Promise<{ rows: Row[]; bound: Bound[] }> {
  const opened = await openDatabase(database);
  try {
    const answer = await opened.rows(`
      select s.path, f.app_id, f.attempt_id, f.rank, f.kind, f.title, f.change_key, f.change_value
      from findings f join (select app_id, attempt_id, min(path) as path from source_files group by all) s using (app_id, attempt_id)
      order by s.path, f.rank`);
    const rows: Row[] = [];
    const bound: Bound[] = [];
    for (const run of batch) {
      const found = answer.filter((row) => textIn(row, "path")?.includes(`/${run.id}/`) === true);
      bound.push(
        ...boundIn(
          run,
          found.map((row) =>
            textIn(row, "kind") === "setting" ? (textIn(row, "change_key") ?? "") : "",
          ),
        ),
      );
      const first = found.find((row) => textIn(row, "change_key") !== undefined);
      const key = textIn(first, "change_key");
      if (first === undefined || key === undefined || numberIn(first, "rank") === undefined)
        continue;
      const written = textIn(first, "change_value");
      const value = written === undefined ? undefined : amountOf(written);
      const others = siblingsFor(run, { key, value }, runs);
      const application = {
        appId: textIn(first, "app_id") ?? "",
        attemptId: textIn(first, "attempt_id") ?? "",
      };
      const helping = await simulated(opened, application, key, others);
      const siblings = others.map((other, index) => ({
        id: other.id,
        judgement: judged(run.outcome, other.outcome),
        helps: helping[index],
      }));
      rows.push({ run, key, value: written ?? "", title: textIn(first, "title") ?? "", siblings });
    }
    return { rows, bound };
  } finally {
    opened.close();
  }
}

/** Whether a simulation at each sibling's own value has less trouble than the run had. */
async function simulated(
  opened: Database,
  application: { readonly appId: string; readonly attemptId: string },
  key: string,
  others: readonly RecordedRun[],
): Promise<(boolean | undefined)[]> {
  const proposals = others.map(({ conf }): Proposal => {
    const amount = conf.get(key);
    const written =
      amount === undefined || amount < UNITS["k"] ? amount : `${amount / UNITS["m"]}m`;
    return { change: key, changeKey: key, changeValue: written?.toString(), effect: undefined };
  });
  const ask = (sql: string) => opened.rows(sql);
  const answers = await judgedChanges(ask, application, proposals, TASKS_SIMULATED_BY_EXPLAIN);
  return answers.map(({ change, effect }) =>
    effect === undefined ? undefined : change === key && !effect.includes(`: ${ABOUT_THE_SAME}: `),
  );
}

/**
 * Runs whose own fraction is below the default and that suffered: each has to have that finding.
 */
function boundIn(run: RecordedRun, keys: readonly string[]): Bound[] {
  const { conf, outcome } = run;
  if (conf.get("spark.memory.useLegacyMode") === 1) return [];
  const usual = run.id.startsWith("s16") ? 0.75 : 0.6;
  const suffered = outcome.evictions + outcome.refused + outcome.spills > 0;
  const bound: Bound[] = [];
  const check = (key: string, binds: boolean): void => {
    if (binds) bound.push({ run: run.id, key, found: keys.includes(key) });
  };
  check("spark.memory.fraction", (conf.get("spark.memory.fraction") ?? usual) < usual && suffered);
  const storage = conf.get("spark.memory.storageFraction") ?? 0.5;
  check(
    "spark.memory.storageFraction",
    (storage > 0.5 && outcome.spills > 0) || (storage < 0.5 && outcome.evictions > 0),
  );
  return bound;
}

const folder = mkdtempSync(join(tmpdir(), "respark-advice-"));
const rows: Row[] = [];
const bound: Bound[] = [];
try {
  for (const set of sets) {
    if (!existsSync(set)) continue;
    const found = await adviceOf(set, folder);
    rows.push(...found.rows);
    bound.push(...found.bound);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const tested = rows.filter(({ siblings }) => siblings.length > 0);
const best = (row: Row): Judgement =>
  row.siblings.some(({ judgement }) => judgement === "worse")
    ? "worse"
    : row.siblings.some(({ judgement }) => judgement === "better")
      ? "better"
      : "same";
const count = (judgement: Judgement): number =>
  tested.filter((row) => best(row) === judgement).length;
const directions = tested.flatMap(({ siblings }) => siblings);
const told = (judgement: Judgement, helps: boolean | undefined): number =>
  directions.filter((one) => one.judgement === judgement && one.helps === helps).length;
const missing = bound.filter(({ found }) => !found);
const before = readFileSync(join(root, "docs/advice.md"), "utf8");
const text = [
  "# Advice held against sibling runs",
  "",
  "Each verdict's first change, judged by recorded runs of the same workload that differ in that setting alone, in the direction that it names",
  "(`pnpm advice`; the recorded runs are not in the repository). Better: fewer evictions, refused blocks, missed reads, reads from disk, spills and waits,",
  "by more than identical runs differ (three, or a third).",
  "",
  `Of ${rows.length} verdicts with a change, siblings test ${tested.length}: ${count("better")} better, ${count("same")} the same, ${count("worse")} worse.`,
  `Of ${bound.length} settings (\`spark.memory.fraction\` below the default, \`storageFraction\` other than it) that bind by the truth, ${bound.length - missing.length} have their finding${missing.length === 0 ? "" : `; missing: ${missing.map(({ run, key }) => `${run} (${key})`).join(", ")}`}.`,
  "",
  `Simulated at the siblings' own values, as \`explain\` does it (20 draws): of ${told("better", true) + told("better", false)} that were better ${told("better", true)} are said to have less trouble and ${told("better", false)} not,`,
  `of ${told("same", true) + told("same", false)} that were the same ${told("same", true)} and ${told("same", false)}, of ${told("worse", true) + told("worse", false)} that were worse ${told("worse", true)} and ${told("worse", false)}; ${directions.filter(({ helps }) => helps === undefined).length} were not simulated.`,
  "",
  "| run | first change | siblings |",
  "| --- | --- | --- |",
  ...tested.map(
    ({ run, key, value, siblings }) =>
      `| ${run.id} | \`${key}\`${value === "" ? "" : ` → ${value}`} | ${siblings.map(({ id, judgement }) => `${id}: ${judgement}`).join("; ")} |`,
  ),
  "",
  // What people wrote below the table stays.
  before.slice(before.indexOf("## The five that are the same")),
];
writeFileSync(join(root, "docs/advice.md"), text.join("\n"));
process.stdout.write(`${text.slice(6, 11).join("\n")}\n`);
