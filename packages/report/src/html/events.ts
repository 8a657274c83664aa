/** What happened for want of memory, of all executors: asked kind by kind, in order of time. */
import { Answer, type Asking } from "./answer.ts";

/**
 * Each kind is a view of its own with joins of its own: one question for all would hold them at
 * once, and 60,000 events did not fit into 128 MB.
 */
const KINDS = ["('evicted')", "('no_room')", "('spilled', 'waited', 'oom')"] as const;

/** So many block events fit at once: one question takes a third of the time of three. */
const FEW = 5000;

/** `sql`: the question for all kinds; `here`: the condition that keeps to the application. */
export async function eventsIn(database: Asking, sql: string, here: string): Promise<Answer> {
  const count = await Answer.of(
    database,
    `select count(*)::integer as n from block_events where ${here}`,
  );
  const parts: Answer[] = [];
  if ((count.numbers("n")[0] ?? 0) <= FEW) parts.push(await Answer.of(database, sql));
  else {
    for (const kinds of KINDS) {
      parts.push(await Answer.of(database, `select * from (${sql}) where kind in ${kinds}`));
    }
  }
  return Answer.merged(parts, ["executor_id", "t", "source_file_id", "source_line", "ordinal"]);
}
