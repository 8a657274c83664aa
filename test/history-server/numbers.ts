/**
 * What two readers of one event log are compared by: numbers by executor, stage, job and RDD. Times
 * are epoch ms; bytes are exact.
 */

/** null: the reader says nothing. */
export type Numbers = Readonly<Record<string, number | string | null>>;
export type NumbersById = Readonly<Record<string, Numbers>>;

export interface ApplicationNumbers {
  readonly application: Numbers;
  readonly executors: NumbersById;
  /** by `stage.attempt` */
  readonly stages: NumbersById;
  readonly jobs: NumbersById;
  /** what was cached when the log ends */
  readonly rdds: NumbersById;
}

/** By the log's path from the repository's root, then by attempt. */
export type Expectations = Readonly<Record<string, Readonly<Record<string, ApplicationNumbers>>>>;

const groups = ["executors", "stages", "jobs", "rdds"] as const;

/** Sentences about what differs; none where both say the same. */
export function differences(expected: ApplicationNumbers, found: ApplicationNumbers): string[] {
  const said = numbersDiffer("application", expected.application, found.application);
  for (const group of groups) {
    const ids = new Set([...Object.keys(expected[group]), ...Object.keys(found[group])]);
    for (const id of ids) {
      const theirs = expected[group][id];
      const ours = found[group][id];
      const what = `${group} ${id}`;
      if (theirs === undefined) said.push(`${what}: respark alone has it`);
      else if (ours === undefined) {
        said.push(`${what}: the history server alone has it (${JSON.stringify(theirs)})`);
      } else said.push(...numbersDiffer(what, theirs, ours));
    }
  }
  return said;
}

function numbersDiffer(what: string, theirs: Numbers, ours: Numbers): string[] {
  return Object.entries(theirs)
    .filter(([name, value]) => {
      const found = ours[name] ?? null;
      if (found === value) return false;
      // The server has no word for "no log tells": it says 0. Of peaks that logs before 3.0 keep in
      // accumulables alone, too.
      return value !== 0 || (found !== null && name !== "peak_execution_bytes");
    })
    .map(([name, value]) => `${what} ${name}: ${value} there, ${ours[name] ?? "NULL"} here`);
}
