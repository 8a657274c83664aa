/** What happened in a run, in a few sentences: the worst first. */

import {
  bytesInWords,
  counted,
  countInWords,
  type OomEventRow,
  printableLine,
  type RemovedClass,
} from "@respark/core";
import type { Style } from "../terminal/style.ts";
import { wrapped } from "../terminal/text-table.ts";
import type { ExecutorSummary, RunSummary } from "./run-summary.ts";

const FOR_THE_SAKE_OF = {
  execution: "because tasks claimed execution memory",
  storage: "to store other blocks",
  unroll: "to unroll other blocks",
} as const;

/** The run's story in a few sentences. */
export function whatHappened(
  run: RunSummary,
  { columns, style }: { readonly columns: number; readonly style: Style },
): string[] {
  const sum = (of: (executor: ExecutorSummary) => number): number =>
    run.executors.reduce((total, executor) => total + of(executor), 0);
  const sentences: string[] = endings(run);
  if (run.missedAfterLoss > 0) {
    sentences.push(
      `${counted(run.missedAfterLoss, "later read")} computed a block again that had gone with its executor.`,
    );
  }
  sentences.push(...evictionsInWords(run));
  const failedPuts = sum((executor) => executor.failedPuts ?? 0);
  if (failedPuts > 0) {
    const missed =
      run.missedAfterNoRoom === 0
        ? ""
        : `; ${counted(run.missedAfterNoRoom, "later read")} computed one again`;
    sentences.push(`${counted(failedPuts, "time")} a block found no room${missed}.`);
  }
  sentences.push(...spillsInWords(run.executors));
  const waits = sum((executor) => executor.waits ?? 0);
  if (waits > 0)
    sentences.push(`Tasks waited ${counted(waits, "time")} for their share of memory.`);
  // Normal by itself, so it comes last.
  const borrower = mostOf(run.executors, ({ borrowedPeakBytes }) => borrowedPeakBytes);
  if (borrower?.borrowedPeakBytes !== undefined) {
    sentences.push(
      `Storage borrowed up to ${bytesInWords(borrower.borrowedPeakBytes)} of execution's memory (${borrower.executorId === "driver" ? "the driver" : `executor ${executorLabel(borrower)}`}).`,
    );
  }
  if (sentences.length === 0) return [];
  return [
    style.bold("What happened"),
    ...sentences.flatMap((sentence) => wrapped(sentence, columns, "  ")),
  ];
}

/** How much went, for whose sake, and what came of it. */
function evictionsInWords(run: RunSummary): string[] {
  const evictions = run.executors.reduce((sum, executor) => sum + (executor.evictions ?? 0), 0);
  if (evictions === 0) return [];
  const causes = run.evictionCauses.map(
    ({ cause, evictions: some }) =>
      `${some === evictions && some > 1 ? "all" : countInWords(some)} ${cause === undefined ? "for reasons that are not logged" : FOR_THE_SAKE_OF[cause]}`,
  );
  const broadcasts = run.evictionCauses.reduce((all, { ofBroadcasts }) => all + ofBroadcasts, 0);
  // The verdict counts evictions of RDDs alone.
  const ofThem =
    broadcasts === 0 || broadcasts === evictions
      ? ""
      : `, ${countInWords(broadcasts)} of them of broadcasts`;
  const missed =
    run.missedAfterEviction === 0
      ? ""
      : `; ${counted(run.missedAfterEviction, "later read")} computed an evicted block again`;
  const evicting = run.executors.filter((executor) => (executor.evictions ?? 0) > 0);
  return [
    // A block may come back and go again, so these are no blocks.
    `${counted(evictions, "eviction")}${size(
      evicting.map(({ evictedBytes: bytes, evictionsOfUnknownSize: leftOut }) => ({
        bytes,
        leftOut,
      })),
    )}${ofThem}: ${causes.join(", ")}${missed}.`,
  ];
}

/** Lines of the logs tell how often, totals of the tasks how much in all. */
function spillsInWords(executors: readonly ExecutorSummary[]): string[] {
  const spilling = executors.filter((executor) => (executor.spills ?? 0) > 0);
  const spills = spilling.reduce((total, executor) => total + (executor.spills ?? 0), 0);
  const untold = executors.reduce((total, executor) => total + executor.unloggedSpilledBytes, 0);
  const told = spilling.map(({ spilledBytes: bytes, spillsOfUnknownSize: leftOut }) => ({
    bytes,
    leftOut,
  }));
  if (spills === 0) {
    return untold === 0
      ? []
      : [`Tasks spilled ${bytesInWords(untold)} of memory, by their own totals.`];
  }
  if (untold === 0) return [`Tasks spilled ${counted(spills, "time")}${size(told, " of memory")}.`];
  const all = told.reduce((total, { bytes }) => total + (bytes ?? 0), untold);
  return [
    `Tasks spilled ${bytesInWords(all)} of memory by their own totals; ${counted(spills, "spill")} of it${size(told)} ${spills === 1 ? "has" : "have"} a line in the logs.`,
  ];
}

