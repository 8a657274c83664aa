/** The records of Spark's lines: in order, the last the newest, each with its row for people. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  newestSparkBehaviour,
  sparkBehaviour,
  sparkBehaviours,
} from "../../src/spark-behaviour.ts";
import { compareSparkVersions, parseSparkVersion } from "../../src/spark-version.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/fidelity.md"), "utf8");
/** What docs/fidelity.md says of a line or a version. */
const rows = new Map(
  [...page.matchAll(/^\| (\d[\d., ]*) \| ([^|]*) \|/gm)].flatMap(
    ([, versions = "", evidence = ""]) =>
      versions.split(", ").map((version) => [version.trim(), evidence] as const),
  ),
);

test("records stand in order, each is what its own version follows, and the last is the newest", () => {
  const versions = sparkBehaviours.flatMap(({ since }) => parseSparkVersion(since) ?? []);
  expect(versions).toHaveLength(sparkBehaviours.length);
  expect([...versions].sort(compareSparkVersions)).toEqual(versions);
  for (const behaviour of sparkBehaviours) expect(sparkBehaviour(behaviour.since)).toBe(behaviour);
  expect(newestSparkBehaviour).toBe(sparkBehaviours.at(-1));
});

test.each(sparkBehaviours.map(({ since, modelEvidence }) => [since, modelEvidence] as const))(
  "Spark %s has its row in docs/fidelity.md: %s",
  (since, evidence) => {
    const row = rows.get(since) ?? rows.get(since.split(".").slice(0, 2).join("."));
    expect(row?.includes("vectors") ? "vectors" : row?.trim()).toBe(
      evidence === "vectors" ? "vectors" : "source only",
    );
  },
);
