/** Answers `why`: the story of one thing, or the verdict on a run. */
import type { Database } from "../sql/query.ts";
import { type ApplicationName, Investigation, type RowNumber } from "./investigation.ts";
import { blockStory } from "./stories/block.ts";
import { evictionStory } from "./stories/eviction.ts";
import { executorStory } from "./stories/executor.ts";
import { oomStory } from "./stories/oom.ts";
import { spillStory } from "./stories/spill.ts";
import { taskStory } from "./stories/task.ts";
import type { RunVerdict, Story } from "./story.ts";
import { verdictOn } from "./verdict.ts";

/** What is asked about; `undefined` stands for the whole run. */
export type Question =
  | { readonly about: "eviction" | "spill" | "oom"; readonly row: RowNumber }
  | { readonly about: "task"; readonly taskId: number }
  | { readonly about: "block"; readonly blockId: string }
  | { readonly about: "executor"; readonly executorId: string };

/** Throws a NotThereError where the database has no such thing; its message says what there is. */
export async function explain(
  database: Pick<Database, "rows">,
  application: ApplicationName,
  question: Question | undefined,
): Promise<Story | RunVerdict> {
  const investigation = await Investigation.of(database, application);
  switch (question?.about) {
    case undefined:
      return verdictOn(investigation);
    case "eviction":
      return evictionStory(investigation, question.row);
    case "spill":
      return spillStory(investigation, question.row);
    case "oom":
      return oomStory(investigation, question.row);
    case "task":
      return taskStory(investigation, question.taskId);
    case "block":
      return blockStory(investigation, question.blockId);
    case "executor":
      return executorStory(investigation, question.executorId);
  }
}
