/**
 * What tasks are granted and give back, added up as lines enter: a consumer that gives back more
 * than lines granted it, or keeps some at its task's end, shows that lines were lost.
 */
import { type ByteInterval, difference, exactly, sum } from "../../byte-interval.ts";
import type { LogFact } from "../../log-fact.ts";
import { Lingering } from "../lingering.ts";

/** What lines leave open of one consumer, bytes at most. */
export interface LostGrants {
  readonly consumer: string | undefined;
  /** it gave back so much more than it was granted */
  readonly granted: number;
  /** it was left with so much as its task ended well */
  readonly released: number;
}

type Fact<Kind extends LogFact["kind"]> = Extract<LogFact, { kind: Kind }>;

/** Ended tasks whose replay may be half a minute behind. */
const TASKS_KEPT = 4_096;
const NONE: readonly LostGrants[] = [];

export class GrantBalances {
  /** by task, then by consumer: what its lines so far leave it */
  readonly #held = new Map<number, Map<string | undefined, ByteInterval>>();
  /** by task: what no replay has taken yet */
  readonly #lost = new Map<number, LostGrants[]>();
  readonly #known = new Lingering<number>(TASKS_KEPT, (taskId) => {
    this.#held.delete(taskId);
    this.#lost.delete(taskId);
  });

  /** What lines so far read show to be lost of a task's grants and releases; told once. */
  takeLost(taskId: number): readonly LostGrants[] {
    const lost = this.#lost.get(taskId);
    if (lost === undefined) return NONE;
    this.#lost.delete(taskId);
    return lost;
  }

  acquired({ taskId, consumer, granted }: Fact<"execution_acquired">): void {
    const held = this.#of(taskId);
    held.set(consumer, sum(held.get(consumer) ?? exactly(0), granted));
  }

  released({ taskId, consumer, released }: Fact<"execution_released">): void {
    const held = this.#of(taskId);
    const left = difference(held.get(consumer) ?? exactly(0), released);
    if (left.atLeast <= 0) held.delete(consumer);
    else held.set(consumer, left);
    if (left.atMost < 0) this.#lose(taskId, { consumer, granted: -left.atLeast, released: 0 });
  }

  /** Whoever ends well has given back all. */
  ended({ taskId, how }: Fact<"task_finished">): void {
    const held = this.#held.get(taskId);
    if (held === undefined) return;
    this.#held.delete(taskId);
    if (how !== "finished") return;
    for (const [consumer, { atLeast, atMost }] of held)
      if (atLeast > 0) this.#lose(taskId, { consumer, granted: 0, released: atMost });
  }

  #of(taskId: number): Map<string | undefined, ByteInterval> {
    let held = this.#held.get(taskId);
    if (held === undefined) {
      held = new Map();
      this.#held.set(taskId, held);
      this.#known.add(taskId);
    }
    return held;
  }

  #lose(taskId: number, lost: LostGrants): void {
    const known = this.#lost.get(taskId);
    if (known === undefined) this.#lost.set(taskId, [lost]);
    else known.push(lost);
  }
}
