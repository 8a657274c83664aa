/** A bar on a terminal, and nothing anywhere else. It lives on standard error. */

import { bytesInWords, printableLine } from "@respark/core";
import type { Host } from "../host.ts";

export interface Progress {
  /** How far one piece of work is, and what it is; without a total only the amount is shown. */
  show(what: string, doneBytes: number, totalBytes: number | undefined): void;
  /** Takes the bar off the screen. */
  clear(): void;
}

/** Redrawn at most this often. */
const MILLIS_BETWEEN = 80;
const BAR_WIDTH = 24;

export function progressOn(host: Host, options: { readonly quiet: boolean }): Progress {
  if (options.quiet || !host.stderr.isTerminal || host.env["TERM"] === "dumb") {
    return { show: () => undefined, clear: () => undefined };
  }
  let shownAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  return {
    show(what, done, total) {
      const now = host.now();
      if (now - shownAt < MILLIS_BETWEEN) return;
      shownAt = now;
      drawn = true;
      void host.stderr.write(`\r\u001b[K${line(what, done, total, host.stderr.columns)}`);
    },
    clear() {
      if (drawn) void host.stderr.write("\r\u001b[K");
      drawn = false;
    },
  };
}

function line(what: string, done: number, total: number | undefined, columns: number): string {
  const amount =
    total === undefined
      ? bytesInWords(done)
      : `${bar(done, total)}  ${bytesInWords(done)} of ${bytesInWords(total)}`;
  return `${amount}  ${printableLine(what)}`.slice(0, columns - 1);
}

function bar(done: number, total: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const full = Math.round(share * BAR_WIDTH);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${percent} %`;
}
