/** What went wrong, ranked. */
import type { FindingRow } from "@respark/core";
import { always, big, small, source, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const findings: TableSpec<FindingRow> = {
  name: "findings",
  comment:
    "A row is something that went wrong with an application's memory: what it cost, and the change that would have helped. In the order of the verdict.",
  columns: [
    always(
      text(
        "finding_id",
        "name of the finding, unique in its application and the same in every replay of it",
        (row) => row.findingId,
      ),
    ),
    always(
      small(
        "rank",
        "place in the verdict, from 1: what ended the application, then by cost",
        (row) => row.rank,
      ),
    ),
    always(
      text(
        "kind",
        "setting, oom, lost_executors, failure, evictions, no_room, spills, waits, garbage, overhead, leaks, unread, no_end or not_looked_for",
        (row) => row.kind,
      ),
    ),
    always(
      text(
        "severity",
        "dead (work was lost), slow (time was lost), risk, waste (memory without use) or fine (too cheap to mend)",
        (row) => row.severity,
      ),
    ),
    big(
      "cost_ms",
      "task time that it cost, best estimate; of a setting: of all that it caused; ms; NULL: unknown",
      (row) => row.costMillis,
    ),
    big("cost_ms_min", "at least; ms", (row) => row.costMillisMin),
    big("cost_ms_max", "at most; ms; NULL: unknown", (row) => row.costMillisMax),
    text("executor_id", "executor it is about, where it is one", (row) => row.executorId),
    big("stage_id", "stage it is about", (row) => row.stageId),
    big("rdd_id", "RDD it is about", (row) => row.rddId),
    always(text("title", "what was found", (row) => row.title)),
    always(text("evidence", "what was seen, a sentence a line", (row) => row.evidence)),
    text("change", "what would have helped; NULL: nothing known", (row) => row.change),
    text(
      "change_key",
      "the setting to change, or storage_level, partitions, unpersist or code",
      (row) => row.changeKey,
    ),
    text("change_value", "its value; NULL: none computed", (row) => row.changeValue),
    text("effect", "what a simulation says that the change does; NULL: not simulated", (row) => {
      return row.effect;
    }),
    always(text("certainty", "how sure the cause is, in words", (row) => row.certainty)),
    text("more", "what to ask next: arguments of respark, without the database", (row) => row.more),
    text("more_why", "why to ask it", (row) => row.moreWhy),
    always(text("facts", "the row of the view behind it, as JSON", (row) => row.facts)),
    text("source_says", "what the line says that it rests on", (row) => row.sourceSays),
    ...source<FindingRow>(),
  ],
};
