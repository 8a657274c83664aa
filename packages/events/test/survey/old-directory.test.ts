import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { survey } from "../../src/survey/survey.ts";
import { smallApplication } from "./small-application.ts";

test("the version of a log before 1.3 stands in the name of an empty file beside it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "respark-old-"));
  try {
    const [events = ""] = Object.values(smallApplication());
    const noLogStart = events.split("\n").filter((line) => !line.includes("LogStart"));
    writeFileSync(join(directory, "EVENT_LOG_1"), noLogStart.join("\n"));
    writeFileSync(join(directory, "SPARK_VERSION_1.2.0"), "");
    writeFileSync(join(directory, "APPLICATION_COMPLETE"), "");
    const found = await survey([directory], { report: () => {} });
    expect(found.applications.map(({ sparkVersion }) => sparkVersion)).toEqual(["1.2.0"]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
