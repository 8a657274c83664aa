/** For whose request blocks go, as far as the lines around an eviction tell. */
import { rddIdOf } from "../../block-id.ts";
import { type ByteInterval, exactly, sum } from "../../byte-interval.ts";
import { causeCertainty } from "../../calibration/eviction-causes.ts";
import type { EvictionCause } from "../../rows.ts";
import { foreseenFree } from "../evidence/prediction.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import type { ReplayContext } from "../replay-context.ts";
import type { LogStep } from "./lookahead.ts";
import type { PutsUnderWay } from "./puts-under-way.ts";
import { taskPutting } from "./puts-under-way.ts";

/** Who made blocks go, as far as the lines around tell. */
export interface EvictionCulprit {
  readonly cause: EvictionCause | undefined;
  readonly taskId: number | undefined;
  readonly blockId: string | undefined;
  readonly certainty: number | undefined;
}

const UNKNOWN: EvictionCulprit = {
  cause: undefined,
  taskId: undefined,
  blockId: undefined,
  certainty: undefined,
};
/** How many lines after an eviction its reason is looked for, and how much time. */
const LINES_AHEAD = 400;
const MICROS_AHEAD = 3_000_000;

export class EvictionCulprits {
  readonly #context: ReplayContext;
  readonly #puts: PutsUnderWay;

  constructor(context: ReplayContext, puts: PutsUnderWay) {
    this.#context = context;
    this.#puts = puts;
  }

  /**
   * Evictions are printed before the request that caused them is answered. The answer is the next
   * telling line of the same thread, or, without threads, the next telling line at all: a store or
   * failed unroll (of another RDD than the victims'), or a grant of execution memory.
   */
  of(step: LogStep, victims: readonly string[]): EvictionCulprit {
    const { lookahead, state } = this.#context;
    const victimRdds = new Set(victims.map(rddIdOf));
    const thread = step.thread;
    const certainty = thread === undefined ? causeCertainty.nextAnswer : causeCertainty.sameThread;
    const waiting = new Set(state.running.keys());
    const room = this.#roomBefore();
    const least = thread === undefined ? this.#leastAsked(victims) : 0;
    let passedOver: number | undefined;
    for (let ahead = 1; ahead < LINES_AHEAD; ahead++) {
      const next = lookahead.peek(ahead);
      if (next === undefined || next.ts - step.ts > MICROS_AHEAD) break;
      if (thread !== undefined && next.thread !== thread) continue;
      const { fact } = next;
      switch (fact.kind) {
        case "execution_acquired":
          // A request that needed fewer blocks would have evicted fewer: this grant is another's.
          if (fact.granted.atMost < least) {
            passedOver ??= fact.taskId;
            break;
          }
          return { cause: "execution", taskId: fact.taskId, blockId: undefined, certainty };
        case "spill_wanted":
        case "execution_waiting": {
          const taskId = fact.taskId ?? this.#context.taskOf(next);
          return { cause: "execution", taskId, blockId: undefined, certainty };
        }
        case "unroll_failed":
        case "unroll_refused":
        case "block_stored": {
          const rdd = rddIdOf(fact.blockId);
          if (rdd !== undefined && victimRdds.has(rdd)) break;
          const taskId = this.#context.taskOf(next) ?? this.#taskPutting(fact.blockId);
          if (thread === undefined) {
            // Only a put that was under way, and that did not fit, can have asked.
            if (taskId !== undefined && !waiting.has(taskId)) break;
            if (fact.kind === "block_stored" && this.#fits(fact, room)) break;
          }
          const cause =
            fact.kind === "block_stored" && fact.form === "bytes" ? "storage" : "unroll";
          const rivals =
            thread === undefined ? this.#rivals(ahead, victimRdds, waiting, taskId) : 0;
          return { cause, taskId, blockId: fact.blockId, certainty: certainty / (1 + rivals) };
        }
        case "put_failed":
        case "block_remark": {
          const failed = this.#failedPut(next, fact, victimRdds);
          if (failed !== undefined) return failed;
          break;
        }
        case "task_finished":
          if (thread !== undefined) return this.#unsaid(step, [fact.taskId], victimRdds);
          waiting.delete(fact.taskId);
          break;
        case "spill":
          if (thread === undefined && this.#context.logged.grants) break;
          return {
            cause: "execution",
            taskId: fact.taskId ?? this.#context.taskOf(next) ?? this.#onlyTask(),
            blockId: undefined,
            certainty: causeCertainty.spillFollows,
          };
        default:
          break;
      }
      // Where none runs, it is a replica that arrives: the next block that is stored, or fails.
      if (thread === undefined && waiting.size === 0 && state.running.size > 0) break;
    }
    if (state.running.size === 0) return UNKNOWN;
    if (passedOver !== undefined) {
      const certainty = causeCertainty.nothingElse;
      return { cause: "execution", taskId: passedOver, blockId: undefined, certainty };
    }
    const own = this.#context.taskOf(step);
    return this.#unsaid(step, own === undefined ? [...state.running.keys()] : [own], victimRdds);
  }

  /**
   * `Putting block … failed`, or nothing of it was left to remove: that put had been asking for
   * memory.
   */
  #failedPut(
    next: LogStep,
    fact: Extract<LogStep["fact"], { kind: "put_failed" | "block_remark" }>,
    victimRdds: ReadonlySet<number | undefined>,
  ): EvictionCulprit | undefined {
    if (fact.kind === "block_remark" && fact.what !== "remove_missing") return undefined;
    const puts = this.#puts;
    const { state } = this.#context;
    // What the thread was doing says more: it may have been reading a block for that put.
    const own = next.thread === undefined ? undefined : puts.of(next.thread);
    const { blockId, cause } = own ?? { blockId: fact.blockId, cause: "unroll" as const };
    const rdd = rddIdOf(blockId);
    if (rdd === undefined || victimRdds.has(rdd)) return undefined;
    const taskId = this.#context.taskOf(next) ?? this.#taskPutting(blockId);
    if (taskId === undefined || !state.running.has(taskId)) return undefined;
    if (next.thread !== undefined)
      return { cause, taskId, blockId, certainty: causeCertainty.failedPut };
    const rivals = puts.possible(state.running.keys(), victimRdds);
    const others = rivals.filter((put) => put.blockId !== blockId).length;
    return { cause, taskId, blockId, certainty: causeCertainty.nextAnswer / (1 + others) };
  }

  /**
   * No line says what the request became. Execution takes memory without a line (at INFO), and so
   * does a put whose task died: what the thread was doing says which, or else what the running
   * tasks can have been doing.
   */
  #unsaid(
    step: LogStep,
    suspects: readonly number[],
    victimRdds: ReadonlySet<number | undefined>,
  ): EvictionCulprit {
    const puts = this.#puts;
    const { execution, logged } = this.#context;
    const only = suspects.length === 1 ? suspects[0] : undefined;
    const own = step.thread === undefined ? undefined : puts.of(step.thread);
    if (own !== undefined && !victimRdds.has(rddIdOf(own.blockId))) {
      return { ...own, taskId: only, certainty: causeCertainty.failedPut };
    }
    const byExecution = { cause: "execution", taskId: only, blockId: undefined } as const;
    const possible = puts.possible(suspects, victimRdds);
    const { nothingElse, nextAnswer } = causeCertainty;
    if (possible.length === 0) return { ...byExecution, certainty: nothingElse };
    // At DEBUG a grant would have its line.
    const takers = logged.grants ? [] : suspects.map((taskId) => execution.mayTake(taskId));
    const taken = Math.max(0, ...takers);
    const likeliest = possible.reduce((a, b) => (b.weight > a.weight ? b : a));
    const all = possible.reduce((sum, put) => sum + put.weight, taken);
    if (taken > likeliest.weight) return { ...byExecution, certainty: (nothingElse * taken) / all };
    const { taskId, blockId, cause } = likeliest;
    return { cause, taskId, blockId, certainty: (nextAnswer * likeliest.weight) / all };
  }

