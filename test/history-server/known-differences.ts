/** Differences from the history server whose cause is known: each says where it is to be mended, or why respark is right. */

export interface KnownDifference {
  readonly matches: RegExp;
  readonly cause: string;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    matches: /^executors \S+ (?:off_heap_)?storage_memory_bytes: (?:908381388|524288000) there/,
    cause:
      "Maximum Offheap Memory of a registration is not used for the layout where no setting names off-heap memory",
  },
];
