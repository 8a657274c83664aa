/// <reference types="node" />
/**
 * Fits the shares of core/src/simulate/task-times.ts to the operation traces of recorded runs, n
 * beside each. node --conditions=@respark/source --import tsx test/whatif/fit-times.ts
 * <folder of recorded runs>… Runs whose second words are alike (s35-f-…, s30-f-…) are of one program.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** A line of a trace, as far as it is read here: `t` and `dur` in ms and ns. */
interface Operation {
  readonly op: string;
  readonly t: number;
  readonly dur?: number;
  readonly tid?: number;
  readonly blk?: string;
  readonly ret?: unknown;
}

/** Of its task's time before its store, the unroll's; and of the task's, when it is stored. */
interface Put {
  readonly rdd: string;
  readonly unrollShare: number;
  readonly storedShare: number | undefined;
}

/** A task of less tells no shares, ms. */
const LEAST_MILLIS = 20;
/** Shares below it, and as much below 1, are cut there. */
const LEAST_SHARE = 0.005;
/** An RDD of a run with fewer puts is left out. */
const LEAST_PUTS = 4;

/** Logits of shares by program, a list an RDD of a run. */
const unrolls = new Map<string, number[][]>();
const stores = new Map<string, number[][]>();
const inserts: { readonly first: number[]; readonly last: number[] } = { first: [], last: [] };

for (const folder of process.argv.slice(2))
  for (const run of readdirSync(folder)) note(folder, run);
say("unroll share, logit", unrolls);
say("compute share, logit", stores);
for (const [what, shares] of Object.entries(inserts))
  process.stdout.write(
    `${what} acquisition, share of a task: ${[0.1, 0.5, 0.9].map((at) => quantile(shares, at)).join(", ")} (n ${shares.length})\n`,
  );

function note(folder: string, run: string): void {
  const program = run.split("-")[1] ?? run;
  const truth = join(folder, run, "truth");
  if (!existsSync(truth)) return;
  for (const name of readdirSync(truth)) {
    if (!/^ops-\d.*\.gz$/.test(name)) continue;
    const operations = gunzipSync(readFileSync(join(truth, name)))
      .toString("utf8")
      .split("\n")
      .flatMap((line): Operation[] => (line.startsWith("{") ? operationIn(line) : []));
    const puts = putsIn(operations);
    for (const rdd of new Set(puts.map((put) => put.rdd))) {
      const own = puts.filter((put) => put.rdd === rdd);
      listIn(unrolls, program).push(own.map(({ unrollShare }) => logit(unrollShare)));
      const stored = own.flatMap(({ storedShare }) => storedShare ?? []);
      listIn(stores, program).push(stored.map(logit));
    }
    noteInserts(operations);
  }
}

/** A trace that was cut ends within a line. */
function operationIn(line: string): Operation[] {
  try {
    return [JSON.parse(line) as Operation];
  } catch (failure) {
    if (failure instanceof SyntaxError) return [];
    throw failure;
  }
}

function putsIn(operations: readonly Operation[]): Put[] {
  const tasks = timesOf(operations);
  /** When each task was last through with a block, and what evictions took it since then. */
  const since = new Map([...tasks].map(([task, { start }]) => [task, start]));
  const evicting = new Map<number, number>();
  const begun = new Map<string, number>();
  const counts = putsByTask(operations);
  const puts: Put[] = [];
  for (const { op, t, dur = 0, tid = -1, blk = "", ret } of operations) {
    const millis = dur / 1e6;
    const key = `${tid} ${blk}`;
    if (op === "ms.evictBlocksToFreeSpace" && Number(ret) > 0)
      evicting.set(tid, (evicting.get(tid) ?? 0) + millis);
    if (!blk.startsWith("rdd_")) continue;
    if (op === "acqUnroll" && !begun.has(key)) begun.set(key, t - millis);
    const at = begun.get(key);
    const last = since.get(tid);
    const task = tasks.get(tid);
    if (op !== "e.put" || at === undefined || last === undefined || task === undefined) continue;
    const unrolling = Math.max(0, t - at - (evicting.get(tid) ?? 0));
    puts.push({
      rdd: blk.replace(/_\d+$/, ""),
      unrollShare: unrolling / Math.max(0.001, at - last + unrolling),
      storedShare:
        counts.get(tid) === 1 && task.end - task.start > LEAST_MILLIS
          ? (t - task.start) / (task.end - task.start)
          : undefined,
    });
    since.set(tid, t);
    evicting.delete(tid);
  }
  return puts;
}

/** First and last request of collections, of tasks that made two at least and stored no block. */
function noteInserts(operations: readonly Operation[]): void {
  const tasks = timesOf(operations);
  const asked = new Map<number, number[]>();
  const counts = putsByTask(operations);
  const inPages = new Set<number>();
  for (const { op, t, tid = -1 } of operations) {
    if (op === "tmm.allocatePage") inPages.add(tid);
    if (op === "acqExec" && !counts.has(tid)) listIn(asked, tid).push(t);
  }
  for (const [tid, times] of asked) {
    if (inPages.has(tid)) continue;
    const task = tasks.get(tid);
    const [first, last] = [times[0], times.at(-1)];
    if (task === undefined || first === undefined || last === undefined || times.length < 2)
      continue;
    const millis = task.end - task.start;
    if (millis <= LEAST_MILLIS) continue;
    inserts.first.push((first - task.start) / millis);
    inserts.last.push((last - task.start) / millis);
  }
}

function timesOf(operations: readonly Operation[]): Map<number, { start: number; end: number }> {
  const times = new Map<number, { start: number; end: number }>();
  for (const { op, t, tid = -1 } of operations) {
    if (op === "taskStart") times.set(tid, { start: t, end: t });
    const task = times.get(tid);
    if (op === "taskEnd" && task !== undefined) task.end = t;
  }
  return times;
}

function putsByTask(operations: readonly Operation[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { op, tid = -1, blk = "" } of operations)
    if (op === "e.put" && blk.startsWith("rdd_")) counts.set(tid, (counts.get(tid) ?? 0) + 1);
  return counts;
}

/** Mean and deviation of the programs' means, and the deviation within RDDs of a run. */
function say(what: string, byProgram: ReadonlyMap<string, readonly (readonly number[])[]>): void {
  const programs = [...byProgram.values()]
    .map((lists) => lists.filter((list) => list.length >= LEAST_PUTS))
    .filter((lists) => lists.length > 0);
  const means = programs.map((lists) => mean(lists.map(mean)));
  const middle = mean(means);
  const apart = Math.sqrt(mean(means.map((one) => (one - middle) ** 2)));
  const within = programs.flat().flatMap((list) => list.map((value) => value - mean(list)));
  const own = Math.sqrt(mean(within.map((value) => value ** 2)));
  const [a, b, c] = [middle, apart, own].map((value) => value.toFixed(2));
  process.stdout.write(
    `${what}: mean ${a}, of applications ${b}, of tasks ${c} (n ${within.length} of ${means.length} programs)\n`,
  );
}

function logit(share: number): number {
  const cut = Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, share));
  return Math.log(cut / (1 - cut));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(values: readonly number[], at: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor(at * sorted.length)] ?? Number.NaN).toFixed(2);
}

function listIn<Key, Item>(map: Map<Key, Item[]>, key: Key): Item[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
