/// <reference types="node" />
/**
 * Writes what Spark's history server says about event logs, numbers alone, keyed by file: the
 * expectations that a test compares respark with. Needs Python, Java 17 and a registry with
 * `pyspark`; the logs must be of different attempts.
 *
 *   node --conditions=@respark/source --import tsx test/history-server/record.ts [output] [log or directory of logs …]
 *
 * Without logs: the event logs of fixtures/runs and of ../shared/data/third-party.
 */
import { cp, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import type { ApplicationNumbers } from "./numbers.ts";
import { startHistoryServer } from "./server.ts";
import { objects, serverNumbers, text } from "./server-numbers.ts";

const root = join(import.meta.dirname, "../..");
const [output = join(import.meta.dirname, "expected.json"), ...given] = process.argv.slice(2);
const logs =
  given.length > 0
    ? given
    : ["fixtures/runs", "../shared/data/third-party"].map((path) => join(root, path));

/**
 * Not for the server: executor logs, an application that another log tells of too, a layout of
 * others.
 */
const notForIt =
  /(?:driver|executor-\d+)\.log|loghub|spark-1\.2-directories|driverlog|malformed|db_sim|truncated/;

/** What the server takes for one log: a file, or a directory with a rolling one. */
async function logsIn(path: string): Promise<string[]> {
  if (notForIt.test(path)) return [];
  if (!(await stat(path)).isDirectory() || basename(path).startsWith("eventlog_v2_")) return [path];
  const found: string[] = [];
  for (const name of (await readdir(path)).sort()) found.push(...(await logsIn(join(path, name))));
  return found;
}

const folder = await mkdtemp(join(tmpdir(), "respark-history-server-"));
const pathOf = new Map<string, string>();
for (const path of (await Promise.all(logs.map(logsIn))).flat()) {
  pathOf.set(basename(path), path);
  await cp(path, join(folder, basename(path)), { recursive: true });
}
const server = await startHistoryServer(folder);
try {
  const expected: Record<string, Record<string, ApplicationNumbers>> = {};
  for (const application of objects(await server.ask("applications"))) {
    for (const attempt of objects(application["attempts"])) {
      const number = text(attempt["attemptId"]);
      const name = `${text(application["id"])}${number === "" ? "" : `/${number}`}`;
      const log = relative(root, pathOf.get(await server.logOf(name)) ?? "");
      process.stderr.write(`${log}: ${name}\n`);
      const numbers = await serverNumbers(server.ask, name, attempt);
      expected[log] = { ...expected[log], [number === "" ? "1" : number]: numbers };
    }
  }
  const sorted = Object.entries(expected).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([log, one]) => `${JSON.stringify(log)}: ${JSON.stringify(one)}`);
  await writeFile(output, `{\n${lines.join(",\n")}\n}\n`);
} finally {
  server.stop();
  await rm(folder, { recursive: true, force: true });
}
