/** Databricks' parts are one log by what their first lines say, whatever their files are called. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { survey } from "../../src/survey/survey.ts";
import { smallApplication } from "./small-application.ts";

function part(number: number, context: number, lines: readonly string[]): string {
  const head = {
    Event: "DBCEventLoggingListenerMetadata",
    "Rollover Number": number,
    "SparkContext Id": context,
    "Spark Version": "3.5.0",
  };
  return `${[JSON.stringify(head), ...lines].join("\n")}\n`;
}

async function surveyed(files: Readonly<Record<string, string | Uint8Array>>) {
  const directory = mkdtempSync(join(tmpdir(), "respark-rollover-"));
  const told: Diagnostic[] = [];
  try {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(directory, name), content);
    }
    const found = await survey([directory], { report: (one) => told.push(one) });
    return { found, codes: told.map(({ code }) => code) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const [events = ""] = Object.values(smallApplication());
const lines = events
  .trimEnd()
  .split("\n")
  .filter((line) => !line.includes("LogStart"));
const third = Math.ceil(lines.length / 3);
const parts = [0, 1, 2].map((i) => lines.slice(i * third, (i + 1) * third));

test("renamed, packed and copied parts are one application", async () => {
  const { found } = await surveyed({
    "eventlog (1)": part(2, 77, parts[2] ?? []),
    "eventlog-2024-01-18--19-00.gz": gzipSync(part(0, 77, parts[0] ?? [])),
    "copy of eventlog-2024-01-18--19-10": part(1, 77, parts[1] ?? []),
  });
  expect(found.applications).toHaveLength(1);
  expect(found.files).toHaveLength(1);
});

test("parts of two contexts are two applications, and a part that is there twice is read once", async () => {
  const other = lines.map((line) => line.replaceAll(/app-\d+-\d+/g, "app-20260101000000-0009"));
  const { found, codes } = await surveyed({
    a: part(0, 77, parts[0] ?? []),
    b: part(1, 77, [...(parts[1] ?? []), ...(parts[2] ?? [])]),
    "b again": part(1, 77, parts[1] ?? []),
    c: part(0, 78, other),
  });
  expect(found.applications).toHaveLength(2);
  expect(codes).toContain("rolling_part_twice");
});
