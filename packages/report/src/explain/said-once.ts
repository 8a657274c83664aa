/** What findings share is said once: a reader of the second has read the first. */
import type { Finding } from "./story.ts";

/** A finding as it stands behind others. */
export interface FindingBehind {
  readonly finding: Finding;
  /**
   * Number, from 1, of the first finding with the same change; `undefined`: it is the first, or has
   * none.
   */
  readonly changeAsIn: number | undefined;
  /** Sentences that no finding before it says. */
  readonly evidence: readonly string[];
  /** `undefined`: the finding that it shares its change with is as certain, in the same words. */
  readonly certainty: string | undefined;
}

/** Findings in the order in which they are shown. */
export function saidOnce(findings: readonly Finding[]): FindingBehind[] {
  const said = new Set<string>();
  return findings.map((finding) => {
    const evidence = finding.evidence.filter((words) => !said.has(words));
    const { change, certainty } = finding;
    const first = findings.findIndex((other) => change !== undefined && other.change === change);
    const changeAsIn = first < 0 || findings[first] === finding ? undefined : first + 1;
    const isCertaintySaid = changeAsIn !== undefined && said.has(certainty);
    for (const words of [...evidence, certainty]) said.add(words);
    return {
      finding,
      changeAsIn,
      evidence,
      certainty: isCertaintySaid ? undefined : certainty,
    };
  });
}
