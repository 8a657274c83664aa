/**
 * What tasks hold of execution memory by the lines of their grants and releases; where some of
 * these are lost, an interval around it.
 */
import { type Amount, amount, NOTHING } from "../../amount.ts";
import type { MemoryMode } from "../../memory/memory-mode.ts";
import type { GrantBalances } from "../links/grant-balances.ts";
import type { ModeLedger } from "../mode-ledger.ts";

/** A task of which lines are lost. */
interface PartlyTold {
  /** what its lines add up to; undefined: as the ledger has it */
  told: Amount | undefined;
  /** by which lost lines of grants outweigh those of releases, and the other way round, bytes */
  granted: number;
  released: number;
}

export class GrantedMemory {
  readonly #balances: GrantBalances;
  readonly #about: {
    modeOf(consumer: string | undefined): MemoryMode;
    /** it began before the log: what it holds of then is counted elsewhere */
    beganBefore(taskId: number): boolean;
  };
  readonly #partly: Readonly<Record<MemoryMode, Map<number, PartlyTold>>> = {
    on_heap: new Map(),
    off_heap: new Map(),
  };

  constructor(
    balances: GrantBalances,
    about: {
      modeOf(consumer: string | undefined): MemoryMode;
      beganBefore(taskId: number): boolean;
    },
  ) {
    this.#balances = balances;
    this.#about = about;
  }

  /** What its lines add up to. */
  of(ledger: ModeLedger, taskId: number): Amount {
    const held = ledger.executionByTask.get(taskId);
    return held === undefined ? NOTHING : (this.#partly[ledger.mode].get(taskId)?.told ?? held);
  }

  /** Its lines add up to so much. @returns what it may hold */
  hold(ledger: ModeLedger, taskId: number, told: Amount): Amount {
    this.#learnLost(taskId);
    const held = this.#around(ledger, taskId, told);
    ledger.holdExecution(taskId, held);
    return held;
  }

  /** It gave back so much that no line had granted it: that is no longer held. */
  gaveBackMore(ledger: ModeLedger, taskId: number, bytes: number): void {
    const partly = this.#partly[ledger.mode].get(taskId);
    if (partly !== undefined) partly.granted = Math.max(0, partly.granted - bytes);
  }

  ended(taskId: number): void {
    this.#balances.takeLost(taskId);
    this.#partly.on_heap.delete(taskId);
    this.#partly.off_heap.delete(taskId);
  }

  #learnLost(taskId: number): void {
    const lost = this.#balances.takeLost(taskId);
    if (lost.length === 0 || this.#about.beganBefore(taskId)) return;
    for (const { consumer, granted, released } of lost) {
      const ofMode = this.#partly[this.#about.modeOf(consumer)];
      const known = ofMode.get(taskId);
      if (known === undefined) ofMode.set(taskId, { told: undefined, granted, released });
      else {
        known.granted += granted;
        known.released += released;
      }
    }
  }

  #around(ledger: ModeLedger, taskId: number, told: Amount): Amount {
    const partly = this.#partly[ledger.mode].get(taskId);
    if (partly === undefined) return told;
    partly.told = told;
    // Lost lines of both kinds show by their difference alone: the lesser is taken to be no more.
    const { granted, released } = partly;
    const atLeast = Math.max(0, told.atLeast - 2 * released - granted);
    return amount({ atLeast, atMost: told.atMost + 2 * granted + released }, told.best);
  }
}
