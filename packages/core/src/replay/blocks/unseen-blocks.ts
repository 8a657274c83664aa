/**
 * Total size of blocks that were stored before the log begins, or in lines that it lost: rotated
 * logs keep their last files, YARN and Kubernetes their last megabytes, and appenders that may not
 * block discard lines. Each `free` narrows it.
 */
import { type Amount, amount, exactAmount, minus, NOTHING, plus } from "../../amount.ts";
import { type ByteInterval, difference, exactly } from "../../byte-interval.ts";
import type { Foresight } from "../evidence/foresight.ts";
import type { LoggedClasses } from "../evidence/logged-classes.ts";
import {
  blocksOf,
  countedExecution,
  countedMaximum,
  freeBeside,
} from "../evidence/memory-equation.ts";
import type { ExecutorState } from "../executor-state.ts";
import type { LogStep, Lookahead } from "../links/lookahead.ts";
import { fromBeginning } from "../links/statements-ahead.ts";
import type { ModeLedger } from "../mode-ledger.ts";

export class UnseenBlocks {
  readonly #state: ExecutorState;
  readonly #lookahead: Lookahead;
  /** µs; until then tasks run that began before the log did, and nothing tells what they hold */
  #strangersUntil = Number.NEGATIVE_INFINITY;
  /** of those tasks, the ones that lines name beyond what was looked ahead */
  readonly #strangers = new Set<number>();
  /** bytes of known blocks of whose removal no line is left, at most */
  #lostRemovals = 0;
  /** tasks that ran as lines were lost, or that gave back more than lines granted them */
  readonly #partlyTold = new Set<number>();
  /** the log begins within its executor's life */
  #isLate = false;
  #isOpen = false;
  /** it lost lines here and there, and does not tell what execution holds: at INFO */
  #isLossy = false;
  /** once a block is known it is none of them, whatever becomes of it */
  readonly #revealed = new Set<string>();

  readonly #foresight: Foresight;

  constructor(state: ExecutorState, lookahead: Lookahead, foresight: Foresight) {
    this.#state = state;
    this.#foresight = foresight;
    this.#lookahead = lookahead;
  }

