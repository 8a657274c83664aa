/**
 * Lines of which one alone is all that is left of a run: in any layout its trouble is told.
 * `said-alone.txt` has them: what must be told (a class of failures or oom_events, `lost <executor>
 * <class>`, or a table that has a row), level, logger, thread, and the words of core, YARN,
 * Kubernetes and standalone, 1.x to 4.x.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { TableRows } from "../../packages/core/test/replay/collected-rows.ts";
import { replayedRun } from "../golden/replayed-run.ts";

interface SaidAlone {
  readonly told: string;
  readonly level: string;
  readonly logger: string;
  readonly thread: string;
  readonly words: string;
}

const SAID_ALONE = readFileSync(join(import.meta.dirname, "said-alone.txt"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line): SaidAlone => {
    const [told = "", level = "", logger = "", thread = "", ...rest] = line.split(" | ");
    const words = rest.join(" | ").replaceAll("\\n", "\n").replaceAll("\\t", "\t");
    return { told, level, logger, thread, words };
  });

const folder = mkdtempSync(join(tmpdir(), "respark-alone-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const LAYOUTS: Readonly<Record<string, (said: SaidAlone) => string>> = {
  "Spark's own": ({ level, logger, words }) =>
    `24/08/14 10:00:00 ${level} ${logger.replace(/^.*\./, "")}: ${words}`,
  "Hadoop's": ({ level, logger, thread, words }) =>
    `2024-08-14 10:00:00,123 ${level} [${thread}] ${logger}: ${words}`,
  "logback's": ({ level, logger, thread, words }) =>
    `10:00:00.123 [${thread}] ${level.padEnd(5)} ${abbreviated(logger)} - ${words}`,
};

function abbreviated(logger: string): string {
  return logger.replaceAll(/(\w)\w*\./g, "$1.");
}

function toldIn(rows: TableRows): string[] {
  return [
    ...rows.failures.map((row) => row.class),
    ...rows.oom_events.map((row) => row.class),
    ...rows.executors.map((row) => `lost ${row.executorId} ${row.removedClass ?? "no"}`),
    ...rows.block_events.map((row) => row.op),
    ...(rows.spills.length > 0 ? ["spills"] : []),
    ...(rows.memory_waits.length > 0 ? ["memory_waits"] : []),
  ];
}

describe.each(Object.entries(LAYOUTS))("in %s layout", (name, lineOf) => {
  test.each(SAID_ALONE.map((said, index) => ({ ...said, index })))(
    "$told: $words",
    async ({ index, ...said }) => {
      const log = join(folder, `${name} ${index}`, "log.txt");
      mkdirSync(join(log, ".."));
      writeFileSync(log, `${lineOf(said)}\n`);
      const [run] = await replayedRun([join(log, "..")]);
      expect(run === undefined ? [] : toldIn(run.rows)).toContain(said.told);
    },
  );
});
