/**
 * Which stage or RDD of a run is which of the baseline: by name and call site, then by shape; never
 * by id.
 */
import type { Subject, SubjectMatch } from "./check.ts";

/**
 * Equal keys are the same. Of the rest, one that is left on either side with a shape that no other
 * has was renamed; what remains was added or removed. Order: those of the baseline as they come,
 * then what was added.
 */
export function matchSubjects(
  baseline: readonly Subject[],
  run: readonly Subject[],
): SubjectMatch[] {
  const free = new Map(run.map((subject) => [subjectId(subject), subject]));
  const gone: Subject[] = [];
  const matches: SubjectMatch[] = [];
  for (const subject of baseline) {
    if (free.delete(subjectId(subject))) {
      matches.push({ kind: subject.kind, was: subject.key, is: subject.key, how: "same" });
    } else gone.push(subject);
  }
  const alike = byShape([...free.values()]);
  const rivals = byShape(gone);
  for (const subject of gone) {
    const [renamed, ...others] = alike.get(shapeId(subject)) ?? [];
    const isOnlyOne = others.length === 0 && rivals.get(shapeId(subject))?.length === 1;
    if (renamed !== undefined && isOnlyOne && subject.shape !== "") {
      free.delete(subjectId(renamed));
      matches.push({ kind: subject.kind, was: subject.key, is: renamed.key, how: "renamed" });
    } else {
      matches.push({ kind: subject.kind, was: subject.key, is: undefined, how: "removed" });
    }
  }
  for (const subject of free.values()) {
    matches.push({ kind: subject.kind, was: undefined, is: subject.key, how: "added" });
  }
  return matches;
}

function subjectId({ kind, key }: Subject): string {
  return `${kind} ${key}`;
}

function shapeId({ kind, shape }: Subject): string {
  return `${kind} ${shape}`;
}

function byShape(subjects: readonly Subject[]): Map<string, Subject[]> {
  const groups = new Map<string, Subject[]>();
  for (const subject of subjects) {
    const group = groups.get(shapeId(subject));
    if (group === undefined) groups.set(shapeId(subject), [subject]);
    else group.push(subject);
  }
  return groups;
}
