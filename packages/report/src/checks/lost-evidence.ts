/** What the baseline's runs could see and a run cannot. */
import type { Baseline } from "./baseline.ts";
import type { MeasuredRun } from "./check.ts";
import type { GateConfig } from "./gate-config.ts";
import { inWords } from "./in-words.ts";

export const LEVELS: readonly string[] = ["event_log", "event_log_blocks", "info", "debug"];

/**
 * What the baseline's runs could see and this run cannot: most of the gate would pass by not
 * looking.
 */
export function lostEvidence(
  baseline: Baseline | undefined,
  { application, trust }: MeasuredRun,
  { evidence }: GateConfig,
): string[] {
  if (baseline === undefined) return [];
  const reasons: string[] = [];
  const had = Math.min(
    ...baseline.runs.map(({ evidence_level }) => LEVELS.indexOf(evidence_level ?? "")),
  );
  const has = LEVELS.indexOf(application.evidenceLevel ?? "");
  if (evidence?.level === undefined && has < had) {
    reasons.push(
      `the baseline's runs have evidence of level ${LEVELS[had] ?? "unknown"} for every executor, and this run has ${application.evidenceLevel ?? "none"}: what only the former shows is not seen; collect the same logs, or say with evidence.level in the configuration which level is enough`,
    );
  }
  const lost = kindsOf(baseline).filter((kind) => !trust.lineKinds.includes(kind));
  if (evidence?.allow_incomplete === true) return reasons;
  if (lost.includes(EVENT_LOG)) {
    reasons.push(
      "the baseline's runs have event logs, and this run has none that can be read: collect it, too",
    );
  }
  const shares = baseline.runs.flatMap(shareMet);
  const least = Math.min(1, ...shares);
  const [share = 1] = shareMet({
    statements: trust.statements,
    statements_met: trust.statementsMet,
  });
  if (shares.length > 0 && share < LEAST_OF_BASELINE * least) {
    reasons.push(
      `the replay foresaw ${inWords(share, "share")} of the memory statements in the logs, and ${inWords(least, "share")} or more in the baseline's runs: lines that tell why memory changed are missing, or are not as Spark wrote them; log org.apache.spark at INFO`,
    );
  }
  const lines = lost.filter((kind) => kind !== EVENT_LOG);
  if (lines.length > 0 && has >= LEVELS.indexOf("info")) {
    reasons.push(
      `the baseline's executor logs have lines of ${lines.join(", ")}, and not all of this run's have: log the same loggers at the same levels`,
    );
  }
  return reasons;
}

/**
 * Whole logs of one program differ by less in how many of their statements follow from what stands
 * above them: of 121 recorded runs two of a scenario, whatever their memory, by 0.87 at most.
 */
const LEAST_OF_BASELINE = 0.75;
/** Of fewer statements a share says nothing. */
const STATEMENTS_WITH_SHARE = 20;

function shareMet(run: Pick<Baseline["runs"][number], "statements" | "statements_met">): number[] {
  return run.statements < STATEMENTS_WITH_SHARE ? [] : [run.statements_met / run.statements];
}

const EVENT_LOG = "event log";
/**
 * Whether there were spills, and whether a JVM had the time to say that it ends, is the run's own
 * affair.
 */
const ACCIDENTAL_KINDS = new Set(["spills", "end"]);

/**
 * Kinds of lines that all runs of a baseline have; none in a baseline from before they were
 * measured.
 */
function kindsOf({ runs }: Baseline): string[] {
  const [first, ...others] = runs.map(({ line_kinds = [] }) => line_kinds);
  return (first ?? []).filter(
    (kind) => !ACCIDENTAL_KINDS.has(kind) && others.every((kinds) => kinds.includes(kind)),
  );
}
