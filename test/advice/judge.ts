/**
 * Judges advice by runs of the same workload with another setting: did what it says make the
 * outcome better?
 */

export interface Outcome {
  readonly evictions: number;
  readonly refused: number;
  readonly missed: number;
  readonly readFromDisk: number;
  readonly spills: number;
  readonly waitMillis: number;
}

export interface RecordedRun {
  readonly id: string;
  /** workload and Spark line: runs of one group differ in memory settings alone */
  readonly group: string;
  /** settings that matter, defaults filled in */
  readonly conf: ReadonlyMap<string, number>;
  readonly outcome: Outcome;
}

export interface Advice {
  readonly key: string;
  /** undefined: more of it, by the direction in which the setting helps */
  readonly value: number | undefined;
}

export type Judgement = "better" | "same" | "worse";

/**
 * Runs of the group that differ from this one in that setting alone, in the direction that the
 * advice names.
 */
export function siblingsFor(
  run: RecordedRun,
  { key, value }: Advice,
  all: readonly RecordedRun[],
): RecordedRun[] {
  const now = run.conf.get(key);
  if (now === undefined) return [];
  const up = value === undefined ? key !== "spark.executor.cores" : value > now;
  return all.filter((other) => {
    if (other.id === run.id || other.group !== run.group) return false;
    const theirs = other.conf.get(key);
    if (theirs === undefined || theirs === now || theirs > now !== up) return false;
    return [...run.conf].every(([name, set]) => name === key || other.conf.get(name) === set);
  });
}

/**
 * What a run suffered for want of memory; a wait counts from a tenth of a second on, which polling
 * and locks take too.
 */
export function suffering({
  evictions,
  refused,
  missed,
  readFromDisk,
  spills,
  waitMillis,
}: Outcome): number {
  return evictions + refused + missed + readFromDisk + spills + Math.max(0, waitMillis - 100) / 100;
}

/** Identical runs of the recordings differ by up to a third and by three events: less is noise. */
export function judged(run: Outcome, other: Outcome): Judgement {
  const [before, after] = [suffering(run), suffering(other)];
  const noise = Math.max(3, before / 3);
  if (after < before && (before - after >= noise || after === 0)) return "better";
  return after > before + noise ? "worse" : "same";
}
