/**
 * The scorer says what the reference scorer in Python says, of a database that the real command
 * wrote.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { respark } from "../cli/run-respark.ts";
import { recordedRuns } from "./recorded-runs.ts";
import { replayedTables } from "./replayed-tables.ts";
import { summaryOf } from "./scorer.ts";
import { statementsIn } from "./statements.ts";
import { truthsIn } from "./truth.ts";

const shared = join(import.meta.dirname, "../../../shared");
const reference = join(shared, "tools/score-replay.py");
const chosen = [
  { set: "runs", name: "s35-f-base-dbg" },
  { set: "runs2", name: "s42-conc-offheap-dbg" },
].filter(({ set, name }) => existsSync(join(shared, "data", set, name)));
const missing = [
  ...(existsSync(reference) && chosen.length > 0 ? [] : ["the reference and its runs"]),
  ...(spawnSync("python3", ["-c", "import duckdb"]).status === 0 ? [] : ["python3 with duckdb"]),
];

// A file needs a test, also where nothing of this can be run.
const whatRuns =
  missing.length === 0 ? "all is there" : `left out without ${missing.join(" and ")}`;
test(`the reference scorer: ${whatRuns}`, () => {
  expect(chosen.length > 0 && existsSync(reference)).toBe(existsSync(shared));
});

test.runIf(missing.length === 0).for(chosen)(
  "$name is scored as by the reference",
  async ({ set, name }) => {
    const scratch = mkdtempSync(join(tmpdir(), "respark-scorer-"));
    try {
      const directory = join(shared, "data", set, name);
      const database = join(scratch, "replayed.duckdb");
      const { code } = await respark(["replay", join(directory, "logs"), "-o", database]);
      expect(code).toBe(0);
      const said = spawnSync("python3", [reference, directory, database, "--json"], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
      const { summary } = JSON.parse(said.stdout) as { summary: Record<string, unknown> };
      const ours = await ownSummary(join(shared, "data", set), name);
      const theirs = Object.entries(summary).filter(
        ([key, value]) => typeof value === "number" && key !== "window_s",
      );
      expect(theirs.length).toBeGreaterThan(30);
      for (const [key, value] of theirs)
        expect({ key, value: ours.get(key) }).toEqual({
          key,
          value: expect.closeTo(Number(value), 9),
        });
    } finally {
      rmSync(scratch, { recursive: true });
    }
  },
);

async function ownSummary(directory: string, name: string): Promise<ReadonlyMap<string, number>> {
  const run = (await recordedRuns(directory)).find((other) => other.name === name);
  if (run === undefined) throw new Error(`no run ${name}`);
  const executorLogs = run.logs.filter((path) => path.includes("/executor-"));
  const replayed = await replayedTables({ paths: [run.logsDirectory], executorLogs });
  return summaryOf(
    {
      truths: await truthsIn(run.truth),
      statements: await statementsIn(executorLogs),
      windowMs: run.windowMs,
    },
    replayed,
  );
}
