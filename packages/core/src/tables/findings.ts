/**
 * One sentence of the verdict, what it cost in ms of task time, and the change that would have
 * helped.
 */
import type { RowOf } from "./declared-table.ts";

/**
 * `dead` (work was lost), `slow` (time was lost), `risk` (it went well so far), `waste` (memory
 * without use), `fine` (too cheap to mend).
 */
export type FindingSeverity = "dead" | "slow" | "risk" | "waste" | "fine";

/** The table `findings`. */
export const findings = {
  comment:
    "A row is something that went wrong with an application's memory: what it cost, and the change that would have helped. In the order of the verdict.",
  columns: {
    findingId: [
      "text",
      "name of the finding, unique in its application and the same in every replay of it",
    ],
    rank: ["small", "place in the verdict, from 1: what ended the application, then by cost"],
    kind: [
      "text",
      "setting, oom, lost_executors, failure, errors, evictions, no_room, spills, waits, garbage, overhead, leaks, unread, no_end or not_looked_for",
    ],
    severity: [
      "text",
      "dead (work was lost), slow (time was lost), risk, waste (memory without use) or fine (too cheap to mend)",
    ],
    costMillis: [
      "integer?",
      "task time that it cost, best estimate; of a setting: of all that it caused; ms; NULL: unknown",
    ],
    costMillisMin: ["integer?", "at least; ms"],
    costMillisMax: ["integer?", "at most; ms; NULL: unknown, cost_ms is of what is known then"],
    executorId: ["text?", "executor it is about, where it is one"],
    stageId: ["integer?", "stage it is about"],
    rddId: ["integer?", "RDD it is about"],
    title: ["text", "what was found"],
    evidence: ["text", "what was seen, a sentence a line"],
    change: ["text?", "what would have helped; NULL: nothing known"],
    changeKey: ["text?", "the setting to change, or storage_level, partitions, unpersist or code"],
    changeValue: ["text?", "its value; NULL: none computed"],
    effect: ["text?", "what a simulation says that the change does; NULL: not simulated"],
    certainty: ["text", "how sure the cause is, in words"],
    more: ["text?", "what to ask next: arguments of respark, without the database"],
    moreWhy: ["text?", "why to ask it"],
    facts: ["text", "the row of the view behind it, as JSON"],
    sourceSays: ["text?", "what the line says that it rests on"],
    sourceFileId: ["source"],
  },
} as const;

/** A row of `findings`. */
export type FindingRow = RowOf<typeof findings, { severity: FindingSeverity }>;
