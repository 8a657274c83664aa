/**
 * Containers that ended in the words of YARN's allocator, which name no executor: each is tied to
 * its executor where any line does so, and else it is one of its own, called by its container.
 */
import type { LogFact } from "../../log-fact.ts";
import type { Observation } from "../../observation.ts";
import { removalClassOf } from "./death-classes.ts";
import type { ExecutorKnowledge, ExecutorRoster } from "./executor-roster.ts";

type Lost = Extract<LogFact, { readonly kind: "driver_executor_lost" }>;

interface Ended {
  readonly containerId: string | undefined;
  host: string | undefined;
  /** In each line's words, in their order. */
  readonly reasons: string[];
  readonly ts: number | undefined;
  readonly sourceFileId: number;
  readonly line: number;
}

/** The scheduler hears of it from its connection, the allocator from YARN: µs between the two. */
const TOLD_TWICE_MICROS = 180_000_000;
/** An application that loses more has told enough. */
const KEPT = 10_000;
const CONTAINER = /\bcontainer_(?:e\d+_)?\d+_\d+_\d+_\d+\b/;
/** What YARN says of a container over its limit; up to 3.x the line names no container. */
const OVER_LIMIT = /^Container killed by YARN for exceeding /;
/** KILLED_EXCEEDED_VMEM and _PMEM, as `Completed container` prints them. */
const OVER_LIMIT_STATUS = /exit status: -10[34]\)/;

export class ContainerLosses {
  readonly #executorOf = new Map<string, string>();
  readonly #ended = new Map<string, Ended>();
  readonly #unnamed: Ended[] = [];

  launched(containerId: string, executorId: string): void {
    this.#executorOf.set(containerId, executorId);
  }

  /** A line that names an executor may name its container, too. */
  ofExecutor(executorId: string, { containerId, reason }: Lost): void {
    const id = containerId ?? CONTAINER.exec(reason)?.[0];
    if (id !== undefined) this.#executorOf.set(id, executorId);
  }

  /** One that names none. The executor, where it is known already. */
  ended(
    { containerId, host, reason }: Lost,
    { ts, sourceFileId, line }: Observation,
  ): string | undefined {
    const executorId = containerId === undefined ? undefined : this.#executorOf.get(containerId);
    if (executorId !== undefined) return executorId;
    const before =
      containerId === undefined ? this.#overLimit(reason) : this.#ended.get(containerId);
    if (before !== undefined) {
      before.host ??= host;
      before.reasons.push(reason);
      return undefined;
    }
    const told = { containerId, host, reasons: [reason], ts, sourceFileId, line };
    if (containerId !== undefined) {
      if (this.#ended.size < KEPT) this.#ended.set(containerId, told);
    } else if (this.#unnamed.length < KEPT) this.#unnamed.push(told);
    return undefined;
  }

  /** The last container that `Completed container` says was over its limit, and nothing else does. */
  #overLimit(reason: string): Ended | undefined {
    if (!OVER_LIMIT.test(reason)) return undefined;
    const last = [...this.#ended.values()].at(-1);
    const [only, other] = last?.reasons ?? [];
    return other === undefined && only !== undefined && OVER_LIMIT_STATUS.test(only)
      ? last
      : undefined;
  }

  /** No log says any more: whoever is not tied to an executor is told by its container. */
  finish(roster: ExecutorRoster): void {
    const tied = new Set<string>(this.#executorOf.values());
    for (const [containerId, told] of this.#ended) {
      const executorId = this.#executorOf.get(containerId) ?? this.#lostOn(told, roster, tied);
      if (executorId !== undefined) tied.add(executorId);
      put(roster, executorId ?? containerId, told);
    }
    const named = [...roster.all.values()];
    const told = new Map<string, number>();
    for (const [index, one] of this.#unnamed.entries()) {
      const [reason = ""] = one.reasons;
      const nth = (told.get(reason) ?? 0) + 1;
      told.set(reason, nth);
      const alike = named.filter(({ removedReason = "" }) => says(removedReason, reason));
      if (nth > alike.length) put(roster, `unknown-container-${index + 1}`, one);
    }
  }

  /** The scheduler lost one on this host at that time, and does not know why. */
  #lostOn(told: Ended, roster: ExecutorRoster, tied: ReadonlySet<string>): string | undefined {
    if (told.host === undefined) return undefined;
    let nearest: ExecutorKnowledge | undefined;
    let least = TOLD_TWICE_MICROS;
    for (const known of roster.all.values()) {
      const { executorId, removedReason, removedAt, host } = known;
      if (removedReason === undefined || host !== told.host || tied.has(executorId)) continue;
      if (removalClassOf(removedReason) !== "unknown") continue;
      const apart =
        removedAt === undefined || told.ts === undefined ? 0 : Math.abs(removedAt - told.ts);
      if (apart > least) continue;
      least = apart;
      nearest = known;
    }
    return nearest?.executorId;
  }
}

/** The same words, but for the full stop that one of them lost. */
function says(reason: string, words: string): boolean {
  return reason.includes(words.replace(/\.\s*$/, ""));
}

function put(roster: ExecutorRoster, executorId: string, told: Ended): void {
  const known = roster.of(executorId);
  known.host ??= told.host;
  known.removedAt ??= told.ts;
  for (const reason of told.reasons) roster.gone(executorId, reason, told);
}
