/** Stores found and their sizes, evictions in order, and the cause of each. */

import { meanOf, type Numbers } from "./numbers.ts";
import type { BlockRow } from "./replayed-tables.ts";
import { isStore, Occurrences } from "./score-states.ts";
import type { Truth } from "./truth.ts";

const isEviction = ({ op }: BlockRow): boolean => op === "evict" || op === "drop_to_disk";

export function scoreBlocks(
  truth: Truth,
  events: readonly BlockRow[],
): { readonly means: Numbers; readonly counts: Readonly<Record<string, number>> } {
  const stores = events.filter(isStore);
  const found = commonCount(
    truth.stores.map(({ block }) => block),
    stores.map(({ blockId }) => blockId),
  );
  const evictions = events.filter(isEviction);
  return {
    means: {
      size_width: sizeWidth(stores),
      size_width_without_broadcasts: sizeWidth(stores.filter((row) => !isBroadcastValue(row))),
      eviction_order: commonOrder(
        truth.evictions.map(({ block }) => block),
        evictions.map(({ blockId }) => blockId),
      ),
    },
    counts: {
      stores: truth.stores.length,
      stores_found: found,
      stores_extra: stores.length - found,
      sizes_right: sizesRight(truth, stores),
      evictions: truth.evictions.length,
      evictions_reported: evictions.length,
      ...causesRight(truth, evictions),
    },
  };
}

const isBroadcastValue = ({ blockId }: BlockRow): boolean =>
  blockId.startsWith("broadcast_") && !blockId.includes("piece");

/** Mean width of the stores' sizes over their best estimate. */
function sizeWidth(stores: readonly BlockRow[]): number | undefined {
  const widths = stores.flatMap(({ memoryBytes, memoryBytesMin, memoryBytesMax }) =>
    memoryBytes === undefined || memoryBytes === 0
      ? []
      : [((memoryBytesMax ?? memoryBytes) - (memoryBytesMin ?? memoryBytes)) / memoryBytes],
  );
  return widths.length === 0 ? undefined : meanOf(widths);
}

/** How many stores have a size that one of the block's true sizes lies in. */
function sizesRight(truth: Truth, stores: readonly BlockRow[]): number {
  const sizes = new Map<string, number[]>();
  for (const { block, bytes } of truth.stores) {
    const known = sizes.get(block) ?? [];
    known.push(bytes);
    sizes.set(block, known);
  }
  return stores.filter(({ blockId, memoryBytes, memoryBytesMin, memoryBytesMax }) => {
    if (memoryBytes === undefined) return false;
    const least = memoryBytesMin ?? memoryBytes;
    const most = memoryBytesMax ?? memoryBytes;
    return sizes.get(blockId)?.some((bytes) => least <= bytes && bytes <= most) ?? false;
  }).length;
}

function causesRight(truth: Truth, evictions: readonly BlockRow[]): Record<string, number> {
  const causes = new Map<string, BlockRow>();
  const replayed = new Occurrences();
  for (const row of evictions) causes.set(replayed.next(row.blockId), row);
  const seen = new Occurrences();
  const counts = { causes: 0, cause_kind_right: 0, cause_task_right: 0 };
  for (const { block, task, cause } of truth.evictions) {
    const row = causes.get(seen.next(block));
    if (cause === undefined) continue;
    const taskId = row?.causedByTaskId;
    counts.causes++;
    counts.cause_kind_right += Number(row?.cause === cause);
    counts.cause_task_right += Number(taskId === task || (task === -1 && taskId === undefined));
  }
  return counts;
}

/** How many elements two bags share. */
function commonCount(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const one of a) left.set(one, (left.get(one) ?? 0) + 1);
  let common = 0;
  for (const one of b) {
    const count = left.get(one) ?? 0;
    if (count === 0) continue;
    left.set(one, count - 1);
    common++;
  }
  return common;
}

/** Longest common subsequence over the longer sequence; 1 when both are empty. */
function commonOrder(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 && b.length === 0) return 1;
  let before = new Uint32Array(b.length + 1);
  for (const one of a) {
    const now = new Uint32Array(b.length + 1);
    b.forEach((other, j) => {
      now[j + 1] = one === other ? (before[j] ?? 0) + 1 : Math.max(before[j + 1] ?? 0, now[j] ?? 0);
    });
    before = now;
  }
  return (before.at(-1) ?? 0) / Math.max(a.length, b.length);
}
