/** An event log whose names and texts would steer a terminal, a page or a table. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Colours, OSC 52, a C1 control, marks that reorder, a line end, and a tag. */
const HOSTILE =
  "x\u001b[31m\u001b]52;c;eA==\u0007\u009b2J\u202e\u2066\u0000\r<script>alert(1)</script>";
const CHOSEN = /"(App Name|Stage Name|Name|Callsite|Details|Host|User|description)":"[^"]*"/g;

export function hostileLog(): string {
  const file = join(import.meta.dirname, "../../fixtures/event-logs/spark-3.5.6.jsonl");
  const hostile = JSON.stringify(HOSTILE);
  return readFileSync(file, "utf8").replace(CHOSEN, (_, key: string) => `"${key}":${hostile}`);
}

/** What no output may hold; a line end is its own. */
export const STEERING: RegExp = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;
