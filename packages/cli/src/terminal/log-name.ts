/** A log by a name short enough for a line of text. */
import { printableLine } from "@respark/core";

/**
 * `executor-1.log` of `/logs/executor-1.log`: enough to know a log by, with the folder where all
 * have one name.
 */
export function logName(path: string): string {
  const parts = path.split("/");
  const last = parts.at(-1) ?? path;
  const name = /^(?:stderr|stdout)(?:\..*)?$/.test(last) ? parts.slice(-2).join("/") : last;
  return printableLine(name);
}
