/**
 * Executors and nodes that the scheduler stopped using: Excluded since 3.1, Blacklisted from 2.1
 * on.
 */
import type { EventFact } from "@respark/core";
import { type EventDecoder, executorIdOf, type Picks } from "../event.ts";
import { integer, type JsonObject, needTimeMs, text } from "../json.ts";

type Exclusion = Extract<EventFact, { kind: "exclusion" }>;
type Wording = "Blacklisted" | "Excluded";

const picks: Picks = {
  time: true,
  executorId: true,
  hostId: true,
  stageId: true,
  taskFailures: true,
  executorFailures: true,
};

const events: readonly (readonly [string, Wording, Exclusion["scope"], Exclusion["change"]])[] = [
  ["ExecutorBlacklisted", "Blacklisted", "executor", "excluded"],
  ["ExecutorExcluded", "Excluded", "executor", "excluded"],
  ["ExecutorUnblacklisted", "Blacklisted", "executor", "readmitted"],
  ["ExecutorUnexcluded", "Excluded", "executor", "readmitted"],
  ["ExecutorBlacklistedForStage", "Blacklisted", "executor_for_stage", "excluded"],
  ["ExecutorExcludedForStage", "Excluded", "executor_for_stage", "excluded"],
  ["NodeBlacklisted", "Blacklisted", "node", "excluded"],
  ["NodeExcluded", "Excluded", "node", "excluded"],
  ["NodeUnblacklisted", "Blacklisted", "node", "readmitted"],
  ["NodeUnexcluded", "Excluded", "node", "readmitted"],
  ["NodeBlacklistedForStage", "Blacklisted", "node_for_stage", "excluded"],
  ["NodeExcludedForStage", "Excluded", "node_for_stage", "excluded"],
];

export function exclusionDecoders(): readonly EventDecoder[] {
  const told = new ToldTwice();
  return events.map(([name, wording, scope, change]) => ({
    event: `org.apache.spark.scheduler.SparkListener${name}`,
    picks,
    decode: (event: JsonObject): EventFact | undefined => {
      const fact = exclusionOf(event, scope, change);
      return told.before(fact, wording) ? undefined : fact;
    },
  }));
}

function exclusionOf(
  event: JsonObject,
  scope: Exclusion["scope"],
  change: Exclusion["change"],
): Exclusion {
  const executorId = text(event, "executorId");
  return {
    kind: "exclusion",
    timeMs: needTimeMs(event, "time"),
    scope,
    change,
    executorId: executorId === undefined ? undefined : executorIdOf(executorId),
    host: text(event, "hostId"),
    stageId: integer(event, "stageId"),
    failures: integer(event, "taskFailures") ?? integer(event, "executorFailures"),
  };
}

/** 3.1+ posts the deprecated event beside the new one; the second of a pair says nothing new. */
class ToldTwice {
  readonly #wordings = new Map<string, Wording>();

  before(fact: Exclusion, wording: Wording): boolean {
    const key = JSON.stringify([
      fact.timeMs,
      fact.scope,
      fact.change,
      fact.executorId,
      fact.host,
      fact.stageId,
    ]);
    const earlier = this.#wordings.get(key);
    if (earlier !== undefined) return earlier !== wording;
    if (this.#wordings.size >= 1000) this.#wordings.clear();
    this.#wordings.set(key, wording);
    return false;
  }
}
