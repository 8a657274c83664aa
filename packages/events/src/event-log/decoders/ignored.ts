/** Events that are known and say nothing that a table holds; they are counted, not parsed. */

const simple = ["SparkListenerTaskGettingResult"] as const;

const scheduler = [
  "SparkListenerMiscellaneousProcessAdded",
  "SparkListenerSpeculativeTaskSubmitted",
  "SparkListenerUnschedulableTaskSetAdded",
  "SparkListenerUnschedulableTaskSetRemoved",
] as const;

const sql = [
  "SparkListenerDriverAccumUpdates",
  "SparkListenerSQLAdaptiveSQLMetricUpdates",
] as const;

export const ignoredEvents: ReadonlySet<string> = new Set<string>([
  ...simple,
  ...scheduler.map((name) => `org.apache.spark.scheduler.${name}`),
  ...sql.map((name) => `org.apache.spark.sql.execution.ui.${name}`),
]);
