/**
 * The laws that hold in the rows of every replay, whatever the logs say: what `docs` and readers of
 * the tables rely on.
 */
import type { MemoryTimelineRow, Triple } from "../../src/rows.ts";
import type { TableRows } from "./collected-rows.ts";

/** Says every law that is broken, in one error. */
export function assertPoolLaws(rows: TableRows): void {
  const broken = brokenLaws(rows);
  if (broken.length === 0) return;
  const shown = broken.slice(0, 20).join("\n");
  throw new Error(`${broken.length} laws broken:\n${shown}`);
}

/**
 * Rows whose best estimates do not fit each other, though their bounds do: Spark's pools never hold
 * more than their size.
 */
export function overrunEstimates(rows: TableRows): string[] {
  const overrun: string[] = [];
  for (const row of rows.memory_timeline) {
    const { storageUsed, executionUsed, storagePool, executionPool, maxMemoryBytes } = row;
    const used = (storageUsed.bytes ?? 0) + (executionUsed.bytes ?? 0);
    const where = `executor ${row.executorId} ${row.mode} seq ${row.seq} (line ${row.sourceLine})`;
    if ((storageUsed.bytes ?? 0) > (storagePool.bytes ?? Number.POSITIVE_INFINITY))
      overrun.push(`${where}: storage uses ${storageUsed.bytes} of ${storagePool.bytes}`);
    else if ((executionUsed.bytes ?? 0) > (executionPool.bytes ?? Number.POSITIVE_INFINITY))
      overrun.push(`${where}: execution uses ${executionUsed.bytes} of ${executionPool.bytes}`);
    else if (used > (maxMemoryBytes ?? Number.POSITIVE_INFINITY))
      overrun.push(`${where}: ${used} are used of ${maxMemoryBytes}`);
  }
  return overrun;
}

/** One sentence a broken law; empty when all hold. */
export function brokenLaws(rows: TableRows): string[] {
  return [
    ...rows.memory_timeline.flatMap(lawsOfState),
    ...tracksOf(rows),
    ...lawsOfNumbering(rows),
    ...lawsOfIntervals(rows),
    ...lawsOfBlockEvents(rows),
    ...lawsOfChecks(rows),
  ];
}

const TRIPLES = [
  "storageUsed",
  "unrollUsed",
  "executionUsed",
  "storagePool",
  "executionPool",
  "free",
  "storageAvailable",
  "executionAvailable",
] as const satisfies readonly (keyof MemoryTimelineRow)[];

function lawsOfState(row: MemoryTimelineRow): string[] {
  const where = `executor ${row.executorId} ${row.mode} seq ${row.seq} (line ${row.sourceLine})`;
  const broken = TRIPLES.flatMap((name) => lawsOfTriple(`${where}: ${name}`, row[name]));
  const { maxMemoryBytes: max } = row;
  const { storageUsed, unrollUsed, executionUsed, storagePool, executionPool, free } = row;
  const storage = storagePool.bytes;
  const execution = executionPool.bytes;
  const law = (holds: boolean | undefined, text: string) => {
    if (holds === false) broken.push(`${where}: ${text}`);
  };
  const atMost = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? undefined : a <= b;
  if (storage !== undefined && execution !== undefined && max !== undefined)
    law(storage + execution === max, `pools ${storage} + ${execution} are not ${max}`);
  law(
    atMost(storageUsed.atLeast, storagePool.atMost),
    `storage uses at least ${storageUsed.atLeast} of at most ${storagePool.atMost}`,
  );
  law(
    atMost(executionUsed.atLeast, executionPool.atMost),
    `execution uses at least ${executionUsed.atLeast} of at most ${executionPool.atMost}`,
  );
  law(
    atMost(unrollUsed.bytes, storageUsed.bytes),
    `unroll ${unrollUsed.bytes} exceeds storage ${storageUsed.bytes}`,
  );
  law(atMost(storageUsed.atMost, max), `storage may use ${storageUsed.atMost} of ${max}`);
  law(atMost(executionUsed.atMost, max), `execution may use ${executionUsed.atMost} of ${max}`);
  // Somewhere within their bounds the two fit the maximum together.
  if (max !== undefined && storageUsed.atLeast !== undefined && executionUsed.atLeast !== undefined)
    law(
      storageUsed.atLeast + executionUsed.atLeast <= max,
      `at least ${storageUsed.atLeast} + ${executionUsed.atLeast} are used of ${max}`,
    );
  if (max !== undefined && storageUsed.bytes !== undefined && executionUsed.bytes !== undefined) {
    const left = Math.max(0, max - storageUsed.bytes - executionUsed.bytes);
    law(free.bytes === left, `free is ${free.bytes}, and ${left} are left`);
  }
  law(
    row.endTs === undefined ? undefined : row.endTs >= row.ts,
    `ends at ${row.endTs}, before ${row.ts}`,
  );
  return broken;
}

