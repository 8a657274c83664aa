/** How sure an outcome is, in one letter and its reason (docs/spark/whatif.md 6.5). */
import type { OutcomeName } from "@respark/core";
import { hasExecutorLogs } from "./base-outcomes.ts";
import type { RunRecord } from "./run-record.ts";
import type { SelfCheck } from "./self-check.ts";
import type { Demand } from "./wanted-memory.ts";

/** How far to trust a simulated outcome, best first; D gives bounds alone. */
export type GradeLetter = "A" | "B" | "C" | "D";

export interface Grade {
  readonly letter: GradeLetter;
  /** Always there but for A. */
  readonly reason: string | undefined;
}

const LETTERS: readonly GradeLetter[] = ["A", "B", "C", "D"];

/** Up to this share of the demanded bytes may come from siblings or bounds for a B. */
const INFERRED_FOR_B = 0.1;

/** Whether a letter is as good as another or better. */
export function isAtLeast(letter: GradeLetter, least: GradeLetter): boolean {
  return LETTERS.indexOf(letter) <= LETTERS.indexOf(least);
}

const OF_EXECUTION: ReadonlySet<OutcomeName> = new Set([
  "spilled_tasks",
  "spills",
  "spilled_bytes",
  "spilled_disk_bytes",
  "waiting_tasks",
  "oom_tasks",
  "peak_execution_bytes",
]);

export interface Grading {
  readonly run: RunRecord;
  readonly demand: Demand;
  readonly selfCheck: SelfCheck;
  /** Why nothing in this scenario can be surer than C; e.g. another version. */
  readonly atBestC: string | undefined;
}

/** Whether enough is known of what an outcome depends on to give it numbers: any grade but D. */
export function isForetold(name: OutcomeName, from: Pick<Grading, "run" | "demand">): boolean {
  return gradeOnDemand(name, from).letter !== "D";
}

function gradeOnDemand(name: OutcomeName, from: Pick<Grading, "run" | "demand">): Grade {
  return OF_EXECUTION.has(name) ? executionGrade(from) : blocksGrade(from);
}

export function gradeOf(name: OutcomeName, grading: Grading): Grade {
  const { selfCheck, atBestC } = grading;
  const onDemand = gradeOnDemand(name, grading);
  if (onDemand.letter === "D") return onDemand;
  const missed = selfCheck.outcomes.find((outcome) => outcome.name === name && !outcome.inside);
  const reasons = onDemand.reason === undefined ? [] : [onDemand.reason];
  let letter = onDemand.letter;
  if (missed !== undefined) {
    letter = letter === "A" ? "B" : "C";
    reasons.push(
      `simulated as it was, the run would have ${missed.lo} to ${missed.hi}, and had ${missed.logged}`,
    );
  }
  if (atBestC !== undefined) {
    letter = "C";
    reasons.push(atBestC);
  }
  return { letter, reason: reasons.length === 0 ? undefined : reasons.join("; ") };
}

function blocksGrade({ run, demand }: Pick<Grading, "run" | "demand">): Grade {
  const { blocks, execution } = demand;
  if (blocks.unknownBlocks > 0) {
    const setting = hasExecutorLogs(run)
      ? "org.apache.spark.storage at DEBUG"
      : "spark.eventLog.logBlockUpdates.enabled=true";
    return {
      letter: "D",
      reason: `the size of ${blocks.unknownBlocks} cached partitions is in no log; ${setting} would tell`,
    };
  }
  if (blocks.boundedBlocks > 0)
    return {
      letter: "C",
      reason: `the size of ${blocks.boundedBlocks} partitions that never fit is in no log`,
    };
  const inferred = blocks.inferredBytes + execution.inferredBytes;
  const all = inferred + blocks.statedBytes + execution.statedBytes;
  if (inferred === 0) return { letter: "A", reason: undefined };
  const share = Math.round((100 * inferred) / all);
  return {
    letter: inferred <= INFERRED_FOR_B * all ? "B" : "C",
    reason: `${Math.max(1, share)} % of the demanded bytes come from siblings or bounds`,
  };
}

function executionGrade({ demand }: Pick<Grading, "demand">): Grade {
  const { execution } = demand;
  if (execution.deadTasks > 0)
    return {
      letter: "D",
      reason: `${execution.deadTasks} tasks died of task memory: what they would have needed is in no log`,
    };
  const { inferredBytes, statedBytes } = execution;
  if (inferredBytes === 0) return { letter: "A", reason: undefined };
  const share = Math.round((100 * inferredBytes) / (inferredBytes + statedBytes));
  return {
    letter: inferredBytes <= INFERRED_FOR_B * (inferredBytes + statedBytes) ? "B" : "C",
    reason: `${Math.max(1, share)} % of the execution memory was asked for by tasks that spilled: only their spills bound it`,
  };
}
