/**
 * Every column of every table that a replay fills, held as it was: whole runs, what is left of them
 * at INFO, executor logs without an event log, event logs alone, the logs that show one rule each.
 * It does not say that a value is right, the accuracy and oracle tests do: it says that a change of
 * the code changed it. Read which columns moved, and why, before
 * `UPDATE_GOLDEN=1 pnpm vitest run test/golden` writes them anew.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { columnsText } from "./columns-text.ts";
import { replayedRun } from "./replayed-run.ts";
import { fixtureRuns, runsOfTheRepository } from "./runs.ts";

const folder = mkdtempSync(join(tmpdir(), "respark-columns-"));
const rules = join(import.meta.dirname, "../../fixtures/rules");
const eventLogs = join(import.meta.dirname, "../../fixtures/event-logs");

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function columnsOf(paths: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const { rows, summary, application } of await replayedRun(paths)) {
    const { source_files, ...others } = rows;
    // Places of files differ from machine to machine.
    const files = source_files.map((file) => ({ ...file, path: basename(file.path) }));
    const survey = { ...application, files: application.files.length };
    parts.push(columnsText({ survey: [survey], summary: [summary], source_files: files, ...others }));
  }
  return parts.join("\n");
}

function holds(name: string, text: string): void {
  const golden = join(import.meta.dirname, "columns", `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(golden, text);
  expect(text, "moved with reason? UPDATE_GOLDEN=1 npx vitest run test/golden").toBe(readFileSync(golden, "utf8"));
}

test.for(runsOfTheRepository())("$name: every column is as it was", async ({ name, path }) => {
  holds(name, await columnsOf([path]));
});

/** Executor logs as they are at INFO: DEBUG and TRACE records left out, with their further lines. */
function atInfo(name: string): string[] {
  const path = join(fixtureRuns, name);
  return readdirSync(path).map((file) => {
    if (!/^executor-.*\.log$/.test(file)) return join(path, file);
    let isKept = true;
    const lines = readFileSync(join(path, file), "utf8").split("\n");
    const kept = lines.filter((line) => {
      const level = / (TRACE|DEBUG|INFO|WARN|ERROR) /.exec(line.slice(0, 40))?.[1];
      if (level !== undefined) isKept = level !== "DEBUG" && level !== "TRACE";
      return isKept;
    });
    const to = join(folder, `${name}-${file}`);
    writeFileSync(to, kept.join("\n"));
    return to;
  });
}

test.for(["s16-f-base-dbg", "s35-g-base-dbg", "s40-a2-base-dbg"])(
  "%s at INFO: every column is as it was",
  async (name) => {
    holds(`${name}-at-info`, await columnsOf(atInfo(name)));
  },
);

test.for(["s35-f-base-dbg", "s41-a2-base-dbg"])(
  "%s without its event log: every column is as it was",
  async (name) => {
    const path = join(fixtureRuns, name);
    const logs = readdirSync(path).filter((file) => /^(?:executor-|driver)/.test(file));
    holds(`${name}-without-events`, await columnsOf(logs.map((file) => join(path, file))));
  },
);

test.for(readdirSync(eventLogs).filter((file) => file.endsWith(".jsonl")))(
  "%s: every column is as it was",
  async (file) => {
    holds(file.replace(".jsonl", ""), await columnsOf([join(eventLogs, file)]));
  },
);

test.for(readdirSync(rules))("%s: every column is as it was", async (rule) => {
  holds(`rule-${rule}`, await columnsOf([join(rules, rule)]));
});
