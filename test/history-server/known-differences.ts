/**
 * Differences from the history server whose cause is known: each says where it is to be mended, or
 * why respark is right.
 */

export interface KnownDifference {
  readonly matches: RegExp;
  readonly cause: string;
}

export const knownDifferences: readonly KnownDifference[] = [];
