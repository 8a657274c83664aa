/**
 * A collection that holds memory by its estimated size, and spills itself when it gets no more.
 * Follows Spillable, ExternalSorter and ExternalAppendOnlyMap, Spark 1.6–4.2.
 */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { MemoryConsumer } from "../tasks/memory-consumer.ts";
import type { TaskMemoryManager, TaskStep } from "../tasks/task-memory-manager.ts";
import type { SpillLedger } from "./spill-ledger.ts";

export class Spillable implements MemoryConsumer {
  readonly id: number;
  readonly name: string;
  readonly mode: MemoryMode = "on_heap";
  usedBytes = 0;
  readonly #memory: TaskMemoryManager;
  readonly #ledger: SpillLedger;
  readonly #initialThresholdBytes: number;
  readonly #asksAsConsumer: boolean;
  readonly #diskRatio: number;
  /** `myMemoryThreshold`: up to this size nothing is asked for. */
  #thresholdBytes: number;
  #sizeBytes = 0;
  #peakBytes = 0;
  /** The iterator over it was handed out: it can be made to spill by others (2.0+). */
  #isReading = false;

  constructor(given: {
    readonly id: number;
    readonly name: string;
    readonly memory: TaskMemoryManager;
    readonly ledger: SpillLedger;
    /** `spark.shuffle.spill.initialMemoryThreshold`, which is held without asking. */
    readonly initialThresholdBytes: number;
    /** 1.6's collections are no consumers. */
    readonly asksAsConsumer: boolean;
    readonly diskRatio: number;
  }) {
    this.id = given.id;
    this.name = given.name;
    this.#memory = given.memory;
    this.#ledger = given.ledger;
    this.#initialThresholdBytes = given.initialThresholdBytes;
    this.#thresholdBytes = given.initialThresholdBytes;
    this.#asksAsConsumer = given.asksAsConsumer;
    this.#diskRatio = given.diskRatio;
  }

  /** The size from which on the next look asks for more. */
  get thresholdBytes(): number {
    return this.#thresholdBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The largest estimated size, which is what the task reports as peak. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  /**
   * `maybeSpill` at a look that estimates `sizeBytes`: asks for twice that less the threshold, and
   * spills all of it when the size still reaches the threshold. Results in whether it spilled: at
   * once, or when memory has been asked for.
   */
  look(sizeBytes: number): boolean | TaskStep<boolean> {
    this.#sizeBytes = sizeBytes;
    if (sizeBytes > this.#peakBytes) this.#peakBytes = sizeBytes;
    if (sizeBytes < this.#thresholdBytes) return false;
    const wanted = Math.floor(2 * sizeBytes - this.#thresholdBytes);
    if (wanted <= 0) return this.#grown(0);
    const got = this.#asksAsConsumer
      ? this.#memory.acquire(wanted, this)
      : this.#memory.acquireWithoutConsumer(wanted, this.mode);
    return typeof got === "number" ? this.#grown(got) : this.#growing(got);
  }

  *#growing(got: TaskStep<number>): TaskStep<boolean> {
    return this.#grown(yield* got);
  }

  #grown(byBytes: number): boolean {
    this.usedBytes += byBytes;
    this.#thresholdBytes += byBytes;
    if (this.#sizeBytes < this.#thresholdBytes) return false;
    this.#write(this.#sizeBytes);
    this.#giveBack();
    return true;
  }

  /** All records are in; what follows only reads. */
  startReading(): void {
    this.#isReading = true;
  }

  #write(bytes: number): void {
    this.#ledger.spilled(Math.floor(bytes), Math.floor(bytes * this.#diskRatio));
    this.#sizeBytes = 0;
  }

  /** `releaseMemory`: down to the initial threshold. */
  #giveBack(): number {
    const bytes = this.#thresholdBytes - this.#initialThresholdBytes;
    if (bytes > 0) this.#memory.releaseExecution(bytes, this.mode);
    this.usedBytes -= bytes;
    this.#thresholdBytes = this.#initialThresholdBytes;
    return bytes;
  }

  /**
   * `Spillable.spill`: for another consumer, once it is being read; its metric counts what it held,
   * not its size.
   */
  spill(_bytes: number, trigger: MemoryConsumer | undefined): number {
    if (trigger === this || !this.#isReading || this.#sizeBytes === 0) return 0;
    const held = this.#thresholdBytes - this.#initialThresholdBytes;
    this.#write(held);
    return this.#giveBack();
  }
}
