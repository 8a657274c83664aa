/**
 * What a review found wrong in verdicts (A2 to A19; the table is in docs/advice.md), each on a
 * recorded run with what its JVMs did beside it. The runs are in ../shared, which is not in the
 * repository: without them nothing is said here.
 */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type Database, explain, numberIn, openDatabase, type Row, textIn } from "@respark/report";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replayed, respark } from "../cli/run-respark.ts";

const recorded = join(import.meta.dirname, "../../../shared/data/runs");
const RUNS = [
  "s24-a2-base-info",
  "s24-a3-base-dbg",
  "s24-b1-base-info",
  "s24-b3-base-dbg",
  "s24-h-base-dbg",
  "s24-i-base-dbg",
  "s35-d-base-info",
  "s35-j-base-info",
] as const;
type Run = (typeof RUNS)[number] | "cut";
const areThere = RUNS.every((run) => existsSync(join(recorded, run)));

const folder = mkdtempSync(join(tmpdir(), "respark-answers-"));
const open: Database[] = [];
const appIds = new Map<string, string>();
let database: Database;

beforeAll(async () => {
  if (!areThere) {
    process.stderr.write("left out: answers on recorded runs, which are not here\n");
    return;
  }
  const path = join(folder, "answers.duckdb");
  const logs = RUNS.map((run) => join(recorded, run, "logs"));
  await replayed([...logs, cutRun("s35-a2-base-info"), "-o", path, "--quiet"]);
  database = await openDatabase(path);
  open.push(database);
  for (const row of await database.rows("select distinct app_id, path from source_files")) {
    const run = /([^/]+)\/logs\//.exec(textIn(row, "path") ?? "")?.[1];
    if (run !== undefined) appIds.set(run, textIn(row, "app_id") ?? "");
  }
});
afterAll(() => {
  for (const one of open) one.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The run with the first half of its event log alone. */
function cutRun(run: string): string {
  const logs = join(folder, "cut", "logs");
  cpSync(join(recorded, run, "logs"), logs, { recursive: true });
  for (const name of readdirSync(logs).filter((file) => file.startsWith("app-"))) {
    const whole = readFileSync(join(logs, name));
    writeFileSync(join(logs, name), whole.subarray(0, whole.length / 2));
  }
  return logs;
}

const here = (run: Run): string => `app_id = '${appIds.get(run) ?? ""}'`;

async function one(sql: string): Promise<Row> {
  const [row] = await database.rows(sql);
  if (row === undefined) throw new Error(`no row: ${sql}`);
  return row;
}

async function verdict(
  run: Run,
): Promise<Extract<Awaited<ReturnType<typeof explain>>, { kind: "verdict" }>> {
  const answer = await explain(
    database,
    { appId: appIds.get(run) ?? "", attemptId: "1" },
    undefined,
  );
  if (answer.kind !== "verdict") throw new Error(answer.kind);
  return answer;
}

/** Of all executors of a run: a column of outcomes.csv, counted inside their JVMs. */
function truth(run: Run, column: string): number {
  const [head = "", ...lines] = readFileSync(join(recorded, "outcomes.csv"), "utf8").split("\n");
  const place = head.split(",").indexOf(column);
  const rows = lines.map((line) => line.split(",")).filter(([id]) => id === run);
  return rows.reduce((sum, cells) => sum + Number(cells[place] ?? 0), 0);
}

interface Op {
  readonly op: string;
  readonly blk?: string;
  readonly for?: string;
  readonly jth?: number;
  readonly s?: number;
  readonly s0?: number;
  readonly st?: readonly number[];
  readonly t?: number;
}

function opsOf(run: Run): Op[][] {
  const folderOfRun = join(recorded, run, "truth");
  return readdirSync(folderOfRun).map((name) => opsIn(join(folderOfRun, name)));
}

function opsIn(path: string): Op[] {
  const lines = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  return lines.map((line): Op => JSON.parse(line));
}

test("A2: what an unpersist would prevent was evicted after the last read of that RDD, as the JVMs count it", async () => {
  if (!areThere) return;
  const idle = await database.rows(
    `from idle_rdds where ${here("s24-a3-base-dbg")} and would_prevent > 0`,
  );
  expect(idle.length).toBeGreaterThan(0);
  const ops = opsOf("s24-a3-base-dbg");
  for (const row of idle) {
    const own = `rdd_${numberIn(row, "rdd_id") ?? ""}_`;
    const reads = ops.flat().filter(({ op, blk }) => op === "bm.get" && blk?.startsWith(own));
    const last = Math.max(...reads.map(({ t }) => t ?? 0));
    const later = ops
      .flat()
      .filter(
        ({ op, blk, t }) =>
          op === "bm.dropFromMemory" &&
          blk?.startsWith("rdd_") === true &&
          !blk.startsWith(own) &&
          (t ?? 0) > last,
      );
    expect(numberIn(row, "would_prevent")).toBeLessThanOrEqual(later.length);
  }
});

test("A3: what was missed because executors went is counted, and each loss is a finding", async () => {
  if (!areThere) return;
  const row = await one(
    `select sum(misses_after_loss) as missed from rdd_cache_efficiency where ${here("s35-j-base-info")}`,
  );
  expect(numberIn(row, "missed")).toBe(truth("s35-j-base-info", "read_miss_recompute"));
  const { findings } = await verdict("s35-j-base-info");
  expect(findings.map(({ id }) => id).sort()).toEqual(["lost_killed", "lost_killed_by_driver"]);
  expect(findings.some(({ title }) => /never read/.test(title))).toBe(false);
});

test("A4: refused blocks of MEMORY_AND_DISK are known to be on disk, and a read from there is no miss", async () => {
  if (!areThere) return;
  const row = await one(`select count(*) filter (stored_on_disk) as stored,
      count(*) filter (not stored_on_disk) as gone, count(*) as refused
    from put_failures where ${here("s24-b1-base-info")}`);
  expect(numberIn(row, "gone")).toBe(0);
  expect(numberIn(row, "stored")).toBeGreaterThan(40);
  expect(numberIn(row, "refused")).toBe(truth("s24-b1-base-info", "put_failed"));
  const lost = await one(`select count(*) filter (stored_on_disk = false) as lost
    from put_failures p join rdds r using (app_id)
    where p.${here("s24-i-base-dbg")} and storage_level = 'MEMORY_ONLY' and starts_with(block_id, 'rdd_' || rdd_id || '_')`);
  expect(numberIn(lost, "lost")).toBeGreaterThan(0);
});

test("A5: what is said to be there at the end was there when its JVM stopped, in memory or on disk", async () => {
  if (!areThere) return;
  for (const run of RUNS) {
    const ends = await database.rows(`select b.* from block_ends b
      join executors e using (app_id, attempt_id, executor_id)
      where b.${here(run)} and starts_with(block_id, 'rdd_') and e.removed_class is null`);
    expect(ends.length).toBeGreaterThan(run === "s35-d-base-info" ? -1 : 5);
    const [memory, disk] = keptAtTheEnd(run);
    const wrong = ends.filter((row) => {
      const at = `${textIn(row, "executor_id") ?? ""} ${textIn(row, "block_id") ?? ""}`;
      const is = { in_memory: memory.has(at), on_disk: disk.has(at) };
      const there = { ...is, present_at_end: is.in_memory || is.on_disk };
      return Object.entries(there).some(
        ([column, value]) => row[column] !== null && row[column] !== value,
      );
    });
    expect(wrong).toEqual([]);
  }
});

/** `executor block`, in memory and on disk, before a JVM that stopped cleared its store. */
function keptAtTheEnd(run: Run): readonly [Set<string>, Set<string>] {
  const [memory, disk] = [new Set<string>(), new Set<string>()];
  for (const name of readdirSync(join(recorded, run, "truth"))) {
    const executor = /^ops-(.+)\.jsonl\.gz$/.exec(name)?.[1] ?? "";
    for (const { op, blk = "" } of opsIn(join(recorded, run, "truth", name))) {
      const at = `${executor} ${blk}`;
      if (op === "e.put") memory.add(at);
      if (op === "e.rm") memory.delete(at);
      if (op === "disk.put" || op === "disk.putBytes") disk.add(at);
      if (op === "disk.remove") disk.delete(at);
    }
  }
  return [memory, disk];
}

test("A6: an executor that spilled for want of memory is never said to have had plenty", async () => {
  if (!areThere) return;
  const executors = await database.rows(`
    select executor_id, nearly_full_ms, nearly_full_ms_min, nearly_full_ms_max
    from executor_pressure join (select distinct app_id, executor_id from spills) using (app_id, executor_id)
    where ${here("s35-d-base-info")} and mode = 'on_heap'`);
  expect(executors.length).toBeGreaterThan(0);
  for (const row of executors) {
    const id = textIn(row, "executor_id") ?? "";
    const full = nearlyFullMillis("s35-d-base-info", id);
    expect(full).toBeGreaterThan(0);
    expect(numberIn(row, "nearly_full_ms_min")).toBeLessThanOrEqual(full);
    expect(numberIn(row, "nearly_full_ms_max")).toBeGreaterThanOrEqual(full);
    const story = await explain(
      database,
      { appId: appIds.get("s35-d-base-info") ?? "", attemptId: "1" },
      { about: "executor", executorId: id },
    );
    if (story.kind === "verdict") throw new Error(story.kind);
    const said = story.lines.map(({ text }) => text).join(" ");
    expect(said).toMatch(/nearly full \(less than a tenth free\) for/);
  }
});

/** How long less than a tenth of the on-heap pools was free, by the states that the JVM was in. */
function nearlyFullMillis(run: Run, executorId: string): number {
  let [full, since] = [0, undefined as number | undefined];
  for (const { t, st } of opsIn(join(recorded, run, "truth", `ops-${executorId}.jsonl.gz`))) {
    if (t === undefined || st === undefined) continue;
    const [storagePool = 0, storage = 0, executionPool = 0, execution = 0] = st;
    const isFull = storage + execution > 0.9 * (storagePool + executionPool);
    if (since !== undefined) full += t - since;
    since = isFull ? t : undefined;
  }
  return full;
}

test("A7: the bounds of what tasks held at most have what they held", async () => {
  if (!areThere) return;
  for (const run of ["s24-a2-base-info", "s35-d-base-info"] as const) {
    const marks =
      await database.rows(`select max(peak_bytes_min) as least, max(peak_bytes_max) as most
      from high_water_marks where ${here(run)} and executor_id <> 'driver' and quantity = 'used'`);
    const [head = "", ...lines] = readFileSync(join(recorded, "outcomes.csv"), "utf8").split("\n");
    const place = head.split(",").indexOf("peak_total_on");
    const peaks = lines
      .map((line) => line.split(","))
      .flatMap(([id, ...rest]) => (id === run ? [Number(rest[place - 1])] : []));
    const peak = Math.max(...peaks);
    expect(numberIn(marks[0], "least")).toBeLessThanOrEqual(peak);
    expect(numberIn(marks[0], "most")).toBeGreaterThanOrEqual(peak);
  }
});

test("A8: the broadcasts that evicted are named, for as many blocks as went for them", async () => {
  if (!areThere) return;
  let went = 0;
  for (const ops of opsOf("s24-h-base-dbg")) {
    const waiting = new Map<number, number>();
    for (const { op, blk = "", jth = 0 } of ops) {
      if (op === "bm.dropFromMemory" && blk.startsWith("rdd_"))
        waiting.set(jth, (waiting.get(jth) ?? 0) + 1);
      if (op !== "acqStorage" && op !== "acqUnroll") continue;
      if (blk.startsWith("broadcast_")) went += waiting.get(jth) ?? 0;
      waiting.delete(jth);
    }
  }
  const { findings } = await verdict("s24-h-base-dbg");
  expect(findings[0]?.evidence.join(" ")).toContain(
    `All ${went} made room for broadcast_1 (44.0 MiB, and its serialized pieces 44.0 MiB) and broadcast_3`,
  );
  expect(findings[0]?.change).toMatch(/or a smaller broadcast/);
});

test("A9, A10, A14: no level is proposed for garbage, none is above the tasks' time, one value a setting", async () => {
  if (!areThere) return;
  const odd = await database.rows(`
    select app_id, title from findings where change_value like '%_SER%' and title not like '%\\_SER%' escape '\\'
    union all select app_id, title from findings where kind = 'garbage' and cost_ms > json_extract(facts, '$.run_ms')::bigint
    union all select app_id, change_key from findings where starts_with(change_key, 'spark.') and change_value is not null
      group by app_id, change_key having count(distinct change_value) > 1`);
  expect(odd).toEqual([]);
});

test("A11: all that was spilled stands in the verdict", async () => {
  if (!areThere) return;
  const { findings } = await verdict("s35-d-base-info");
  const spills = findings.filter(({ kind }) => kind === "spills");
  const said = spills.reduce((sum, { facts }) => sum + Number(facts["memory_bytes"] ?? 0), 0);
  expect(said).toBe(truth("s35-d-base-info", "ev_mem_spilled"));
});

test("A12: what would have been needed is an estimate, in its words too", async () => {
  if (!areThere) return;
  const { findings } = await verdict("s24-a2-base-info");
  const said = findings.flatMap(({ evidence }) => evidence).join(" ");
  expect(said).toMatch(/would have needed about \d+/);
  expect(said).not.toMatch(/needed up to/);
});

test("A13: stores of replicas are no reads", async () => {
  if (!areThere) return;
  // Whether a block whose replica was written first came from memory or disk is one too many of
  // each executor.
  const row = await one(`select count(*) filter (op in ('hit_memory', 'hit_disk')) as here,
      count(*) filter (op = 'hit_remote') as remote, count(*) filter (op = 'miss') as missed
    from block_events where ${here("s24-b3-base-dbg")} and starts_with(block_id, 'rdd_')`);
  const counted = (column: string): number => truth("s24-b3-base-dbg", column);
  expect([row["here"], row["remote"], row["missed"]].map(Number)).toEqual([
    counted("read_hit_mem") + counted("read_hit_disk"),
    counted("read_hit_remote"),
    counted("read_miss_cold") + counted("read_miss_recompute"),
  ]);
});

/** Evictions of RDDs' blocks for blocks of other RDDs, by the RDD that they were for. */
function evictionsForRdds(run: Run): Map<string, number> {
  const by = new Map<string, number>();
  for (const ops of opsOf(run)) {
    const searches = ops.filter(({ op }) => op === "ms.evictBlocksToFreeSpace");
    for (const { op, blk = "", jth, s0 = 0, s = 0 } of ops) {
      if (op !== "bm.dropFromMemory") continue;
      const search = searches.find(
        (one) => one.jth === jth && (one.s0 ?? 0) <= s0 && (one.s ?? 0) >= s,
      );
      const [victim, evictor] = [blk, search?.for ?? ""].map(
        (block) => /^rdd_(\d+)_/.exec(block)?.[1],
      );
      if (victim === undefined || evictor === undefined || victim === evictor) continue;
      by.set(evictor, (by.get(evictor) ?? 0) + 1);
    }
  }
  return by;
}

test("an RDD that is read once drove out what its JVMs evicted for it, and is told so", async () => {
  if (!areThere) return;
  const gains = await database.rows(`from cache_gains where ${here("s24-a2-base-info")}`);
  const told = new Map(
    gains.map((row) => [textIn(row, "rdd_id"), numberIn(row, "drove_out")] as const),
  );
  expect(told).toEqual(evictionsForRdds("s24-a2-base-info"));
  const { findings } = await verdict("s24-a2-base-info");
  const once = gains.filter((row) => numberIn(row, "most_wanted") === 1);
  expect(once.map((row) => `read_once_rdd_${textIn(row, "rdd_id") ?? ""}`)).toEqual(
    findings.flatMap(({ id }) => (id.startsWith("read_once") ? [id] : [])),
  );
});

test("A15: all are said to be for one only where all are known to be", async () => {
  if (!areThere) return;
  const { findings } = await verdict("s24-a3-base-dbg");
  const evictions = findings.filter(({ kind }) => kind === "evictions");
  expect(evictions.length).toBeGreaterThan(0);
  for (const { evidence, facts } of evictions) {
    const known = Math.max(
      Number(facts["evictor_rdd_times"]),
      Number(facts["evictor_stage_times"]),
    );
    const said = evidence.find((words) => / for RDD | for stage /.test(words)) ?? "";
    const begins = known === Number(facts["times"]) ? "All were" : `At least ${known} were`;
    // Fewer than half are no cause, and are not said.
    expect(said === "" ? known * 2 < Number(facts["times"]) : said.startsWith(begins)).toBe(true);
  }
});

test("A16: what a log prints already is not asked for", async () => {
  if (!areThere) return;
  for (const [run, isAsked] of [
    ["s24-h-base-dbg", false],
    ["s24-a2-base-info", true],
  ] as const) {
    const first = readFileSync(join(recorded, run, "logs", "executor-0.log"), "utf8").split("\n");
    const printed = first.find((line) => line.includes("Executor: Running task")) ?? "";
    expect(/:\d\d[.,]\d{3} .*\[Executor task launch/.test(printed)).toBe(!isAsked);
    const { stdout } = await respark(["inspect", join(recorded, run, "logs")]);
    expect(stdout.includes("times to the millisecond")).toBe(isAsked);
  }
});

test("A18: a block has the level of its RDD where no update of it is logged", async () => {
  if (!areThere) return;
  const levels =
    await database.rows(`select distinct b.storage_level as level, r.storage_level as of_rdd
    from blocks b join rdds r using (app_id, attempt_id, rdd_id)
    where b.${here("s24-a2-base-info")} and b.stores > 0`);
  expect(levels).toEqual([{ level: "MEMORY_ONLY", of_rdd: "MEMORY_ONLY" }]);
});

test("A19: of an event log that is cut no eviction is put down to tasks, where none was theirs", async () => {
  if (!areThere) return;
  const row =
    await one(`select count(*) as evictions, count(*) filter (cause = 'execution') as for_tasks
    from block_events where ${here("cut")} and op in ('evict', 'drop_to_disk')`);
  expect(numberIn(row, "evictions")).toBeGreaterThan(0);
  expect(numberIn(row, "for_tasks")).toBe(0);
});