  /** The log begins with this step, within the executor's life: anything may be in memory. */
  begin(step: LogStep, { logged }: { readonly logged: LoggedClasses }): void {
    const state = this.#state;
    this.#isLate = true;
    this.#lostRemovals = 0;
    this.#revealed.clear();
    this.#strangers.clear();
    for (const ledger of state.ledgers) ledger.beginUnknown();
    this.#isOpen = true;
    const ledger = state.onHeap;
    this.#strangersUntil = this.#lastStranger(step);
    const told = this.#firstTold(step, logged);
    const all = amount({ atLeast: 0, atMost: ledger.rules.maxBytes });
    // At DEBUG all is logged but what they hold already.
    if (logged.grants && this.#strangersUntil > step.ts)
      ledger.holdsUnlogged(amount({ atLeast: 0, atMost: ledger.rules.maxBytes }, 0));
    if (told === undefined) {
      ledger.holdUnseen(all);
      return;
    }
    const { held, toldBy } = told;
    // At INFO more may go before that line, without one of its own.
    const atMost = logged.removals ? Math.min(held.atMost, all.atMost) : all.atMost;
    ledger.holdUnseen(amount({ atLeast: 0, atMost }, held.best));
    // Predictions up to that line go by what is known without it.
    const open = { atLeast: 0, atMost: all.atMost - ledger.unseen.atMost };
    this.#foresight.lend({ bytes: open, until: toldBy, holds: () => true, learn: () => {} });
  }

  /** µs; when the last of the tasks that began before the log ends, as far as is looked ahead */
  #lastStranger(step: LogStep): number {
    const begun = new Set<number>();
    let until = Number.NEGATIVE_INFINITY;
    for (const { fact, ts } of fromBeginning(this.#lookahead, step)) {
      if (fact.kind === "task_running") begun.add(fact.taskId);
      else if (fact.kind === "task_finished" && !begun.has(fact.taskId)) until = ts;
    }
    return until;
  }

  /** What was held as the log began, by the first line that has what is free, and that line. */
  #firstTold(
    step: LogStep,
    { removals }: LoggedClasses,
  ): { held: Amount; toldBy: LogStep } | undefined {
    let came = NOTHING;
    let gone = NOTHING;
    for (const next of fromBeginning(this.#lookahead, step)) {
      const { fact } = next;
      let free: ByteInterval | undefined;
      if (fact.kind === "block_stored") {
        came = plus(came, amount(fact.size));
        free = fact.free;
      } else if (fact.kind === "block_removed") {
        gone = plus(gone, exactAmount(fact.bytes));
        free = exactly(fact.freeBytes);
      } else if (fact.kind === "eviction_selected" && !removals)
        gone = plus(gone, amount(fact.freed ?? exactly(0)));
      else if (fact.kind === "eviction_done") free = fact.free;
      if (free === undefined) continue;
      const held = minus(plus(this.#heldBesides(next, free), gone), came);
      return { held, toldBy: next };
    }
    return undefined;
  }

  get isLogLate(): boolean {
    return this.#isLate;
  }

  /** A task that began before the log: until it ends, what it holds of then is unlogged. */
  beganBefore(step: LogStep, taskId: number): void {
    if (step.ts <= this.#strangersUntil) return;
    const ledger = this.#state.onHeap;
    ledger.holdsUnlogged(amount({ atLeast: 0, atMost: ledger.rules.maxBytes }, 0));
    this.#strangers.add(taskId);
  }

  endedSince(step: LogStep, taskId: number): void {
    this.#partlyTold.delete(taskId);
    if (this.#strangers.delete(taskId)) this.passTime(step.ts);
  }

  /** There may be blocks that no line names. */
  get mayHoldBytes(): boolean {
    return this.#isOpen && this.#state.onHeap.unseen.atMost > 0;
  }

  /**
   * What is free differs from what was foreseen by what unseen blocks hold, or have left: known
   * blocks stay, and beside them no more is held than those and execution can hold.
   */
  explains(step: LogStep, free: ByteInterval): boolean {
    if (!this.mayHoldBytes) return false;
    const { ledgers, onHeap } = this.#state;
    const seen = ledgers.map((each) => each.seen).reduce(plus, NOTHING);
    const held = this.#heldBesides(step, free);
    const most = seen.atMost + onHeap.unseen.atMost + this.#executionBeside(step).atMost;
    return held.atMost >= seen.atLeast && held.atLeast <= most;
  }

  /** Tasks that began before the log have ended: all that is held is logged. */
  passTime(ts: number): void {
    if (ts > this.#strangersUntil && this.#strangers.size === 0)
      this.#state.onHeap.holdsUnlogged(NOTHING);
  }

  /**
   * Where all changes are logged, a `free` that nothing explains shows that some of their lines
   * were lost. Until later lines tell, what it has less than foreseen is of blocks or of tasks that
   * run; what it has more, known blocks have left.
   */
  linesWereLost(free: ByteInterval, foreseen: ByteInterval): void {
    const { onHeap, running } = this.#state;
    for (const taskId of running.keys()) this.#partlyTold.add(taskId);
    const held = difference(foreseen, free);
    if (held.atLeast > 0) {
      this.#isOpen = true;
      // What is known to be in memory now is none of them, also when it goes.
      for (const { blocks } of this.#state.ledgers)
        for (const blockId of blocks.keys()) this.#revealed.add(blockId);
      const missing = amount({ atLeast: 0, atMost: held.atMost }, held.atMost);
      onHeap.holdUnseen(plus(onHeap.unseen, missing));
      if (running.size === 0) return;
      for (const taskId of running.keys()) this.#strangers.add(taskId);
      onHeap.holdsUnlogged(plus(onHeap.unloggedExecution, { ...missing, best: 0 }));
    } else if (held.atMost < 0) this.#mayHaveLeft(-held.atLeast);
  }

  /**
   * A line shows that another of the log was lost, where grants have none: from now on what `free`
   * leaves to known blocks and surely to execution may be of blocks whose store was lost. A log that
   * begins late has blocks without a store that was lost in it.
   */
  losesLines({ grants }: LoggedClasses): void {
    this.#isLossy ||= !grants && !this.#isLate;
  }

  /**
   * A read finds a block in memory whose store is not logged: its line was lost.
   * @param usualBytes  what its like take; 0: nothing tells
   * @returns whether more may be held since
   */
  lostStoreOf(blockId: string, usualBytes: number, logged: LoggedClasses): boolean {
    const { onHeap } = this.#state;
    this.losesLines(logged);
    if (!this.#isLossy || this.mayHold(blockId)) return false;
    this.#open();
    this.#revealed.delete(blockId);
    const room = Math.max(onHeap.unseen.atMost, onHeap.rules.maxBytes - onHeap.seen.atLeast);
    const best = Math.min(room, onHeap.unseen.best + usualBytes);
    onHeap.holdUnseen(amount({ atLeast: onHeap.unseen.atLeast, atMost: room }, best));
    return true;
  }

  /**
   * A line of a log that loses some has more free than known blocks leave: so much of them may be
   * gone, as execution may hold what others left.
   */
  someMayHaveGone(room: ByteInterval): void {
    if (!this.#isLossy) return;
    const gone = difference(room, freeBeside(this.#state, blocksOf(this.#state)));
    this.#lostRemovals = Math.max(0, Math.min(gone.atMost, this.#state.onHeap.seen.atMost));
    this.#state.onHeap.driftsBy({ below: this.#lostRemovals, above: 0 });
  }

  /** What is known to be in memory now is none of them, also when it goes. */
  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    for (const { blocks } of this.#state.ledgers)
      for (const blockId of blocks.keys()) this.#revealed.add(blockId);
  }

  /** A task gave back more than lines granted it. */
  lostGrantOf(taskId: number): void {
    this.#partlyTold.add(taskId);
  }

  /** Whether lines about a task's memory may be lost; asked once, as it ends. */
  takePartlyTold(taskId: number): boolean {
    return this.#partlyTold.delete(taskId);
  }

  #mayHaveLeft(most: number): void {
    const { onHeap } = this.#state;
    const bytes = Math.min(most, onHeap.seen.atMost);
    this.#lostRemovals = bytes;
    onHeap.driftsBy({ below: bytes, above: 0 });
    onHeap.hasLikelyLost(bytes);
  }

  /** Of what known blocks may have left, so much as this line bears out. */
  #boundLostRemovals(free: ByteInterval): void {
    const { onHeap } = this.#state;
    onHeap.driftsBy({ below: 0, above: 0 });
    if (this.#isLossy) {
      this.#lostRemovals = 0;
      return;
    }
    const gone = difference(free, freeBeside(this.#state, blocksOf(this.#state)));
    this.#mayHaveLeft(gone.atLeast > 0 ? gone.atMost : 0);
  }

  /** What neither blocks nor logged grants hold at least is all that strangers can hold. */
  #boundStrangers(step: LogStep, free: ByteInterval): void {
    const { onHeap, ledgers } = this.#state;
    const { unloggedExecution } = onHeap;
    if (unloggedExecution.atMost === 0) return;
    let blocks = 0;
    let logged = 0;
    for (const ledger of ledgers) {
      blocks += ledger.blocksHeld.atLeast;
      for (const { atLeast } of ledger.executionByTask.values()) logged += atLeast;
    }
    if (this.#printsBlocks(step)) return;
    const most = Math.max(0, this.#heldBesides(step, free).atMost - blocks - logged);
    const atMost = Math.min(unloggedExecution.atMost, most);
    onHeap.holdsUnlogged(amount({ atLeast: 0, atMost }, Math.floor(atMost / 2)));
  }

  /** So many bytes more are of blocks that no line names. */
  holdAlso(bytes: number): void {
    const { onHeap } = this.#state;
    onHeap.holdUnseen(plus(onHeap.unseen, amount({ atLeast: 0, atMost: bytes }, bytes)));
  }

  /** A line says what is free: what neither known blocks nor execution hold, unseen blocks do. */
  learn(step: LogStep, free: ByteInterval): void {
    const state = this.#state;
    const ledger = state.onHeap;
    if (this.#lostRemovals > 0) this.#boundLostRemovals(free);
    this.#boundStrangers(step, free);
    if (this.#isLossy) this.#open();
    else if (!this.#isOpen || ledger.unseen.atMost === 0) return;
    const seen = state.ledgers.map((each) => each.seen).reduce(plus, NOTHING);
    const told = minus(minus(this.#heldBesides(step, free), seen), this.#executionBeside(step));
    const { atLeast, atMost } = ledger.unseen;
    // Some of them have gone since, unlogged, if the two do not meet.
    const meet = told.atLeast <= atMost && told.atMost >= atLeast;
    // Of a log that loses lines any may have come since, or a task hold memory that none names.
    const bounds = this.#isLossy
      ? { atLeast: 0, atMost: told.atMost }
      : meet
        ? { atLeast: Math.max(atLeast, told.atLeast), atMost: Math.min(atMost, told.atMost) }
        : told;
    const best = this.#isLossy ? ledger.unseen.best : told.best;
    ledger.holdUnseen(amount(bounds, Math.min(Math.max(best, bounds.atLeast), bounds.atMost)));
  }

  /**
   * A block whose store is not logged leaves memory: it was one of them. `size`: as far as logged.
   */
  reveal(step: LogStep, blockId: string, size: ByteInterval | undefined): ModeLedger | undefined {
    const ledger = this.#state.onHeap;
    const { atMost } = ledger.unseen;
    if (atMost === 0 || this.#revealed.has(blockId)) return undefined;
    this.#revealed.add(blockId);
    const bounds = {
      atLeast: Math.min(size?.atLeast ?? 0, atMost),
      atMost: Math.min(size?.atMost ?? atMost, atMost),
    };
    const held = amount(bounds);
    ledger.holdUnseen(minus(ledger.unseen, held));
    ledger.store(blockId, { size: held, form: "values", storedAt: step.ts, taskId: undefined });
    return ledger;
  }

  /** A line stores this block: whatever becomes of it, it is none of them. */
  seen(blockId: string): void {
    if (this.#isOpen && this.#state.onHeap.unseen.atMost > 0) this.#revealed.add(blockId);
  }

  /** A block that no line has named yet may be one of them. */
  mayHold(blockId: string): boolean {
    return this.#state.onHeap.unseen.atMost > 0 && !this.#revealed.has(blockId);
  }

  /** Blocks went of which some may have been unseen ones. */
  mayHaveGone(): void {
    const { onHeap } = this.#state;
    if (onHeap.unseen.atMost > 0) onHeap.holdUnseen({ ...onHeap.unseen, atLeast: 0 });
  }

  /** All of them went. */
  cleared(): void {
    this.#isOpen = false;
    this.#state.onHeap.holdUnseen(NOTHING);
  }

  /**
   * Execution memory as far as a line's `free` counts it. Where grants are not logged, tasks from
   * before the log may have all that the protected part of storage leaves.
   */
  #executionBeside(step: LogStep): Amount {
    if (this.#printsBlocks(step)) return NOTHING;
    const { onHeap, offHeap, rules } = this.#state;
    const execution = countedExecution(this.#state);
    const isBounded = onHeap.unloggedExecution.atMost > 0;
    if (step.ts > this.#strangersUntil || isBounded || !rules.freeExcludesExecution)
      return execution;
    const beside = rules.freeCountsOffHeap ? (offHeap?.executionCeiling() ?? 0) : 0;
    const atMost = onHeap.executionCeiling() + beside;
    return amount({ atLeast: 0, atMost }, Math.min(execution.best, atMost));
  }

  /** What is called free is what blocks hold (1.6.0–1.6.2, but for exact bytes of DEBUG). */
  #printsBlocks({ fact }: LogStep): boolean {
    return this.#state.rules.freePrintsUsed && fact.kind !== "block_removed";
  }

  /** Blocks and execution. */
  #heldBesides(step: LogStep, free: ByteInterval): Amount {
    if (this.#printsBlocks(step)) return amount(free);
    const maximum = countedMaximum(this.#state);
    return amount({
      atLeast: Math.max(0, maximum - free.atMost),
      atMost: Math.max(0, maximum - free.atLeast),
    });
  }
}
