/** Every kind of trouble that a verdict looks for. */

import { type Investigation, thereIs } from "../investigation.ts";
import { evictionsRegretted, heldForNothing, noRoom } from "./cache.ts";
import { executorsLost, leaks, noEnd, otherFailures, outOfMemory } from "./deaths.ts";
import { spilling, waiting } from "./execution.ts";
import type { Finder } from "./finder.ts";
import { garbage, overheadLeft, overheadTold } from "./heap.ts";

/** In order from the least: what a level of evidence tells, those after it tell too. */
export const levels: readonly string[] = ["event_log", "event_log_blocks", "info", "debug"];

export interface KindOfTrouble {
  readonly find: Finder;
  /** what was not found, where nothing was */
  readonly named: string;
  /** least evidence that would tell of it: below it nothing found means nothing */
  readonly needs: "event_log" | "event_log_blocks" | "info" | "debug";
  /** what it needs beside that level; executors' logs alone are INFO, and tell nothing of jobs */
  readonly told?: (investigation: Investigation) => Promise<boolean>;
  /** what there may be although another finding tells of it: then it is not "not found" */
  readonly elsewhere?: (investigation: Investigation) => Promise<boolean>;
}

function byEventLog(investigation: Investigation): Promise<boolean> {
  return thereIs(investigation, "source_files", "kind = 'event_log'");
}

export const troubles: readonly KindOfTrouble[] = [
  { find: outOfMemory, named: "out-of-memory errors", needs: "event_log" },
  {
    find: executorsLost,
    named: "lost executors",
    needs: "event_log",
    told: byEventLog,
    elsewhere: (investigation) =>
      thereIs(
        investigation,
        "executors",
        "removed_class is not null and removed_class not in ('killed_by_driver', 'decommissioned')",
      ),
  },
  {
    find: otherFailures,
    named: "failed jobs",
    needs: "event_log",
    told: byEventLog,
    elsewhere: (investigation) => thereIs(investigation, "jobs", "status = 'failed'"),
  },
  { find: noEnd, named: "a log that just stops", needs: "event_log", told: byEventLog },
  { find: evictionsRegretted, named: "evictions", needs: "event_log_blocks" },
  { find: noRoom, named: "blocks without room", needs: "info" },
  { find: spilling, named: "spills", needs: "event_log" },
  { find: waiting, named: "waits for memory", needs: "info" },
  {
    find: garbage,
    named: "long collections of garbage",
    needs: "event_log",
    told: byEventLog,
  },
  { find: overheadLeft, named: "used-up overhead", needs: "event_log", told: overheadTold },
  { find: leaks, named: "leaks", needs: "info" },
  { find: heldForNothing, named: "blocks cached for nothing", needs: "info" },
];
