/**
 * Blocks from least to most recently used; touching, adding and removing take the same time however
 * many there are. Spark's access-ordered LinkedHashMap.
 */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { StorageLevel } from "../storage-level.ts";
import { SlotIndex } from "./slot-index.ts";

/** A block in memory. Its size never changes. */
export interface MemoryEntry {
  readonly blockId: string;
  /** `undefined` for what is no RDD block. */
  readonly rddId: number | undefined;
  readonly bytes: number;
  readonly mode: MemoryMode;
  readonly level: StorageLevel | undefined;
}

/** What a block must be to be selected; a rule not named passes all. */
export interface Eligibility {
  readonly mode?: MemoryMode | undefined;
  readonly notOfRdd?: number | undefined;
  /** Blocks that stay, whatever else holds. */
  readonly notAmong?: ReadonlyMap<string, unknown> | undefined;
}

const NONE = -1;
const NO_RDD = -1;
const FIRST_CAPACITY = 16;

/** Numbers of a slot, and where each stands among them. */
const NUMBERS = 5;
const RDD = 0;
const BYTES = 1;
const OFF_HEAP = 2;
const OLDER = 3;
/** Of a free slot: the next free one. */
const YOUNGER = 4;

/**
 * Blocks live in numbered slots, and a slot that is given up is the next to be used: with an object
 * a block, the collector copies every one of 100,000 blocks that outlive its young generation,
 * which made an eviction there five times as dear. A slot's numbers stand side by side in one small
 * table: a simulation goes from one to the next of thousands of stores, and finds none of them in
 * the processor's cache.
 */
export class AccessOrder {
  readonly #slots = new SlotIndex();
  #levels: (StorageLevel | undefined)[] = [];
  #numbers = new Float64Array(NUMBERS * FIRST_CAPACITY);
  #eldest = NONE;
  #youngest = NONE;
  #free = NONE;
  /** Slots that were ever in use. */
  #used = 0;

  get size(): number {
    return this.#slots.size;
  }

  has(blockId: string): boolean {
    return this.#slots.find(blockId) !== NONE;
  }

  /** A block's size, without touching it. */
  bytesOf(blockId: string): number | undefined {
    const slot = this.#slots.find(blockId);
    return slot === NONE ? undefined : this.#numberOf(slot, BYTES);
  }

  /** Makes the block the youngest; false = not there. */
  touch(blockId: string): boolean {
    const slot = this.#slots.find(blockId);
    if (slot === NONE) return false;
    if (slot !== this.#youngest) {
      this.#unlink(slot);
      this.#append(slot);
    }
    return true;
  }

  /** Adds a block as the youngest. It must not be there. */
  add(entry: MemoryEntry): void {
    const slot = this.#takeSlot();
    this.#slots.add(entry.blockId, slot);
    this.#levels[slot] = entry.level;
    const at = NUMBERS * slot;
    this.#numbers[at + RDD] = entry.rddId ?? NO_RDD;
    this.#numbers[at + BYTES] = entry.bytes;
    this.#numbers[at + OFF_HEAP] = entry.mode === "off_heap" ? 1 : 0;
    this.#append(slot);
  }

  #numberOf(slot: number, which: number): number {
    return this.#numbers[NUMBERS * slot + which] ?? NONE;
  }

  #takeSlot(): number {
    if (this.#free !== NONE) {
      const slot = this.#free;
      this.#free = this.#numberOf(slot, YOUNGER);
      return slot;
    }
    if (NUMBERS * this.#used === this.#numbers.length) {
      const wider = new Float64Array(2 * this.#numbers.length);
      wider.set(this.#numbers);
      this.#numbers = wider;
    }
    return this.#used++;
  }

  /** Takes a block out and says what it was; `undefined` = not there. */
  remove(blockId: string): MemoryEntry | undefined {
    const slot = this.#slots.find(blockId);
    return slot === NONE ? undefined : this.removeSelected(slot);
  }

  /** The same for one that `select` named; nothing may have been added since. */
  removeSelected(slot: number): MemoryEntry {
    const entry = this.#entry(slot);
    this.#slots.remove(slot);
    this.#unlink(slot);
    this.#levels[slot] = undefined;
    this.#numbers[NUMBERS * slot + YOUNGER] = this.#free;
    this.#free = slot;
    return entry;
  }

  #entry(slot: number): MemoryEntry {
    const rddId = this.#numberOf(slot, RDD);
    return {
      blockId: this.#slots.nameOf(slot),
      rddId: rddId === NO_RDD ? undefined : rddId,
      bytes: this.#numberOf(slot, BYTES),
      mode: this.#numberOf(slot, OFF_HEAP) === 1 ? "off_heap" : "on_heap",
      level: this.#levels[slot],
    };
  }

  clear(): void {
    this.#slots.clear();
    this.#levels = [];
    this.#eldest = NONE;
    this.#youngest = NONE;
    this.#free = NONE;
    this.#used = 0;
  }

  /**
   * From the eldest on, eligible blocks that hold `bytes` together, as numbers for
   * `removeSelected`; `undefined` when all of them do not. Passes by what is not eligible, so it
   * takes as long as there are such blocks before the last victim.
   */
  select(bytes: number, eligible: Eligibility): readonly number[] | undefined {
    const { notAmong } = eligible;
    const spared = eligible.mode === undefined ? NONE : eligible.mode === "on_heap" ? 1 : 0;
    const sparedRdd = eligible.notOfRdd ?? Number.NaN;
    const selected: number[] = [];
    let sum = 0;
    for (let slot = this.#eldest; slot !== NONE; slot = this.#numberOf(slot, YOUNGER)) {
      if (this.#numberOf(slot, OFF_HEAP) === spared) continue;
      if (this.#numberOf(slot, RDD) === sparedRdd) continue;
      if (notAmong?.has(this.#slots.nameOf(slot)) === true) continue;
      selected.push(slot);
      sum += this.#numberOf(slot, BYTES);
      if (sum >= bytes) return selected;
    }
    return undefined;
  }

  /** Names, eldest first. */
  blockIds(): string[] {
    const ids: string[] = [];
    for (let slot = this.#eldest; slot !== NONE; slot = this.#numberOf(slot, YOUNGER))
      ids.push(this.#slots.nameOf(slot));
    return ids;
  }

  #append(slot: number): void {
    this.#numbers[NUMBERS * slot + OLDER] = this.#youngest;
    this.#numbers[NUMBERS * slot + YOUNGER] = NONE;
    if (this.#youngest === NONE) this.#eldest = slot;
    else this.#numbers[NUMBERS * this.#youngest + YOUNGER] = slot;
    this.#youngest = slot;
  }

  #unlink(slot: number): void {
    const older = this.#numberOf(slot, OLDER);
    const younger = this.#numberOf(slot, YOUNGER);
    if (older === NONE) this.#eldest = younger;
    else this.#numbers[NUMBERS * older + YOUNGER] = younger;
    if (younger === NONE) this.#youngest = older;
    else this.#numbers[NUMBERS * younger + OLDER] = older;
  }
}
