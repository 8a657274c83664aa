/** The blocks that one memory mode holds, in the order in which the store would evict them. */
import type { Amount } from "../amount.ts";
import { isBroadcastValue, isTaskResult, rddIdOf } from "../block-id.ts";
import { StoresByAge } from "./blocks/stores-by-age.ts";

export interface HeldBlock {
  readonly size: Amount;
  readonly form: "values" | "bytes";
  readonly storedAt: number;
  readonly taskId: number | undefined;
}

const PASSING = /^(?:broadcast|taskresult)_/;

export class HeldBlocks {
  readonly #byId = new Map<string, HeldBlock>();
  readonly #passing = new Set<string>();
  readonly #broadcasts = new StoresByAge();
  #resultBytes = 0;
  #relationBytes = 0;
  readonly #ofRdds = new Set<string>();
  #newcomers: Newcomers | undefined;
  readonly #byRdd = new Map<number, number>();
  readonly #usedAt = new Map<string, number>();

  get byId(): ReadonlyMap<string, HeldBlock> {
    return this.#byId;
  }

  get passing(): ReadonlySet<string> {
    return this.#passing;
  }

  get resultBytes(): number {
    return this.#resultBytes;
  }

  get relationBytes(): number {
    return this.#relationBytes;
  }

  get ofRdds(): ReadonlySet<string> {
    return this.#ofRdds;
  }

  broadcastBytesBefore(ts: number): number {
    return this.#broadcasts.bytesBefore(ts);
  }

  noteIn(newcomers: Newcomers | undefined): void {
    this.#newcomers = newcomers;
  }

  /** A block that is not there yet. */
  add(blockId: string, block: HeldBlock): void {
    this.#byId.set(blockId, block);
    if (rddIdOf(blockId) !== undefined) this.#ofRdds.add(blockId);
    this.#newcomers?.came(blockId);
    this.#addToRdd(blockId, block.size.best);
    if (!PASSING.test(blockId)) return;
    this.#passing.add(blockId);
    this.#count(blockId, block, 1);
  }

  /** @returns undefined where it was not there */
  delete(blockId: string): HeldBlock | undefined {
    const block = this.#byId.get(blockId);
    if (block === undefined) return undefined;
    this.#byId.delete(blockId);
    this.#newcomers?.left(blockId);
    this.#ofRdds.delete(blockId);
    this.#usedAt.delete(blockId);
    if (this.#passing.delete(blockId)) this.#count(blockId, block, -1);
    this.#addToRdd(blockId, -block.size.best);
    return block;
  }

  /** Counts what a passing block takes: it came (1) or went (-1). */
  #count(blockId: string, { size, storedAt }: HeldBlock, sign: 1 | -1): void {
    if (isBroadcastValue(blockId)) this.#relationBytes += sign * size.atMost;
    if (isTaskResult(blockId)) this.#resultBytes += sign * size.atMost;
    else if (sign === 1) this.#broadcasts.add(storedAt, size.atMost);
    else this.#broadcasts.remove(storedAt, size.atMost);
  }

  /** When a block was used last, µs. */
  usedAt(blockId: string): number {
    return this.#usedAt.get(blockId) ?? this.#byId.get(blockId)?.storedAt ?? 0;
  }

  /** A read makes a block the youngest of the access-ordered map (memory-model 3.2). */
  touch(blockId: string, ts: number): void {
    const block = this.#byId.get(blockId);
    if (block === undefined) return;
    this.#usedAt.set(blockId, ts);
    this.#byId.delete(blockId);
    this.#byId.set(blockId, block);
    if (this.#ofRdds.delete(blockId)) this.#ofRdds.add(blockId);
  }

  /** What an RDD's blocks hold in memory, by best estimate (bytes). */
  bytesOfRdd(rddId: number): number {
    return this.#byRdd.get(rddId) ?? 0;
  }

  #addToRdd(blockId: string, bytes: number): void {
    const rddId = rddIdOf(blockId);
    if (rddId === undefined) return;
    const held = this.bytesOfRdd(rddId) + bytes;
    if (held > 0) this.#byRdd.set(rddId, held);
    else this.#byRdd.delete(rddId);
  }
}

/**
 * Which blocks came into memory since a moment: it costs what changed since then, and not a copy of
 * all that is held.
 */
export class Newcomers {
  readonly #came = new Set<string>();
  readonly #left = new Set<string>();

  /** A block that was not held is held now. */
  came(blockId: string): void {
    if (!this.#left.has(blockId)) this.#came.add(blockId);
  }

  left(blockId: string): void {
    if (!this.#came.has(blockId)) this.#left.add(blockId);
  }

  /**
   * Of a block that is held now: it was not held at that moment. One that left and came back was.
   */
  has(blockId: string): boolean {
    return this.#came.has(blockId);
  }
}
