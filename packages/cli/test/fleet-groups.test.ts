/** Many applications by owner and setting: a cost that is unknown is no cost of 0. */
import type { Row } from "@respark/report";
import { expect, test } from "vitest";
import { groupTexts, readGroups } from "../src/database/fleet-groups.ts";

const run = (job: string, cost: number | null): Row => ({
  app_id: `app-${job}-${cost}`,
  attempt_id: "1",
  owner: "ann",
  job,
  shape: "s",
  started_at: "2026-11-21 02:00:00",
  run_ms: 60_000,
  cost_ms: cost,
});

test("of an owner's job the known costs are summed, and what is unknown is said", async () => {
  const runs = [run("known", 500), run("some", 2000), run("some", null), run("none", null)];
  const settings: Row[] = [
    { app_id: "a", attempt_id: "1", key: "spark.memory.fraction", cost_ms: null },
  ];
  const groups = await readGroups(
    [(sql) => Promise.resolve(sql.includes("job_runs") ? runs : settings)],
    () => true,
  );
  const lines = groupTexts(groups).flatMap((text) => text.lines);
  expect(lines).toEqual([
    "ann “some”: cost at least about 2.0 s of 2 min 0 s task time in 2 applications",
    "ann “known”: cost about 500 ms of 1 min 0 s task time in 1 application",
    "ann “none”: cost unknown in 1 application",
    "spark.memory.fraction: 1 application, cost unknown",
  ]);
});
