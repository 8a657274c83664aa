/// <reference types="node" />
/**
 * The half of a replay before its database: an event log's bytes become rows, and the rows are
 * thrown away. CPU, by table what was made, and how memory grows as the log goes by.
 *
 *   node --expose-gc --conditions=@respark/source --import tsx bench/event-log/replay-rows.ts <event log> [events]
 */
import { type EmitRow, Replay } from "../../packages/core/src/index.ts";
import { readApplication, survey } from "../../packages/events/src/index.ts";

const [path = "", only = ""] = process.argv.slice(2);
const megabyte = 1 << 20;
const rows = new Map<string, number>();
const emit: EmitRow = (table) => void rows.set(table, (rows.get(table) ?? 0) + 1);
const report = (): void => {};
/** Of the memory that is in use after a collection, every so many MB of log. */
const lookEvery = 100 * megabyte;

const before = process.cpuUsage();
const { applications } = await survey([path], { report });
for (const application of applications) {
  const { appId, attemptId } = application;
  const replay = new Replay({ appId, attemptId, emit, sparkVersion: application.sparkVersion });
  let next = lookEvery;
  await readApplication(application, {
    observe: only === "events" ? () => {} : (observation) => replay.step(observation),
    report,
    onProgress: (bytes) => {
      if (bytes < next) return;
      next += lookEvery;
      globalThis.gc?.();
      const { heapUsed, external, rss } = process.memoryUsage();
      process.stdout.write(
        `${(bytes / megabyte).toFixed(0)} MB: heap ${(heapUsed / megabyte).toFixed(1)}, external ${(external / megabyte).toFixed(1)}, resident ${(rss / megabyte).toFixed(0)} MB\n`,
      );
    },
  });
  replay.finish();
}
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `${((user + system) / 1e6).toFixed(2)} CPU s, peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB\n`,
);
for (const [table, count] of rows) process.stdout.write(`  ${table} ${count}\n`);
