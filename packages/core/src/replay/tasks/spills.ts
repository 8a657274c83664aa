/**
 * Spills as the log tells them: one row for what freed or wrote something, whether one line or two
 * speak of it (log-templates 2.5).
 */

import { amount } from "../../amount.ts";
import type { LogFact } from "../../log-fact.ts";
import type { SpillRow } from "../../rows.ts";
import type { LogStep } from "../links/lookahead.ts";
import type { ReplayContext } from "../replay-context.ts";
import { SpillTotals } from "./spill-totals.ts";

type SpillFact = Extract<LogFact, { kind: "spill" }>;
type DebugSpill = Extract<LogFact, { kind: "execution_spilled" }>;

/** How far a `spilled` line at DEBUG may stand behind the `Spilling` line it belongs to. */
const LINES_AHEAD = 2000;

export class Spills {
  readonly #context: ReplayContext;
  /** `spilled` lines (by file and line) that already have their row. */
  readonly #told = new Set<number>();
  readonly #totals: SpillTotals;
  #thresholdCrossed: string | undefined;

  constructor(context: ReplayContext) {
    this.#context = context;
    this.#totals = new SpillTotals(context);
  }

  /** S4: the next spill of this class was for a threshold, not for want of memory. */
  thresholdCrossed(consumer: string): void {
    this.#thresholdCrossed = consumer;
  }

  /** S1–S3 */
  printed(step: LogStep, fact: SpillFact, namedTask: number | undefined): void {
    if (fact.what === "sort_data" && this.#isClosingPart(step, fact, namedTask)) return;
    const debug = fact.what === "collection" ? undefined : this.#debugLine(step, fact, namedTask);
    const named = namedTask ?? debug?.taskId;
    const found = named === undefined ? this.#totals.taskOf(step, fact) : undefined;
    const task = named ?? found?.taskId;
    const { memory: size, diskBytes } = this.#totals.settled(
      debug === undefined
        ? { printed: amount(fact.size), consumer: fact.consumer, fact }
        : { printed: amount(debug.spilled), consumer: fact.consumer, fact: undefined },
      task,
    );
    const threshold = this.#thresholdCrossed === fact.consumer;
    this.#thresholdCrossed = undefined;
    const forcedBy = debug?.forConsumer;
    const byOther = debug !== undefined && forcedBy !== undefined && forcedBy !== debug.consumer;
    const trigger: SpillRow["trigger"] = threshold
      ? "threshold"
      : byOther || fact.what === "forced_collection"
        ? "other_consumer"
        : debug !== undefined || fact.what === "collection"
          ? "self"
          : "unknown";
    this.#context.state.spill(step, {
      taskId: task,
      consumer: debug?.consumer ?? fact.consumer,
      trigger,
      forcedByTaskId: trigger === "other_consumer" || trigger === "self" ? task : undefined,
      forcedByConsumer: byOther ? forcedBy : undefined,
      memoryBytes: size.best,
      memoryBytesMin: size.atLeast,
      memoryBytesMax: size.atMost,
      diskBytes,
      origin: found === undefined ? "logged" : found.assumed ? "assumed" : "derived",
    });
  }

  /** T7: a spill without a `Spilling` line, as of a sorter that is being read. */
  atDebug(step: LogStep, fact: DebugSpill): void {
    if (this.#told.delete(step.line)) return;
    if (fact.spilled.atMost <= 0) return;
    const { memory: size, diskBytes } = this.#totals.settled(
      { printed: amount(fact.spilled), consumer: fact.consumer, fact: undefined },
      fact.taskId,
    );
    const byOther = fact.forConsumer !== undefined && fact.forConsumer !== fact.consumer;
    this.#context.state.spill(step, {
      taskId: fact.taskId,
      consumer: fact.consumer,
      trigger: byOther ? "other_consumer" : "self",
      forcedByTaskId: fact.taskId,
      forcedByConsumer: byOther ? fact.forConsumer : undefined,
      memoryBytes: size.best,
      memoryBytesMin: size.atLeast,
      memoryBytesMax: size.atMost,
      diskBytes,
      origin: "logged",
    });
  }

  /** The `spilled` line that tells what this `Spilling` line freed. */
  #debugLine(step: LogStep, fact: SpillFact, taskId: number | undefined): DebugSpill | undefined {
    for (let ahead = 1; ahead <= LINES_AHEAD; ahead++) {
      const next = this.#context.lookahead.peek(ahead);
      if (next === undefined) return undefined;
      if (step.thread !== undefined && next.thread !== step.thread) continue;
      const { fact: candidate } = next;
      if (candidate.kind === "spill" && candidate.threadId === fact.threadId) return undefined;
      if (candidate.kind !== "execution_spilled") continue;
      if (this.#told.has(next.line)) continue;
      if (taskId !== undefined && candidate.taskId !== taskId) continue;
      if (!(candidate.consumer ?? "").includes(fact.consumer)) continue;
      if (candidate.spilled.atMost <= 0) continue;
      this.#told.add(next.line);
      return candidate;
    }
    return undefined;
  }

  /**
   * ShuffleExternalSorter of 3.4.3+ and 3.5.1+ prints one line more than it spills, for its last
   * part at close. It is the last of the task's lines, and no `spilled` line follows.
   */
  #isClosingPart(step: LogStep, fact: SpillFact, taskId: number | undefined): boolean {
    if (fact.consumer !== "ShuffleExternalSorter" || fact.taskId === undefined) return false;
    if ((fact.times ?? 0) === 0) return false;
    for (let ahead = 1; ahead < 4000; ahead++) {
      const next = this.#context.lookahead.peek(ahead);
      if (next === undefined) return true;
      const later = next.fact;
      if (later.kind === "execution_spilled" && later.taskId === taskId) {
        if ((later.consumer ?? "").includes(fact.consumer) && ahead <= LINES_AHEAD) return false;
      }
      if (
        later.kind === "spill" &&
        later.taskId === fact.taskId &&
        later.consumer === fact.consumer
      ) {
        return this.#context.logged.grants;
      }
      if (later.kind === "task_finished" && later.taskId === fact.taskId) return true;
      if (next.ts - step.ts > 60_000_000) return false;
    }
    return false;
  }
}
