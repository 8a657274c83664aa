/// <reference types="node" />
/**
 * Fits the numbers of packages/report/src/whatif/fitted.ts to recorded runs, n beside each.
 * node --conditions=@respark/source --import tsx test/whatif/fit.ts <folder of databases>
 * Runs whose names begin alike (s35-f-…) are runs of one program.
 */
import type { RunRecord } from "@respark/report";
import { recordsIn } from "./records.ts";

type Task = RunRecord["tasks"][number];

const remote: { readonly first: number[]; readonly later: number[] } = { first: [], later: [] };
const siblings = new Map<string, (readonly number[])[]>();
const sizes = { map: new Map<string, number[]>(), sorter: new Map<string, number[]>() };
const ratios = { rdd: new Map<string, Ratios>(), sql: new Map<string, Ratios>() };

for await (const { name, run } of recordsIn(process.argv[2] ?? ".")) {
  const program = /^s\d+-(?:wi[a-z]+|[a-z]+\d?)/.exec(name)?.[0] ?? name;
  noteRemoteReads(run);
  for (const stage of run.stages) {
    const tasks = run.tasks.filter(
      (task) => task.stageId === stage.stageId && task.status === "success" && peakOf(task) > 0,
    );
    const isSql = stage.sqlExecutionId !== undefined;
    const key = `${program} ${stage.stageId}`;
    noteRatio(isSql ? ratios.sql : ratios.rdd, key, tasks);
    if (isSql) continue;
    const unspilled = tasks.filter((task) => (task.memorySpilledBytes ?? 0) === 0);
    const ofStage = siblings.get(key) ?? [];
    siblings.set(key, ofStage);
    ofStage.push(unspilled.flatMap(logBytesPerRecord));
    const isMap = unspilled.some((task) => (task.shuffleReadRecords ?? 0) > 0);
    const inStage = new Set(stage.rddIds);
    const sorts = run.rdds.some(
      ({ rddId, scope }) => inStage.has(rddId) && /"name":"[^"]*sort/i.test(scope ?? ""),
    );
    for (const task of unspilled)
      listIn(isMap && !sorts ? sizes.map : sizes.sorter, `${key} ${task.index}`).push(
        Math.log(peakOf(task)),
      );
  }
}

say("a first read from another executor, ms", median(remote.first), remote.first.length);
say("a later one, ms", median(remote.later), remote.later.length);
const logs = [remote.first, remote.later].map((list) => list.map(Math.log));
say(
  "deviation of its logarithm",
  pooled(logs).deviation,
  remote.first.length + remote.later.length,
);
const byStage = [...siblings.values()].map(pooled).filter(({ degrees }) => degrees > 0);
const variances = byStage.map(({ deviation }) => deviation ** 2);
say("siblings' bytes a record, deviation", Math.sqrt(mean(variances)), byStage.length);
for (const [kind, byTask] of Object.entries(sizes)) {
  const { deviation, degrees } = pooled([...byTask.values()]);
  say(`one task's ${kind} from run to run, deviation`, deviation, degrees);
}
for (const [kind, stages] of Object.entries(ratios)) {
  const factors = [...stages.values()].flatMap(({ spilled, guessed }) =>
    spilled.length > 0 && guessed.length > 0
      ? [Math.log((median(spilled) ?? 1) / (median(guessed) ?? 1))]
      : [],
  );
  say(`spill files of ${kind}, factor`, Math.exp(mean(factors)), factors.length);
  say(`spill files of ${kind}, deviation`, pooled([factors]).deviation, factors.length);
}

function say(what: string, value: number | undefined, n: number): void {
  process.stdout.write(`${what}: ${value?.toPrecision(3) ?? "unknown"} (n ${n})\n`);
}

/** An executor's remote reads until the first of them is done, and those that begin later. */
function noteRemoteReads(run: RunRecord): void {
  const firstRead = new Map<number, string>();
  for (const { taskId, blockId, op } of run.blockEvents)
    if (taskId !== undefined && blockId.startsWith("rdd_") && op !== "store")
      if (!firstRead.has(taskId)) firstRead.set(taskId, op);
  const firstDone = new Map<string, number>();
  const inOrder = [...run.tasks].sort((a, b) => a.launchedAt - b.launchedAt);
  for (const task of inOrder) {
    if (firstRead.get(task.taskId) !== "hit_remote" || !task.runMillis) continue;
    const done = firstDone.get(task.executorId);
    const isFirst = done === undefined || task.launchedAt < done;
    (isFirst ? remote.first : remote.later).push(task.runMillis);
    if (done === undefined) firstDone.set(task.executorId, task.finishedAt);
  }
}

interface Ratios {
  /** Disk for memory in runs that spilled; shuffled for peak in runs that did not. */
  readonly spilled: number[];
  readonly guessed: number[];
}

function noteRatio(into: Map<string, Ratios>, key: string, tasks: readonly Task[]): void {
  const sum = (of: (task: Task) => number): number => tasks.reduce((all, one) => all + of(one), 0);
  const known = into.get(key) ?? { spilled: [], guessed: [] };
  into.set(key, known);
  const memory = sum((task) => task.memorySpilledBytes ?? 0);
  const disk = sum((task) => task.diskSpilledBytes ?? 0);
  const shuffled = sum((task) => Math.max(task.shuffleReadBytes ?? 0, task.shuffleWriteBytes ?? 0));
  if (memory > 0 && disk > 0) known.spilled.push(disk / memory);
  else if (shuffled > 0) known.guessed.push(shuffled / sum(peakOf));
}

function peakOf(task: Task): number {
  return task.peakBytes ?? 0;
}

function logBytesPerRecord(task: Task): number[] {
  const records = (task.shuffleReadRecords ?? 0) || (task.shuffleWriteRecords ?? 0);
  return records > 0 ? [Math.log(peakOf(task) / records)] : [];
}

function listIn(map: Map<string, number[]>, key: string): number[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** Deviation within lists, over all of them. */
function pooled(lists: readonly (readonly number[])[]): { deviation: number; degrees: number } {
  let [squares, degrees] = [0, 0];
  for (const list of lists) {
    if (list.length < 2) continue;
    const middle = mean(list);
    squares += list.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    degrees += list.length - 1;
  }
  return { deviation: Math.sqrt(squares / degrees), degrees };
}
