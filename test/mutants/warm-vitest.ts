/// <reference types="node" />
/**
 * One vitest that stays: each message of the parent names tests, and files that changed since the
 * last; the answer names the test files that failed. Starting one anew costs more than most tests.
 */
import { relative } from "node:path";
import { createVitest } from "vitest/node";

export interface Asked {
  readonly tests: readonly string[];
  readonly changed: readonly string[];
}

export interface Answer {
  readonly failed: readonly string[];
  /** those that took longer than a near round should */
  readonly slow: readonly string[];
}

const SLOW_MILLIS = 5000;

const vitest = await createVitest("test", {
  watch: false,
  isolate: false,
  bail: Number(process.env["RESPARK_BAIL"]),
  reporters: [{}],
});

async function answer({ tests, changed }: Asked): Promise<Answer> {
  for (const file of changed) vitest.invalidateFile(file);
  const specifications = await vitest.globTestSpecifications([...tests]);
  const asked = new Set(specifications.map(({ moduleId }) => moduleId));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  // Modules of earlier rounds are among them. The quickest first: who looks closer begins there.
  const own = testModules
    .filter(({ moduleId }) => asked.has(moduleId))
    .sort((a, b) => a.diagnostic().duration - b.diagnostic().duration);
  const failed = own.filter((module) => !module.ok());
  const all = unhandledErrors.length > 0 && failed.length === 0 ? own : failed;
  const path = ({ moduleId }: { moduleId: string }): string => relative(process.cwd(), moduleId);
  return {
    failed: all.map(path),
    slow: own.filter((module) => module.diagnostic().duration > SLOW_MILLIS).map(path),
  };
}

process.on("message", (asked: Asked) => {
  void answer(asked).then((found) => process.send?.(found));
});
process.on("disconnect", () => process.exit());
