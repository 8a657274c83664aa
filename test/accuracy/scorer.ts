/**
 * Holds a replay against what the executors' JVMs did: the measures of every executor, and their
 * means over a run.
 */
import type { MemoryMode } from "@respark/core";
import { Means, meanOf } from "./numbers.ts";
import type { CheckRow, ReplayedTables, TimelineRow } from "./replayed-tables.ts";
import { scoreBlocks } from "./score-blocks.ts";
import { scoreStates } from "./score-states.ts";
import { scoreTasks } from "./score-tasks.ts";
import { scoreTime } from "./score-time.ts";
import type { Truth } from "./truth.ts";

export interface ScoredRun {
  readonly truths: readonly Truth[];
  /** how many lines of its executors' logs state something about memory */
  readonly statements: number;
  /** ms that a printed time may be off: 1000 where the layout prints seconds, else 100 */
  readonly windowMs: number;
}

const MODES: readonly MemoryMode[] = ["on_heap", "off_heap"];

/** @returns the summary, by the names of the quantities (`measures.ts`). */
export function summaryOf(run: ScoredRun, replayed: ReplayedTables): Map<string, number> {
  const byPool = { storage: new Means(), execution: new Means() };
  const states = new Means();
  const tasks = new Means();
  const blocks = new Means();
  const total = new Map<string, number>();
  const add = (name: string, value: number): void => {
    total.set(name, (total.get(name) ?? 0) + value);
  };
  for (const truth of run.truths) {
    const timeline = replayed.timeline.filter(({ executorId }) => executorId === truth.executorId);
    for (const mode of MODES) {
      if (truth.pools[mode].maximum <= 0) continue;
      const rows = timeline.filter((row) => row.mode === mode);
      const usable = isOrdered(rows) ? rows : [];
      for (const pool of ["storage", "execution"] as const)
        byPool[pool].add(scoreTime(truth, { mode, pool }, usable, run.windowMs));
    }
    const events = replayed.blocks.filter(({ executorId }) => executorId === truth.executorId);
    for (const scored of scoreStates(truth, timeline, events)) states.add(scored);
    const { means, counts } = scoreBlocks(truth, events);
    blocks.add(means);
    for (const [name, value] of Object.entries(counts)) add(name, value);
    const ofTasks = replayed.tasks.filter(({ executorId }) => executorId === truth.executorId);
    const scoredTasks = scoreTasks(truth, ofTasks);
    if (scoredTasks !== undefined) tasks.add(scoredTasks);
    add("spills", truth.spilledBytes.length);
    add(
      "spills_reported",
      replayed.spills.filter((row) => row.executorId === truth.executorId).length,
    );
  }
  const summary = new Map<string, number>();
  const keep = (means: Means, prefix: string): void => {
    for (const [name, mean] of means.all()) summary.set(`${prefix}${name}`, mean);
  };
  keep(byPool.storage, "storage_");
  keep(byPool.execution, "execution_");
  keep(states, "");
  keep(tasks, "");
  keep(blocks, "");
  for (const [name, value] of total) summary.set(name, value);
  for (const [name, value] of statementsOf(run, replayed)) summary.set(name, value);
  return summary;
}

/** A timeline whose rows go back in time answers nothing. */
function isOrdered(rows: readonly TimelineRow[]): boolean {
  return rows.every((row, i) => i === 0 || (rows[i - 1]?.from ?? 0) <= row.from);
}

function statementsOf(run: ScoredRun, replayed: ReplayedTables): Map<string, number> {
  const { checks, maxMemoryBytes } = replayed;
  let met = 0;
  const widths: number[] = [];
  for (const { loggedMin, loggedMax, replayedMin, replayedMax } of checks) {
    if (replayedMin === undefined || replayedMax === undefined) continue;
    if (loggedMin !== undefined && loggedMax !== undefined)
      met += Number(replayedMin <= loggedMax && replayedMax >= loggedMin);
    if (maxMemoryBytes > 0) widths.push(Math.min(1, (replayedMax - replayedMin) / maxMemoryBytes));
  }
  const counts = new Map([
    ["statements", run.statements],
    ["statements_checked", checks.length],
    ["statements_met", met],
  ]);
  if (widths.length > 0) counts.set("statement_width", meanOf(widths));
  const statements = checks.filter(({ kind }) => kind === "statement");
  const decisions = checks.filter(({ kind }) => kind === "decision");
  const shareOf = (of: readonly CheckRow[], outcome: CheckRow["outcome"]): number =>
    of.filter((check) => check.outcome === outcome).length / of.length;
  if (statements.length > 0) {
    counts.set("predicted_share", shareOf(statements, "predicted"));
    counts.set("unexplained_share", shareOf(statements, "unexplained"));
  }
  if (decisions.length > 0) counts.set("foreseen_share", shareOf(decisions, "predicted"));
  return counts;
}
