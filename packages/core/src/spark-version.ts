/** A Spark version as logs print it, vendor suffixes and all, and its order. */
export interface SparkVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As it was written (`3.1.2-amzn-1`). */
  readonly text: string;
}

/**
 * `3.5.6`, `v2.4.0-cdh6.3.2`, `3.3.1.3.3.7190.0-91`, `4.1`; `undefined` when no version is there.
 */
export function parseSparkVersion(text: string): SparkVersion | undefined {
  const match = /^\s*v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}|x))?/i.exec(text);
  if (match === null) return undefined;
  const patch = match[3];
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: patch === undefined || patch === "x" || patch === "X" ? 0 : Number(patch),
    text: text.trim(),
  };
}

/** Negative when `a` is older than `b`. */
export function compareSparkVersions(a: SparkVersion, b: SparkVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}