function lawsOfTriple(where: string, { bytes, atLeast, atMost }: Triple): string[] {
  const all = [bytes, atLeast, atMost];
  if (all.every((x) => x === undefined)) return [];
  if (bytes === undefined || atLeast === undefined || atMost === undefined)
    return [`${where} is known in part: ${atLeast} ${bytes} ${atMost}`];
  const broken: string[] = [];
  if (!all.every((x) => Number.isSafeInteger(x)))
    broken.push(`${where} is no number of bytes: ${atLeast} ${bytes} ${atMost}`);
  if (!(atLeast >= 0 && atLeast <= bytes && bytes <= atMost))
    broken.push(`${where} is out of order: ${atLeast} ≤ ${bytes} ≤ ${atMost}`);
  return broken;
}

/** Rows of one track neither gap nor overlap; of a task's, which may pause, they do not overlap. */
function tracksOf(rows: TableRows): string[] {
  const broken: string[] = [];
  for (const track of groups(rows.memory_timeline, (r) => `executor ${r.executorId} ${r.mode}`)) {
    broken.push(...lawsOfTrack(track, false));
  }
  const task = (r: TableRows["task_memory_timeline"][number]) =>
    `executor ${r.executorId} ${r.mode} task ${r.taskId}`;
  for (const track of groups(rows.task_memory_timeline, task)) {
    broken.push(...lawsOfTrack(track, true));
  }
  return broken;
}

interface TrackRow {
  readonly seq: number;
  readonly ts: number;
  readonly endTs: number | undefined;
}

function lawsOfTrack(
  [name, track]: readonly [string, readonly TrackRow[]],
  mayPause: boolean,
): string[] {
  const broken: string[] = [];
  const bySeq = track.toSorted((a, b) => a.seq - b.seq);
  for (const [i, row] of bySeq.entries()) {
    const next = bySeq[i + 1];
    if (next === undefined) break;
    const where = `${name} seq ${row.seq}`;
    if (next.seq === row.seq) broken.push(`${where} has two rows`);
    if (next.ts < row.ts) broken.push(`${where}: seq ${next.seq} follows it and is earlier`);
    if (row.endTs === undefined) broken.push(`${where} never ends, and seq ${next.seq} follows`);
    else if (mayPause ? row.endTs > next.ts : row.endTs !== next.ts)
      broken.push(`${where} lasts until ${row.endTs}, and seq ${next.seq} begins at ${next.ts}`);
  }
  return broken;
}

/** Every event has a number of its own, and numbers follow time. */
function lawsOfNumbering(rows: TableRows): string[] {
  const broken: string[] = [];
  const events = [...rows.memory_events, ...rows.block_events, ...rows.spills];
  for (const [name, ofExecutor] of groups(events, (r) => `executor ${r.executorId}`)) {
    const bySeq = ofExecutor.toSorted((a, b) => a.seq - b.seq);
    for (const [i, row] of bySeq.entries()) {
      const next = bySeq[i + 1];
      if (next === undefined) break;
      if (next.seq === row.seq) broken.push(`${name}: two events are number ${row.seq}`);
      if (next.ts < row.ts) broken.push(`${name}: event ${next.seq} is earlier than ${row.seq}`);
    }
  }
  return broken;
}

