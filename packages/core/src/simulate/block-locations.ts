/**
 * The driver's map of RDD blocks: which executors hold each, in memory or on disk. Follows
 * BlockManagerMaster.
 */
import type { WantedRdd } from "./demand.ts";

/** One RDD's blocks by partition. */
interface RddBlocks {
  /** Executors in the order in which they came to hold it; `undefined`: none does. */
  readonly holders: (readonly number[] | undefined)[];
  readonly wasComputed: boolean[];
}

export class BlockLocations {
  /** By position in the demand. */
  readonly #rdds: readonly RddBlocks[];
  /** By RDD id. */
  readonly #positions: ReadonlyMap<number, number>;
  /** A list of one executor, for each of them: most blocks have one holder. */
  readonly #alone: (readonly number[])[] = [];

  constructor(rdds: readonly WantedRdd[]) {
    this.#rdds = rdds.map(() => ({ holders: [], wasComputed: [] }));
    this.#positions = new Map(rdds.map(({ rddId }, position) => [rddId, position]));
  }

  /** `rdd`: its position in the demand, as everywhere here. */
  of(rdd: number, partition: number): readonly number[] | undefined {
    return this.#rdds[rdd]?.holders[partition];
  }

  add(rdd: number, partition: number, executor: number): void {
    const holders = this.#rdds[rdd]?.holders;
    if (holders === undefined) return;
    const known = holders[partition];
    if (known === undefined) holders[partition] = this.#aloneIs(executor);
    else if (!known.includes(executor)) holders[partition] = [...known, executor];
  }

  #aloneIs(executor: number): readonly number[] {
    let list = this.#alone[executor];
    if (list === undefined) {
      list = [executor];
      this.#alone[executor] = list;
    }
    return list;
  }

  remove(rdd: number, partition: number, executor: number): void {
    const holders = this.#rdds[rdd]?.holders;
    const known = holders?.[partition];
    if (holders === undefined || known === undefined || !known.includes(executor)) return;
    const left = known.filter((holder) => holder !== executor);
    holders[partition] = left.length === 0 ? undefined : left;
  }

  /** The same by the RDD's id, as a block's name has it. */
  removeOf(rddId: number, partition: number, executor: number): void {
    const position = this.#positions.get(rddId);
    if (position !== undefined) this.remove(position, partition, executor);
  }

  /** Notes that a block is computed; whether it had been before. */
  computed(rdd: number, partition: number): boolean {
    const computed = this.#rdds[rdd]?.wasComputed;
    const before = computed?.[partition] === true;
    if (computed !== undefined) computed[partition] = true;
    return before;
  }
}
