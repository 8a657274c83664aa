/** Where a block may live. Follows StorageLevel, Spark 1.2–4.2. */
export interface StorageLevel {
  readonly useDisk: boolean;
  readonly useMemory: boolean;
  readonly useOffHeap: boolean;
  readonly deserialized: boolean;
  readonly replication: number;
}

function level(
  useDisk: boolean,
  useMemory: boolean,
  useOffHeap: boolean,
  deserialized: boolean,
  replication = 1,
): StorageLevel {
  return Object.freeze({ useDisk, useMemory, useOffHeap, deserialized, replication });
}

/**
 * Spark's names. `OFF_HEAP` is that of 2.0+; in 1.x it meant an external store and charged no
 * memory.
 */
export const storageLevels: Readonly<Record<string, StorageLevel>> = Object.freeze({
  NONE: level(false, false, false, false),
  DISK_ONLY: level(true, false, false, false),
  DISK_ONLY_2: level(true, false, false, false, 2),
  DISK_ONLY_3: level(true, false, false, false, 3),
  MEMORY_ONLY: level(false, true, false, true),
  MEMORY_ONLY_2: level(false, true, false, true, 2),
  MEMORY_ONLY_SER: level(false, true, false, false),
  MEMORY_ONLY_SER_2: level(false, true, false, false, 2),
  MEMORY_AND_DISK: level(true, true, false, true),
  MEMORY_AND_DISK_2: level(true, true, false, true, 2),
  MEMORY_AND_DISK_SER: level(true, true, false, false),
  MEMORY_AND_DISK_SER_2: level(true, true, false, false, 2),
  OFF_HEAP: level(true, true, true, false),
});

/**
 * A level from its name, or from flags as `StorageLevel(disk, memory, deserialized, 1 replicas)`
 * writes them; `undefined`: neither.
 */
export function storageLevelNamed(text: string): StorageLevel | undefined {
  const known = storageLevels[text.trim().toUpperCase()];
  if (known !== undefined) return known;
  const inner = /^StorageLevel\((.*)\)$/.exec(text.trim())?.[1];
  if (inner === undefined) return undefined;
  const flags = inner.split(",").map((flag) => flag.trim());
  const replicas = flags.map((flag) => /^(\d+) replicas$/.exec(flag)?.[1]).find(Boolean);
  return {
    useDisk: flags.includes("disk"),
    useMemory: flags.includes("memory"),
    useOffHeap: flags.includes("offheap"),
    deserialized: flags.includes("deserialized"),
    replication: Number(replicas ?? 1),
  };
}

/**
 * Spark's name of a level, whichever log tells its flags: `MEMORY_AND_DISK_SER_2`; undefined for
 * NONE.
 */
export function storageLevelName(
  level: Omit<StorageLevel, "useOffHeap"> & { readonly useOffHeap: boolean | undefined },
): string | undefined {
  if (!level.useMemory && !level.useDisk && level.useOffHeap !== true) return undefined;
  const copies = level.replication > 1 ? `_${level.replication}` : "";
  if (level.useOffHeap === true) return `OFF_HEAP${copies}`;
  if (!level.useMemory) return `DISK_ONLY${copies}`;
  const serialized = level.deserialized ? "" : "_SER";
  return `MEMORY${level.useDisk ? "_AND_DISK" : "_ONLY"}${serialized}${copies}`;
}
