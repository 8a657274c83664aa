/**
 * How many reads of one pool the best order of eviction would have met from memory: what is read
 * latest goes first, and a block that would itself be that one is not stored (Belady's order).
 */

/** A read of a cached block, or a moment at which there was less room for blocks. */
export interface CacheUse {
  /** `undefined`: nothing is read. */
  readonly blockId: string | undefined;
  /** Size of the block in memory, bytes. */
  readonly bytes: number;
  /** What storing it takes at most, its unroll included; bytes, at least its size. */
  readonly needBytes: number;
  /** What blocks of RDDs may hold here and now, all else as it was; bytes. */
  readonly roomBytes: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * For each use whether the order meets it from memory. The most that any order meets where all
 * blocks have one size and take no more to store; else an order that could be had, and there may be
 * a better one.
 */
export function metByBestOrder(uses: readonly CacheUse[]): readonly boolean[] {
  const next = nextUses(uses);
  const cache = new KeptBlocks();
  return uses.map(({ blockId, bytes, needBytes, roomBytes }, at) => {
    cache.shrinkTo(roomBytes);
    if (blockId === undefined) return false;
    const again = next[at] ?? NEVER;
    const isMet = cache.has(blockId);
    if (again === NEVER) cache.forget(blockId);
    else if (isMet) cache.willBeRead(blockId, again);
    else cache.store(blockId, { bytes, again }, roomBytes - needBytes);
    return isMet;
  });
}

/** By use: where the same block is read again. */
function nextUses(uses: readonly CacheUse[]): number[] {
  const next: number[] = [];
  const later = new Map<string, number>();
  for (let at = uses.length - 1; at >= 0; at--) {
    const blockId = uses[at]?.blockId;
    if (blockId === undefined) continue;
    next[at] = later.get(blockId) ?? NEVER;
    later.set(blockId, at);
  }
  return next;
}

interface KeptBlock {
  readonly bytes: number;
  /** The use that reads it again. */
  again: number;
}

class KeptBlocks {
  readonly #blocks = new Map<string, KeptBlock>();
  #bytes = 0;

  has(blockId: string): boolean {
    return this.#blocks.has(blockId);
  }

  willBeRead(blockId: string, again: number): void {
    const block = this.#blocks.get(blockId);
    if (block !== undefined) block.again = again;
  }

  forget(blockId: string): void {
    this.#bytes -= this.#blocks.get(blockId)?.bytes ?? 0;
    this.#blocks.delete(blockId);
  }

  shrinkTo(roomBytes: number): void {
    while (this.#bytes > roomBytes) {
      const last = this.#readLast();
      if (last === undefined) return;
      this.forget(last.blockId);
    }
  }

  /** Only for blocks that are read later than this one, and only if that makes enough room. */
  store(blockId: string, block: KeptBlock, leftBytes: number): void {
    if (this.#bytes > leftBytes) {
      let yielding = 0;
      for (const { bytes, again } of this.#blocks.values())
        if (again > block.again) yielding += bytes;
      if (this.#bytes - yielding > leftBytes) return;
    }
    this.shrinkTo(leftBytes);
    this.#blocks.set(blockId, block);
    this.#bytes += block.bytes;
  }

  #readLast(): { readonly blockId: string } | undefined {
    let found: { readonly blockId: string; readonly again: number } | undefined;
    for (const [blockId, { again }] of this.#blocks)
      if (found === undefined || again > found.again) found = { blockId, again };
    return found;
  }
}