  /**
   * Other tasks that were putting a block just then: of two that unroll side by side no line says
   * which one asked.
   */
  #rivals(
    from: number,
    victimRdds: ReadonlySet<number | undefined>,
    running: ReadonlySet<number>,
    chosen: number | undefined,
  ): number {
    const rivals = new Set<number>();
    const gone = new Set<number | undefined>([chosen]);
    for (let ahead = from + 1; ahead < LINES_AHEAD && gone.size <= running.size; ahead++) {
      const { fact } = this.#context.lookahead.peek(ahead) ?? {};
      if (fact === undefined) break;
      if (fact.kind === "task_finished") gone.add(fact.taskId);
      const putting =
        fact.kind === "block_stored" || fact.kind === "unroll_failed" || fact.kind === "put_failed";
      if (!putting) continue;
      const rdd = rddIdOf(fact.blockId);
      if (rdd === undefined || victimRdds.has(rdd)) continue;
      const taskId = this.#taskPutting(fact.blockId);
      if (taskId === undefined || gone.has(taskId) || !running.has(taskId)) continue;
      gone.add(taskId);
      rivals.add(taskId);
    }
    return rivals.size;
  }

  /** Storage memory that is free before the eviction in hand: what the request did not fit into. */
  #roomBefore(): number {
    const { state } = this.#context;
    return Math.max(0, foreseenFree(this.#context).atLeast - state.onHeap.unroll.atMost);
  }

  /**
   * What the request behind an eviction asked for at least: the last victim was needed too, so all
   * that was free once the others had gone did not suffice (memory-model 2.2, 2.6).
   */
  #leastAsked(victims: readonly string[]): number {
    const { state } = this.#context;
    const [first] = victims;
    const ledger = first === undefined ? undefined : state.ledgerOfBlock(first);
    if (ledger === undefined || !state.rules.freeExcludesExecution) return 0;
    return this.#roomBefore() + bytesOf(ledger, victims.slice(0, -1)).atLeast;
  }

  /** A put of this size would have gone into the room there was. */
  #fits(
    fact: { readonly form: "values" | "bytes"; readonly size: { readonly atMost: number } },
    room: number,
  ): boolean {
    if (fact.form === "bytes") return fact.size.atMost <= room;
    const { unrollThresholdBytes, unrollGrowth } = this.#context.state.rules;
    return Math.max(unrollThresholdBytes, fact.size.atMost * unrollGrowth) <= room;
  }

  #onlyTask(): number | undefined {
    const { running } = this.#context.state;
    if (running.size !== 1) return undefined;
    return [...running.keys()][0];
  }

  #taskPutting(blockId: string): number | undefined {
    return taskPutting(this.#context, blockId) ?? this.#onlyTask();
  }
}

/** What these blocks hold together, as far as they are known to be there. */
export function bytesOf(ledger: ModeLedger, blockIds: readonly string[]): ByteInterval {
  let total = exactly(0);
  for (const blockId of blockIds) {
    const size = ledger.blocks.get(blockId)?.size;
    if (size !== undefined) total = sum(total, size);
  }
  return total;
}
