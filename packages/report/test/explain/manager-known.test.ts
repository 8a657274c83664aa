/** Which memory manager an application had, where its logs do not name one. */
import { expect, test } from "vitest";
import { type Application, isUnified } from "../../src/explain/findings/application.ts";
import type { FACTS } from "../../src/explain/findings/questions.ts";
import type { Of } from "../../src/sql/row.ts";

function application(manager: string | null, version: string | null): Application {
  return {
    row: { memory_manager: manager, spark_version: version } as unknown as Of<typeof FACTS>,
    settings: new Map(),
    settingsLogged: false,
    stage: () => "",
    partitionsOf: () => undefined,
    needs: [],
    idle: [],
    evictingBroadcasts: [],
  };
}

test.each([
  ["unified", null, true],
  ["static", "2.4.8", false],
  [null, "3.0.0", true],
  // Up to 2.4 a setting chooses, and where no log has it nothing is known.
  [null, "2.4.8", undefined],
  [null, null, undefined],
])("manager %s, Spark %s: unified is %s", (manager, version, expected) => {
  expect(isUnified(application(manager, version))).toBe(expected);
});
