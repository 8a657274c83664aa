/** Every kind of trouble that a verdict looks for. */
import { evictionsRegretted, heldForNothing, noRoom } from "./cache.ts";
import { executorsLost, leaks, otherFailures, outOfMemory } from "./deaths.ts";
import { spilling, waiting } from "./execution.ts";
import type { Finder } from "./finder.ts";
import { garbage, overheadLeft } from "./heap.ts";

/** In order from the least: what a level of evidence tells, those after it tell too. */
export const levels: readonly string[] = ["event_log", "event_log_blocks", "info", "debug"];

export interface KindOfTrouble {
  readonly find: Finder;
  /** what was not found, where nothing was */
  readonly named: string;
  /** least evidence that would tell of it: below it nothing found means nothing */
  readonly needs: "event_log" | "event_log_blocks" | "info" | "debug";
}

export const troubles: readonly KindOfTrouble[] = [
  { find: outOfMemory, named: "out-of-memory errors", needs: "event_log" },
  { find: executorsLost, named: "lost executors", needs: "event_log" },
  { find: otherFailures, named: "failed jobs", needs: "event_log" },
  { find: evictionsRegretted, named: "evictions", needs: "event_log_blocks" },
  { find: noRoom, named: "blocks without room", needs: "info" },
  { find: spilling, named: "spills", needs: "event_log" },
  { find: waiting, named: "waits for memory", needs: "info" },
  { find: garbage, named: "long collections of garbage", needs: "event_log" },
  { find: overheadLeft, named: "used-up overhead", needs: "debug" },
  { find: leaks, named: "leaks", needs: "info" },
  { find: heldForNothing, named: "blocks cached for nothing", needs: "info" },
];
