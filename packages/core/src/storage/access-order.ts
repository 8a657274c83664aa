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

interface Link {
  readonly entry: MemoryEntry;
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
    return this.#links.get(blockId)?.entry;
  }

  /** Makes the block the youngest. */
  touch(blockId: string): MemoryEntry | undefined {
    const link = this.#links.get(blockId);
    if (link === undefined) return undefined;
    if (link !== this.#youngest) {
      this.#unlink(link);
      this.#append(link);
    }
    return link.entry;
  }

  /** Adds a block as the youngest; replaces one of the same name. */
  add(entry: MemoryEntry): void {
    this.remove(entry.blockId);
    const link: Link = { entry, older: undefined, younger: undefined };
    this.#links.set(entry.blockId, link);
    this.#append(link);
  }

  remove(blockId: string): MemoryEntry | undefined {
    const link = this.#links.get(blockId);
    if (link === undefined) return undefined;
    this.#links.delete(blockId);
    this.#unlink(link);
    return link.entry;
  }

  clear(): void {
    this.#links.clear();
    this.#eldest = undefined;
    this.#youngest = undefined;
  }

  /** Eldest first, until `visit` says false. */
  scan(visit: (entry: MemoryEntry) => boolean): void {
    for (let link = this.#eldest; link !== undefined; link = link.younger)
      if (!visit(link.entry)) return;
  }

  /** Names, eldest first. */
  blockIds(): string[] {
    const ids: string[] = [];
    this.scan((entry) => {
      ids.push(entry.blockId);
      return true;
    });
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
