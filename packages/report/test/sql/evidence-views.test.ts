/** Views of what a replay read and how far it can be trusted. The story is in a-short-run.ts. */
import { expect, test } from "vitest";
import { shortRunTold } from "./short-run-told.ts";

const shortRun = shortRunTold();

test("health of the import and accuracy of the replay", async () => {
  expect(await shortRun.saidBy("import_health")).toMatchObject([
    {
      source_file_id: 1,
      path: "logs/executor-1.log",
      zone: "America/New_York",
      warnings: 1,
      errors: 0,
      statements: 4,
      statements_met: 2,
      block_events: 8,
    },
    { source_file_id: null, path: null, infos: 3 },
  ]);
  expect(await shortRun.saidBy("replay_accuracy")).toEqual([
    {
      executor_id: "1",
      evidence_level: "debug",
      kind: "statement",
      quantity: "free",
      statements: 4,
      predicted: 2,
      explained: 2,
      unexplained: 0,
      predicted_share: 0.5,
      main_rule: "execution_measured",
      missed: 1,
      without_prediction: 1,
      mean_width_bytes: 100,
      mean_width_share: 0.05,
      median_width_bytes: 100,
      worst_miss_bytes: 40,
      memory_share: 0.02,
      first_missed_file_id: 1,
      first_missed_line: 8,
    },
  ]);
});
