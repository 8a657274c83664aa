/**
 * Decisions that a log shows, asked of Spark's own managers before the log's outcome is adopted:
 * whether a block is stored, what a task is granted, which blocks are evicted.
 */
import type { Amount } from "../../amount.ts";
import { exactly } from "../../byte-interval.ts";
import type { MemoryManager } from "../../memory/memory-manager.ts";
import type { ExecutorState, StepPlace } from "../executor-state.ts";
import { ManagerFollower } from "../manager-follower.ts";
import type { ModeLedger } from "../mode-ledger.ts";
import type { RuleName } from "./rule-name.ts";

const YES = exactly(1);
const NO = exactly(0);
/** What the printed sizes of all that is held leave open, bytes. */
const ROUNDING_BYTES = 65_536;

export class Decisions {
  readonly #state: ExecutorState;
  /** a manager of its own, so that what is asked moves no pool of the timeline */
  readonly #asked: ManagerFollower | undefined;

  constructor(state: ExecutorState, manager: MemoryManager | undefined) {
    this.#state = state;
    this.#asked = manager === undefined ? undefined : new ManagerFollower(manager);
  }

  /** A block is stored: the manager has the memory, after the evictions that were logged. */
  stores(at: StepPlace, ledger: ModeLedger, block: { blockId: string; size: Amount }): void {
    const { blockId, size } = block;
    const stores = this.#asked?.wouldStore(ledger, blockId, size.atLeast);
    this.#decided(at, "stores", stores, "printed_sizes");
  }

  /** A task is granted all that it asked for, at once. */
  grants(at: StepPlace, ledger: ModeLedger, request: { taskId: number; bytes: Amount }): void {
    const { taskId, bytes } = request;
    if (bytes.atLeast <= 0) return;
    const granted = this.#asked?.wouldGrant(ledger, taskId, bytes.atLeast);
    const all = granted === undefined ? undefined : granted >= bytes.atLeast;
    this.#decided(at, "grants", all, "printed_sizes");
  }

  /** A task is granted a part at first, by its share of the pool. */
  grantsPart(
    at: StepPlace,
    ledger: ModeLedger,
    request: { taskId: number; bytes: Amount; first: Amount },
  ): void {
    const { taskId, bytes, first } = request;
    if (bytes.best <= 0) return;
    const granted = this.#asked?.wouldGrant(ledger, taskId, bytes.best);
    const open = ROUNDING_BYTES + bytes.atMost - bytes.atLeast;
    const part =
      granted === undefined
        ? undefined
        : granted >= first.atLeast - open && granted <= first.atMost + open;
    this.#decided(at, "grants_part", part, "printed_sizes");
  }

  #decided(at: StepPlace, quantity: string, does: boolean | undefined, rule: RuleName): void {
    if (does === undefined) return;
    const foreseen = does ? YES : NO;
    this.#state.check(at, {
      kind: "decision",
      quantity,
      logged: YES,
      foreseen,
      usedFor: "none",
      rule,
    });
  }
}

/** A block that may go, least recently used first. */
export interface EvictionCandidate {
  readonly blockId: string;
  /** µs of its last use */
  readonly usedAt: number;
  /** a running task may hold its lock */
  readonly mayBeLocked: boolean;
}

/**
 * Blocks that may go, the least recently used one first: asked for one by one, as a store holds
 * thousands.
 */
export interface EvictionOrder extends Iterable<EvictionCandidate> {
  /** undefined: it may not go */
  of(blockId: string): EvictionCandidate | undefined;
}

/** How far apart two lines of one moment may be printed, µs. */
const SAME_MOMENT_MICROS = 100_000;

/**
 * How many of the victims, from the first on, are ones that the store would take next: the least
 * recently used blocks that may go. Blocks that a running task may have locked can be passed by,
 * and of uses at the same moment any may have been first.
 */
export function foreseenVictims(named: readonly string[], order: EvictionOrder): number {
  const candidates = order[Symbol.iterator]();
  const taken = new Set<string>();
  /** those before the last one asked for that no victim has taken yet */
  const passed: EvictionCandidate[] = [];
  for (const [at, blockId] of named.entries()) {
    const victim = order.of(blockId);
    if (victim === undefined || taken.has(blockId)) return at;
    taken.add(blockId);
    const mayPass = ({ mayBeLocked, usedAt }: EvictionCandidate): boolean =>
      mayBeLocked || victim.usedAt - usedAt <= SAME_MOMENT_MICROS;
    const found = passed.findIndex((candidate) => candidate.blockId === blockId);
    const before = found < 0 ? passed : passed.slice(0, found);
    if (!before.every(mayPass)) return at;
    if (found >= 0) {
      passed.splice(found, 1);
      continue;
    }
    for (let next = candidates.next(); !next.done; next = candidates.next()) {
      if (next.value.blockId === blockId) break;
      if (!mayPass(next.value)) return at;
      passed.push(next.value);
    }
  }
  return named.length;
}
