/** A block put into memory over the time that computing it takes. */
import type { MemoryStore } from "../storage/memory-store.ts";
import type { BlockToPut, PartiallyUnrolled, PutSteps } from "../storage/stepwise-put.ts";
import type { UnrollSettings } from "../storage/unroll.ts";
import { growthOf } from "./growth.ts";
import type { TaskSteps } from "./task-course.ts";

/** Time passes in steps of this share of a block at least. */
const LEAST_STEP = 0.08;

export class BlockPut implements TaskSteps {
  /** Once it is over: whether the block is stored. */
  isStored = false;
  readonly #store: MemoryStore;
  readonly #put: PutSteps;
  readonly #bytes: number;
  readonly #millis: number;
  #unrolledBytes = 0;
  /** What did not fit, until it is read. */
  #partial: PartiallyUnrolled | undefined;
  #hasFailed = false;

  constructor(
    store: MemoryStore,
    block: BlockToPut,
    given: {
      readonly bytes: number;
      readonly elements: number | undefined;
      readonly millis: number;
      readonly deserialized: boolean;
      readonly unroll: UnrollSettings;
    },
  ) {
    const demand = growthOf(given.bytes, given.elements, given.unroll, given.deserialized);
    this.#store = store;
    this.#put = given.deserialized
      ? store.putValuesByStep(block, demand)
      : store.putIteratorAsBytesByStep(block, demand);
    this.#bytes = given.bytes;
    this.#millis = given.millis;
  }

  advance(): number | undefined {
    if (this.#hasFailed) return this.#read();
    for (;;) {
      const turn = this.#put.advance();
      if (typeof turn !== "number") {
        this.isStored = turn.kind === "stored";
        if (turn.kind !== "failed") return undefined;
        this.#hasFailed = true;
        this.#partial = turn.partial;
        return this.#halfOfTheRest();
      }
      // Growth in small steps at the beginning is one step: nothing of note happens between.
      if (turn < this.#bytes * LEAST_STEP + this.#unrolledBytes) continue;
      const millis = (this.#millis * (turn - this.#unrolledBytes)) / this.#bytes;
      this.#unrolledBytes = turn;
      return millis;
    }
  }

  /** What was unrolled keeps its memory until it is read; the rest is computed as it is read. */
  #read(): number | undefined {
    if (this.#partial === undefined) return undefined;
    this.#store.closePartial(this.#partial);
    this.#partial = undefined;
    return this.#halfOfTheRest();
  }

  #halfOfTheRest(): number {
    return (this.#millis * (1 - this.#unrolledBytes / this.#bytes)) / 2;
  }
}
