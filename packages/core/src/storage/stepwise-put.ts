/** The put of an iterator look by look, so that other tasks can act in between. */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { StorageLevel } from "../storage-level.ts";
import { UNROLLED, type UnrollAccount, type UnrollDemand, type Unrolling } from "./unroll.ts";

/** A block that is to be stored, and on whose account it is unrolled. */
export interface BlockToPut {
  readonly blockId: string;
  readonly mode: MemoryMode;
  readonly level?: StorageLevel | undefined;
  readonly taskId?: number | undefined;
}

/**
 * What is left of a block that did not fit: its unroll memory stays until it is closed, or its task
 * ends.
 */
export interface PartiallyUnrolled {
  readonly blockId: string;
  readonly mode: MemoryMode;
  readonly taskId: number;
  readonly heldBytes: number;
}

/** How the put of an iterator ended; bytes as the store counts them. */
export type PutIteratorResult =
  | { readonly kind: "stored"; readonly bytes: number }
  | {
      readonly kind: "failed";
      readonly partial: PartiallyUnrolled;
      /** Not for want of memory: its task was killed (4.0+). */
      readonly interrupted: boolean;
    }
  | { readonly kind: "exists" };

/** A put look by look. */
export interface PutSteps {
  /** The bytes unrolled so far, where more must be asked for; or how the put ended. */
  advance(): number | PutIteratorResult;
}

/** The store that a block is put into. */
interface Unroller {
  reserveUnroll(blockId: string, taskId: number, bytes: number, mode: MemoryMode): boolean;
}

/** A block that is being unrolled. */
export interface UnrollingBlock {
  readonly block: BlockToPut;
  readonly taskId: number;
  readonly demand: UnrollDemand;
  readonly unrolling: Unrolling;
  /** By its task, before it was put. */
  readonly heldBefore: number;
  readonly whollyReserved: boolean;
}

export class StepwisePut implements PutSteps, UnrollAccount {
  readonly #put: UnrollingBlock;
  readonly #store: Unroller;
  readonly #storeUnrolled: (put: UnrollingBlock) => PutIteratorResult;

  constructor(
    put: UnrollingBlock,
    store: Unroller,
    storeUnrolled: (put: UnrollingBlock) => PutIteratorResult,
  ) {
    this.#put = put;
    this.#store = store;
    this.#storeUnrolled = storeUnrolled;
  }

  advance(): number | PutIteratorResult {
    const bytes = this.#put.unrolling.advance(this);
    return bytes === UNROLLED ? this.#storeUnrolled(this.#put) : bytes;
  }

  reserve(bytes: number): boolean {
    const { block, taskId } = this.#put;
    return this.#store.reserveUnroll(block.blockId, taskId, bytes, block.mode);
  }
}

/** What did not fit keeps its unroll memory until it is closed. */
export function failedPut(
  { block, taskId, unrolling }: UnrollingBlock,
  heldBytes: number,
): PutIteratorResult {
  const { blockId, mode } = block;
  return {
    kind: "failed",
    partial: { blockId, mode, taskId, heldBytes },
    interrupted: unrolling.interrupted,
  };
}
