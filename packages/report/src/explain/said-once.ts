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
  /** `undefined`: nothing was simulated, or a finding before it says the same. */
  readonly effect: string | undefined;
  /**
   * Of three or more findings in a row with one kind, severity and change, all but the first:
   * title, cost and place are enough, and `evidence` is empty.
   */
  readonly isShort: boolean;
}

/** Findings in the order in which they are shown. */
export function saidOnce(findings: readonly Finding[]): FindingBehind[] {
  const leads = leadsOf(findings);
  const said = new Set<string>();
  return findings.map((finding, index) => {
    const lead = leads[index] ?? index;
    const isShort = lead !== index && leads.filter((one) => one === lead).length > 2;
    // A short one says nothing of what was seen, so a later one must say it in full.
    const evidence = isShort ? [] : finding.evidence.filter((words) => !said.has(words));
    const { certainty, effect } = finding;
    const first = firstWithChange(findings, finding);
    const changeAsIn = first === undefined || first === index ? undefined : first + 1;
    const isCertaintySaid = isShort || (changeAsIn !== undefined && said.has(certainty));
    const isEffectSaid = changeAsIn !== undefined || (effect !== undefined && said.has(effect));
    for (const words of [...evidence, ...(isShort ? [] : [certainty])]) said.add(words);
    if (effect !== undefined) said.add(effect);
    return {
      finding,
      changeAsIn,
      evidence,
      certainty: isCertaintySaid ? undefined : certainty,
      effect: isEffectSaid ? undefined : effect,
      isShort,
    };
  });
}

function firstWithChange(findings: readonly Finding[], { change }: Finding): number | undefined {
  return change === undefined ? undefined : findings.findIndex((other) => other.change === change);
}

/** Of each finding the place of the one whose group it continues; its own where it begins one. */
function leadsOf(findings: readonly Finding[]): number[] {
  const leads: number[] = [];
  for (const [index, finding] of findings.entries()) {
    const lead = leads.at(-1);
    const before = lead === undefined ? undefined : findings[lead];
    const continues =
      before !== undefined &&
      finding.change !== undefined &&
      finding.change === before.change &&
      finding.kind === before.kind &&
      finding.severity === before.severity;
    leads.push(continues && lead !== undefined ? lead : index);
  }
  return leads;
}
