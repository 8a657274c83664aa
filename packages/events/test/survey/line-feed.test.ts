/** Lines of a log, between which a process hears of what else goes on. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { discover } from "../../src/bytes/discover.ts";
import { openLines } from "../../src/survey/line-feed.ts";

test("the event loop turns between the chunks of a log", async () => {
  const folder = mkdtempSync(join(tmpdir(), "respark-feed-"));
  try {
    const path = join(folder, "executor-1.log");
    writeFileSync(path, "a line of some length\n".repeat(50_000));
    const [source] = await discover([path], { report: () => undefined });
    const chunkBytes = 65_536;
    const feed = openLines(source ?? { parts: [] }, { chunkBytes });
    let turns = 0;
    let isReading = true;
    const turned = (): void => {
      turns++;
      if (isReading) setImmediate(turned);
    };
    setImmediate(turned);
    while (await feed.read());
    isReading = false;
    expect(feed.lines).toBe(50_000);
    expect(turns).toBeGreaterThanOrEqual(Math.floor(feed.bytes / chunkBytes));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
