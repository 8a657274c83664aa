/** Blocks from least to most recently used; touching, adding and removing take the same time however many there are. Spark's access-ordered LinkedHashMap. */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { StorageLevel } from "../storage-level.ts";

/** A block in memory. Its size never changes. */
export interface MemoryEntry {
  readonly blockId: string;
  /** `undefined` for what is no RDD block. */
  readonly rddId: number | undefined;
  readonly bytes: number;
  readonly mode: MemoryMode;
  readonly level: StorageLevel | undefined;
}

/** An entry and its neighbours: one object a block. */
interface Link extends MemoryEntry {
  older: Link | undefined;
  younger: Link | undefined;
}

export class AccessOrder {
  readonly #links = new Map<string, Link>();
  #eldest: Link | undefined;
  #youngest: Link | undefined;

  get size(): number {
    return this.#links.size;
  }

  /** Looks without touching. */
  peek(blockId: string): MemoryEntry | undefined {
    return this.#links.get(blockId);
  }

  /** Makes the block the youngest. */
  touch(blockId: string): MemoryEntry | undefined {
    const link = this.#links.get(blockId);
    if (link !== undefined && link !== this.#youngest) {
      this.#unlink(link);
      this.#append(link);
    }
    return link;
  }

  /** Adds a block as the youngest. It must not be there. */
  add(entry: MemoryEntry): void {
    const link: Link = {
      blockId: entry.blockId,
      rddId: entry.rddId,
      bytes: entry.bytes,
      mode: entry.mode,
      level: entry.level,
      older: undefined,
      younger: undefined,
    };
    this.#links.set(link.blockId, link);
    this.#append(link);
  }

  remove(blockId: string): MemoryEntry | undefined {
    const link = this.#links.get(blockId);
    if (link === undefined) return undefined;
    this.#links.delete(blockId);
    this.#unlink(link);
    return link;
  }

  clear(): void {
    this.#links.clear();
    this.#eldest = undefined;
    this.#youngest = undefined;
  }

  /**
   * From the eldest on, eligible blocks that hold `bytes` together; `undefined` when all of them do not.
   * Passes by what is not eligible, so it takes as long as there are such blocks before the last victim.
   */
  select(
    bytes: number,
    isEligible: (entry: MemoryEntry) => boolean,
  ): readonly MemoryEntry[] | undefined {
    const selected: MemoryEntry[] = [];
    let sum = 0;
    for (let link = this.#eldest; link !== undefined; link = link.younger) {
      if (!isEligible(link)) continue;
      selected.push(link);
      sum += link.bytes;
      if (sum >= bytes) return selected;
    }
    return undefined;
  }

  /** Names, eldest first. */
  blockIds(): string[] {
    const ids: string[] = [];
    for (let link = this.#eldest; link !== undefined; link = link.younger) ids.push(link.blockId);
    return ids;
  }

  #append(link: Link): void {
    link.older = this.#youngest;
    link.younger = undefined;
    if (this.#youngest === undefined) this.#eldest = link;
    else this.#youngest.younger = link;
    this.#youngest = link;
  }

  #unlink(link: Link): void {
    if (link.older === undefined) this.#eldest = link.younger;
    else link.older.younger = link.younger;
    if (link.younger === undefined) this.#youngest = link.older;
    else link.younger.older = link.older;
  }
}