interface Amount {
  readonly bytes: number | undefined;
  /** parts of it whose size is unknown */
  readonly leftOut: number;
}

/** ` (14.0 MiB)`, ` (at least 14.0 MiB)` where some are unknown, nothing where all are. */
function size(amounts: readonly Amount[], of = ""): string {
  const known = amounts.flatMap(({ bytes }) => bytes ?? []);
  if (known.length === 0) return "";
  const total = bytesInWords(known.reduce((total, bytes) => total + bytes, 0));
  const whole = amounts.every(({ bytes, leftOut }) => bytes !== undefined && leftOut === 0);
  return ` (${whole ? "" : "at least "}${total}${of})`;
}

function mostOf(
  executors: readonly ExecutorSummary[],
  amount: (executor: ExecutorSummary) => number | undefined,
): ExecutorSummary | undefined {
  let most: ExecutorSummary | undefined;
  for (const executor of executors) {
    if ((amount(executor) ?? 0) > (most === undefined ? 0 : (amount(most) ?? 0))) most = executor;
  }
  return most;
}

/** What ended badly: jobs, executors, tasks without memory. */
function endings(run: RunSummary): string[] {
  const sentences: string[] = [];
  if (run.leftRunning !== undefined) {
    const { jobs, tasks } = run.leftRunning;
    const ran =
      jobs + tasks === 0
        ? ""
        : ` (${counted(jobs, "job")} and ${counted(tasks, "task")} were running)`;
    sentences.push(
      `The event log ends too early${ran}: the driver died, or the application went on when the log was copied.`,
    );
  }
  if (run.jobsFailed > 0) {
    const why = run.jobError === undefined ? "" : `: ${printableLine(shortened(run.jobError))}`;
    sentences.push(`${countInWords(run.jobsFailed)} of ${counted(run.jobs, "job")} failed${why}.`);
  }
  for (const { class: kind, tasks, executors, example } of run.outOfMemory) {
    const who = tasks === 0 ? "" : `${counted(tasks, "task")} on `;
    sentences.push(
      `Out of memory, ${OUT_OF_MEMORY[kind]}: ${who}${executors === 1 ? (example === "driver" ? "the driver" : `executor ${printableLine(example)}`) : counted(executors, "executor")}.`,
    );
  }
  for (const { class: kind, executors, example } of run.executorsLost) {
    const who =
      executors === 1
        ? `Executor ${printableLine(example)} was`
        : `${countInWords(executors)} executors were`;
    sentences.push(
      kind === "killed_by_driver" ? `${who} removed by the driver.` : `${who} lost: ${LOST[kind]}.`,
    );
  }
  return sentences;
}

const OUT_OF_MEMORY: Readonly<Record<OomEventRow["class"], string>> = {
  jvm_heap: "Java heap space",
  gc_overhead: "too little freed by collecting garbage",
  container: "more than the container may have",
  task_memory: "a task could not get execution memory",
  direct: "direct buffers",
  broadcast: "the driver could not build a broadcast table",
  metaspace: "Metaspace (classes)",
  permgen: "PermGen space (classes)",
  native_thread: "no new native thread",
  array_size: "one array beyond the JVM's limit",
  native: "the host or container gave the JVM no more",
  gpu: "a GPU's memory",
  native_engine: "a native engine's memory",
  python: "a Python worker's memory",
};

const LOST: Readonly<Record<Exclude<RemovedClass, "killed_by_driver">, string>> = {
  jvm_heap: "heap exhausted",
  gc_overhead: "its time went into collecting garbage",
  container_physical: "container over its memory limit",
  container_virtual: "container over its virtual memory limit",
  direct: "direct buffers exhausted",
  preempted: "container preempted",
  decommissioned: "decommissioned",
  lost_heartbeat: "no heartbeats",
  killed: "killed from outside (SIGKILL or SIGTERM)",
  exited: "the process ended",
  unknown: "why is not clear from these logs",
};

/**
 * What a job's error says without the frame that Spark's scheduler puts around it: one line of at
 * most 160 characters.
 */
function shortened(error: string): string {
  const [line = ""] = error.split("\n");
  const text = line
    .replace(/^Job aborted due to stage failure: /, "")
    .replace(
      /, most recent failure: (?:Lost task \S+ in stage \S+ \(TID \d+\)[^:]*: )?/,
      ", at last: ",
    )
    .replace(/\s*Driver stacktrace:?\s*$/, "")
    .replace(/[.:\s]+$/, "");
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`;
}

export function executorLabel({ executorId, mode }: ExecutorSummary): string {
  return `${printableLine(executorId)}${mode === "off_heap" ? " off-heap" : ""}`;
}
