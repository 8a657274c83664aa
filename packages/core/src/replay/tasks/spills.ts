/**
 * Spills as the log tells them: one row for what freed or wrote something, whether one line or two
 * speak of it (log-templates 2.5).
 */

import { amount } from "../../amount.ts";
import type { LogFact } from "../../log-fact.ts";
import type { SpillRow } from "../../rows.ts";
import type { LogStep } from "../links/lookahead.ts";
import { type DebugSpill, debugLineOf, isClosingPart } from "../links/spill-lines.ts";
import { SpillTotals } from "../links/spill-totals.ts";
import type { ReplayContext } from "../replay-context.ts";

type SpillFact = Extract<LogFact, { kind: "spill" }>;

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
    const { lookahead, logged } = this.#context;
    const line = { step, fact, taskId: namedTask };
    if (fact.what === "sort_data" && isClosingPart(lookahead, line, logged)) return;
    const found = fact.what === "collection" ? undefined : debugLineOf(lookahead, line, this.#told);
    if (found !== undefined) this.#told.add(found.line);
    const debug = found?.fact;
    const named = namedTask ?? debug?.taskId;
    const byTotals = named === undefined ? this.#totals.taskOf(step, fact) : undefined;
    const task = named ?? byTotals?.taskId;
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
      origin: byTotals === undefined ? "logged" : byTotals.assumed ? "assumed" : "derived",
    });
  }

  /** T7: a spill without a `Spilling` line, as of a sorter that is being read. */
  atDebug(step: LogStep, fact: DebugSpill["fact"]): void {
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
}
