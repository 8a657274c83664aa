/** The smallest event log of our fixtures, and the application id in it, to be written as others. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
export const log: string = readFileSync(
  join(root, "fixtures/event-logs/spark-3.2.4.jsonl"),
  "utf8",
);
export const [ownId = ""]: string[] = /(?<="App ID":")[^"]+/.exec(log) ?? [];