function lawsOfIntervals(rows: TableRows): string[] {
  const broken: string[] = [];
  const interval = (where: string, bytes?: number, atLeast?: number, atMost?: number) => {
    broken.push(...lawsOfTriple(where, { bytes, atLeast, atMost }));
  };
  for (const r of [...rows.block_events, ...rows.spills]) {
    interval(
      `event ${r.seq} of ${r.executorId}`,
      r.memoryBytes,
      r.memoryBytesMin,
      r.memoryBytesMax,
    );
  }
  for (const r of rows.blocks) {
    interval(`block ${r.blockId}`, r.memoryBytes, r.memoryBytesMin, r.memoryBytesMax);
  }
  for (const r of rows.memory_events) {
    interval(
      `grant ${r.seq} of ${r.executorId}`,
      r.grantedBytes,
      r.grantedBytesMin,
      r.grantedBytesMax,
    );
  }
  for (const r of rows.task_memory_timeline) {
    broken.push(...lawsOfTriple(`task ${r.taskId} seq ${r.seq}`, r.executionUsed));
  }
  for (const r of rows.memory_waits) {
    if (r.endTs !== undefined && r.endTs < r.ts) broken.push(`wait of task ${r.taskId} ends early`);
  }
  return broken;
}

/**
 * What happened to a block in memory follows the memory event it caused: none, or one before it.
 */
function lawsOfBlockEvents(rows: TableRows): string[] {
  const broken: string[] = [];
  const both = [
    ...rows.memory_events.filter((r) => r.op.endsWith("_storage") && r.grantedBytes !== 0),
    ...rows.block_events.filter((r) => (r.memoryBytes ?? 0) > 0 && CHANGES.has(r.op)),
  ];
  for (const [name, events] of groups(both, (r) => `executor ${r.executorId} ${r.blockId}`)) {
    let moved: string | undefined;
    for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
      const takes = event.op === "acquire_storage" || event.op === "store";
      const wanted = takes ? "acquire_storage" : "release_storage";
      if (event.op.endsWith("_storage")) {
        if (moved !== undefined) broken.push(`${name}: ${moved} before seq ${event.seq} is untold`);
        moved = event.op;
      } else if (moved !== wanted) {
        broken.push(`${name}: ${event.op} at seq ${event.seq} follows ${moved ?? "nothing"}`);
        moved = undefined;
      } else moved = undefined;
    }
  }
  return broken;
}

const CHANGES: ReadonlySet<string> = new Set(["store", "evict", "drop_to_disk", "remove"]);

function lawsOfChecks(rows: TableRows): string[] {
  const broken: string[] = [];
  for (const r of rows.replay_checks) {
    const where = `statement at line ${r.sourceLine} (${r.quantity})`;
    const { loggedMin, loggedMax, replayedMin, replayedMax } = r;
    if (replayedMin === undefined || replayedMax === undefined) {
      if (r.agrees !== undefined) broken.push(`${where} agrees with nothing`);
      continue;
    }
    if (replayedMin > replayedMax)
      broken.push(`${where}: replayed ${replayedMin} … ${replayedMax}`);
    if (loggedMin === undefined || loggedMax === undefined) continue;
    const touches = replayedMin <= loggedMax && loggedMin <= replayedMax;
    if (touches !== r.agrees) broken.push(`${where} says agrees = ${r.agrees}`);
  }
  return broken;
}

function groups<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = found.get(key);
    if (group === undefined) found.set(key, [row]);
    else group.push(row);
  }
  return found;
}
